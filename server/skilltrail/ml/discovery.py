"""One topic run: vectors and texts in, named topics with areas out.

The same data gives the same topics, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.topics import NameReason, TopicGroup, TopicPartition
from skilltrail.ml.areas import find_areas
from skilltrail.ml.avoiding import without_avoided
from skilltrail.ml.communities import (
    UNASSIGNED,
    Communities,
    TopicParams,
    centroids,
    find_communities,
    side_by_side,
    strengths,
)
from skilltrail.ml.context import with_context
from skilltrail.ml.holding import Holds, finer, obey
from skilltrail.ml.labelling import FIRST_SAMPLE, SAMPLE, Label, label_topics
from skilltrail.ml.languages import elsewhere
from skilltrail.ml.name_fit import Embed
from skilltrail.ml.placing import place_firmly
from skilltrail.ml.skill_terms import TermList, term_list
from skilltrail.ml.steadying import Known, steady
from skilltrail.ml.word_vectors import word_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXEMPLARS = 5


def discover(
    *,
    dense: NDArray[np.float32],
    static: NDArray[np.float32],
    texts: Sequence[str],
    keys: Sequence[str],
    embed_dense: Embed,
    embed_static: Embed,
    talks: Sequence[str] | None = None,
    held: NDArray[np.int64] | None = None,
    bound: NDArray[np.bool_] | None = None,
    corrected: int = 0,
    settled: NDArray[np.bool_] | None = None,
    spare: int = 0,
    divide: bool = False,
    avoid: frozenset[str] = frozenset(),
    params: TopicParams | None = None,
    terms: TermList | None = None,
) -> TopicPartition:
    """Find, name and group the topics of a history.

    Parameters
    ----------
    dense, static
        Vectors, shapes (n, d1) and (n, d2), one row per exchange. A dense row of zeros says that the exchange has no
        dense vector yet: it goes where its static neighbours stand. Where no row has one (or d1 = 0) the static
        vectors alone decide, and ``embed_dense`` is not called.
    texts
        Representations, n of them.
    keys
        Source keys, all different; rows are ordered by them first, so their order in the call makes no difference.
    embed_dense, embed_static
        Give vectors of the same two kinds for names of skills.
    talks
        The conversation of each exchange, n of them; each stands alone by default.
    held, bound, corrected, settled, spare
        Where the rows stood before: ``held``, shape (n,), is each row's topic, -1 for none. The first ``corrected``
        topics the learner has corrected, and ``bound`` rows of these must stay, see ``holding.Holds``; ``settled`` and
        ``spare`` see ``steadying.Known``. By default there was nothing before.
    divide
        The rows are one topic already, and its parts are wanted: parts that are much alike stay apart.
    avoid
        Folded words and phrases that no name, term or alternative may hold, see ``avoiding``.
    params, terms
        Settings and allow-list; the shipped ones by default.

    Returns
    -------
    TopicPartition
        Exchanges without any text, and those near nothing, are unassigned.
    """
    params = finer(params or TopicParams()) if divide else params or TopicParams()
    order = np.array(sorted(range(len(keys)), key=lambda row: keys[row]), dtype=np.int64)
    usable = order[[bool(texts[row].strip()) for row in order.tolist()]] if len(order) else order
    if len(usable) < params.smallest:
        return TopicPartition(unassigned=tuple(sorted(keys)), settings=params.as_settings())
    read = usable[dense[usable].any(axis=1)]
    alone = len(read) < params.smallest
    grouped = usable if alone else read
    chosen = terms or term_list()
    spoken = [texts[row] for row in grouped.tolist()]
    around = [talks[row] if talks is not None else keys[row] for row in grouped.tolist()]

    def leaning(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        return with_context(vectors, around, params.context)

    words = leaning(word_vectors(spoken, terms=chosen, seed=params.seed))
    read_closely = dense[grouped, : 0 if alone else None]
    foreign = elsewhere(spoken)
    found = find_communities(leaning(read_closely), leaning(static[grouped]), params, words, foreign)
    found, numbers = _continue(found, grouped, held, bound, settled, corrected=corrected, spare=spare, params=params)
    middles = centroids(found.vectors, found.labels, found.count)
    members = [_nearest_first(found, middles, topic) for topic in range(found.count)]

    def embed(names: Sequence[str]) -> NDArray[np.float32]:
        return embed_static(names) if alone else side_by_side(embed_dense(names), embed_static(names), params)

    sample = FIRST_SAMPLE if alone else SAMPLE
    named = label_topics(spoken, members, middles, terms=chosen, embed=embed, sample=sample)
    named = without_avoided(named, avoid)
    sizes = [len(rows) for rows in members]
    areas = find_areas(middles, sizes, [label.name for label in named], terms=chosen, embed=embed, params=params)
    homes = _homes(found, static, grouped=grouped, rest=np.setdiff1d(usable, grouped), params=params)
    exemplars = [tuple(keys[grouped[row]] for row in rows[:EXEMPLARS].tolist()) for rows in members]
    inside: list[list[tuple[str, float]]] = [[] for _ in members]
    for row, (topic, firm) in homes.items():
        inside[topic].append((keys[row], firm))
    parts = zip(inside, exemplars, named, areas, numbers, strict=True)
    groups = sorted((_group(*part) for part in parts), key=lambda group: (-len(group.members), group.members[0]))
    return TopicPartition(tuple(groups), _left_over(keys, groups), params.as_settings())


def _continue(
    found: Communities,
    rows: NDArray[np.int64],
    held: NDArray[np.int64] | None,
    bound: NDArray[np.bool_] | None,
    settled: NDArray[np.bool_] | None,
    *,
    corrected: int,
    spare: int,
    params: TopicParams,
) -> tuple[Communities, tuple[int | None, ...]]:
    """Change what was found so that topics stay put and corrections hold; return the known topic of each group."""
    if held is None or bound is None or settled is None:
        return found, (None,) * found.count
    found, continues = steady(found, Known(held, settled, bound, spare).at(rows))
    own = Holds(np.where(held < corrected, held, UNASSIGNED), bound & (held >= 0) & (held < corrected)).at(rows)
    return obey(found, own, params, {label: number for label, number in continues.items() if number >= corrected})


def _homes(
    found: Communities,
    static: NDArray[np.float32],
    *,
    grouped: NDArray[np.int64],
    rest: NDArray[np.int64],
    params: TopicParams,
) -> dict[int, tuple[int, float]]:
    """Topic and strength of every row that has one: those that were grouped, and the rest by their neighbours."""
    placed, firm = place_firmly(static[rest], static[grouped], found.labels, params)
    rows = np.concatenate([grouped, rest]).tolist()
    labels = np.concatenate([found.labels, placed]).tolist()
    strong = np.concatenate([strengths(found.labels, found.neighbours), firm]).tolist()
    return {row: (label, value) for row, label, value in zip(rows, labels, strong, strict=True) if label != UNASSIGNED}


def _nearest_first(found: Communities, middles: NDArray[np.float32], topic: int) -> NDArray[np.int64]:
    """Rows of a topic, nearest its middle first; ties by row."""
    rows = np.flatnonzero(found.labels == topic)
    return rows[np.lexsort((rows, -(found.vectors[rows] @ middles[topic]).round(6)))]


def _group(
    inside: Sequence[tuple[str, float]], exemplars: tuple[str, ...], label: Label, area: str, held: int | None
) -> TopicGroup:
    ordered = sorted(inside)
    return TopicGroup(
        members=tuple(key for key, _firm in ordered),
        strengths=tuple(round(firm, 4) for _key, firm in ordered),
        name=label.name,
        terms=label.terms,
        exemplars=exemplars,
        area=area,
        reason=NameReason(label.terms, exemplars, label.concept, label.similarity, label.mentions),
        alternatives=label.alternatives,
        held=held,
    )


def _left_over(keys: Sequence[str], groups: Sequence[TopicGroup]) -> tuple[str, ...]:
    placed = {key for group in groups for key in group.members}
    return tuple(sorted(key for key in keys if key not in placed))
