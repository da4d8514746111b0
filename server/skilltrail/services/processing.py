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
    TOPICS_STALE,
    VECTOR_MODEL,
    bump_revision,
    get_value,
    raise_counter,
    set_value,
)
from skilltrail.storage.work_queries import Waiting

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH = 16
"""Exchanges embedded in one call: about a second of work, so that the newest never waits long."""

_PROBE = "How do I sort a list?"
"""A harmless text: if the model fails on this one too, it is the model that is ill and not the batch."""

_EXPIRED_AT_ONCE = 500


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


def read_batch(session: Session, *, now: datetime, model: str, limit: int = BATCH) -> list[WorkItem]:
    """Return the newest waiting exchanges with their texts."""
    waiting = queries.next_waiting(session, now=now, model=model, limit=limit)
    return [WorkItem(item, _text(session, item)) for item in waiting]


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
        The exchanges whose vectors were written. With dense vectors these leave the queue.
    """
    standing = queries.unchanged(session, [item.waiting for item in batch])
    kept = {row: packed(vector) for row, vector in found.vectors.items() if row in standing}
    queries.keep_vectors(session, kept, model=model, kind=kind)
    for exchange_id, code in found.failed.items():
        if exchange_id in standing:
            queries.note_failure(session, exchange_id, now=now, code=code)
    if kind == queries.DENSE and kept:
        queries.mark_done(session, kept)
        raise_counter(session, TOPICS_STALE, len(kept))
    if kept or found.failed:
        bump_revision(session)
    return set(kept)


def adopt_model(session: Session, model: str) -> bool:
    """Make ``model`` the one whose vectors count; returns False while vectors of another one are still put back."""
    if get_value(session, VECTOR_MODEL) == model:
        return True
    if queries.expire_vectors(session, model=model, limit=_EXPIRED_AT_ONCE):
        return False
    set_value(session, VECTOR_MODEL, model)
    return True
