"""Excerpts as they are set in print: their structure is seen, and every sign of them stays."""

from __future__ import annotations

import re

import pytest
from markdown_it import MarkdownIt

from portfolios import ATTACKS
from skilltrail.exporters.portfolio_dressing import dressed, read_as_set
from skilltrail.exporters.portfolio_markdown import _dressed, addressed, coded
from skilltrail.exporters.portfolio_view import contact_link

TALK = "Use **both** and `a < b`:\n\n```js\nif (a) {\n\n  b();\n}\n```\n1. one\n- two **three\nplain `open"


@pytest.mark.parametrize(
    "text", ["", TALK, "```\nnever closed", "```", "```\n```", "*a* **b `c` d** `e`", *map(str, ATTACKS)]
)
def test_no_sign_is_lost(text: str) -> None:
    assert "\n".join("".join(words for _how, words in runs) for _kind, runs in dressed(text)) == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("**`x`: how long?** *not* now", "x: how long? not now"),
        ("## A head", "A head"),
        ("2 * 3 * 4, a*b*c, **open, * one", "2 * 3 * 4, a*b*c, **open, * one"),
        ("```js\nx\n```", "x"),
        ("``` words that are hidden from nobody\nx", "``` words that are hidden from nobody\nx"),
        ("```\n```", ""),
    ],
)
def test_only_signs_that_mark_up_are_left_out_in_print(text: str, read: str) -> None:
    blocks = dressed(text)

    assert "\n".join("".join(words for _how, words in runs) for _kind, runs in blocks) == text
    assert "\n".join("".join(words for _how, words in runs) for _kind, runs in read_as_set(blocks)) == read


def test_markdown_has_the_emphasis_and_code_of_the_chat() -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(_dressed("**`x`: so** and *not*\n```js\na < b\n```"))

    assert "<strong><code>x</code>: so</strong> and <em>not</em>" in shown
    assert '<pre><code class="language-js">a &lt; b\n</code></pre>' in shown


def test_code_bold_and_items_are_told_apart() -> None:
    blocks = dressed(TALK)

    assert [kind for kind, _runs in blocks] == ["line", "line", "code", "item", "item", "line"]
    assert blocks[0][1] == [
        ("plain", "Use "),
        ("mark", "**"),
        ("bold", "both"),
        ("mark", "**"),
        ("plain", " and "),
        ("mark", "`"),
        ("code", "a < b"),
        ("mark", "`"),
        ("plain", ":"),
    ]
    assert blocks[2][1] == [("mark", "```js\n"), ("code", "if (a) {\n\n  b();\n}"), ("mark", "\n```")]
    assert blocks[5][1] == [("plain", "plain `open")]


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("mia@bau.example", "mailto:mia@bau.example"),
        ("moeller-bau.example", "https://moeller-bau.example"),
        ("https://bau.example/about", "https://bau.example/about"),
        ("javascript:alert(1)", ""),
        ("data.x:1", ""),
        ("a@b?subject=x", ""),
        ("call me", ""),
        ("", ""),
    ],
)
def test_a_contact_leads_to_web_and_post_alone(contact: str, link: str) -> None:
    assert contact_link(contact) == link


def test_addresses_and_hashes_stand_in_markdown_without_backslashes() -> None:
    assert addressed("https://a.example/x_y") == "<https://a.example/x_y>"
    assert addressed("https://a.example/<b>").startswith("https\\://")
    assert addressed("javascript:alert(1)") == "javascript:alert(1)"
    assert coded("5f_5f*") == "`5f_5f*`"
    assert coded("a`b") == "`` a`b ``"


@pytest.mark.parametrize(
    "text",
    [
        "```\n<b>x</b>\n```\u00a0\n<i>y</i>\n```\n<img src=x>",
        "```\n````\n<b>x</b>\n`````\n</code></pre>\n~~~\n<i>",
        "`` `<b>` \\`<i>`` `a`<u>`",
        "~~~\n```\n<b>",
        "`<b>`\\`<i>`<u>\n`unclosed <s>\n`<q>",
        "\\\\`<b>`\\`",
    ],
)
def test_code_in_markdown_lets_no_markup_out(text: str) -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(_dressed(text))

    bare = re.sub(r"</?(blockquote|pre|code|strong|em|p|br /|br)>", "", shown)
    assert "<" not in bare


def test_what_is_withheld_ends_a_block_of_code() -> None:
    kinds = [kind for kind, _runs in dressed("```\na\n[…]\n**b**", "[…]")]

    assert kinds == ["code", "line", "line"]
