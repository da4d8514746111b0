"""Counting keys that stand in order, and keys that a clock put back over midnight left out of order."""

from __future__ import annotations

import numpy as np
import pytest

from skilltrail.services.counting import _counted


@pytest.mark.parametrize("keys", [[], [7], [1, 1, 2, 5, 5, 5], [3, 2, 3, 1], [0, 0]])
def test_it_counts_as_sorting_does(keys: list[int]) -> None:
    found = _counted(np.array(keys, dtype=np.int64))
    sorted_keys, counts = np.unique(np.array(keys, dtype=np.int64), return_counts=True)

    assert found[0].tolist() == sorted_keys.tolist()
    assert found[1].tolist() == counts.tolist()
