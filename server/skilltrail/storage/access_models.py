"""Tables of who may reach the history, and of what the extensions say about their own health."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class DeviceRow(Base):
    """A paired extension. ``shared_key`` is its half of the pairing, ``token_hash`` the SHA-256 of its bearer token."""

    __tablename__ = "device"

    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    origin: Mapped[str]
    shared_key: Mapped[bytes]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    paired_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SessionRow(Base):
    """A dashboard session; only the hash of its token is kept."""

    __tablename__ = "session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LaunchKey(Base):
    """A one-use sign-in key; only its hash is kept."""

    __tablename__ = "launch_key"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LedgerRowRecord(Base):
    """Counts of one conversation as one device reports them."""

    __tablename__ = "ledger_row"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), primary_key=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(primary_key=True)  # the source's own id
    sends_seen: Mapped[int]
    replies_finished: Mapped[int]
    turns_in_page: Mapped[int]
    captured: Mapped[int]
    stored: Mapped[int]
    waiting: Mapped[int]
    rejected: Mapped[int]
    failed: Mapped[int]
    degraded: Mapped[bool]
    updated_at: Mapped[datetime]
    forgotten: Mapped[int] = mapped_column(server_default=text("0"))  # stored once and forgotten since


class DeviceReport(Base):
    """The newest word of a device about itself and its outbox."""

    __tablename__ = "device_report"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    waiting: Mapped[int]
    rejected: Mapped[int]
    bytes: Mapped[int]
    oldest_at: Mapped[datetime | None]
    reported_at: Mapped[datetime]


class Refusal(Base):
    """How often something was refused, by code."""

    __tablename__ = "refusal"

    code: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]
