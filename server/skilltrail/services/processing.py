"""Giving exchanges their vectors: batches from the queue, one bad text never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.topics import is_follow_up, representation
from skilltrail.errors import ModelMissing, ModelUnavailable
from skilltrail.i18n import _
from skilltrail.storage import work_queries as queries
from skilltrail.storage.meta_queries import (
    STATIC_MODEL,
    TOPICS_STALE,
    VECTOR_MODEL,
    bump_revision,
    get_value,
    raise_counter,
    set_value,
)
from skilltrail.storage.touched import Touched
from skilltrail.storage.work_queries import Waiting

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 16
"""Exchanges that the dense model reads in one call before its pace is known."""

_BATCHES = (4, 256)

STEP_SECONDS = 0.7
"""Work of one call: whoever comes meanwhile waits no longer for a place."""

CLAIM = 1_024
"""Exchanges chosen at once for the dense model: choosing looks at all that wait."""

FIRST_BATCH = 512
"""Exchanges that get their static vectors at once: some tenths of a second."""

_PROBE = "How do I sort a list?"
"""A harmless text: if the model fails on this one too, it is the model that is ill and not the batch."""

_PUT_BACK_AT_ONCE = 500
_MODEL_NAMES = {queries.DENSE: VECTOR_MODEL, queries.STATIC: STATIC_MODEL}


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A waiting exchange with the text that stands for it."""

    waiting: Waiting
    text: str


@dataclass(frozen=True, slots=True)
class Embedded:
    """Vectors by exchange id, and the exchanges on which the model failed with the reason's name."""

    vectors: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


def read_unknown(
    session: Session, *, now: datetime, static_model: str, before: tuple[datetime, int] | None = None
) -> list[WorkItem]:
    """Return the newest waiting exchanges without any vector, with their texts; ``before`` goes on behind one."""
    found = queries.next_without_static(session, now=now, static_model=static_model, before=before, limit=FIRST_BATCH)
    return [WorkItem(item, _text(session, item)) for item in found]


def batch_size(per_step: int | None) -> int:
    """Return how many exchanges one call takes when ``per_step`` of them were seen to go into one."""
    least, most = _BATCHES
    return BATCH if per_step is None else min(most, max(least, per_step))


def claim(session: Session, *, now: datetime, static_model: str) -> list[int]:
    """Return ids of waiting exchanges from all over the history; all have a static vector."""
    return queries.next_ids(session, now=now, static_model=static_model, limit=CLAIM)


def read_batch(session: Session, ids: Sequence[int], *, model: str, static_model: str) -> list[WorkItem]:
    """Return those of ``ids`` that still wait, with their texts."""
    found = queries.waiting_of(session, ids, model=model, static_model=static_model)
    return [WorkItem(item, _text(session, item)) for item in found]


def _text(session: Session, item: Waiting) -> str:
    previous = None
    if is_follow_up(item.prompt):
        earlier = queries.earlier_prompts(session, item)
        previous = next((prompt for prompt in earlier if not is_follow_up(prompt)), None)
    return representation(title=item.title, prompt=item.prompt, reply=item.reply, previous_prompt=previous)


def embed(call: Callable[[Sequence[str]], NDArray[np.float32]], batch: Sequence[WorkItem]) -> Embedded:
    """Embed a batch; when it fails and the model is well, embed its texts one by one.

    Raises
    ------
    ModelUnavailable
        If the model cannot answer at all; no exchange is to blame then.
    """
    if not batch:
        return Embedded()
    try:
        rows = _checked(call([item.text for item in batch]), len(batch))
        return Embedded({item.waiting.id: row for item, row in zip(batch, rows, strict=True)})
    except ModelMissing:
        raise
    except Exception:  # noqa: BLE001 - a poisonous text may end in any error, or take the model process with it
        _probe(call)
    return _one_by_one(call, batch)


def _probe(call: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
    try:
        _checked(call([_PROBE]), 1)
    except ModelUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - see embed
        raise ModelUnavailable(_("The model does not work: {error}.").format(error=type(error).__name__)) from None


def _one_by_one(call: Callable[[Sequence[str]], NDArray[np.float32]], batch: Sequence[WorkItem]) -> Embedded:
    found = Embedded()
    for item in batch:
        try:
            found.vectors[item.waiting.id] = _checked(call([item.text]), 1)[0]
        except ModelMissing:
            raise
        except Exception as error:  # noqa: BLE001 - see embed
            found.failed[item.waiting.id] = type(error).__name__
    return found


def _checked(rows: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    if rows.ndim != 2 or len(rows) != count or not np.isfinite(rows).all():
        raise ValueError("the model gave no vectors")
    return rows


def packed(vector: NDArray[np.float32]) -> bytes:
    """Return a vector as it is stored: float16, little-endian."""
    return vector.astype("<f2").tobytes()


def unpacked(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    """Return stored vectors as float32 rows."""
    if not vectors:
        return np.zeros((0, 0), dtype=np.float32)
    return np.frombuffer(b"".join(vectors), dtype="<f2").reshape(len(vectors), -1).astype(np.float32)


def keep(
    session: Session, batch: Sequence[WorkItem], found: Embedded, *, kind: str, model: str, now: datetime
) -> set[int]:
    """Write the vectors of those that still stand as they were read, and count the failures.

    Returns
    -------
    set[int]
        The exchanges whose vectors were written. With dense vectors these leave the queue, and so do those that had
        one already.
    """
    standing = queries.unchanged(session, [item.waiting for item in batch])
    kept = {row: packed(vector) for row, vector in found.vectors.items() if row in standing}
    queries.keep_vectors(session, kept, model=model, kind=kind)
    for exchange_id, code in found.failed.items():
        if exchange_id in standing:
            queries.note_failure(session, exchange_id, now=now, code=code)
    if kind == queries.DENSE:
        had = {item.waiting.id for item in batch if item.waiting.has_dense} & standing
        queries.mark_done(session, kept.keys() | had)
        raise_counter(session, TOPICS_STALE, len(kept) + len(had))
    if kept or found.failed:
        # Vectors move nothing by themselves; places that follow from them are noted where they are kept.
        bump_revision(session, Touched())
    return set(kept)


def adopt_model(session: Session, model: str, *, kind: str) -> bool:
    """Make ``model`` the one whose vectors count; returns False while exchanges of another one are still put back.

    Topics, places and the vectors themselves stay as they are until the new ones are there.

    The two kinds are apart: another dense model leaves the static vectors, and all that was placed by them.
    """
    name = _MODEL_NAMES[kind]
    if get_value(session, name) == model:
        return True
    if queries.put_back(session, kind=kind, model=model, limit=_PUT_BACK_AT_ONCE):
        return False
    set_value(session, name, model)
    return True
