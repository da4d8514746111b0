"""Groups that are as near each other as they are within are one: community detection alone splits what is all alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def merge_alike(vectors: NDArray[np.float32], labels: NDArray[np.int64], alike: float) -> NDArray[np.int64]:
    """Merge groups, the most alike first, until none are alike.

    Parameters
    ----------
    vectors
        Unit rows, shape (n, dims).
    labels
        Group of each row, shape (n,), 0 to groups - 1; negative ones are in none and stay so.
    alike
        Two groups are one when the mean similarity between them reaches this share of the mean similarity within
        them. Modularity finds communities in any graph, even where all nodes are alike, so a history of one subject
        would fall into pieces. The share depends neither on the size of a history nor on the kind of text.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,); a merged group has the lower number of the two, so numbers may be missing.
    """
    merged = labels.copy()
    if not (labels >= 0).any():
        return merged
    sums, sizes = _sums(vectors, labels)
    while True:
        ratios = _ratios(sums, sizes)
        kept, gone = sorted(divmod(int(ratios.argmax()), len(sizes)))
        if ratios[kept, gone] < alike:
            return merged
        merged[merged == gone] = kept
        sums[kept] += sums[gone]
        sizes[kept] += sizes[gone]
        sums[gone], sizes[gone] = 0, 0


def _sums(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    inside = labels >= 0
    count = int(labels.max()) + 1
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float64)
    np.add.at(sums, labels[inside], vectors[inside])
    return sums, np.bincount(labels[inside], minlength=count).astype(np.float64)


def _ratios(sums: NDArray[np.float64], sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarity between two groups over that within them; -1 where there is nothing to compare."""
    products = sums @ sums.T
    # A sum's square counts every pair of rows twice, and every row with itself once.
    within = (np.diag(products) - sizes) / np.maximum(sizes * (sizes - 1), 1)
    between = products / np.maximum(np.outer(sizes, sizes), 1)
    scale = np.sqrt(np.outer(np.maximum(within, 0), np.maximum(within, 0)))
    ratios = np.where(scale > 0, between / np.where(scale > 0, scale, 1), -1.0).round(6)
    np.fill_diagonal(ratios, -1.0)
    return np.asarray(ratios, dtype=np.float64)
