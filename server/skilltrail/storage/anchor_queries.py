"""Anchors in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.anchors import AnchorKind, StoredAnchor
from skilltrail.domain.signed_note import encoded
from skilltrail.storage.anchor_models import AnchorRow
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.log_models import LogCheckpoint, LogRow

_COLUMNS = tuple(
    getattr(LogCheckpoint if name == "checkpoint" else AnchorRow, "note" if name == "checkpoint" else name)
    for name in StoredAnchor.__slots__
)
_STANDS = AnchorRow.removed_at.is_(None)


def add(session: Session, anchor: StoredAnchor) -> int:
    """Keep an anchor and return its number; ``id`` and ``checkpoint`` of it are ignored."""
    values = {name: getattr(anchor, name) for name in StoredAnchor.__slots__ if name not in ("id", "checkpoint")}
    values["kind"] = anchor.kind.value
    return int(session.execute(insert(AnchorRow).values(**values).returning(AnchorRow.id)).scalar_one())


def anchors(session: Session, *conditions: ColumnElement[bool]) -> list[StoredAnchor]:
    """Return the anchors that stand, the newest first."""
    return _read(session, _STANDS, *conditions)


def of_checkpoint(session: Session, log_id: int, size: int) -> list[StoredAnchor]:
    """Return the anchors of one checkpoint."""
    return anchors(session, AnchorRow.log_id == log_id, AnchorRow.size == size)


def of_head(session: Session) -> list[StoredAnchor]:
    """Return the anchors of the checkpoint over all entries that the open log has now, the newest first."""
    return answer(session, OF_HEAD)


def one(session: Session, anchor_id: int) -> StoredAnchor | None:
    """Return an anchor that stands, or None."""
    return next(iter(anchors(session, AnchorRow.id == anchor_id)), None)


def set_removed(session: Session, anchor_id: int, removed_at: datetime | None) -> None:
    """Note that an anchor was removed, or (None) that it stands again."""
    session.execute(update(AnchorRow).where(AnchorRow.id == anchor_id).values(removed_at=removed_at))


def is_removed(session: Session, anchor_id: int) -> bool:
    """Tell whether there is such an anchor, removed."""
    wanted = select(AnchorRow.id).where(AnchorRow.id == anchor_id, AnchorRow.removed_at.is_not(None))
    return session.execute(wanted).first() is not None


def all_forms(session: Session) -> list[dict[str, Any]]:
    """Return every anchor as "everything I have" states it, removed ones too; bytes in base64."""
    names = ("size", "kind", "token", "root", "at", "by", "added_at", "removed_at")
    statement = select(LogRow.origin, *(getattr(AnchorRow, name) for name in names))
    rows = session.execute(statement.join(LogRow, LogRow.id == AnchorRow.log_id).order_by(AnchorRow.id))
    found = [dict(zip(("log", *names), row, strict=True)) for row in rows]
    return [{**row, "token": encoded(row["token"]), "root": encoded(row["root"])} for row in found]


def _read(session: Session, *conditions: ColumnElement[bool]) -> list[StoredAnchor]:
    return _told([tuple(row) for row in session.execute(_ANCHORS.where(*conditions))])


def _told(rows: Rows) -> list[StoredAnchor]:
    found = [dict(zip(StoredAnchor.__slots__, row, strict=True)) for row in rows]
    anchors = [StoredAnchor(**{**row, "kind": AnchorKind(row["kind"])}) for row in found]
    return sorted(anchors, key=lambda one: one.id, reverse=True)


_ANCHORS = select(*_COLUMNS).join(
    LogCheckpoint, and_(LogCheckpoint.log_id == AnchorRow.log_id, LogCheckpoint.size == AnchorRow.size)
)
_AT_HEAD = and_(LogRow.id == AnchorRow.log_id, LogRow.size == AnchorRow.size, LogRow.ended_at.is_(None))
OF_HEAD: Question[list[StoredAnchor]] = Question(
    "anchors of head", _ANCHORS.join(LogRow, _AT_HEAD).where(_STANDS), _told
)
