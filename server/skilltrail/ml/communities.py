"""Topics as communities of a neighbour graph over dense and static vectors side by side.

The number of topics is never given.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.merging import merge_alike
from skilltrail.ml.neighbours import Neighbours, nearest_neighbours
from skilltrail.ml.setting_apart import join_nearest, without_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

UNASSIGNED = -1

FEWEST = 14
"""Neighbours of an exchange in a small history: fewer would break its topics up."""

_SETTLED = 1_800
"""Exchanges from which on a history is cut as finely as a large one."""

_SETTLED_STATIC = 200
"""The same for static vectors alone, where a coarse cut puts together what only sounds alike."""


@dataclass(frozen=True, slots=True)
class TopicParams:
    """Settings of a topic run; the same for every kind of text, measured in ``benchmarks/topics.py``.

    ``neighbours`` vote when a new exchange is placed; how many each exchange has in the graph grows with the history,
    by ``spread``, see ``neighbour_count``. ``word_weight`` is the word vectors' share of a similarity, and of the rest
    ``dense_weight`` is the dense vectors' share (the static ones have what is left). ``context`` is how much the
    others of its conversation count for an exchange, see ``with_context``. ``floor`` is the similarity (-1 to 1) below
    which two exchanges have nothing to do with each other. ``smallest`` counts exchanges. ``resolution`` holds for
    large histories, see ``resolution_for``; ``alike`` see ``merge_alike``, and ``alike_static`` is the same for static
    vectors alone, which lie nearer each other whatever they are about.
    """

    neighbours: int = 15
    spread: float = 1.25
    resolution: float = 2.0
    alike: float = 0.74
    alike_static: float = 0.9
    area_resolution: float = 1.0
    word_weight: float = 0.2
    dense_weight: float = 0.625
    context: float = 0.5
    floor: float = 0.25
    smallest: int = 3
    seed: int = 20

    def as_settings(self) -> dict[str, float]:
        """Return the settings as plain numbers, for the record of a run."""
        return {name: float(value) for name, value in asdict(self).items()}


def side_by_side(dense: NDArray[np.float32], static: NDArray[np.float32], params: TopicParams) -> NDArray[np.float32]:
    """Join two kinds of unit vectors so that the dot product is the weighted mean of both cosines.

    Shapes (n, d1) and (n, d2) give (n, d1 + d2), float32.
    """
    return _beside(dense, static, params.dense_weight)


def _beside(one: NDArray[np.float32], other: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    joined = np.hstack([math.sqrt(weight) * one, math.sqrt(1 - weight) * other])
    return np.ascontiguousarray(joined, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Communities:
    """Groups of rows, and what they were found in.

    ``labels``: shape (n,), int64; 0 is the largest group (ties: the one with the lowest row), ``UNASSIGNED`` in none.
    ``vectors``: dense and static ones side by side, or the static ones alone; words have no part in them, so that
    names of skills can be compared with them.
    """

    labels: NDArray[np.int64]
    vectors: NDArray[np.float32]
    neighbours: Neighbours

    @property
    def count(self) -> int:
        """Number of groups."""
        return int(self.labels.max(initial=UNASSIGNED)) + 1


def find_communities(
    dense: NDArray[np.float32],
    static: NDArray[np.float32],
    params: TopicParams,
    words: NDArray[np.float32] | None = None,
    aside: NDArray[np.bool_] | None = None,
) -> Communities:
    """Group rows that are about the same thing.

    Parameters
    ----------
    dense, static
        Unit rows, shapes (n, d1) and (n, d2), in an order that the caller keeps the same for the same data. With
        d1 = 0 the static vectors alone decide.
    params
        See ``TopicParams``.
    words
        Word vectors, shape (n, d3), rows of length 1 or 0; see ``word_vectors``.
    aside
        Shape (n,): rows that are alike for another reason than what they are about, such as their language. They make
        no groups, and each goes into that of the others whose middle it is nearest to. None by default.

    Returns
    -------
    Communities
        Rows near nothing are unassigned.

    Notes
    -----
    Leiden: Traag, Waltman & van Eck 2019, doi:10.1038/s41598-019-41695-z.
    """
    alone = not dense.shape[1]
    vectors = static if alone else side_by_side(dense, static, params)
    joined = vectors
    if words is not None and words.shape[1]:
        joined = _beside(vectors, words, 1 - params.word_weight)
        # A pair that shares no words is only so much like each other.
        params = replace(params, floor=params.floor * (1 - params.word_weight))
    neighbours = nearest_neighbours(joined, neighbour_count(len(vectors), params))
    graph = neighbour_graph(neighbours, params.floor)
    apart = np.zeros(len(vectors), dtype=np.bool_) if aside is None or aside.all() else aside
    if apart.any():
        graph = without_rows(graph, apart)
    found = leiden(graph, resolution_for(len(vectors), params, alone=alone), params.seed)
    labels = by_size(settle_small(found, neighbours, params, apart))
    # The dense vectors where there are any: long texts are alike in static ones, whatever they are about.
    merged = merge_alike(static, labels, params.alike_static) if alone else merge_alike(dense, labels, params.alike)
    return Communities(by_size(join_nearest(merged, joined, apart)), vectors, neighbours)


def neighbour_count(rows: int, params: TopicParams) -> int:
    """Return k, which grows with the cube root of the history.

    Topics grow with it, and a topic must hold together; in a small history no exchange may know more than a third of
    all.
    """
    return min(max(FEWEST, round(params.spread * math.cbrt(rows))), max(3, rows // 3))


def resolution_for(rows: int, params: TopicParams, *, alone: bool = False) -> float:
    """Return the resolution, which grows with the cube root of a history from 1 (plain modularity) to the full one.

    The full one breaks up small histories, and the pieces are about no one thing. ``alone``: of static vectors only.
    """
    settled = _SETTLED_STATIC if alone else _SETTLED
    return min(params.resolution, max(1.0, params.resolution * math.cbrt(rows / settled)))


def neighbour_graph(neighbours: Neighbours, floor: float) -> csr_array:
    """Return the symmetric graph: a pair weighs its cosine, twice when each is the other's neighbour."""
    from scipy.sparse import csr_array

    count, k = neighbours.indices.shape
    # Six decimals: the last bits of a float32 product differ between machines, and must not decide.
    weights = np.where(neighbours.similarities >= floor, neighbours.similarities, 0).astype(np.float64).round(6)
    rows = np.repeat(np.arange(count), k)
    directed = csr_array((weights.ravel(), (rows, neighbours.indices.ravel())), shape=(count, count))
    graph = csr_array(directed + directed.T)
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph


def leiden(graph: csr_array, resolution: float, seed: int) -> NDArray[np.int64]:
    """Return a community number for every node of a symmetric weighted graph; nodes without edges stand alone."""
    from graspologic_native import leiden_csr

    count = graph.shape[0]
    if graph.nnz == 0:
        return np.arange(count, dtype=np.int64)
    _, found = leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        count,
        resolution=resolution,
        seed=seed,
        iterations=5,
        trials=3,
    )
    # Nodes without edges may be missing from the answer.
    spare = max(found.values(), default=-1) + 1
    return np.array([found.get(node, spare + node) for node in range(count)], dtype=np.int64)


def settle_small(
    labels: NDArray[np.int64], neighbours: Neighbours, params: TopicParams, apart: NDArray[np.bool_] | None = None
) -> NDArray[np.int64]:
    """Move members of groups below the smallest size to where most of their neighbours are, else unassign them.

    Rows set ``apart`` are unassigned whatever their neighbours.
    """
    sizes = np.bincount(labels, minlength=1)
    settled = labels.copy()
    settled[sizes[labels] < params.smallest] = UNASSIGNED
    for row in np.flatnonzero((settled == UNASSIGNED) & ~(False if apart is None else apart)):
        near = neighbours.indices[row]
        settled[row] = vote(labels[near], neighbours.similarities[row], sizes, params)
    return settled


def vote(
    labels: NDArray[np.int64], similarities: NDArray[np.float32], sizes: NDArray[np.int64], params: TopicParams
) -> int:
    """Return the group that a row's neighbours vote for, each with its similarity; ``UNASSIGNED`` when none is near."""
    totals: dict[int, float] = {}
    for label, similarity in zip(labels.tolist(), similarities.tolist(), strict=True):
        if label != UNASSIGNED and similarity >= params.floor and sizes[label] >= params.smallest:
            totals[label] = totals.get(label, 0.0) + similarity
    return min(totals, key=lambda label: (-round(totals[label], 6), label), default=UNASSIGNED)


def by_size(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the groups anew: the largest first, ties by their first row."""
    found, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = sorted(
        (-int(size), int(row), int(label)) for label, row, size in zip(found, first, sizes, strict=True) if label >= 0
    )
    renamed = np.full(labels.shape, UNASSIGNED, dtype=np.int64)
    for number, (_, _, label) in enumerate(order):
        renamed[labels == label] = number
    return renamed


def strengths(labels: NDArray[np.int64], neighbours: Neighbours) -> NDArray[np.float32]:
    """Return how firmly each row sits in its group: the share of its neighbours, by similarity, in the same group.

    Shape (n,), in [0, 1]; 0 for unassigned rows. It does not say how likely the group is right.
    """
    if not neighbours.indices.size:
        return np.zeros(len(labels), dtype=np.float32)
    weights = np.maximum(neighbours.similarities, 0)
    same = (labels[neighbours.indices] == labels[:, None]) & (labels[:, None] != UNASSIGNED)
    total = weights.sum(axis=1)
    return np.asarray((weights * same).sum(axis=1) / np.where(total > 0, total, 1), dtype=np.float32)


def centroids(vectors: NDArray[np.float32], labels: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Return the unit mean of every group. Shape (count, dims)."""
    from skilltrail.ml.static_vectors import unit_rows

    sums = np.zeros((count, vectors.shape[1]), dtype=np.float64)
    inside = labels >= 0
    np.add.at(sums, labels[inside], vectors[inside])
    return unit_rows(sums.astype(np.float32))
