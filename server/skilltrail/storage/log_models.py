"""Tables of the evidence log. What forgetting leaves of an exchange is the hash of its entry in ``log_node``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class LogRow(Base):
    """One evidence log; the one that goes on has no ``ended_at``.

    ``half`` is the inner half of its key; the outer one lies beside the database and is in no backup.
    ``caught_up``: what was stored before the log began is in it, and every store appends at once.
    """

    __tablename__ = "evidence_log"
    __table_args__ = (Index("ix_evidence_log_open", "id", sqlite_where=text("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    half: Mapped[bytes]
    size: Mapped[int]
    caught_up: Mapped[bool]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]  # why it was started: first, restored, key_gone
    follows: Mapped[dict[str, Any] | None]  # the last signed head of the log before: origin, size, root (base64)
    start_leaf: Mapped[bytes]  # entry 0


class LogNode(Base):
    """The hash of a perfect subtree; on level 0 that of an entry. Never changed, never deleted."""

    __tablename__ = "log_node"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it so

    log_id: Mapped[int] = mapped_column(ForeignKey("evidence_log.id", ondelete="RESTRICT"), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes]


class LogLeaf(Base):
    """What an exchange's newest entry can be shown with; it goes with the exchange.

    ``leaf`` and ``key`` are null where another text stands now and its entry is due (triggers of migration 0011).
    """

    __tablename__ = "log_leaf"
    __table_args__ = (Index(None, "log_id", "entry", unique=True),)

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    log_id: Mapped[int] = mapped_column(ForeignKey("evidence_log.id", ondelete="RESTRICT"))
    entry: Mapped[int]
    supersedes: Mapped[int | None]  # the exchange's entry before, in the same log
    leaf: Mapped[bytes | None]
    key: Mapped[bytes | None]


class LogDue(Base):
    """An exchange whose entry is still to be appended: it is new, or something that an entry commits to changed."""

    __tablename__ = "log_due"

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)


class LogCheckpoint(Base):
    """A checkpoint that was signed: the bytes of the signed note."""

    __tablename__ = "log_checkpoint"

    log_id: Mapped[int] = mapped_column(ForeignKey("evidence_log.id", ondelete="RESTRICT"), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[bytes]
    made_at: Mapped[datetime]
