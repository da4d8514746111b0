"""The timeline: topics over time, as the dashboard shows it and exports write it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.domain.health import Alert


class Scale(StrEnum):
    """What a column of the timeline is."""

    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """What part of the timeline is wanted; None means all. ``until`` is inclusive.

    ``source`` is a provider's short name ("chatgpt"). With ``learning`` only what counts as learning.
    ``client`` is a client's id as text, or own, none, undecided.
    """

    since: date | None = None
    until: date | None = None
    area: str | None = None
    client: str | None = None
    source: str | None = None
    learning: bool = False

    @property
    def is_one_day(self) -> bool:
        """Whether a single day is looked at."""
        return self.since is not None and self.since == self.until


@dataclass(frozen=True, slots=True)
class MonthCount:
    """Exchanges of one topic in one month ("2026-11")."""

    month: str
    exchanges: int


@dataclass(frozen=True, slots=True)
class SpanCount:
    """Exchanges of one topic in one week or on one day; ``first`` is a Monday, or the day itself."""

    first: date
    exchanges: int


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic as a line of the timeline. ``colour`` is an index into the palette, kept through runs.

    ``name_reason`` says in words why the topic is called so. ``alignments`` are the published concepts that the learner
    confirmed for it, and no others. ``spans`` are its weeks or days where the timeline's scale is one of these.
    """

    id: str
    name: str
    terms: tuple[str, ...]
    area: str
    colour: int
    first_at: datetime
    last_at: datetime
    exchanges: int
    episodes: int
    days: int
    months: tuple[MonthCount, ...]
    name_reason: str = ""
    alignments: tuple[PublishedConcept, ...] = ()
    spans: tuple[SpanCount, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture in the learner's time zone (months); ``unassigned`` are exchanges in no topic (yet).

    ``sources`` are the providers of the whole history, whatever the filter.
    """

    generated_at: datetime
    topics: tuple[TopicLine, ...]
    exchanges: int
    conversations: int
    unassigned: int
    pending: int
    first_at: datetime | None
    last_at: datetime | None
    latest: tuple[ExchangeSummary, ...]
    filter: TimelineFilter
    revision: int
    scale: Scale = Scale.MONTHS
    sources: tuple[str, ...] = ()


DAYS_MOST, WEEKS_MOST = 45, 190
"""Days looked at up to which a column is a day, or a week."""


def scale_of(wanted: TimelineFilter, first: date, last: date) -> Scale:
    """Return what a column is, by how many days the filter's bounds leave; without bounds, months.

    ``first`` and ``last`` are the days of the first and the last exchange within the filter.
    """
    if wanted.since is None and wanted.until is None:
        return Scale.MONTHS
    begin = first if wanted.since is None else wanted.since
    end = last if wanted.until is None else wanted.until
    days = (end - begin).days + 1
    if days <= DAYS_MOST:
        return Scale.DAYS
    return Scale.WEEKS if days <= WEEKS_MOST else Scale.MONTHS


@dataclass(frozen=True, slots=True)
class TopicDetail:
    """One topic with its exemplars; its exchanges come in pages."""

    line: TopicLine
    exemplars: tuple[ExchangeSummary, ...]


@dataclass(frozen=True, slots=True)
class Choosable:
    """A topic to choose; ``exchanges`` is how many stand in it."""

    id: str
    name: str
    exchanges: int


@dataclass(frozen=True, slots=True)
class ExportEntry:
    """One exchange as a timeline export discloses it: no reply, only the question's beginning.

    ``masked`` are the kinds of personal data that were taken out of it. ``check`` is unchecked, or the result of the
    learner's check of the answer.
    """

    seq: int
    asked_at: datetime
    provider: str
    origin: str
    fidelity: str
    status: str
    conversation_id: str
    prompt_id: str | None
    reply_id: str | None
    title: str | None
    question: str
    topic_id: str | None
    masked: tuple[str, ...] = ()
    check: str = "unchecked"


@dataclass(frozen=True, slots=True)
class TimelineExport:
    """Everything a timeline export holds; exporters turn it into bytes and add nothing."""

    timeline: Timeline
    entries: tuple[ExportEntry, ...]
    product_version: str
    chart_svg: str | None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished export; ``exchange_ids`` are the exchanges that it holds.

    ``masked`` is the number of those in which personal data was masked.
    """

    name: str
    media_type: str
    data: bytes
    exchange_ids: tuple[int, ...] = ()
    masked: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far processing is; ``seconds_left`` is None while unknown.

    States: idle, waiting, reading (static vectors), embedding, topics, blocked. ``picture`` tells what the topics rest
    on: none, first (static vectors alone) or full; ``unread`` exchanges wait even for their static vectors.
    """

    state: str
    total: int
    embedded: int
    pending: int
    quarantined: int
    topics_due: bool
    seconds_left: float | None
    problem: str | None = None
    picture: str = "none"
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Home:
    """What the dashboard's first page needs."""

    exchanges: int
    conversations: int
    topics: int
    devices: int
    last_stored_at: datetime | None
    progress: Progress
    key_location: str
    revision: int
    alert: Alert | None = None
