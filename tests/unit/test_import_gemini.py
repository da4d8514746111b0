"""Takeout: which activity is a question, what belongs together, and what is left of an answer's HTML."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.importers import ImportedConversation, gemini_html, gemini_json
from skilltrail.importers.contract import Reading
from skilltrail.importers.gemini import is_gemini, prompt_of
from skilltrail.importers.html_text import text_of_html

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BEGUN = datetime(2026, 4, 2, 9, tzinfo=UTC)


def record(
    minute: float, title: str = "Prompted Why?", answer: str | None = "<p>Because</p>", **more: Any
) -> dict[str, Any]:
    at = (BEGUN + timedelta(minutes=minute)).isoformat()
    items = [{"html": answer}] if answer is not None else []
    return {
        "header": "Gemini Apps",
        "title": title,
        "time": at,
        "products": ["Gemini Apps"],
        "safeHtmlItem": items,
    } | more


def imported(records: list[Any], *, start: int = 0) -> list[ImportedConversation]:
    return list(gemini_json.conversations(io.BytesIO(json.dumps(records).encode()), Reading("x", NOW, start)))


@pytest.mark.parametrize(
    ("title", "prompt"),
    [
        ("Prompted How?", "How?"),
        ("Prompted with: How?", "How?"),
        ("Asked Gemini: How?", "How?"),
        ("Said How?", "How?"),
        ("Prompted How? Attached 2 files.", "How?"),
        ("送信したメッセージ: どうして", "どうして"),
        ("送信したメッセージ: どうして 添付ファイル 1 件", "どうして"),
        ("Eingegebener Prompt: Warum?", "Warum?"),
        ("Prompted", ""),
        ("Promptedly speaking", "Promptedly speaking"),
        ("Egy ismeretlen nyelven", "Egy ismeretlen nyelven"),
    ],
)
def test_a_question_is_a_title_without_its_verb(title: str, prompt: str) -> None:
    assert prompt_of(title, answered=True) == prompt


@pytest.mark.parametrize(
    "title", ["Used Gemini Apps", "Created Gemini Canvas titled X", "Gave feedback: Good response"]
)
def test_other_activity_is_no_question(title: str) -> None:
    assert prompt_of(title, answered=True) is None


def test_a_title_of_an_unknown_language_is_a_question_only_if_it_was_answered() -> None:
    assert prompt_of("Egy ismeretlen nyelven", answered=False) is None


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (["Gemini Apps"], True),
        (["Gemini アプリ"], True),
        (["Bard"], True),
        (["Search"], False),
        ([], True),
        ([None], True),
    ],
)
def test_geminis_activity_is_told_by_its_product_in_any_language(labels: list[Any], told: bool) -> None:
    assert is_gemini(*labels) is told


def test_records_without_a_long_pause_are_one_conversation() -> None:
    found = imported([record(100), record(69), record(40), record(10)])

    assert [len(one.exchanges) for one in found] == [1, 3]
    assert [one.index for one in found] == [0, 3]


def test_a_session_is_named_by_its_first_record_so_newer_ones_do_not_change_it() -> None:
    [before] = imported([record(10), record(0)])
    [after] = imported([record(20, "Prompted More"), record(10), record(0)])

    assert after.conversation_id == before.conversation_id
    assert {one.source_key for one in before.exchanges} <= {one.source_key for one in after.exchanges}


def test_two_records_of_one_second_are_two_exchanges() -> None:
    [found] = imported([record(0, "Prompted One"), record(0, "Prompted Two")])

    assert len({one.source_key for one in found.exchanges}) == 2


def test_a_session_has_an_end_however_many_records_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilltrail.importers.gemini.SESSION_MAX", 10)

    assert [len(one.exchanges) for one in imported([record(-n) for n in range(25)])] == [10, 10, 5]


def test_drafts_are_counted_and_the_first_is_kept() -> None:
    [found] = imported([record(0, safeHtmlItem=[{"html": "<p>first</p>"}, {"html": "<p>second</p>"}])])

    assert [one.reply for one in found.exchanges] == ["first"]
    assert [(skip.reason, skip.messages) for skip in found.skipped] == [("draft", 1)]


@settings(max_examples=100, deadline=None)
@given(minutes=st.lists(st.integers(0, 300), max_size=12), start=st.integers(0, 12))
def test_reading_on_after_any_session_gives_what_reading_whole_gives(minutes: list[int], start: int) -> None:
    records = [record(minute, f"Prompted {number}") for number, minute in enumerate(sorted(minutes, reverse=True))]
    whole = imported(records)

    for place, found in enumerate(whole):
        assert imported(records, start=found.index + 1) == whole[place + 1 :]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<br>b", "a\nb"),
        ("<b>bold</b> and <i>slanted</i> and <code>x = 1</code>", "**bold** and *slanted* and `x = 1`"),
        ("<pre><code>if x:\n    y()\n</code></pre>", "```\nif x:\n    y()\n\n```"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n\n  1. c"),
        ("<h2>Title</h2>Text", "## Title\n\nText"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "| a | b\n | c"),
        ("5 &lt; 6 &amp;&nbsp;7", "5 < 6 & 7"),
        ("<script>alert(1)</script><style>p{}</style>words<img src=x onerror=y>", "words"),
        ("<a href='https://example.org'>link</a>", "link"),
        ("  much \n  space  ", "much space"),
        ("", ""),
    ],
)
def test_an_answer_becomes_its_words(html: str, text: str) -> None:
    assert text_of_html(html) == text


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/!-&;abprulit h1=\"'", max_size=120))
def test_no_html_makes_it_fail(html: str) -> None:
    assert isinstance(text_of_html(html), str)


@pytest.mark.parametrize(
    "piece", ["<p>", "<ul><li>", "<", "&", "<!--", "</p>", "<pre>", "<a b=", "<![CDATA[", "<p a='"]
)
def test_no_html_is_slow(piece: str) -> None:
    begun = time.perf_counter()

    text_of_html(piece * (200_000 // len(piece)))

    assert time.perf_counter() - begun < 2


def page(*cells: str) -> bytes:
    header = '<div class="header-cell mdl-cell"><p class="mdl-typography--title">Gemini Apps<br></p></div>'
    cell = f'<div class="outer-cell mdl-cell">{header}'
    content = '<div class="content-cell mdl-cell mdl-typography--body-1">'
    return (
        "<html><body>" + "".join(f"{cell}{content}{inner}</div></div>" for inner in cells) + "</body></html>"
    ).encode()


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(st.text(alphabet="<br>Prompted 12:0,/APM\n&;", max_size=80), max_size=5))
def test_no_page_makes_it_fail_or_lose_count(cells: list[str]) -> None:
    for found in gemini_html.conversations(io.BytesIO(page(*cells)), Reading("x", NOW)):
        assert found.balanced


def test_a_record_that_is_too_long_is_left_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gemini_html, "RECORD_MAX", 300_000)
    fine = "Prompted Why?<br>Apr 2, 2026, 9:10:11 AM CEST<br><p>Because</p>"
    data = page(fine, "Prompted " + "x" * 2_000_000, fine)

    found = list(gemini_html.conversations(io.BytesIO(data), Reading("x", NOW)))

    assert [[skip.reason for skip in one.skipped] for one in found] == [[], ["too_large"], []]
    assert sum(len(one.exchanges) for one in found) == 2
