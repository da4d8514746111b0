"""The history as columns in memory: what counting needs of every exchange on the current path, and no text.

Some 55 bytes an exchange, in the order of topic and time. Reading them costs a pass over two indexes; after a capture
only the conversations that it touched are read again (``storage.touched``), so that a page's counts cost the same few
milliseconds whatever was just captured. What is counted from them stands in ``services.counting``.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from skilltrail.domain.learning import Kind
from skilltrail.storage.learning_models import ExchangeLearning
from skilltrail.storage.meta_queries import get_revision
from skilltrail.storage.models import Conversation, Exchange, TopicMembership
from skilltrail.storage.touched import Touched, TouchedLog

if TYPE_CHECKING:
    from numpy.typing import NDArray

NO_TOPIC = -1
NO_EXEMPLAR = -1
KINDS: tuple[Kind | None, ...] = (None, *Kind)
"""What the numbers of ``Columns.kind`` mean; None: not looked at yet."""
_KIND_NUMBERS = {None if kind is None else kind.value: number for number, kind in enumerate(KINDS)}
_MOST_PATCHED = 5_000
"""Rows touched beyond which everything is read anew: that is quicker then."""

_DAY = 86_400
_ROW = np.dtype(
    [
        ("id", "i8"),
        ("asked", "i8"),
        ("talk", "i8"),
        ("topic", "i4"),
        ("restricted", "?"),
        ("kind", "i1"),
        ("rank", "i2"),
        ("source", "i2"),
        ("received", "i8"),
    ]
)

_COLUMNS = (
    Exchange.id,
    Exchange.asked_at,
    Exchange.conversation_id,
    TopicMembership.topic_id,
    Exchange.restricted,
    ExchangeLearning.kind,
    TopicMembership.exemplar,
    Conversation.provider,
    Exchange.received_at,
)
_ALL = (
    select(*(type_coerce(column, NullType) for column in _COLUMNS))
    .join(Conversation, Conversation.id == Exchange.conversation_id)
    .outerjoin(TopicMembership, TopicMembership.exchange_id == Exchange.id)
    .outerjoin(ExchangeLearning, ExchangeLearning.exchange_id == Exchange.id)
    .where(Exchange.on_current_path.is_(True))
)


def _named(parameter: str) -> Any:
    # One text for any number of ids: the statement is compiled once.
    return select(func.json_each(bindparam(parameter)).table_valued("value").c.value)


_SOME = _ALL.where(or_(Exchange.conversation_id.in_(_named("talks")), Exchange.id.in_(_named("ids"))))


_ARRAYS = ("id", "asked", "talk", "topic", "restricted", "kind", "rank", "source", "received", "day", "month")


@dataclass(frozen=True, slots=True)
class Columns:
    """One state of the history; all arrays have one row an exchange, ordered by topic, time and id.

    ``zone``: the learner's clock, and which file was read; columns of another one are of no use. ``asked``:
    microseconds since 1970. ``topic``: position in ``topics``, or ``NO_TOPIC``. ``kind``: position in ``KINDS``.
    ``rank``: an exemplar's place, else ``NO_EXEMPLAR``. ``source``: position in ``sources``, the providers.
    ``received``: when it was stored, as ``asked``. ``day``: days since 1970 and ``month``: months since 1970, both by
    the learner's clock.
    """

    revision: int
    zone: tuple[object, ...]
    topics: tuple[str, ...]
    sources: tuple[str, ...]
    id: NDArray[np.int64]
    asked: NDArray[np.int64]
    talk: NDArray[np.int64]
    topic: NDArray[np.int32]
    restricted: NDArray[np.bool_]
    kind: NDArray[np.int8]
    rank: NDArray[np.int16]
    source: NDArray[np.int16]
    received: NDArray[np.int64]
    day: NDArray[np.int32]
    month: NDArray[np.int32]


class HistoryColumns:
    """Keeps the columns of one database true."""

    def __init__(self, touched: TouchedLog) -> None:
        self._touched = touched
        self._known: Columns | None = None
        self._lock = threading.Lock()

    def at(self, session: Session) -> Columns:
        """Return the columns of the state that ``session`` sees."""
        revision, zone = get_revision(session), (self._touched.file, *_zone())
        # One thread reads and the others wait for it, instead of all of them reading the same.
        with self._lock:
            known = self._known
            if known is not None and (known.revision, known.zone) == (revision, zone):
                return known
            found = self._followed(session, known, revision, zone) or _read(session, revision, zone)
            if known is None or known.zone != zone or revision >= known.revision:
                self._known = found
            return found

    def clear(self) -> None:
        """Drop all: another database may stand in this one's place."""
        with self._lock:
            self._known = None

    def _followed(
        self, session: Session, known: Columns | None, revision: int, zone: tuple[object, ...]
    ) -> Columns | None:
        if known is None or known.zone != zone:
            return None
        touched = self._touched.between(known.revision, revision)
        if touched is None or len(touched.conversations) + len(touched.exchanges) > _MOST_PATCHED:
            return None
        return _patched(session, known, touched, revision)


def _zone() -> tuple[object, ...]:
    return time.timezone, time.altzone, time.tzname


def _read(session: Session, revision: int, zone: tuple[object, ...]) -> Columns:
    names = _Names({}, {})
    rows = _rows_of(session, _ALL, {}, names)
    return _ordered(rows, *_local(rows["asked"]), revision=revision, zone=zone, names=names)


def _patched(session: Session, known: Columns, touched: Touched, revision: int) -> Columns:
    """Return ``known`` with the touched rows as they are now."""
    names = _Names(_places_of(known.topics), _places_of(known.sources))
    talks, ids = sorted(touched.conversations), sorted(touched.exchanges)
    named = {"talks": str(talks), "ids": str(ids)}
    new = _rows_of(session, _SOME, named, names) if talks or ids else np.zeros(0, _ROW)
    fresh = _ordered(new, *_local(new["asked"]), revision=revision, zone=known.zone, names=names)
    gone = np.isin(known.talk, talks) | np.isin(known.id, [*ids, *new["id"].tolist()])
    kept = {name: getattr(known, name)[~gone] for name in _ARRAYS}
    # Both are in order: each new row goes where it belongs, which is far quicker than sorting all of them again.
    places_of_new = _places(kept["topic"], kept["asked"], kept["id"], fresh)
    arrays = {name: np.insert(kept[name], places_of_new, getattr(fresh, name)) for name in _ARRAYS}
    return Columns(revision=revision, zone=known.zone, topics=fresh.topics, sources=fresh.sources, **arrays)


@dataclass(frozen=True, slots=True)
class _Names:
    """The numbers that stand for topics and sources; those that are new are added."""

    topics: dict[str, int]
    sources: dict[str, int]


def _places_of(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


def _places(
    topic: NDArray[np.int32], asked: NDArray[np.int64], ids: NDArray[np.int64], fresh: Columns
) -> NDArray[np.int64]:
    """Return the positions in arrays ordered by topic, time and id before which the rows of ``fresh`` belong."""
    found = []
    for row in range(len(fresh.id)):
        first, last = (
            np.searchsorted(topic, fresh.topic[row], "left"),
            np.searchsorted(topic, fresh.topic[row], "right"),
        )
        begin = first + np.searchsorted(asked[first:last], fresh.asked[row], "left")
        end = first + np.searchsorted(asked[first:last], fresh.asked[row], "right")
        found.append(begin + np.searchsorted(ids[begin:end], fresh.id[row]))
    return np.array(found, dtype=np.int64)


def _rows_of(session: Session, statement: Any, named: dict[str, str], names: _Names) -> NDArray[np.void]:
    places, sources = names.topics, names.sources
    found = session.connection().execute(statement, named).cursor.fetchall()
    rows = [
        (
            row,
            asked,
            talk,
            NO_TOPIC if topic is None else places.setdefault(topic, len(places)),
            restricted,
            _KIND_NUMBERS[kind],
            NO_EXEMPLAR if rank is None else rank,
            sources.setdefault(source, len(sources)),
            received,
        )
        for row, asked, talk, topic, restricted, kind, rank, source, received in found
    ]
    return np.array(rows, dtype=_ROW)


def _ordered(
    rows: NDArray[np.void],
    day: NDArray[np.int32],
    month: NDArray[np.int32],
    *,
    revision: int,
    zone: tuple[object, ...],
    names: _Names,
) -> Columns:
    order = np.lexsort((rows["id"], rows["asked"], rows["topic"]))
    arrays = {name: np.ascontiguousarray(rows[name][order]) for name in _ROW.names or ()}
    return Columns(
        revision=revision,
        zone=zone,
        topics=tuple(names.topics),
        sources=tuple(names.sources),
        day=day[order],
        month=month[order],
        **arrays,
    )


def _local(asked: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return days and months since 1970 by the learner's clock."""
    seconds = asked // 1_000_000
    local = (seconds + _offsets(seconds)).astype("datetime64[s]")
    return local.astype("datetime64[D]").astype(np.int32), local.astype("datetime64[M]").astype(np.int32)


def _offsets(seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how far the learner's clock is ahead of UTC at each time, in seconds.

    Asked once a day; only on the days on which the clock is put forward or back, for each time.
    """
    days, place = np.unique(seconds // _DAY, return_inverse=True)
    begins = np.array([_ahead(day * _DAY) for day in days.tolist()], dtype=np.int64)
    ends = np.array([_ahead((day + 1) * _DAY - 1) for day in days.tolist()], dtype=np.int64)
    found = begins[place] if len(days) else np.zeros(0, dtype=np.int64)
    for row in np.flatnonzero((begins != ends)[place]) if len(days) else ():
        found[row] = _ahead(int(seconds[row]))
    return found


def _ahead(second: int) -> int:
    return time.localtime(second).tm_gmtoff
