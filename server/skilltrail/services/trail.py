"""Reading the history: the timeline, its topics, and the exchanges behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.exchange import ExchangeDetail, ExchangePage
from skilltrail.domain.timeline import MonthCount, Timeline, TimelineFilter, TopicDetail, TopicLine
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.storage import claim_queries, work_queries
from skilltrail.storage import trail_queries as queries
from skilltrail.storage.meta_queries import get_revision
from skilltrail.storage.trail_queries import Bounds, TopicFigures, TopicNames, Totals

LATEST = 10
PAGE_LIMIT = 200


def read_timeline(
    session: Session,
    wanted: TimelineFilter,
    *,
    now: datetime,
    pause: timedelta,
    exported: bool = False,
    admitted: frozenset[int] = frozenset(),
) -> Timeline:
    """Return the timeline within a filter.

    Parameters
    ----------
    wanted
        Days are the learner's own (the system's time zone), ``until`` included. With an area only its topics count.
    now
        Aware.
    pause
        A longer pause than this begins a new episode.
    exported
        For an export: without what the learner leaves out of exports, and what is a client's but those ``admitted``.

    Returns
    -------
    Timeline
        Topics by falling number of exchanges. ``exchanges`` are those on the current path of their conversations;
        without an area they are the topics' and the unassigned ones together.
    """
    bounds = bounds_of(wanted, exported=exported, admitted=admitted)
    lines = _lines(session, bounds, pause)
    total = queries.totals(session, bounds)
    return Timeline(
        generated_at=now.astimezone(),
        topics=lines,
        exchanges=total.exchanges,
        conversations=total.conversations,
        unassigned=_unassigned(total, lines, wanted),
        pending=work_queries.queue_counts(session).waiting,
        first_at=total.first_at,
        last_at=total.last_at,
        latest=queries.latest(session, bounds, LATEST),
        filter=wanted,
        revision=get_revision(session),
    )


def read_topic(session: Session, topic_id: str, *, pause: timedelta) -> TopicDetail:
    """Return one topic with its exemplars.

    Raises
    ------
    NotFound
        If there is no such topic (any more), or nothing is in it.
    """
    lines = _lines(session, Bounds(topic_id=topic_id), pause)
    if not lines:
        raise NotFound(_("This topic does not exist (any more)."))
    return TopicDetail(line=lines[0], exemplars=queries.exemplars(session, topic_id))


def read_topics(session: Session, *, pause: timedelta) -> tuple[TopicLine, ...]:
    """Return all topics by falling number of exchanges."""
    return _lines(session, Bounds(), pause)


def read_page(session: Session, *, topic_id: str | None, cursor: int | None, limit: int) -> ExchangePage:
    """Return a page of exchanges, the last to arrive first; ``cursor`` is the ``next_cursor`` of the page before."""
    limit = max(1, min(limit, PAGE_LIMIT))
    # One more than asked for tells whether there is a next page.
    items, total = queries.page(session, topic_id=topic_id, before=cursor, limit=limit + 1)
    more = len(items) > limit
    items = items[:limit]
    return ExchangePage(items=items, total=total, next_cursor=items[-1].seq if more else None)


def read_exchange(session: Session, exchange_id: int) -> ExchangeDetail:
    """Return one exchange with its texts.

    Raises
    ------
    NotFound
        If there is no such exchange (any more).
    """
    found = queries.detail(session, exchange_id)
    if found is None:
        raise NotFound(_("This exchange does not exist (any more)."))
    return found


def bounds_of(wanted: TimelineFilter, *, exported: bool = False, admitted: frozenset[int] = frozenset()) -> Bounds:
    """Return the moments between which the days of a filter lie, in the system's time zone."""
    return Bounds(
        since=_day_begins(wanted.since) if wanted.since else None,
        before=_day_begins(wanted.until + timedelta(days=1)) if wanted.until and wanted.until < _LAST_DAY else None,
        area=wanted.area,
        client=wanted.client,
        exported=exported,
        admitted=admitted,
    )


_FIRST_DAY, _LAST_DAY = date(1970, 1, 2), date(9999, 1, 1)


def _day_begins(day: date) -> datetime:
    # Before 1970 there is no exchange, and some systems know no local time.
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    # The learner's own midnight is meant.
    return datetime(day.year, day.month, day.day).astimezone(UTC)


def _unassigned(total: Totals, lines: Sequence[TopicLine], wanted: TimelineFilter) -> int:
    return 0 if wanted.area is not None else total.exchanges - sum(line.exchanges for line in lines)


def _lines(session: Session, bounds: Bounds, pause: timedelta) -> tuple[TopicLine, ...]:
    names = queries.topic_names(session, bounds.topic_id)
    months = queries.topic_months(session, bounds)
    figures = queries.topic_figures(session, bounds, pause_microseconds=pause // timedelta(microseconds=1))
    aligned = claim_queries.confirmed(session)
    lines = [
        _line(names[row.topic_id], row, months.get(row.topic_id, ()), aligned.get(row.topic_id, ()))
        for row in figures
        if row.topic_id in names
    ]
    return tuple(sorted(lines, key=lambda line: (-line.exchanges, line.name.casefold(), line.id)))


def _line(
    names: TopicNames,
    figures: TopicFigures,
    months: Sequence[tuple[str, int]],
    alignments: tuple[PublishedConcept, ...],
) -> TopicLine:
    return TopicLine(
        id=names.topic_id,
        name=names.name,
        terms=names.terms,
        area=names.area,
        colour=names.colour,
        first_at=figures.first_at,
        last_at=figures.last_at,
        exchanges=figures.exchanges,
        episodes=figures.episodes,
        days=figures.days,
        months=tuple(MonthCount(month, count) for month, count in months),
        name_reason=names.name_reason,
        alignments=alignments,
    )
