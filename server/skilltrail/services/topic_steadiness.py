"""How many of the old exchanges a topic run may move: topics that shift under the learner are nobody's skills."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.storage.meta_queries import TOPICS_SETTLED, TOPICS_SETTLED_BY, get_counter, get_value, set_value

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEW_FOR_ONE = 12
"""New exchanges for each old one that may change its topic: where half as many come, 95.8 % stay."""

UNSETTLED = 150
"""Exchanges. A smaller history is cut more coarsely, and nothing in it is settled yet."""

_COMPLETE = 0.9
"""Share of a run's exchanges that must have dense vectors for it to settle where they stand."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """``settled``: shape (n,), which exchanges a full run has placed before; at most ``spare`` of them may move."""

    settled: NDArray[np.bool_]
    spare: int


def read_steadiness(
    session: Session, rows: Collection[int], standing: Mapping[int, str], *, model: str | None, read: int
) -> Steadiness:
    """Return what a run over ``rows`` may move; of these ``read`` have dense vectors of ``model``.

    Another model finds other topics: it settles everything anew, and identities go by overlap.
    """
    last = get_counter(session, TOPICS_SETTLED)
    settled = np.array([row <= last and row in standing for row in rows], dtype=np.bool_)
    changed = model is not None and get_value(session, TOPICS_SETTLED_BY) != model
    if int(settled.sum()) < UNSETTLED or changed:
        return Steadiness(np.zeros(len(rows), dtype=np.bool_), 0)
    new = sum(row > last for row in rows)
    return Steadiness(settled, new // NEW_FOR_ONE if _is_complete(rows, read) else 0)


def note_steadiness(session: Session, rows: Collection[int], *, model: str, read: int) -> None:
    """Note what a full run has settled; a first picture and a run in the middle of the reading settle nothing."""
    if rows and _is_complete(rows, read):
        set_value(session, TOPICS_SETTLED, str(max(rows)))
        set_value(session, TOPICS_SETTLED_BY, model)


def _is_complete(rows: Collection[int], read: int) -> bool:
    return read >= _COMPLETE * len(rows)
