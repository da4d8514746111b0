"""A new exchange goes into a topic at once, by its neighbours' vote; the next run looks at everything again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.communities import UNASSIGNED, TopicParams, vote
from skilltrail.ml.neighbours import block_rows, largest
from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


def place(
    vectors: NDArray[np.float32],
    known: NDArray[np.float32],
    labels: NDArray[np.int64],
    params: TopicParams | None = None,
) -> NDArray[np.int64]:
    """Put new rows into existing groups.

    Parameters
    ----------
    vectors
        New rows, shape (m, dims), made like ``known``: dense and static vectors side by side, or static ones alone.
    known
        Rows that have been grouped, shape (n, dims). Lengths make no difference, on either side.
    labels
        Their groups, shape (n,); ``UNASSIGNED`` (-1) counts as no vote.
    params
        As in the run that made ``labels``.

    Returns
    -------
    NDArray[np.int64]
        Shape (m,); ``UNASSIGNED`` where no neighbour is near enough.
    """
    params = params or TopicParams()
    return place_firmly(vectors, known, labels, params)[0]


def place_firmly(
    vectors: NDArray[np.float32],
    known: NDArray[np.float32],
    labels: NDArray[np.int64],
    params: TopicParams,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Put new rows into existing groups as ``place`` does, and tell how firmly each sits there.

    The second array, shape (m,), is the share of a row's neighbours, by similarity, that stand in its group: 0 to 1,
    and 0 for unassigned rows, as ``communities.strengths`` tells it of rows that were grouped.
    """
    placed = np.full(len(vectors), UNASSIGNED, dtype=np.int64)
    firm = np.zeros(len(vectors), dtype=np.float32)
    k = min(params.neighbours, len(known))
    if not k or not (labels >= 0).any():
        return placed, firm
    sizes = np.bincount(labels[labels >= 0])
    lengths = np.maximum(np.sqrt(np.einsum("ij,ij->i", known, known)), np.finfo(np.float32).tiny)
    units = unit_rows(vectors)
    for first in range(0, len(vectors), block_rows(len(known))):
        near, similarities = largest(units[first : first + block_rows(len(known))] @ known.T / lengths, k)
        for row in range(len(near)):
            label = vote(labels[near[row]], similarities[row], sizes, params)
            if label != UNASSIGNED:
                weights = np.maximum(similarities[row], 0)
                placed[first + row] = label
                firm[first + row] = weights[labels[near[row]] == label].sum() / weights.sum()
    return placed, firm
