"""Reading the history: the timeline, its topics, and the exchanges behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.corrections import Standing
from skilltrail.domain.exchange import ExchangeDetail, ExchangePage, ExchangeSummary
from skilltrail.domain.timeline import Choosable, MonthCount, Timeline, TimelineFilter, TopicDetail, TopicLine
from skilltrail.domain.topics import REASONS
from skilltrail.errors import NotFound
from skilltrail.i18n import _, retold
from skilltrail.services import counting
from skilltrail.services.counting import Part, TopicFigures
from skilltrail.storage import claim_queries, work_queries
from skilltrail.storage import trail_queries as queries
from skilltrail.storage.context_apart_queries import kept_apart
from skilltrail.storage.history_columns import Columns, HistoryColumns
from skilltrail.storage.trail_queries import Bounds, TopicNames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LATEST = 10
PAGE_LIMIT = 200


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
    columns, names = history.at(session), queries.topic_names(session)
    part = _part(wanted, names, exported=exported)
    bounds = bounds_of(wanted, exported=exported, admitted=admitted)
    rows = _apart(session, columns, counting.within(columns, part), bounds)
    lines = _lines(session, columns, rows, names, pause)
    total = counting.totals(columns, rows)
    unassigned = total.exchanges - sum(line.exchanges for line in lines)
    newest = counting.newest(columns, rows, LATEST)
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
    )


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
    session: Session, *, history: HistoryColumns, topic_id: str | None, cursor: int | None, limit: int
) -> ExchangePage:
    """Return a page of exchanges, the last to arrive first; ``cursor`` is the ``next_cursor`` of the page before."""
    limit = max(1, min(limit, PAGE_LIMIT))
    # One more than asked for tells whether there is a next page.
    if topic_id is None:
        items, total = queries.page(session, before=cursor, limit=limit + 1), queries.everything(session)[0]
    else:
        columns = history.at(session)
        items = _summaries(session, counting.page_ids(columns, topic_id, before=cursor, limit=limit + 1))
        total = counting.sizes(columns).get(topic_id, 0)
    more = len(items) > limit
    items = items[:limit]
    return ExchangePage(items=items, total=total, next_cursor=items[-1].seq if more else None)


def ids_shown_of(session: Session, topic_id: str, *, history: HistoryColumns, limit: int) -> list[int]:
    """Return the exchanges that a topic's page shows: its exemplars, and the newest ``limit`` with one more."""
    columns = history.at(session)
    page = counting.page_ids(columns, topic_id, before=None, limit=limit + 1)
    return [*counting.exemplar_ids(columns, topic_id), *page]


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
        exported=exported,
        admitted=admitted,
    )


_FIRST_DAY, _LAST_DAY = date(1970, 1, 2), date(9999, 1, 1)


def _day_begins(day: date) -> datetime:
    # Before 1970 there is no exchange, and some systems know no local time.
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    # The learner's own midnight is meant.
    return datetime(day.year, day.month, day.day).astimezone(UTC)


def _apart(session: Session, columns: Columns, rows: NDArray[np.int64], bounds: Bounds) -> NDArray[np.int64]:
    """Return the rows without what is not wanted of clients: for an export all of theirs, for a filter all others'."""
    if not bounds.exported and bounds.client is None:
        return rows
    return counting.without(columns, rows, kept_apart(session, bounds))


def _part(wanted: TimelineFilter, names: Mapping[str, TopicNames], *, exported: bool) -> Part:
    bounds = bounds_of(wanted, exported=exported)
    hidden = frozenset(one.topic_id for one in names.values() if one.standing != Standing.SHOWN.value)
    of_area = frozenset(one.topic_id for one in names.values() if one.area == wanted.area) - hidden
    topics = None if wanted.area is None else of_area
    return Part(since=bounds.since, before=bounds.before, topics=topics, hidden=hidden, exported=exported)


def _lines(
    session: Session,
    columns: Columns,
    rows: NDArray[np.int64],
    names: Mapping[str, TopicNames],
    pause: timedelta,
    *,
    every: bool = False,
) -> tuple[TopicLine, ...]:
    """Return the shown topics among ``rows``, with ``every`` all that are named."""
    aligned = claim_queries.confirmed(session)
    lines = [
        _line(names[one.topic_id], one, aligned.get(one.topic_id, ()))
        for one in counting.topic_figures(columns, rows, pause=pause)
        if one.topic_id in names and (every or names[one.topic_id].shown)
    ]
    return tuple(sorted(lines, key=lambda line: (-line.exchanges, line.name.casefold(), line.id)))


def _line(names: TopicNames, figures: TopicFigures, alignments: tuple[PublishedConcept, ...]) -> TopicLine:
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
    )
