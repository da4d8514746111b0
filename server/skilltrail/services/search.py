"""Searching the history: words by the word index, meaning by vectors, all fused, and filters over both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import NONE, OWN, UNDECIDED
from skilltrail.domain.search import Order, SearchQuery, Term
from skilltrail.domain.search_snippets import folded, fuse, telling
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.services.trail import bounds_of
from skilltrail.storage import context_boundary_queries, context_queries, trail_queries
from skilltrail.storage import search_index_queries as index_queries
from skilltrail.storage import search_queries as queries
from skilltrail.storage.trail_queries import Bounds, TopicNames
from skilltrail.storage.types import to_microseconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANKED_MOST = 2_000
"""Exchanges that are put in order by BM25. Words that more of them hold say little; nearness orders these."""

NEAR_MOST = 50
"""At most so many exchanges count as near in meaning, and at most so many as holding some of the words."""

NEAR_DENSE, NEAR_STATIC = 0.25, 0.35
"""Cosines below which nothing counts as near (chosen in ``benchmarks/search.py``: 95 % and 73 % of what is meant)."""

NEAR_MIDDLE = 0.45
"""The same for nearness to the middle of the best hits, which is nearer to everything."""

SOME_LEAST = 20
"""With fewer exchanges than this that hold all words, those that hold some are looked for."""

COMMON = 12
"""A word that more than one exchange in so many holds ("how", "the") says nothing of what is meant."""

FUSED_MOST = 1_000
"""Exchanges that hold all words and are fused with the others; any further ones follow them."""

FEEDBACK = 5
"""Best hits whose dense vectors stand for the query while the model has not read it (Rocchio 1971)."""

_FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Near:
    """Exchanges with their cosines to a query, both of shape (n,); below ``least`` none counts as near."""

    ids: NDArray[np.int64]
    cosines: NDArray[np.float32]
    least: float

    def by_id(self, size: int) -> NDArray[np.float32]:
        """Return the nearness by exchange id, shape (size,); -1 where there is none."""
        found = np.full(size, -1.0, dtype=np.float32)
        known = self.ids < size
        found[self.ids[known]] = self.cosines[known]
        return found

    def best(self) -> NDArray[np.int64]:
        """Return the ids of those that are near, the nearest first."""
        near = np.flatnonzero(self.cosines >= self.least)
        found: NDArray[np.int64] = self.ids[near[np.argsort(-self.cosines[near], kind="stable")]]
        return found


@dataclass(frozen=True, slots=True)
class Readings:
    """A query as it was read for its meaning: by the model (``dense``), or else by token vectors (``static``).

    ``like`` returns how near all exchanges are to the middle of some, by dense vectors.
    """

    dense: Near | None = None
    static: Near | None = None
    like: Callable[[Sequence[int]], Near | None] = lambda _ids: None

    @property
    def best(self) -> Near | None:
        """Return the better one."""
        return self.dense or self.static


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of all results in order, which (and how many) of them hold all words, and the cosines of those near.

    ``marked`` are the terms that are worth a mark in a snippet.
    """

    order: NDArray[np.int64]
    by_words: _Passing
    words: int
    cosines: dict[int, float]
    closely: bool = False
    marked: tuple[Term, ...] = ()


def find(session: Session, wanted: SearchQuery, read: Readings, *, order: Order = Order.BEST) -> Found:
    """Return everything that a query finds.

    Parameters
    ----------
    read
        How near the whole history is to ``wanted.meaning``; empty without words or without vectors.
    order
        Best: all words, meaning and some words, fused by reciprocal ranks. Newest: by the time of the question.
    """
    if wanted.empty:
        return Found(_numbers(""), _NOBODY, 0, {})
    passing = _passing(session, wanted)
    if not wanted.wanted:
        return Found(passing.keep(_asked(session, wanted)), _NOBODY, 0, {})
    matching = passing.keep(_matching(session, wanted))
    ranked = _ranked(session, wanted, matching, read.best)
    # Phrases must occur in whatever is found, and nothing outside the fields that are named counts.
    loose = _All((*passing.filters, *_phrases(session, wanted)))
    rare = _rare(session, wanted) if len(matching) < SOME_LEAST else wanted.wanted
    some = _some(session, wanted, rare, loose) if len(matching) < SOME_LEAST else []
    nearby = [] if wanted.fields else [_kept(near, loose) for near in _nearness(read, some)]
    # Far down a list ranks tell nothing any more; what stands there follows as it is.
    fused = fuse(ranked[:FUSED_MOST].tolist(), *nearby, some, weights=_weights(read, nearby))
    best = np.asarray(fused, dtype=np.int64)
    best = np.concatenate([best, _Passing.of(best, inverted=True).keep(ranked[FUSED_MOST:])])
    if order is Order.NEWEST:
        best = _Passing.of(best).keep(_asked(session, wanted))
    cosines = _cosines_of(read.best, nearby[0]) if nearby and read.best is not None else {}
    closely = read.dense is not None
    marked = telling(rare or wanted.wanted)
    return Found(best, _Passing.of(matching), len(matching), cosines, closely, marked)


# --- sets of ids ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Passing:
    """Which exchanges pass the filters: True by id; with ``inverted`` True by id means left out."""

    flags: NDArray[np.bool_]
    inverted: bool = False

    @classmethod
    def of(cls, ids: NDArray[np.int64], *, inverted: bool = False) -> _Passing:
        flags = np.zeros(int(ids.max()) + 1 if len(ids) else 0, dtype=np.bool_)
        flags[ids] = True
        return cls(flags, inverted)

    def has(self, one: int) -> bool:
        """Tell whether one exchange passes."""
        return bool(one < len(self.flags) and self.flags[one]) != self.inverted

    def keep(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return those of ``ids`` that pass, in their order."""
        inside = ids < len(self.flags)
        held = np.zeros(len(ids), dtype=np.bool_)
        held[inside] = self.flags[ids[inside]]
        return ids[~held if self.inverted else held]


_NOBODY = _Passing(np.zeros(0, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class _All:
    """Several filters, all of which must be passed."""

    filters: tuple[_Passing, ...]

    def keep(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        for one in self.filters:
            ids = one.keep(ids)
        return ids


def _numbers(joined: str) -> NDArray[np.int64]:
    return np.fromstring(joined, dtype=np.int64, sep=",") if joined else np.zeros(0, dtype=np.int64)


def _passing(session: Session, wanted: SearchQuery) -> _All:
    off_path = _numbers(queries.earlier(session))
    filters = [_Passing.of(off_path, inverted=not wanted.earlier)]
    if wanted.since or wanted.before:
        filters.append(_Passing.of(_asked(session, wanted)))
    if wanted.sources:
        # Most histories come from one source: nothing is left out then, and nothing need be looked at.
        others = sorted(set(queries.sources(session)) - set(wanted.sources))
        if others:
            filters.append(_Passing.of(_numbers(queries.of_sources(session, others)), inverted=True))
    if wanted.topics or wanted.areas:
        filters.append(_in_topics(session, wanted))
    if wanted.clients:
        filters.append(_of_clients(session, wanted.clients))
    filters += [_Passing.of(_numbers(queries.holding(session, thing))) for thing in wanted.holds]
    if wanted.excluded:
        without = queries.expression_of(wanted.excluded, wanted.fields, joined="OR")
        filters.append(_Passing.of(_numbers(queries.matching(session, without)), inverted=True))
    return _All(tuple(filters))


def _in_topics(session: Session, wanted: SearchQuery) -> _Passing:
    if wanted.topics == ("none",):
        return _Passing.of(_numbers(queries.in_a_topic(session)), inverted=True)
    chosen = [one.topic_id for one in trail_queries.shown_topics(session).values() if _is_meant(one, wanted)]
    return _Passing.of(_numbers(queries.of_topics(session, chosen)))


def _of_clients(session: Session, wanted: Sequence[str]) -> _Passing:
    """Return the exchanges of the clients and projects whose names begin so, of the learner, or of nobody."""
    living = context_queries.contexts(session)
    names = [name for name in wanted if name not in (OWN, NONE, UNDECIDED)]
    chosen = [one for one in living.values() if any(_begins(one.form.name, name) for name in names)]
    whose = [name for name in (OWN, NONE, UNDECIDED) if name in wanted]
    joined = [context_boundary_queries.ids_of(session, [one.id for one in chosen], whose)]
    return _Passing.of(_numbers(",".join(filter(None, joined))))


def _begins(name: str, wanted: str) -> bool:
    return f" {folded(wanted)}" in f" {folded(name)}"


def _is_meant(topic: TopicNames, wanted: SearchQuery) -> bool:
    name, area = f" {folded(topic.name)}", f" {folded(topic.area)}"
    by_topic = not wanted.topics or any(f" {folded(one)}" in name or one == topic.topic_id for one in wanted.topics)
    return by_topic and (not wanted.areas or any(f" {folded(one)}" in area for one in wanted.areas))


def _asked(session: Session, wanted: SearchQuery) -> NDArray[np.int64]:
    """Return the ids of exchanges within the days that are wanted, newest first."""
    until = wanted.before - timedelta(days=1) if wanted.before else None
    bounds: Bounds = bounds_of(TimelineFilter(since=wanted.since, until=until))
    since = to_microseconds(bounds.since) if bounds.since else -_FOREVER
    before = to_microseconds(bounds.before) if bounds.before else _FOREVER
    return _numbers(queries.within(session, since=since, before=before, current=not wanted.earlier))


# --- words and meaning ------------------------------------------------------------------------------------------------


def _matching(session: Session, wanted: SearchQuery) -> NDArray[np.int64]:
    return _numbers(queries.matching(session, queries.expression_of(wanted.wanted, wanted.fields)))


def _ranked(session: Session, wanted: SearchQuery, matching: NDArray[np.int64], near: Near | None) -> NDArray[np.int64]:
    """Return the matching exchanges, the best first."""
    if not len(matching):
        return matching
    if len(matching) <= RANKED_MOST:
        expression = queries.expression_of(wanted.wanted, wanted.fields)
        return _Passing.of(matching).keep(_numbers(queries.ranked(session, expression, _FOREVER)))
    newest = np.sort(matching)[::-1]
    if near is None:
        return newest
    return newest[np.argsort(-near.by_id(int(newest[0]) + 1)[newest], kind="stable")]


def _phrases(session: Session, wanted: SearchQuery) -> tuple[_Passing, ...]:
    phrases = tuple(term for term in wanted.wanted if term.phrase)
    if not phrases:
        return ()
    return (_Passing.of(_numbers(queries.matching(session, queries.expression_of(phrases, wanted.fields)))),)


def _rare(session: Session, wanted: SearchQuery) -> tuple[Term, ...]:
    """Return the terms that some exchanges hold and most do not, in the order of the query."""
    if len(wanted.wanted) < 2:
        return wanted.wanted
    most = min(RANKED_MOST, max(SOME_LEAST, index_queries.last_exchange(session) // COMMON))
    counts = {
        term: queries.count_matching(session, queries.expression_of([term], wanted.fields), most + 1)
        for term in wanted.wanted
    }
    kept: set[Term] = set()
    total = 0
    for term in sorted(counts, key=counts.__getitem__):
        total += counts[term]
        if 0 < counts[term] <= most and total <= RANKED_MOST:
            kept.add(term)
    return tuple(term for term in wanted.wanted if term in kept)


def _some(session: Session, wanted: SearchQuery, rare: Sequence[Term], passing: _All) -> list[int]:
    """Return the exchanges that hold some of the rare words, the best first."""
    if len(wanted.wanted) < 2 or not rare:
        return []
    expression = queries.expression_of(rare, wanted.fields, joined="OR")
    found: list[int] = passing.keep(_numbers(queries.ranked(session, expression, RANKED_MOST)))[:NEAR_MOST].tolist()
    return found


def _nearness(read: Readings, some: Sequence[int]) -> list[Near]:
    """Return the nearness to the query; without the model's reading, also that to the best hits so far."""
    if read.dense is not None or read.static is None:
        return [read.dense] if read.dense is not None else []
    best = fuse(read.static.best()[:NEAR_MOST].tolist(), some)[:FEEDBACK]
    like = read.like(best)
    return [read.static] if like is None else [read.static, like]


def _weights(read: Readings, nearby: Sequence[object]) -> tuple[float, ...]:
    return (2.0, *(1.0 for _one in nearby), 0.5 if read.dense is not None else 1.0)


def _kept(near: Near, passing: _All) -> list[int]:
    found: list[int] = passing.keep(near.best())[:NEAR_MOST].tolist()
    return found


def count(session: Session, query: SearchQuery) -> int:
    """Return how many exchanges hold all words of a query and pass its filters."""
    passing = _passing(session, query)
    return len(passing.keep(_matching(session, query) if query.wanted else _asked(session, query)))


def _cosines_of(near: Near, ids: Sequence[int]) -> dict[int, float]:
    if not ids:
        return {}
    by_id = near.by_id(max(ids) + 1)
    return {one: round(float(by_id[one]), 3) for one in ids}
