"""Vectors of a whole history in memory, for searching by meaning: eight bits a number.

Static and dense ones together take some 670 bytes an exchange.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 512
"""Rows compared at once: as floats they stay in the processor's cache."""

_ROOM = 4_096


class MeaningIndex:
    """Unit vectors by exchange id, each as whole numbers from -127 to 127 and a scale. Not safe across threads.

    ``read_until`` is the caller's: how far the stored vectors have been read.
    """

    def __init__(self) -> None:
        self.read_until = 0
        self._count = 0
        self._rows = np.zeros((0, 0), dtype=np.int8)
        self._scales = np.zeros(0, dtype=np.float32)
        self._ids = np.zeros(0, dtype=np.int64)
        self._place = np.full(0, -1, dtype=np.int32)

    def __len__(self) -> int:
        return self._count

    @property
    def memory(self) -> int:
        """Return the bytes that it holds."""
        return self._rows.nbytes + self._scales.nbytes + self._ids.nbytes + self._place.nbytes

    def put(self, ids: Sequence[int], vectors: Sequence[bytes]) -> None:
        """Take vectors in (float16, little-endian); one that is there already is replaced."""
        if not ids:
            return
        numbers = np.asarray(ids, dtype=np.int64)
        values = np.frombuffer(b"".join(vectors), dtype="<f2").reshape(len(ids), -1).astype(np.float32)
        most = np.abs(values).max(axis=1)
        scales = np.where(most > 0, most, 1.0).astype(np.float32) / 127.0
        places = self._places_for(numbers, values.shape[1])
        self._rows[places] = np.rint(values / scales[:, None]).astype(np.int8)
        self._scales[places] = scales

    def nearness(self, vector: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the ids, and the cosine of each one's vector to a unit vector; both of shape (n,)."""
        near = np.empty(self._count, dtype=np.float32)
        if not self._count or self._rows.shape[1] != len(vector):
            return self._ids[:0], near[:0]
        block = np.empty((_BLOCK, len(vector)), dtype=np.float32)
        for start in range(0, self._count, _BLOCK):
            rows = self._rows[start : min(start + _BLOCK, self._count)]
            # Eight bits have no quick product of their own; block by block as floats they have.
            np.copyto(block[: len(rows)], rows, casting="unsafe")
            np.dot(block[: len(rows)], vector, out=near[start : start + len(rows)])
        near *= self._scales[: self._count]
        return self._ids[: self._count], near

    def mean_of(self, ids: Sequence[int]) -> NDArray[np.float32] | None:
        """Return the unit vector between those of exchanges; None where none of them has one."""
        known = [int(self._place[one]) for one in ids if one < len(self._place) and self._place[one] >= 0]
        if not known:
            return None
        middle = (self._rows[known].astype(np.float32) * self._scales[known][:, None]).mean(axis=0)
        length = float(np.linalg.norm(middle))
        return middle / length if length else None

    def _places_for(self, ids: NDArray[np.int64], dimensions: int) -> NDArray[np.int32]:
        largest = int(ids.max())
        if largest >= len(self._place):
            grown = np.full(max(largest + 1, len(self._place) * 5 // 4, _ROOM), -1, dtype=np.int32)
            grown[: len(self._place)] = self._place
            self._place = grown
        fresh = np.unique(ids[self._place[ids] < 0])
        self._make_room(self._count + len(fresh), dimensions)
        new = np.arange(self._count, self._count + len(fresh), dtype=np.int32)
        self._place[fresh], self._ids[new] = new, fresh
        self._count += len(fresh)
        places: NDArray[np.int32] = self._place[ids]
        return places

    def _make_room(self, rows: int, dimensions: int) -> None:
        have = len(self._rows)
        if rows <= have:
            return
        room = max(rows, have * 5 // 4, _ROOM)
        larger = np.zeros((room, dimensions), dtype=np.int8)
        larger[:have] = self._rows if have else 0
        self._rows = larger
        self._scales = np.concatenate([self._scales, np.ones(room - have, dtype=np.float32)])
        self._ids = np.concatenate([self._ids, np.zeros(room - have, dtype=np.int64)])
