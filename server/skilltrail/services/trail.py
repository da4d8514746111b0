"""Reading the history: the timeline, its topics, and the exchanges behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.corrections import Standing
from skilltrail.domain.exchange import ExchangeDetail, ExchangePage, ExchangeSummary
from skilltrail.domain.timeline import (
    Choosable,
    MonthCount,
    Scale,
    SpanCount,
    Timeline,
    TimelineFilter,
    TopicDetail,
    TopicLine,
    scale_of,
)
from skilltrail.domain.topics import REASONS
from skilltrail.errors import NotFound
from skilltrail.i18n import _, retold
from skilltrail.services import counting
from skilltrail.services.counting import Part, TopicFigures, Totals
from skilltrail.storage import claim_queries, work_queries
from skilltrail.storage import trail_queries as queries
from skilltrail.storage.context_apart_queries import kept_apart
from skilltrail.storage.history_columns import Columns, HistoryColumns
from skilltrail.storage.once import once
from skilltrail.storage.trail_queries import Bounds, TopicNames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LATEST = 10
OF_A_DAY = 100
"""Exchanges listed of a single day."""

PAGE_LIMIT = 200
_TOPICS_BEGUN = 3


def read_timeline(
    session: Session,
    wanted: TimelineFilter,
    *,
    history: HistoryColumns,
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
    return once(
        session,
        f"timeline {wanted} {exported} {sorted(admitted)}",
        lambda: _read_timeline(
            session, wanted, history=history, now=now, pause=pause, exported=exported, admitted=admitted
        ),
    )


def _read_timeline(
    session: Session,
    wanted: TimelineFilter,
    *,
    history: HistoryColumns,
    now: datetime,
    pause: timedelta,
    exported: bool,
    admitted: frozenset[int],
) -> Timeline:
    columns, names = history.at(session), queries.topic_names(session)
    part = _part(wanted, names, exported=exported)
    rows = _rows(session, columns, part, bounds_of(wanted, exported=exported, admitted=admitted))
    total = counting.totals(columns, rows)
    scale = _scale(wanted, total)
    spans = {} if scale is Scale.MONTHS else counting.spans(columns, rows, weekly=scale is Scale.WEEKS)
    lines = _lines(session, columns, rows, names, pause, spans=spans)
    unassigned = total.exchanges - sum(line.exchanges for line in lines)
    newest = counting.newest(columns, rows, OF_A_DAY if wanted.is_one_day else LATEST)
    latest = queries.summaries_by_id(session, newest)
    return Timeline(
        generated_at=now.astimezone(),
        topics=lines,
        exchanges=total.exchanges,
        conversations=total.conversations,
        unassigned=0 if wanted.area is not None else unassigned,
        pending=work_queries.waiting_count(session),
        first_at=total.first_at,
        last_at=total.last_at,
        latest=tuple(latest[number] for number in newest),
        filter=wanted,
        revision=columns.revision,
        scale=scale,
        sources=tuple(sorted(columns.sources)),
    )


def _scale(wanted: TimelineFilter, total: Totals) -> Scale:
    if total.first_at is None or total.last_at is None:
        return Scale.MONTHS
    return scale_of(wanted, total.first_at.astimezone().date(), total.last_at.astimezone().date())


def read_topic(session: Session, topic_id: str, *, history: HistoryColumns, pause: timedelta) -> TopicDetail:
    """Return one topic with its exemplars.

    Raises
    ------
    NotFound
        If there is no such topic (any more), or nothing is in it.
    """
    columns, names = history.at(session), queries.topic_names(session)
    # A topic's own page shows it also when it is hidden.
    living = {topic_id: names[topic_id]} if topic_id in names and not names[topic_id].retired else {}
    lines = _lines(session, columns, counting.within(columns, Part(topics=(topic_id,))), living, pause, every=True)
    if not lines:
        raise NotFound(_("This topic does not exist (any more)."))
    return TopicDetail(line=lines[0], exemplars=_summaries(session, counting.exemplar_ids(columns, topic_id)))


def read_topics(session: Session, *, history: HistoryColumns, pause: timedelta) -> tuple[TopicLine, ...]:
    """Return all topics that are shown by falling number of exchanges."""
    columns, names = history.at(session), queries.topic_names(session)
    return _lines(session, columns, counting.within(columns, Part()), names, pause)


def read_choosable(session: Session, *, history: HistoryColumns) -> list[Choosable]:
    """Return the living topics, hidden ones too, by name."""
    columns, names = history.at(session), queries.topic_names(session)
    sizes = counting.sizes(columns)
    found = [Choosable(one.topic_id, one.name, sizes.get(one.topic_id, 0)) for one in names.values() if not one.retired]
    kept = [one for one in found if one.exchanges or not names[one.id].shown]
    return sorted(kept, key=lambda one: (one.name.casefold(), one.id))


def count_topics(session: Session, *, history: HistoryColumns) -> int:
    """Return the number of topics that are shown and hold an exchange."""
    sizes = counting.sizes(history.at(session))
    return len(sizes.keys() & queries.shown_topics(session).keys())


def read_page(
    session: Session,
    *,
    history: HistoryColumns,
    topic_id: str | None,
    cursor: int | None,
    limit: int,
    part: TimelineFilter | None = None,
    by_day: bool = False,
) -> ExchangePage:
    """Return a page of exchanges, the last to arrive first; ``cursor`` is the ``next_cursor`` of the page before.

    ``part``: of a topic, only what belongs to this; its area does not count. ``by_day``: of a topic, the last asked
    first, as people read it: what was imported arrived in the order of its file.
    """
    limit = max(1, min(limit, PAGE_LIMIT))
    # One more than asked for tells whether there is a next page.
    if topic_id is None:
        items, total = queries.page(session, before=cursor, limit=limit + 1), queries.everything(session)[0]
    else:
        columns = history.at(session)
        rows = _of_topic(session, columns, topic_id, part)
        if by_day:
            ids = counting.day_page_ids(columns, rows, after=cursor, limit=limit + 1)
        else:
            ids = counting.page_ids(columns, rows, before=cursor, limit=limit + 1)
        items = _summaries(session, ids)
        total = len(rows)
    more = len(items) > limit
    items = items[:limit]
    return ExchangePage(items=items, total=total, next_cursor=items[-1].seq if more else None)


def _of_topic(session: Session, columns: Columns, topic_id: str, wanted: TimelineFilter | None) -> NDArray[np.int64]:
    bounds = bounds_of(wanted or TimelineFilter())
    part = Part(
        topics=(topic_id,), since=bounds.since, before=bounds.before, source=bounds.source, learning=bounds.learning
    )
    return _rows(session, columns, part, bounds)


def ids_shown_of(
    session: Session, topic_id: str, *, history: HistoryColumns, limit: int, part: TimelineFilter | None = None
) -> list[int]:
    """Return the exchanges that a topic's page shows: its exemplars, and the newest ``limit`` with one more."""
    columns = history.at(session)
    rows = _of_topic(session, columns, topic_id, part)
    page = counting.newest(columns, rows, limit + 1)
    return [*counting.exemplar_ids(columns, topic_id), *page]


def count_exported(session: Session, *, history: HistoryColumns, admitted: frozenset[int] = frozenset()) -> int:
    """Return how many rows the table of all exchanges has: what is hidden or left out of exports is not in it."""
    _columns, _inside, leaving = rows_exported(session, TimelineFilter(), history=history, admitted=admitted)
    return len(leaving) + queries.exported_off_path(session, admitted)


def rows_exported(
    session: Session, wanted: TimelineFilter, *, history: HistoryColumns, admitted: frozenset[int]
) -> tuple[Columns, NDArray[np.int64], NDArray[np.int64]]:
    """Return the columns, their rows that an export within a filter could hold, and those among them that it holds.

    The others are clients' but the ``admitted`` ones, or were not looked at.
    """
    columns = history.at(session)
    part = _part(wanted, queries.topic_names(session), exported=True)
    inside = _rows(session, columns, part, bounds_of(wanted))
    return columns, inside, _rows(session, columns, part, bounds_of(wanted, exported=True, admitted=admitted))


def first_entries(
    session: Session,
    timeline: Timeline,
    *,
    history: HistoryColumns,
    most_a_topic: int,
    admitted: frozenset[int] = frozenset(),
) -> tuple[ExchangeSummary, ...]:
    """Return with what an export of a timeline begins: the first exchanges of its first topics."""
    columns = history.at(session)
    bounds = bounds_of(timeline.filter, exported=True, admitted=admitted)
    ids: list[int] = []
    for line in timeline.topics[:_TOPICS_BEGUN]:
        part = replace(_part(timeline.filter, {}, exported=True), topics=(line.id,))
        # Rows of one topic are in the order of time.
        ids += columns.id[_rows(session, columns, part, bounds)[:most_a_topic]].tolist()
    return _summaries(session, ids)


def _summaries(session: Session, ids: Sequence[int]) -> tuple[ExchangeSummary, ...]:
    found = queries.summaries_by_id(session, ids)
    return tuple(found[number] for number in ids if number in found)


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
        source=wanted.source,
        learning=wanted.learning,
        exported=exported,
        admitted=admitted,
    )


_FIRST_DAY, _LAST_DAY = date(1970, 1, 2), date(9999, 1, 1)


def _day_begins(day: date) -> datetime:
    # Before 1970 there is no exchange, and some systems know no local time.
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    # The learner's own midnight is meant.
    return datetime(day.year, day.month, day.day).astimezone(UTC)


def _rows(session: Session, columns: Columns, part: Part, bounds: Bounds) -> NDArray[np.int64]:
    """Return the rows of a part, for an export without clients', for a filter without those of others."""
    rows = counting.within(columns, part)
    if not bounds.exported and bounds.client is None:
        return rows
    apart = once(session, f"apart {bounds}", lambda: kept_apart(session, bounds))
    return counting.without(columns, rows, apart)


def rows_that_may_leave(
    session: Session, columns: Columns, topic_id: str, wanted: TimelineFilter, admitted: frozenset[int]
) -> NDArray[np.int64]:
    """Return a topic's rows, in the order of time, that an export within a filter may hold."""
    part = replace(_part(wanted, {}, exported=True), topics=(topic_id,))
    return _rows(session, columns, part, bounds_of(wanted, exported=True, admitted=admitted))


def all_rows_that_may_leave(
    session: Session, columns: Columns, wanted: TimelineFilter, admitted: frozenset[int]
) -> NDArray[np.int64]:
    """Return the rows of all topics that an export within a filter may hold."""
    part = _part(wanted, queries.topic_names(session), exported=True)
    return _rows(session, columns, part, bounds_of(wanted, exported=True, admitted=admitted))


def _part(wanted: TimelineFilter, names: Mapping[str, TopicNames], *, exported: bool) -> Part:
    bounds = bounds_of(wanted, exported=exported)
    hidden = frozenset(one.topic_id for one in names.values() if one.standing != Standing.SHOWN.value)
    of_area = frozenset(one.topic_id for one in names.values() if one.area == wanted.area) - hidden
    topics = None if wanted.area is None else of_area
    return Part(
        since=bounds.since,
        before=bounds.before,
        topics=topics,
        hidden=hidden,
        exported=exported,
        source=wanted.source,
        learning=wanted.learning,
    )


def _lines(
    session: Session,
    columns: Columns,
    rows: NDArray[np.int64],
    names: Mapping[str, TopicNames],
    pause: timedelta,
    *,
    every: bool = False,
    spans: Mapping[str, Sequence[tuple[date, int]]] | None = None,
) -> tuple[TopicLine, ...]:
    """Return the shown topics among ``rows``, with ``every`` all that are named."""
    aligned = claim_queries.confirmed(session)
    lines = [
        _line(names[one.topic_id], one, aligned.get(one.topic_id, ()), (spans or {}).get(one.topic_id, ()))
        for one in counting.topic_figures(columns, rows, pause=pause)
        if one.topic_id in names and (every or names[one.topic_id].shown)
    ]
    return tuple(sorted(lines, key=lambda line: (-line.exchanges, line.name.casefold(), line.id)))


def _line(
    names: TopicNames,
    figures: TopicFigures,
    alignments: tuple[PublishedConcept, ...],
    spans: Sequence[tuple[date, int]],
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
        months=tuple(MonthCount(month, count) for month, count in figures.months),
        name_reason=retold(names.name_reason, REASONS),
        alignments=alignments,
        spans=tuple(SpanCount(*span) for span in spans),
    )
