"""Putting a new exchange into a topic at once; the next topic run looks at everything again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.services.ports import ModelPort
from skilltrail.services.processing import unpacked
from skilltrail.services.topic_holds import decided_places
from skilltrail.storage.correction_queries import CORRECTION_EPOCH
from skilltrail.storage.meta_queries import bump_revision, get_counter
from skilltrail.storage.topic_queries import last_run, read_last_run, strongest
from skilltrail.storage.touched import Touched
from skilltrail.storage.work_queries import place_exchanges

if TYPE_CHECKING:
    from numpy.typing import NDArray

KNOWN_MOST = 40
"""Members of each topic that vote: enough to outline it, and a few megabytes for hundreds of topics."""

_EVEN = float(np.sqrt(0.5))


@dataclass(frozen=True, slots=True)
class Outline:
    """The firmest members of all topics; ``labels`` are positions in ``topics``.

    ``run_id`` says whose topics, ``corrections`` how many corrections had been made.

    ``dense`` is None where the topics were found without dense vectors, or those of another model.
    """

    run_id: int | None
    corrections: int
    topics: tuple[str, ...]
    labels: NDArray[np.int64]
    dense: NDArray[np.float32] | None
    static: NDArray[np.float32]


def read_outline(session: Session, *, model: str, static_model: str) -> Outline:
    """Return the outline of the living topics."""
    last = read_last_run(session)
    rows = []
    # While another model reads the history anew, topics are those of the model before: only static vectors compare.
    if last is not None and last.dense and last.model == model:
        rows = strongest(session, model=model, static_model=static_model, most=KNOWN_MOST)
    dense = unpacked([row[1] or b"" for row in rows]) if rows else None
    if not rows:
        rows = strongest(session, model=None, static_model=static_model, most=KNOWN_MOST)
    topics = tuple(sorted({row[0] for row in rows}))
    position = {topic: index for index, topic in enumerate(topics)}
    return Outline(
        run_id=None if last is None else last.id,
        corrections=get_counter(session, CORRECTION_EPOCH),
        topics=topics,
        labels=np.array([position[row[0]] for row in rows], dtype=np.int64),
        dense=dense,
        static=unpacked([row[2] for row in rows]),
    )


def find_places(
    model: ModelPort,
    outline: Outline,
    *,
    static: Mapping[int, NDArray[np.float32]],
    dense: Mapping[int, NDArray[np.float32]] | None = None,
) -> dict[int, tuple[str | None, float]]:
    """Return for each exchange its topic and how firmly it sits there (0 to 1); None where no topic is near.

    Without ``dense`` the static vectors alone decide: they need no model process, so a new exchange has a first
    place within a second. With it nothing is returned when the outline has no dense vectors to compare them with.
    """
    ids = sorted(static if dense is None else static.keys() & dense.keys())
    if not ids or not outline.topics or (dense is not None and outline.dense is None):
        return {}
    known, vectors = outline.static, np.stack([static[row] for row in ids])
    if dense is not None and outline.dense is not None:
        known = (np.hstack([outline.dense, outline.static]) * _EVEN).astype(np.float32)
        vectors = (np.hstack([np.stack([dense[row] for row in ids]), vectors]) * _EVEN).astype(np.float32)
    labels = model.place(vectors=vectors, known=known, labels=outline.labels)
    nearness = vectors @ known.T
    return {
        row: _place(outline, int(label), nearness[index])
        for index, (row, label) in enumerate(zip(ids, labels, strict=True))
    }


def _place(outline: Outline, label: int, nearness: NDArray[np.float32]) -> tuple[str | None, float]:
    if label < 0:
        return None, 0.0
    return outline.topics[label], float(np.clip(nearness[outline.labels == label].max(), 0.0, 1.0))


def keep_places(session: Session, places: Mapping[int, tuple[str | None, float]], outline: Outline) -> None:
    """Write places, unless a topic run or a correction came in between; where the learner put an exchange it stays."""
    if not places or last_run(session) != outline.run_id:
        return
    if get_counter(session, CORRECTION_EPOCH) != outline.corrections:
        return
    own = {row: (topic, 1.0) for row, topic in decided_places(session, list(places)).items()}
    place_exchanges(session, {**places, **own})
    bump_revision(session, Touched(exchanges=frozenset(places)))
