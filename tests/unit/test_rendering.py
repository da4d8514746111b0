"""Captured text as HTML: shown, never acting."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import skilltrail
from skilltrail.web.rendering import chart_html, markdown_html, plain_html
from timelines import HOSTILE

ALLOWED = {
    "p", "br", "hr", "h3", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "table", "thead", "tbody", "tr", "th", "td", "span", "button",
}  # fmt: skip


class Elements(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_inert(html: str) -> None:
    for tag, attributes in Elements(html).found:
        assert tag in ALLOWED
        if tag == "button":  # of ours, and all it can do is open the page about a mark
            assert (attributes["type"], attributes["data-action"]) == ("button", "mark")
            assert set(attributes) <= {"type", "class", "title", "data-action", "data-mark"}
        assert not any(name.startswith("on") or name in {"style", "src", "srcset", "id", "name"} for name in attributes)
        assert (attributes.get("href") or "http:").startswith(("http:", "https:", "mailto:"))


ATTACKS = (
    *HOSTILE,
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](data:text/html,x) [d](vbscript:x)",
    "[e](//evil.example) [f](/pair)",
    "<javascript:alert(1)> <https://ok.example>",
    "![x](https://evil.example/pixel.png 'title')",
    "[ref]\n\n[ref]: javascript:alert(1)",
    "```<script>\nalert(1)\n```",
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '[x](https://e.example/" onmouseover="alert(1))',
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "<details open ontoggle=alert(1)>",
    '[secret:"><script>:ab12] [secret:token:ab12](javascript:alert(1))',
)


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_become_words(text: str) -> None:
    assert_inert(markdown_html(text))
    assert_inert(plain_html(text))


@given(st.text(max_size=200))
def test_any_text_is_inert(text: str) -> None:
    assert_inert(markdown_html(text))
    assert_inert(plain_html(text))


@given(
    st.lists(
        st.sampled_from(["<", ">", '"', "'", "[", "](", ")", "`", "!", "\n", "javascript:", "a", "&", "|", "on"]),
        max_size=40,
    )
)
def test_any_heap_of_signs_is_inert(signs: list[str]) -> None:
    assert_inert(markdown_html("".join(signs)))


def test_markdown_is_rendered() -> None:
    html = markdown_html("# Title\n\n- **one**\n- ~~two~~\n\n| a | b |\n| - | - |\n| 1 | `2` |")

    assert "<h3>Title</h3>" in html
    assert "<strong>one</strong>" in html
    assert "<td><code>2</code></td>" in html


def test_links_leave_without_a_trace() -> None:
    (link,) = [
        found for tag, found in Elements(markdown_html("[docs](https://docs.example/a?b=1&c=2)")).found if tag == "a"
    ]

    assert link == {
        "href": "https://docs.example/a?b=1&c=2",
        "target": "_blank",
        "rel": "noopener nofollow noreferrer",
    }


def test_pictures_are_named_and_not_fetched() -> None:
    html = markdown_html("![a *bar* chart](https://evil.example/p.png)")

    assert html == '<p><span class="image-name">picture: a bar chart</span></p>\n'


def test_code_blocks_can_be_scrolled_by_keyboard() -> None:
    assert markdown_html("```python\nx < 1\n```") == '<pre tabindex="0"><code>x &lt; 1\n</code></pre>\n'


@pytest.mark.parametrize("wrapped", ["{}", "`{}`", "```\n{}\n```", "    {}", "**{}**", "- {}", "| a |\n| - |\n| {} |"])
def test_redaction_marks_are_chips_wherever_they_stand(wrapped: str) -> None:
    html = markdown_html(wrapped.format("[secret:github-token:ab12]"))

    assert 'class="redacted"' in html
    assert "hidden: github token · ab12" in html
    assert "[secret" not in html


@pytest.mark.parametrize(
    ("mark", "named", "words"),
    [
        ("[secret:api-key:0a1b]", "secret:api-key:0a1b", "hidden: api key · 0a1b"),
        ("[personal:e-mail:0a1b]", "personal:e-mail:0a1b", "hidden: e-mail address · 0a1b"),
        ("[own-word:12]", "", "your word 12"),
    ],
)
def test_every_kind_of_mark_leads_to_its_page(mark: str, named: str, words: str) -> None:
    ((tag, attributes),) = Elements(plain_html(f"see {mark}")).found

    assert (tag, attributes["data-action"], attributes["data-mark"]) == ("button", "mark", named)
    assert words in plain_html(mark)


def test_what_only_looks_like_a_mark_stays_as_it_is() -> None:
    assert "[secret:key:xyz]" in plain_html("[secret:key:xyz]")


def test_plain_text_keeps_its_lines() -> None:
    assert plain_html("a\n  b <c>\n# d") == "a\n  b &lt;c&gt;\n# d"


def test_control_characters_are_dropped() -> None:
    assert plain_html("a\x00b\x1b[31mc\x85d") == "ab[31mcd"


def test_a_lone_surrogate_can_be_sent() -> None:
    plain_html("a\ud800b").encode()


def test_a_chart_is_rebuilt_before_it_is_trusted() -> None:
    html = chart_html('<svg viewBox="0 0 1 1"><script>x</script><path d="M0"/></svg>', label="Chart", link=str)

    assert re.findall(r"<(\w+)", html) == ["svg", "path"]


def test_markup_is_made_in_one_place_only() -> None:
    root = Path(skilltrail.__file__).parent
    made = [
        path.relative_to(root).as_posix()
        for path in [*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.j2")]
        for _use in re.findall(r"\bMarkup\(|\|\s*safe\b|autoescape false", path.read_text(encoding="utf-8"))
    ]

    assert made == ["web/rendering.py"]
