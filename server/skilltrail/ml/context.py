"""What is said around an exchange: a follow-up is about what its conversation is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


def with_context(vectors: NDArray[np.float32], talks: Sequence[str], weight: float) -> NDArray[np.float32]:
    """Lean every row towards the others of its conversation.

    Parameters
    ----------
    vectors
        Unit rows, shape (n, dims); rows of zeros (no vector yet) are no context and get none.
    talks
        The conversation of each row, n of them.
    weight
        How much the mean of the others counts, the row itself counting 1. With 0 nothing changes.

    Returns
    -------
    NDArray[np.float32]
        Shape (n, dims), rows of length 1 (or 0).
    """
    rows, numbers = np.unique(np.asarray(talks), return_inverse=True)
    known = vectors.any(axis=1)
    sums = np.zeros((len(rows), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, numbers[known], vectors[known])
    others = np.bincount(numbers[known], minlength=len(rows))[numbers] - 1
    leaning = known & (others > 0)
    out = vectors.copy()
    around = (sums[numbers[leaning]] - vectors[leaning]) / others[leaning, None]
    out[leaning] = unit_rows((vectors[leaning] + weight * around).astype(np.float32))
    return out
