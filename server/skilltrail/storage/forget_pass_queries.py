"""Passes of forgetting with their targets, the marks of what was forgotten, and the learner's preferences."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, select, tuple_, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from skilltrail.domain.forget import ForgetPass, Mark, Scope, Stage
from skilltrail.storage.forget_models import ForgetPassRow, ForgetTarget, Preference, Tombstone
from skilltrail.storage.meta_queries import get_value, set_value

FORGET_KEY = "forget_key"
FORGET_EPOCH = "forget_epoch"
"""Counts what was forgotten: who read texts before must not write what they made of them after."""

KEPT_PASSES = 20
_CHUNK = 400
_TARGET = cast("Table", ForgetTarget.__table__)
_TOMBSTONE = cast("Table", Tombstone.__table__)


# --- passes ---------------------------------------------------------------------------------------------------------


def add_pass(session: Session, wanted: ForgetPass, targets: Iterable[int]) -> ForgetPass:
    """Keep a pass with what it will forget, and return it with its id; only the newest ones are kept for reading."""
    values = {name: getattr(wanted, name) for name in _COLUMNS if name != "id"}
    row = ForgetPassRow(**values | {"scope": wanted.scope.value, "stage": wanted.stage.value})
    session.add(row)
    session.flush()
    add_targets(session, row.id, targets)
    old = session.execute(
        select(ForgetPassRow.id).where(ForgetPassRow.stage == Stage.DONE).order_by(ForgetPassRow.id.desc())
    ).scalars()
    session.execute(delete(ForgetPassRow).where(ForgetPassRow.id.in_(list(old)[KEPT_PASSES:])))
    return _pass(row)


def passes(session: Session, *, stages: Sequence[Stage] = tuple(Stage)) -> tuple[ForgetPass, ...]:
    """Return the passes in these stages, the newest first."""
    names = [stage.value for stage in stages]
    rows = session.scalars(
        select(ForgetPassRow).where(ForgetPassRow.stage.in_(names)).order_by(ForgetPassRow.id.desc())
    )
    return tuple(_pass(row) for row in rows)


def find_pass(session: Session, pass_id: int) -> ForgetPass | None:
    """Return a pass, or None."""
    row = session.get(ForgetPassRow, pass_id)
    return None if row is None else _pass(row)


def drop_pass(session: Session, pass_id: int) -> None:
    """Delete a pass and its targets."""
    session.execute(delete(ForgetPassRow).where(ForgetPassRow.id == pass_id))


def change_pass(session: Session, pass_id: int, **values: object) -> None:
    """Change columns of a pass."""
    session.execute(update(ForgetPassRow).where(ForgetPassRow.id == pass_id).values(**values))


def add_targets(session: Session, pass_id: int, targets: Iterable[int]) -> None:
    """Add exchanges to what a pass will forget."""
    rows = [{"pass_id": pass_id, "exchange_id": target} for target in targets]
    if rows:
        session.connection().execute(insert(_TARGET).on_conflict_do_nothing(), rows)


def targets(session: Session, pass_id: int) -> list[int]:
    """Return the exchanges that a pass will forget."""
    found = select(ForgetTarget.exchange_id).where(ForgetTarget.pass_id == pass_id)
    return list(session.execute(found.order_by(ForgetTarget.exchange_id)).scalars())


def drop_targets(session: Session, pass_id: int) -> None:
    """Forget even the numbers of what a pass forgot."""
    session.execute(delete(ForgetTarget).where(ForgetTarget.pass_id == pass_id))


_COLUMNS = ("id", "scope", "stage", "exchanges", "conversations", "exports", "asked_at", "due_at", "finished_at")


def _pass(row: ForgetPassRow) -> ForgetPass:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return ForgetPass(**values | {"scope": Scope(row.scope), "stage": Stage(row.stage)})


# --- marks ----------------------------------------------------------------------------------------------------------


def forget_key(session: Session) -> bytes | None:
    """Return the key of the marks, or None while nothing was ever forgotten."""
    value = get_value(session, FORGET_KEY)
    return None if value is None else bytes.fromhex(value)


def make_forget_key(session: Session) -> bytes:
    """Return the key of the marks; the first call makes it."""
    key = forget_key(session)
    if key is None:
        key = secrets.token_bytes(32)
        set_value(session, FORGET_KEY, key.hex())
    return key


def put_tombstones(session: Session, marks: Iterable[Mark], *, until: datetime | None) -> None:
    """Keep marks; one that is there already holds for the longer of both times."""
    rows = [{"kind": mark.kind, "digest": mark.digest, "until": until} for mark in dict.fromkeys(marks)]
    if not rows:
        return
    statement = insert(_TOMBSTONE)
    later = func.max(_TOMBSTONE.c.until, statement.excluded.until)
    session.connection().execute(
        statement.on_conflict_do_update(index_elements=["kind", "digest"], set_={"until": later}), rows
    )


def find_tombstones(session: Session, marks: Iterable[Mark]) -> dict[Mark, datetime | None]:
    """Return those of the marks that are kept, each with the time up to which it holds (None: always)."""
    wanted = sorted({(mark.kind, mark.digest) for mark in marks})
    found: dict[Mark, datetime | None] = {}
    for start in range(0, len(wanted), _CHUNK):
        statement = select(Tombstone.kind, Tombstone.digest, Tombstone.until).where(
            tuple_(Tombstone.kind, Tombstone.digest).in_(wanted[start : start + _CHUNK])
        )
        found |= {Mark(row[0], row[1]): row[2] for row in session.execute(statement)}
    return found


def count_kept_out(session: Session) -> int:
    """Return about how many forgotten exchanges are kept out: each leaves one mark or more of its text."""
    return session.execute(select(func.count()).select_from(Tombstone).where(Tombstone.kind == "text")).scalar_one()


def drop_tombstones(session: Session) -> None:
    """Delete all marks, so that what was forgotten may come again."""
    session.execute(delete(Tombstone))


# --- preferences ----------------------------------------------------------------------------------------------------


def get_preference(session: Session, name: str) -> str | None:
    """Return a preference, or None."""
    return session.execute(select(Preference.value).where(Preference.name == name)).scalar_one_or_none()


def set_preference(session: Session, name: str, value: str | None) -> None:
    """Set a preference; None takes it away."""
    if value is None:
        session.execute(delete(Preference).where(Preference.name == name))
        return
    statement = insert(Preference).values(name=name, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=[Preference.name], set_={"value": value}))


def preferences(session: Session) -> dict[str, str]:
    """Return all preferences."""
    return {row[0]: row[1] for row in session.execute(select(Preference.name, Preference.value))}
