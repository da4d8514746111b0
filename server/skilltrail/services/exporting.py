"""What an export discloses: the timeline, and of each exchange the beginning of its question.

Everything that goes out passes a mask: secrets and own words once more, and personal data unless the learner confirmed
it for this very file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail import __version__
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.domain.timeline import ExportEntry, Timeline, TimelineExport, TimelineFilter, TopicLine
from skilltrail.services.trail import bounds_of, first_entries, read_timeline
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.trail_queries import all_summaries

Mask = Callable[[str], tuple[str, tuple[str, ...]]]
"""Gets a text; returns what may go out of it, and the kinds of personal data that were masked."""


@dataclass(frozen=True, slots=True)
class Masks:
    """How texts of the learner go out, and how names that we give to things."""

    text: Mask
    name: Mask


def gather_export(
    session: Session,
    wanted: TimelineFilter,
    *,
    history: HistoryColumns,
    now: datetime,
    pause: timedelta,
    masks: Masks,
    admitted: frozenset[int] = frozenset(),
    most_a_topic: int | None = None,
) -> TimelineExport:
    """Return everything a timeline export holds; its entries are those on the current path within the filter,
    without what the learner leaves out of exports, and what is a client's but those ``admitted``.
    For a preview the first ``most_a_topic`` of the first topics alone, so that it begins as the file does. The picture
    is not in it yet.
    """
    timeline = read_timeline(session, wanted, history=history, now=now, pause=pause, exported=True, admitted=admitted)
    if most_a_topic is None:
        entries: Iterable[ExchangeSummary] = all_summaries(
            session, bounds=bounds_of(wanted, exported=True, admitted=admitted), questions=True
        )
    else:
        entries = first_entries(session, timeline, history=history, most_a_topic=most_a_topic, admitted=admitted)
    return TimelineExport(
        timeline=masked_timeline(timeline, masks.name),
        entries=tuple(_entry(summary, masks.text) for summary in entries),
        product_version=__version__,
        chart_svg=None,
    )


def masked_timeline(timeline: Timeline, mask: Mask) -> Timeline:
    """Return the timeline with its topics' words masked, and without the list of newest exchanges."""
    return replace(timeline, topics=tuple(_masked_topic(topic, mask) for topic in timeline.topics), latest=())


def masked_summary(summary: ExchangeSummary, mask: Mask) -> ExchangeSummary:
    """Return a row of the table of exchanges with its topic's words masked."""
    name, area = summary.topic_name, summary.area
    return replace(summary, topic_name=name and mask(name)[0], area=area and mask(area)[0])


def _masked_topic(topic: TopicLine, mask: Mask) -> TopicLine:
    return replace(
        topic,
        name=mask(topic.name)[0],
        terms=tuple(mask(term)[0] for term in topic.terms),
        area=mask(topic.area)[0],
        name_reason=mask(topic.name_reason)[0],
        alignments=tuple(one for one in topic.alignments if mask(one.label)[0] == one.label),
    )


def _without_half(question: str) -> str:
    """Drop what the cut may have left of an address or number: half of it is not recognised."""
    if not question.endswith("…"):
        return question
    # The last word may be the beginning of an address; numbers go as a whole, for they are written in groups.
    words = question[:-1].split(" ")[:-1]
    while len(words) > 1 and any(sign == "@" or sign.isdigit() for sign in words[-1]):
        words.pop()
    return f"{' '.join(words)}…" if words else "…"


def _entry(summary: ExchangeSummary, mask: Mask) -> ExportEntry:
    question, in_question = mask(_without_half(summary.question))
    title, in_title = mask(summary.title) if summary.title else (None, ())
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
        title=title,
        question=question,
        topic_id=summary.topic_id,
        masked=tuple(sorted({*in_question, *in_title})),
        check=summary.check,
    )
