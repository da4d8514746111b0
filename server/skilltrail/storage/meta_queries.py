"""Named values and counters."""

from __future__ import annotations

import secrets
from uuid import uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from skilltrail.storage.models import Meta
from skilltrail.storage.once import is_reading, once
from skilltrail.storage.touched import Touched, note_touched

REVISION = "revision"
LAST_SEQ = "last_seq"
TOPICS_STALE = "topics_stale"
TOPICS_SETTLED = "topics_settled"
TOPICS_SETTLED_BY = "topics_settled_by"
VECTOR_MODEL = "vector_model"
STATIC_MODEL = "static_model"
INSTANCE = "instance_id"
MARK_KEY = "mark_key"


# Plain SQL: every capture asks these several times, and a statement that is built each time costs more than its answer.
_GET_ALL = text("SELECT name, value FROM meta")
_GET = text("SELECT value FROM meta WHERE name = :name")
_SET = text(
    "INSERT INTO meta (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_RAISE = text(
    "INSERT INTO meta (name, value) VALUES (:name, max(0, :by)) "
    "ON CONFLICT (name) DO UPDATE SET value = max(0, CAST(value AS INTEGER) + :by) RETURNING value"
)


def get_value(session: Session, name: str) -> str | None:
    """Return a named value, or None."""
    if is_reading(session):
        # A page asks for several of these few values: one statement brings all.
        return once(session, "meta", lambda: {row[0]: row[1] for row in session.connection().execute(_GET_ALL)}).get(
            name
        )
    found: str | None = session.connection().execute(_GET, {"name": name}).scalar_one_or_none()
    return found


def set_value(session: Session, name: str, value: str) -> None:
    """Set a named value."""
    session.connection().execute(_SET, {"name": name, "value": value})


def get_counter(session: Session, name: str) -> int:
    """Return a counter; one that was never raised is 0."""
    return int(get_value(session, name) or 0)


def raise_counter(session: Session, name: str, by: int = 1) -> int:
    """Raise a counter (never below 0) and return where it stands."""
    return int(session.connection().execute(_RAISE, {"name": name, "by": by}).scalar_one())


def get_counters(session: Session, *names: str) -> dict[str, int]:
    """Return several counters with one statement."""
    rows = session.execute(select(Meta.name, Meta.value).where(Meta.name.in_(names)))
    return dict.fromkeys(names, 0) | {name: int(value) for name, value in rows}


def bump_revision(session: Session, touched: Touched | None = None) -> int:
    """Note that something shown on a page changed; live pages poll this number.

    ``touched``: the rows that may count differently now; None: it may be any of them.
    """
    revision = raise_counter(session, REVISION)
    if touched is not None:
        note_touched(session, revision, touched)
    return revision


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
