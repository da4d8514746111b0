"""One topic run: vectors and texts in, named topics with areas out.

The same data gives the same topics, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.topics import NameReason, TopicGroup, TopicPartition
from skilltrail.ml.areas import find_areas
from skilltrail.ml.communities import Communities, TopicParams, centroids, find_communities, side_by_side, strengths
from skilltrail.ml.labelling import Embed, Label, label_topics
from skilltrail.ml.skill_terms import TermList, term_list

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
    params: TopicParams | None = None,
    terms: TermList | None = None,
) -> TopicPartition:
    """Find, name and group the topics of a history.

    Parameters
    ----------
    dense, static
        Unit vectors, shapes (n, d1) and (n, d2), one row per exchange.
    texts
        Representations, n of them.
    keys
        Source keys, all different; rows are ordered by them first, so their order in the call makes no difference.
    embed_dense, embed_static
        Give vectors of the same two kinds for names of skills.
    params, terms
        Settings and allow-list; the shipped ones by default.

    Returns
    -------
    TopicPartition
        Exchanges without any text, and those near nothing, are unassigned.
    """
    params = params or TopicParams()
    order = np.array(sorted(range(len(keys)), key=lambda row: keys[row]), dtype=np.int64)
    usable = order[[bool(texts[row].strip()) for row in order.tolist()]] if len(order) else order
    if len(usable) < params.smallest:
        return TopicPartition(unassigned=tuple(sorted(keys)), settings=params.as_settings())
    found = find_communities(dense[usable], static[usable], params)
    middles = centroids(found.vectors, found.labels, found.count)
    members = [_nearest_first(found, middles, topic) for topic in range(found.count)]

    def embed(names: Sequence[str]) -> NDArray[np.float32]:
        return side_by_side(embed_dense(names), embed_static(names), params)

    chosen = terms or term_list()
    read = [texts[row] for row in usable.tolist()]
    named = label_topics(read, members, middles, terms=chosen, embed=embed)
    sizes = [len(rows) for rows in members]
    areas = find_areas(middles, sizes, [label.name for label in named], terms=chosen, embed=embed, params=params)
    firm = strengths(found.labels, found.neighbours)
    own_keys = [keys[row] for row in usable.tolist()]
    parts = zip(members, named, areas, strict=True)
    groups = [_group(rows, own_keys, firm, label, area) for rows, label, area in parts]
    return TopicPartition(tuple(groups), _left_over(keys, groups), params.as_settings())


def _nearest_first(found: Communities, middles: NDArray[np.float32], topic: int) -> NDArray[np.int64]:
    """Rows of a topic, nearest its middle first; ties by row."""
    rows = np.flatnonzero(found.labels == topic)
    return rows[np.lexsort((rows, -(found.vectors[rows] @ middles[topic]).round(6)))]


def _group(
    rows: NDArray[np.int64], keys: Sequence[str], firm: NDArray[np.float32], label: Label, area: str
) -> TopicGroup:
    exemplars = tuple(keys[row] for row in rows[:EXEMPLARS].tolist())
    ordered = sorted(rows.tolist())
    return TopicGroup(
        members=tuple(keys[row] for row in ordered),
        strengths=tuple(round(float(firm[row]), 4) for row in ordered),
        name=label.name,
        terms=label.terms,
        exemplars=exemplars,
        area=area,
        reason=NameReason(label.terms, exemplars, label.concept, label.similarity, label.mentions),
        alternatives=label.alternatives,
    )


def _left_over(keys: Sequence[str], groups: Sequence[TopicGroup]) -> tuple[str, ...]:
    placed = {key for group in groups for key in group.members}
    return tuple(sorted(key for key in keys if key not in placed))
