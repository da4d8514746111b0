"""Timelines and exports for tests: small, plain, and as hostile as a chat can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from skilltrail.domain.exchange import ExchangeSummary, Fidelity, Origin, Status
from skilltrail.domain.timeline import ExportEntry, MonthCount, Timeline, TimelineExport, TimelineFilter, TopicLine

ZONE = timezone(timedelta(hours=2))

HOSTILE = (
    "<script>alert(1)</script>",
    "</style></svg><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![p](https://evil.example/p.png) https://evil.example www.evil.example",
    "| cell | ---\n# heading\r\n> quote `code` **bold** ~~gone~~ $x$",
    '=HYPERLINK("https://evil.example","x")',
    "\u202eeman elif\u202c \u2066isolated",
    "nul \x00 bell \x07 escape \x1b[31m",
    "<!--chart--><!--style-->{{ 7 * 7 }}{% raw %}",
    "lone surrogate \ud800 end",
    "a@b.example &amp; &lt;b&gt; \\* \\[x\\]",
)


def topic(**changes: object) -> TopicLine:
    line = TopicLine(
        id="t1",
        name="SQL query tuning",
        terms=("index", "join"),
        area="Programming",
        colour=1,
        first_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        last_at=datetime(2026, 5, 20, 15, tzinfo=UTC),
        exchanges=3,
        episodes=2,
        days=2,
        months=(MonthCount("2026-03", 1), MonthCount("2026-05", 2)),
        name_reason="index and join stand out",
    )
    return replace(line, **changes)  # type: ignore[arg-type]


def timeline(*topics: TopicLine, **changes: object) -> Timeline:
    picture = Timeline(
        generated_at=datetime(2026, 11, 22, 1, 30, tzinfo=ZONE),
        topics=topics,
        exchanges=4,
        conversations=2,
        unassigned=1,
        pending=0,
        first_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        last_at=datetime(2026, 5, 20, 15, tzinfo=UTC),
        latest=(),
        filter=TimelineFilter(),
        revision=7,
    )
    return replace(picture, **changes)  # type: ignore[arg-type]


def entry(**changes: object) -> ExportEntry:
    one = ExportEntry(
        seq=1,
        asked_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        provider="chatgpt",
        origin="extension",
        fidelity="stream_complete",
        status="complete",
        conversation_id="c1",
        prompt_id="p1",
        reply_id="r1",
        title="Slow report",
        question="Why does this query scan the whole table?",
        topic_id="t1",
    )
    return replace(one, **changes)  # type: ignore[arg-type]


def export(*entries: ExportEntry, of: Timeline | None = None, chart_svg: str | None = None) -> TimelineExport:
    picture = of if of is not None else timeline(topic())
    return TimelineExport(timeline=picture, entries=entries, product_version="0.1.0", chart_svg=chart_svg)


def hostile_export(text: str) -> TimelineExport:
    """An export in which every captured word is ``text``."""
    line = topic(name=text, terms=(text, text), area=text, name_reason=text)
    ids = {"conversation_id": text, "prompt_id": text, "reply_id": text}
    return export(
        entry(title=text, question=text, **ids),
        entry(seq=2, title=text, question=text, topic_id=None, **ids),
        of=timeline(line),
    )


def summary(**changes: object) -> ExchangeSummary:
    one = ExchangeSummary(
        id=1,
        seq=1,
        asked_at=datetime(2026, 3, 2, 9, tzinfo=UTC),
        title="Slow report",
        question="Why?",
        provider="chatgpt",
        origin=Origin.EXTENSION,
        fidelity=Fidelity.STREAM_COMPLETE,
        status=Status.COMPLETE,
        on_current_path=True,
        conversation_id="c1",
        prompt_id="p1",
        reply_id="r1",
        redactions=0,
        topic_id="t1",
        topic_name="SQL query tuning",
        area="Programming",
    )
    return replace(one, **changes)  # type: ignore[arg-type]
