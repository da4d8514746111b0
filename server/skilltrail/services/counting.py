"""Counting from the history's columns: exchanges, episodes, days and months of topics, within a part of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.learning import Kind
from skilltrail.domain.stages import LearningCounts
from skilltrail.storage.history_columns import KINDS, NO_EXEMPLAR, NO_TOPIC, Columns
from skilltrail.storage.types import from_microseconds, to_microseconds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What part of the history is looked at: from ``since`` to just before ``before``; None means no bound.

    ``topics``: these alone; None: all but the ``hidden`` ones, and what is in no topic. ``exported``: without what the
    learner leaves out of exports. ``source``: a provider. ``received``: stored at this time or later.
    """

    since: datetime | None = None
    before: datetime | None = None
    topics: Collection[str] | None = None
    hidden: Collection[str] = ()
    exported: bool = False
    source: str | None = None
    learning: bool = False
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """The counts of one topic; ``months`` in order, "2026-11" with its exchanges."""

    topic_id: str
    exchanges: int
    episodes: int
    days: int
    first_at: datetime
    last_at: datetime
    months: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Exchanges of a part, and their conversations."""

    exchanges: int
    conversations: int
    first_at: datetime | None
    last_at: datetime | None


def within(columns: Columns, part: Part) -> NDArray[np.int64]:
    """Return the rows of ``columns`` that lie within ``part``, in their order."""
    keep = np.ones(len(columns.id), dtype=bool)
    if part.since is not None:
        keep &= columns.asked >= to_microseconds(part.since)
    if part.before is not None:
        keep &= columns.asked < to_microseconds(part.before)
    if part.exported:
        keep &= ~columns.restricted
    if part.source is not None:
        keep &= columns.source == (columns.sources.index(part.source) if part.source in columns.sources else -1)
    if part.learning:
        keep &= columns.kind == KINDS.index(Kind.LEARNING)
    if part.received is not None:
        keep &= columns.received >= to_microseconds(part.received)
    if part.topics is not None:
        keep &= _named(columns, part.topics)
    elif part.hidden:
        keep &= ~_named(columns, part.hidden)
    return np.flatnonzero(keep)


def without(columns: Columns, rows: NDArray[np.int64], ids: str) -> NDArray[np.int64]:
    """Return those of ``rows`` whose exchanges are not among ``ids``, numbers with commas between them."""
    if not ids:
        return rows
    gone = np.fromstring(ids, dtype=np.int64, sep=",")
    return rows[~np.isin(columns.id[rows], gone)]


def by_topic(columns: Columns, rows: NDArray[np.int64]) -> dict[str, int]:
    """Return how many of ``rows`` each topic has; topics that have none are left out."""
    topic = columns.topic[rows]
    counts = np.bincount(topic[topic != NO_TOPIC], minlength=len(columns.topics))
    return {columns.topics[number]: int(counts[number]) for number in np.flatnonzero(counts)}


def parted(columns: Columns, rows: NDArray[np.int64], groups: Sequence[str]) -> list[NDArray[np.int64]]:
    """Return of each of ``groups``, ids with commas between them, those that stand in ``rows``."""
    found = [np.fromstring(ids, dtype=np.int64, sep=",") for ids in groups]
    if not found:
        return []
    # Looked for all at once: there are many clients.
    inside = np.isin(np.concatenate(found), columns.id[rows])
    borders = np.cumsum([len(ids) for ids in found])[:-1]
    return [ids[kept] for ids, kept in zip(found, np.split(inside, borders), strict=True)]


def different(groups: Sequence[NDArray[np.int64]]) -> int:
    """Return how many different ids stand in ``groups``."""
    return len(np.unique(np.concatenate(groups))) if groups else 0


def topic_figures(columns: Columns, rows: NDArray[np.int64], *, pause: timedelta) -> list[TopicFigures]:
    """Return the counts of each topic among ``rows``; an episode ends with a pause longer than ``pause``."""
    rows = rows[columns.topic[rows] != NO_TOPIC]
    if not len(rows):
        return []
    topic, asked = columns.topic[rows].astype(np.int64), columns.asked[rows]
    begins = np.flatnonzero(np.diff(topic, prepend=topic[0] - 1))
    ends = np.append(begins[1:], len(rows))
    apart = np.diff(asked, prepend=asked[0]) > pause // _MICROSECOND
    apart[begins] = True
    episodes = np.add.reduceat(apart.astype(np.int64), begins)
    days = np.bincount(_counted(topic << 32 | columns.day[rows])[0] >> 32, minlength=len(columns.topics))
    months = _months(topic, columns.month[rows])
    return [
        TopicFigures(
            topic_id=columns.topics[topic[first]],
            exchanges=int(last - first),
            episodes=int(count),
            days=int(days[topic[first]]),
            first_at=from_microseconds(int(asked[first])),
            last_at=from_microseconds(int(asked[last - 1])),
            months=tuple(months[int(topic[first])]),
        )
        for first, last, count in zip(begins.tolist(), ends.tolist(), episodes.tolist(), strict=True)
    ]


def learning(
    columns: Columns, rows: NDArray[np.int64], *, pause: timedelta, corrected: Collection[int] = ()
) -> dict[str, LearningCounts]:
    """Return for each topic among ``rows`` what of it is learning; a ``corrected`` answer always is.

    An episode's day is that of its first learning exchange, as in ``domain.stages``.
    """
    rows = rows[columns.topic[rows] != NO_TOPIC]
    topic = columns.topic[rows].astype(np.int64)
    apart = np.diff(columns.asked[rows], prepend=0) > pause // _MICROSECOND
    apart |= np.diff(topic, prepend=-1) != 0
    learnt = columns.kind[rows] == KINDS.index(Kind.LEARNING)
    if corrected:
        learnt |= np.isin(columns.id[rows], list(corrected))
    _episodes, firsts = np.unique(np.cumsum(apart)[learnt], return_index=True)
    owner, day = topic[learnt][firsts], columns.day[rows][learnt][firsts]
    size = len(columns.topics)
    exchanges, episodes = np.bincount(topic[learnt], minlength=size), np.bincount(owner, minlength=size)
    days = np.bincount(np.unique(owner << 32 | day) >> 32, minlength=size)
    first, last = np.full(size, 2**31), np.zeros(size, dtype=np.int64)
    np.minimum.at(first, owner, day)
    np.maximum.at(last, owner, day)
    found = zip(exchanges.tolist(), episodes.tolist(), days.tolist(), np.maximum(last - first, 0).tolist(), strict=True)
    return {name: LearningCounts(*counts) for name, counts in zip(columns.topics, found, strict=True)}


def spans(columns: Columns, rows: NDArray[np.int64], *, weekly: bool) -> dict[str, list[tuple[date, int]]]:
    """Return by topic the days, or the weeks by their Mondays, in order, each with its exchanges."""
    rows = rows[columns.topic[rows] != NO_TOPIC]
    # 1 January 1970 was a Thursday.
    first = columns.day[rows] - ((columns.day[rows] + 3) % 7 if weekly else 0)
    keys, counts = _counted(columns.topic[rows].astype(np.int64) << 32 | first)
    found: dict[str, list[tuple[date, int]]] = {}
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        day = date(1970, 1, 1) + timedelta(days=key & 0xFFFFFFFF)
        found.setdefault(columns.topics[key >> 32], []).append((day, count))
    return found


def totals(columns: Columns, rows: NDArray[np.int64]) -> Totals:
    """Count ``rows``."""
    if not len(rows):
        return Totals(0, 0, None, None)
    asked = columns.asked[rows]
    first, last = from_microseconds(int(asked.min())), from_microseconds(int(asked.max()))
    return Totals(len(rows), int(np.count_nonzero(np.bincount(columns.talk[rows]))), first, last)


def sizes(columns: Columns) -> dict[str, int]:
    """Return how many exchanges stand in each topic, those with none left out."""
    counts = np.bincount(columns.topic[columns.topic != NO_TOPIC], minlength=len(columns.topics)).tolist()
    return {topic: count for topic, count in zip(columns.topics, counts, strict=True) if count}


def kinds(columns: Columns) -> dict[str, dict[str, int]]:
    """Return how many exchanges of each topic count as what, those not looked at yet under "waiting"."""
    rows = columns.topic != NO_TOPIC
    size = len(KINDS)
    counts = np.bincount(columns.topic[rows] * size + columns.kind[rows], minlength=len(columns.topics) * size)
    named = ["waiting" if kind is None else kind.value for kind in KINDS]
    found = zip(columns.topics, counts.reshape(-1, size).tolist(), strict=True)
    return {topic: dict(zip(named, row, strict=True)) for topic, row in found if sum(row)}


def kinds_of(columns: Columns, ids: Collection[int]) -> dict[int, Kind]:
    """Return what exchanges count as, of those on the current path that were told."""
    rows = np.flatnonzero(np.isin(columns.id, list(ids)))
    found = zip(columns.id[rows].tolist(), columns.kind[rows].tolist(), strict=True)
    return {number: kind for number, place in found if (kind := KINDS[place]) is not None}


def oldest_ids(columns: Columns, topics: Collection[str], most: int) -> dict[str, list[int]]:
    """Return the first ``most`` exchanges of each of ``topics``."""
    rows = within(columns, Part(topics=topics))
    found: dict[str, list[int]] = {}
    for place, number in zip(columns.topic[rows].tolist(), columns.id[rows].tolist(), strict=True):
        ids = found.setdefault(columns.topics[place], [])
        # Rows of one topic are in the order of time.
        if len(ids) < most:
            ids.append(number)
    return found


def exemplar_ids(columns: Columns, topic_id: str) -> list[int]:
    """Return the exchanges that stand for a topic, the best first."""
    rows = within(columns, Part(topics=(topic_id,)))
    rows = rows[columns.rank[rows] != NO_EXEMPLAR]
    return [int(number) for number in columns.id[rows[np.argsort(columns.rank[rows], kind="stable")]]]


def page_ids(columns: Columns, rows: NDArray[np.int64], *, before: int | None, limit: int) -> list[int]:
    """Return the ids of the exchanges in ``rows`` in falling order of arrival, those before ``before``."""
    ids = np.sort(columns.id[rows])
    end = len(ids) if before is None else int(np.searchsorted(ids, before))
    return [int(number) for number in ids[max(0, end - limit) : end][::-1]]


def day_page_ids(columns: Columns, rows: NDArray[np.int64], *, after: int | None, limit: int) -> list[int]:
    """Return the ids of the exchanges in ``rows`` from the last asked to the first, those that follow ``after``.

    ``after``: an id of an exchange; where it is gone, those that arrived before it follow.
    """
    if after is not None:
        rows = rows[_follow(columns, rows, after)]
    return newest(columns, rows, limit)


def _follow(columns: Columns, rows: NDArray[np.int64], after: int) -> NDArray[np.bool_]:
    asked, ids = columns.asked[rows], columns.id[rows]
    at = np.flatnonzero(columns.id == after)
    if not len(at):
        return np.asarray(ids < after)
    moment = columns.asked[at[0]]
    return np.asarray((asked < moment) | ((asked == moment) & (ids < after)))


def no_newer(columns: Columns, marks: Mapping[str, int]) -> dict[str, int]:
    """Return for each topic how many of its exchanges arrived no later than its mark, an id."""
    return {
        topic: int((columns.id[within(columns, Part(topics=(topic,)))] <= mark).sum()) for topic, mark in marks.items()
    }


def newest_ids(columns: Columns) -> dict[str, int]:
    """Return the highest id of an exchange in each topic, those with none left out."""
    rows = np.flatnonzero(columns.topic != NO_TOPIC)
    found = np.zeros(len(columns.topics), dtype=np.int64)
    np.maximum.at(found, columns.topic[rows], columns.id[rows])
    return {topic: number for topic, number in zip(columns.topics, found.tolist(), strict=True) if number}


def newest(columns: Columns, rows: NDArray[np.int64], limit: int) -> list[int]:
    """Return the ids of the newest of ``rows``, the newest first."""
    order = np.lexsort((-columns.id[rows], -columns.asked[rows]))[:limit]
    return [int(number) for number in columns.id[rows[order]]]


def _named(columns: Columns, topics: Collection[str]) -> NDArray[np.bool_]:
    wanted = [place for place, topic in enumerate(columns.topics) if topic in topics]
    return np.isin(columns.topic, wanted)


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different keys in order, and how often each stands there.

    Rows are in the order of topic and time, so that keys of these are in order already: sorting them took longer than
    all other counting. Only where a clock is put back over midnight they are not.
    """
    if np.any(keys[1:] < keys[:-1]):
        keys = np.sort(keys)
    begins = np.flatnonzero(np.diff(keys, prepend=keys[:1] - 1)) if len(keys) else np.zeros(0, dtype=np.int64)
    return keys[begins], np.diff(np.append(begins, len(keys)))


def _months(topic: NDArray[np.int64], month: NDArray[np.int32]) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = {}
    keys, counts = _counted(topic << 32 | month)
    for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
        place, number = key >> 32, key & 0xFFFFFFFF
        found.setdefault(place, []).append((f"{1970 + number // 12:04d}-{number % 12 + 1:02d}", count))
    return found
