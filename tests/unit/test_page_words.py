"""What the pages say about capture: only what the counts carry; and the look's facts in one place."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest

from skilltrail.domain.capture import DeviceHealth, LedgerRow, LedgerView, OutboxState
from skilltrail.exporters import wording
from skilltrail.exporters.chart_spec import HAIR, INK, PALETTE, SOFT
from skilltrail.exporters.plain_text import unmarked
from skilltrail.web import page_words
from timelines import timeline, topic

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def view(*rows: LedgerRow, in_database: dict[str, int] | None = None, devices: int = 1) -> LedgerView:
    names = ("sends_seen", "replies_finished", "turns_in_page", "captured", "stored", "waiting", "rejected", "failed")
    degraded = any(row.degraded for row in rows)
    totals = LedgerRow("", "", degraded=degraded, **{name: sum(getattr(row, name) for row in rows) for name in names})
    held = {row.conversation_id: row.stored for row in rows} if in_database is None else in_database
    device = DeviceHealth("d", "Chrome", "ok", OutboxState(), NOW)
    missing = sum(r.replies_finished - min(r.stored, held[r.conversation_id]) - r.waiting - r.rejected for r in rows)
    return LedgerView((device,) * devices, rows, held, {}, totals, missing, len(rows))


def row(**counts: int | bool) -> LedgerRow:
    return LedgerRow("chatgpt", "c-1", **counts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ledger", "state", "words"),
    [
        (view(devices=0), "unknown", "No browser is connected, so new chats are not kept."),
        (view(), "unknown", "Your browser is connected. No reply has been seen yet."),
        (view(row(replies_finished=1, stored=1)), "ok", "The one reply that was seen is stored."),
        (view(row(replies_finished=1041, stored=1041)), "ok", "All 1,041 replies that were seen are stored."),
        (
            view(row(replies_finished=5, stored=3, waiting=2)),
            "degraded",
            "Stored: 3 replies. Waiting in the browser: 2; it follows without your help.",
        ),
        (
            view(row(replies_finished=5, stored=4, rejected=1)),
            "lost",
            "Stored: 4 replies. Refused: 1; the extension's own page lists them with the reason.",
        ),
        (
            view(row(replies_finished=5, stored=3)),
            "lost",
            "Of 5 replies seen, 2 did not reach the database. The health page shows in which conversations.",
        ),
        (
            view(row(replies_finished=5, stored=5), in_database={"c-1": 4}),
            "lost",
            "Of 5 replies seen, 1 did not reach the database. The health page shows in which conversations.",
        ),
        (
            view(row(replies_finished=2, stored=2, degraded=True)),
            "degraded",
            "Stored: 2 replies. Some could only be read from the page, which may miss what was scrolled away.",
        ),
    ],
)
def test_the_headline_says_what_the_counts_carry(ledger: LedgerView, state: str, words: str) -> None:
    assert page_words.capture_verdict(ledger) == page_words.Verdict(state, words)


def test_a_shortfall_in_one_conversation_is_not_hidden_by_another() -> None:
    short = LedgerRow("chatgpt", "a", replies_finished=3, stored=1)
    rich = LedgerRow("chatgpt", "b", replies_finished=1, stored=9)

    assert page_words.capture_verdict(view(short, rich)).state == "lost"


def test_refusals_come_most_often_first_and_unknown_ones_too() -> None:
    lines = page_words.refusal_lines({"scope": 1, "cross_site": 7, "brand_new": 2, "not_paired": 0})

    assert [count for count, _words in lines] == [7, 2, 1]
    assert "brand_new" in lines[1][1]


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=6), "6 days ago"),
    ],
)
def test_times_are_told_roughly(passed: timedelta, words: str) -> None:
    assert wording.ago_words(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "less than a minute"), (90, "about 2 minutes"), (3599, "about 60 minutes"), (9000, "about 2 hours")],
)
def test_time_left_is_told_roughly(seconds: float, words: str) -> None:
    assert wording.duration_words(seconds) == words


@pytest.mark.parametrize("place", ["skilltrail.web/static/chart.css", "skilltrail.exporters/templates/timeline.css"])
def test_both_style_sheets_know_every_colour_of_the_chart(place: str) -> None:
    package, _slash, path = place.partition("/")
    css = (resources.files(package) / path).read_text(encoding="utf-8")

    for colour in (*PALETTE, INK, SOFT, HAIR):
        assert f'[fill="{colour}"]' in css or f'[stroke="{colour}"]' in css
    assert len(set(re.findall(r"--(?:topic-|c)(\d+):", css))) == len(PALETTE)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_topic_colours_stand_out_on_paper_and_in_the_dark() -> None:
    css = (resources.files("skilltrail.web") / "static/chart.css").read_text(encoding="utf-8")
    colours = re.findall(r"--topic-\d+: (#[0-9a-f]{6});", css)

    assert colours[: len(PALETTE)] == list(PALETTE)
    for colour, ground in zip(colours, ["#fbf8f3"] * len(PALETTE) + ["#14191b"] * len(PALETTE), strict=True):
        light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


@pytest.mark.parametrize(
    ("waiting", "unassigned", "topics", "words"),
    [
        (1, 1, 1, "1 exchange is about to be read."),
        (9, 9, 0, "9 exchanges are about to be read."),
        (
            9,
            2,
            1,
            "9 exchanges are still to be read closely; topics become finer meanwhile. 2 exchanges fit no topic so far.",
        ),
        (2, 5, 1, "2 exchanges are about to be read. 3 exchanges fit no topic so far."),
        (0, 1, 1, "1 exchange fits no topic so far."),
        (0, 0, 1, ""),
    ],
)
def test_what_waits_is_told_apart_from_what_fits_nowhere(
    waiting: int, unassigned: int, topics: int, words: str
) -> None:
    picture = timeline(*[topic()] * topics, pending=waiting, unassigned=unassigned)

    assert page_words.waiting_words(picture) == words


def test_answers_are_quoted_without_the_signs_of_markdown() -> None:
    """Bold and code are told from their signs, and a mark can stand within either: pieces are cleaned one by one."""
    assert [unmarked(piece) for piece in ("That is **", "2.5.7", " Dragging** (`AA`)")] == [
        "That is ",
        "2.5.7",
        " Dragging (AA)",
    ]
    assert unmarked("2 * 3 * 4 and snake_case\u202e") == "2 * 3 * 4 and snake_case"
