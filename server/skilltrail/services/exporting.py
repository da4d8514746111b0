"""What an export discloses: the timeline, and of each exchange the beginning of its question."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail import __version__
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.domain.timeline import ExportEntry, TimelineExport, TimelineFilter
from skilltrail.services.trail import bounds_of, read_timeline
from skilltrail.storage.trail_queries import all_summaries


def gather_export(
    session: Session, wanted: TimelineFilter, *, now: datetime, pause: timedelta, chart_svg: str | None = None
) -> TimelineExport:
    """Return everything a timeline export holds; its entries are those on the current path within the filter."""
    entries = all_summaries(session, bounds=bounds_of(wanted), questions=True)
    return TimelineExport(
        timeline=read_timeline(session, wanted, now=now, pause=pause),
        entries=tuple(_entry(summary) for summary in entries),
        product_version=__version__,
        chart_svg=chart_svg,
    )


def _entry(summary: ExchangeSummary) -> ExportEntry:
    return ExportEntry(
        seq=summary.seq,
        asked_at=summary.asked_at,
        provider=summary.provider,
        origin=summary.origin.value,
        fidelity=summary.fidelity.value,
        status=summary.status.value,
        conversation_id=summary.conversation_id,
        prompt_id=summary.prompt_id,
        reply_id=summary.reply_id,
        title=summary.title,
        question=summary.question,
        topic_id=summary.topic_id,
    )
