"""Which areas the exchanges of a skill resemble, so that the map can put it on their side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.skill_map import PLACES
from skilltrail.services import counting
from skilltrail.services.ports import ModelPort
from skilltrail.services.processing import unpacked
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.work_queries import static_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_EXCHANGES = 40
"""A skill stands where its first exchanges put it: those that come later do not move it."""

_SHARPNESS = 12.0
"""As in ``ml.areas``: near areas count, far ones do not."""


def read_middles(
    session: Session, topics: Collection[str], *, history: HistoryColumns, static_model: str
) -> dict[str, NDArray[np.float32]]:
    """Return the middle of the static vectors of each topic's first exchanges; topics without any are left out."""
    oldest = counting.oldest_ids(history.at(session), topics, FIRST_EXCHANGES)
    vectors = static_vectors(session, [row for ids in oldest.values() for row in ids], static_model=static_model)
    found = {}
    for topic, ids in oldest.items():
        known = [vectors[row] for row in ids if row in vectors]
        if known:
            found[topic] = unpacked(known).mean(axis=0)
    return found


def leans_of(model: ModelPort, middles: Mapping[str, NDArray[np.float32]]) -> dict[str, dict[str, float]]:
    """Return for each topic how much it resembles each area by the area's name; the shares of a topic sum to 1."""
    areas = sorted(PLACES)
    named = model.static(areas)
    # What all areas have in common tells nothing about any of them.
    apart = _unit(named - named.mean(axis=0))
    return {topic: _shares(areas, apart @ _unit(middle[None])[0]) for topic, middle in middles.items()}


def near_of(
    names: Sequence[str], vectors: NDArray[np.float32], middles: Mapping[str, NDArray[np.float32]]
) -> dict[str, dict[str, float]]:
    """Return by name the cosine of its vector and each topic's middle."""
    topics = sorted(middles)
    cosines = _unit(vectors) @ _unit(np.stack([middles[topic] for topic in topics])).T
    return {name: dict(zip(topics, row, strict=True)) for name, row in zip(names, cosines.tolist(), strict=True)}


def _shares(areas: Sequence[str], nearness: NDArray[np.float32]) -> dict[str, float]:
    votes = np.exp(_SHARPNESS * (nearness - nearness.max()).astype(np.float64))
    return dict(zip(areas, (votes / votes.sum()).tolist(), strict=True))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), dtype=np.float32)
