"""Identity keys in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.identity import IdentityKey, IdentityReason
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.identity_models import IdentityKeyRow

_COLUMNS = tuple(getattr(IdentityKeyRow, name) for name in IdentityKey.__slots__)


def keys(session: Session) -> list[IdentityKey]:
    """Return all identity keys, the oldest first."""
    return answer(session, KEYS)


def current_key(session: Session) -> IdentityKey | None:
    """Return the key that signs now, or None before the first."""
    row = session.execute(select(*_COLUMNS).where(IdentityKeyRow.ended_at.is_(None))).first()
    return None if row is None else _key(row)


def add_key(session: Session, key: IdentityKey) -> None:
    """Keep a key; its ``id`` is given by the database."""
    values = {name: getattr(key, name) for name in IdentityKey.__slots__ if name != "id"}
    session.execute(insert(IdentityKeyRow).values(**values | {"reason": key.reason.value}))


def remove_key(session: Session, key_id: int) -> None:
    """Take a key away that has signed nothing."""
    session.execute(delete(IdentityKeyRow).where(IdentityKeyRow.id == key_id, IdentityKeyRow.used_at.is_(None)))


def end_key(session: Session, key_id: int, ended_at: datetime | None) -> None:
    """Note that a key signs no more; None: that it signs again."""
    _set(session, key_id, ended_at=ended_at)


def note_used(session: Session, key_id: int, used_at: datetime) -> None:
    """Note when a key first signed."""
    _set(session, key_id, used_at=used_at)


def empty_ended(session: Session) -> None:
    """Throw away the keys that sign no more; their addresses and statements stay."""
    session.execute(update(IdentityKeyRow).where(IdentityKeyRow.ended_at.is_not(None)).values(sealed=b""))


def seal_anew(session: Session, key_id: int, sealed: bytes, *, locked: bool) -> None:
    """Keep a key in another form."""
    _set(session, key_id, sealed=sealed, locked=locked)


def all_forms(session: Session) -> list[dict[str, Any]]:
    """Return every identity as "everything I have" states it; the keys themselves are not in it."""
    return [
        {
            "did": key.did,
            "made_at": key.made_at,
            "reason": key.reason.value,
            "used_at": key.used_at,
            "ended_at": key.ended_at,
            "statement": None if key.statement is None else key.statement.decode(),
        }
        for key in keys(session)
    ]


def _set(session: Session, key_id: int, **values: object) -> None:
    session.execute(update(IdentityKeyRow).where(IdentityKeyRow.id == key_id).values(**values))


def _key(row: Any) -> IdentityKey:
    values = dict(zip(IdentityKey.__slots__, row, strict=True))
    return IdentityKey(**values | {"reason": IdentityReason(values["reason"])})


def _by_age(rows: Rows) -> list[IdentityKey]:
    return sorted((_key(row) for row in rows), key=lambda one: one.id)


KEYS: Question[list[IdentityKey]] = Question("identity keys", select(*_COLUMNS), _by_age)
