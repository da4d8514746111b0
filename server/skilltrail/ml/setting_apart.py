"""Rows that are alike for another reason than their subject, such as their language, make no groups of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array


def without_rows(graph: csr_array, apart: NDArray[np.bool_]) -> csr_array:
    """Return a graph without the edges of some of its nodes. ``apart``: shape (nodes,)."""
    from scipy.sparse import diags_array

    kept = diags_array((~apart).astype(np.float64))
    left = (kept @ graph @ kept).tocsr()
    left.eliminate_zeros()
    left.sort_indices()
    return left


def join_nearest(
    labels: NDArray[np.int64], vectors: NDArray[np.float32], apart: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Put the rows that were set apart into the groups of the others.

    Parameters
    ----------
    labels
        Group of each row, shape (n,); negative in none.
    vectors
        Unit rows, shape (n, dims).
    apart
        Shape (n,), bool.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): each row of ``apart`` in the group whose middle it is nearest to. The same labels where there is no
        group.
    """
    home = ~apart & (labels >= 0)
    if not apart.any() or not home.any():
        return labels
    groups, numbers = np.unique(labels[home], return_inverse=True)
    sums = np.zeros((len(groups), vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, numbers, vectors[home])
    near = vectors[apart] @ unit_rows(sums.astype(np.float32)).T
    joined = labels.copy()
    joined[apart] = groups[near.round(6).argmax(axis=1)]
    return joined
