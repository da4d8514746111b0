"""Named values and counters."""

from __future__ import annotations

import secrets
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from skilltrail.storage.models import Meta

REVISION = "revision"
LAST_SEQ = "last_seq"
TOPICS_STALE = "topics_stale"
VECTOR_MODEL = "vector_model"
INSTANCE = "instance_id"
MARK_KEY = "mark_key"


def get_value(session: Session, name: str) -> str | None:
    """Return a named value, or None."""
    return session.execute(select(Meta.value).where(Meta.name == name)).scalar_one_or_none()


def set_value(session: Session, name: str, value: str) -> None:
    """Set a named value."""
    statement = insert(Meta).values(name=name, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=[Meta.name], set_={"value": value}))


def get_counter(session: Session, name: str) -> int:
    """Return a counter; one that was never raised is 0."""
    return int(get_value(session, name) or 0)


def raise_counter(session: Session, name: str, by: int = 1) -> int:
    """Raise a counter (never below 0) and return where it stands."""
    value = max(0, get_counter(session, name) + by)
    set_value(session, name, str(value))
    return value


def get_counters(session: Session, *names: str) -> dict[str, int]:
    """Return several counters with one statement."""
    rows = session.execute(select(Meta.name, Meta.value).where(Meta.name.in_(names)))
    return dict.fromkeys(names, 0) | {name: int(value) for name, value in rows}


def bump_revision(session: Session) -> int:
    """Note that something shown on a page changed; live pages poll this number."""
    return raise_counter(session, REVISION)


def get_revision(session: Session) -> int:
    """Return the number of changes so far."""
    return get_counter(session, REVISION)


def get_identity(session: Session) -> tuple[str, bytes] | None:
    """Return the id of this data folder and the key that gives equal secrets equal marks, or None before both exist."""
    folder, key = get_value(session, INSTANCE), get_value(session, MARK_KEY)
    return None if folder is None or key is None else (folder, bytes.fromhex(key))


def make_identity(session: Session) -> tuple[str, bytes]:
    """Make the id and the key, or return those that are there already."""
    found = get_identity(session)
    if found is None:
        found = (str(uuid4()), secrets.token_bytes(32))
        set_value(session, INSTANCE, found[0])
        set_value(session, MARK_KEY, found[1].hex())
    return found
