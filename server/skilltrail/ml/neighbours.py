"""Exact nearest neighbours by cosine, in blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK_BYTES = 16 * 1024 * 1024
"""Size of one block of similarities; finding the largest in it takes four times as much again."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The k nearest rows of every row, nearest first.

    ``indices`` int64 and ``similarities`` float32, both of shape (n, k); no row is its own neighbour.
    """

    indices: NDArray[np.int64]
    similarities: NDArray[np.float32]


def nearest_neighbours(vectors: NDArray[np.float32], k: int) -> Neighbours:
    """Find the k nearest other rows of every row.

    Parameters
    ----------
    vectors
        Shape (n, dims), float32, rows of length 1 (or 0: such a row is equally far from all).
    k
        At least 1; no more than n - 1 are returned.

    Returns
    -------
    Neighbours
        Ties go to the lower row number. The same input gives the same output.
    """
    count = len(vectors)
    k = min(k, count - 1)
    if k < 1:
        return Neighbours(np.zeros((count, 0), np.int64), np.zeros((count, 0), np.float32))
    indices = np.empty((count, k), dtype=np.int64)
    similarities = np.empty((count, k), dtype=np.float32)
    for first in range(0, count, block_rows(count)):
        block = slice(first, min(first + block_rows(count), count))
        scores = vectors[block] @ vectors.T
        scores[np.arange(len(scores)), np.arange(block.start, block.stop)] = -np.inf
        indices[block], similarities[block] = largest(scores, k)
    return Neighbours(indices, similarities)


def block_rows(columns: int) -> int:
    """Return how many rows of ``columns`` float32 values make one block."""
    return max(1, min(4096, _BLOCK_BYTES // (4 * max(columns, 1))))


def largest(scores: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return columns and values of the k largest entries of every row, largest first, ties by column.

    ``scores`` is of shape (rows, columns) with k <= columns.
    """
    if k < scores.shape[1]:
        columns = np.argpartition(scores, scores.shape[1] - k, axis=1)[:, -k:]
        columns = _settle_ties(scores, columns)
    else:
        columns = np.broadcast_to(np.arange(k), scores.shape).copy()
    values = np.take_along_axis(scores, columns, axis=1)
    order = np.lexsort((columns, -values), axis=1)
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _settle_ties(scores: NDArray[np.float32], columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where several columns tie for the last place, take the lowest: many exchanges are word for word alike."""
    least = np.take_along_axis(scores, columns, axis=1).min(axis=1)
    k = columns.shape[1]
    for row in np.flatnonzero((scores >= least[:, None]).sum(axis=1) > k):
        above = np.flatnonzero(scores[row] > least[row])
        tied = np.flatnonzero(scores[row] == least[row])
        columns[row] = np.concatenate([above, tied[: k - len(above)]])
    return columns
