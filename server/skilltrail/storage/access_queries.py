"""Devices, sessions, sign-in keys, the ledger and refusals: reading and writing their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from skilltrail.domain.access import Device
from skilltrail.domain.capture import DeviceHealth, LedgerRow, OutboxState
from skilltrail.storage.access_models import DeviceReport, DeviceRow, LaunchKey, LedgerRowRecord, Refusal, SessionRow
from skilltrail.storage.ledger_queries import COUNTS
from skilltrail.storage.once import once


@dataclass(frozen=True, slots=True)
class DeviceCredential:
    """What the gate must know of a paired extension."""

    device_id: str
    origin: str
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class SessionCredential:
    """What the gate must know of a dashboard session."""

    token_hash: bytes
    expires_at: datetime


# --- devices --------------------------------------------------------------------------------------------------------


def add_device(session: Session, device: Device, *, shared_key: bytes, token_hash: bytes) -> None:
    """Keep a newly paired extension."""
    session.add(
        DeviceRow(
            id=device.id,
            label=device.label,
            origin=device.origin,
            shared_key=shared_key,
            token_hash=token_hash,
            paired_at=device.paired_at,
            last_seen_at=device.last_seen_at,
            revoked_at=None,
        )
    )


def list_devices(session: Session) -> tuple[Device, ...]:
    """Return the paired extensions, the oldest pairing first."""
    rows = session.scalars(
        select(DeviceRow).where(DeviceRow.revoked_at.is_(None)).order_by(DeviceRow.paired_at, DeviceRow.id)
    )
    return tuple(Device(row.id, row.label, row.origin, row.paired_at, row.last_seen_at) for row in rows)


def device_credentials(session: Session) -> tuple[DeviceCredential, ...]:
    """Return what authenticates the paired extensions."""
    rows = session.execute(
        select(DeviceRow.id, DeviceRow.origin, DeviceRow.token_hash).where(DeviceRow.revoked_at.is_(None))
    )
    return tuple(DeviceCredential(*row) for row in rows)


def shared_key(session: Session, device_id: str) -> bytes | None:
    """Return the key shared with a paired extension, or None if there is no such one (any more)."""
    found = select(DeviceRow.shared_key).where(DeviceRow.id == device_id, DeviceRow.revoked_at.is_(None))
    return session.execute(found).scalar_one_or_none()


def revoke_device(session: Session, device_id: str, now: datetime) -> bool:
    """End a pairing and drop its key; return whether there was one."""
    # The token hash stays: the column is unique, and a hash opens nothing once the row is revoked.
    change = update(DeviceRow).where(DeviceRow.id == device_id, DeviceRow.revoked_at.is_(None))
    return _changed(session, change.values(revoked_at=now, shared_key=b""))


def touch_device(session: Session, device_id: str, now: datetime) -> None:
    """Note that a paired extension was heard of."""
    session.execute(update(DeviceRow).where(DeviceRow.id == device_id).values(last_seen_at=now))


# --- sessions and sign-in keys --------------------------------------------------------------------------------------


def add_session(session: Session, *, token_hash: bytes, now: datetime, expires_at: datetime) -> None:
    """Keep a new dashboard session and drop those that ended."""
    session.execute(delete(SessionRow).where((SessionRow.expires_at <= now) | SessionRow.revoked_at.is_not(None)))
    session.add(SessionRow(token_hash=token_hash, created_at=now, expires_at=expires_at, revoked_at=None))


def session_credentials(session: Session) -> tuple[SessionCredential, ...]:
    """Return what authenticates the sessions that were not locked."""
    rows = session.execute(select(SessionRow.token_hash, SessionRow.expires_at).where(SessionRow.revoked_at.is_(None)))
    return tuple(SessionCredential(*row) for row in rows)


def revoke_session(session: Session, token_hash: bytes, now: datetime) -> bool:
    """End a session; return whether it was alive."""
    alive = update(SessionRow).where(SessionRow.token_hash == token_hash, SessionRow.revoked_at.is_(None))
    return _changed(session, alive.values(revoked_at=now))


def add_launch_key(session: Session, *, key_hash: bytes, now: datetime, expires_at: datetime) -> None:
    """Keep a new sign-in key and drop those that can no longer be used."""
    session.execute(delete(LaunchKey).where((LaunchKey.expires_at <= now) | LaunchKey.used_at.is_not(None)))
    session.add(LaunchKey(key_hash=key_hash, created_at=now, expires_at=expires_at, used_at=None))


def use_launch_key(session: Session, key_hash: bytes, now: datetime) -> bool:
    """Use a sign-in key up; return whether it was still good. Two at once: one of them gets True."""
    good = update(LaunchKey).where(
        LaunchKey.key_hash == key_hash, LaunchKey.used_at.is_(None), LaunchKey.expires_at > now
    )
    return _changed(session, good.values(used_at=now))


# --- ledger and refusals --------------------------------------------------------------------------------------------


def save_report(session: Session, device_id: str, *, state: str, outbox: OutboxState, now: datetime) -> None:
    """Keep the newest word of a device about itself."""
    values = {
        "state": state,
        "waiting": outbox.waiting,
        "rejected": outbox.rejected,
        "bytes": outbox.bytes,
        "oldest_at": outbox.oldest_at,
        "reported_at": now,
    }
    statement = insert(DeviceReport).values(device_id=device_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=[DeviceReport.device_id], set_=values))


def save_ledger_rows(session: Session, device_id: str, rows: Iterable[LedgerRow], now: datetime) -> None:
    """Keep the rows of a report; a report that arrives late does not undo a newer one."""
    for row in rows:
        values = {name: getattr(row, name) for name in (*COUNTS, "degraded")} | {"updated_at": row.updated_at or now}
        key = {"device_id": device_id, "provider": row.provider, "conversation_id": row.conversation_id}
        statement = insert(LedgerRowRecord).values(**key, **values)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=list(key), set_=values, where=LedgerRowRecord.updated_at <= values["updated_at"]
            )
        )


def ledger_rows(session: Session) -> tuple[LedgerRow, ...]:
    """Return the rows of all paired devices, the newest first."""
    columns = ("provider", "conversation_id", *COUNTS, "degraded", "updated_at", "forgotten")
    rows = session.execute(
        select(*(getattr(LedgerRowRecord, name) for name in columns))
        .join(DeviceRow, DeviceRow.id == LedgerRowRecord.device_id)
        .where(DeviceRow.revoked_at.is_(None))
        .order_by(LedgerRowRecord.updated_at.desc(), LedgerRowRecord.provider, LedgerRowRecord.conversation_id)
    )
    return tuple(LedgerRow(**dict(zip(columns, row, strict=True))) for row in rows)


def device_health(session: Session) -> tuple[DeviceHealth, ...]:
    """Return what every paired device last said about itself; one that never reported has the state "silent"."""
    return once(session, "device health", lambda: _device_health(session))


def _device_health(session: Session) -> tuple[DeviceHealth, ...]:
    rows = session.execute(
        select(DeviceRow, DeviceReport)
        .outerjoin(DeviceReport, DeviceReport.device_id == DeviceRow.id)
        .where(DeviceRow.revoked_at.is_(None))
        .order_by(DeviceRow.paired_at, DeviceRow.id)
    )
    return tuple(_health(device, report) for device, report in rows)


def _health(device: DeviceRow, report: DeviceReport | None) -> DeviceHealth:
    if report is None:
        return DeviceHealth(device.id, device.label, "silent", OutboxState(), None)
    outbox = OutboxState(report.waiting, report.rejected, report.bytes, report.oldest_at)
    return DeviceHealth(device.id, device.label, report.state, outbox, report.reported_at)


def add_refusals(session: Session, counts: Mapping[str, int], now: datetime) -> None:
    """Add to what was refused."""
    for code, count in sorted(counts.items()):
        statement = insert(Refusal).values(code=code, count=count, last_at=now)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=[Refusal.code], set_={"count": Refusal.count + count, "last_at": now}
            )
        )


def refusals(session: Session) -> dict[str, int]:
    """Return how often something was refused, by code."""
    return {code: int(count) for code, count in session.execute(select(Refusal.code, Refusal.count))}


def _changed(session: Session, statement: object) -> bool:
    result = session.execute(statement)  # type: ignore[call-overload]
    return isinstance(result, CursorResult) and result.rowcount == 1
