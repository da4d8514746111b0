"""Tables of checks: what the learner said about answers, and what makes answers worth checking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class CheckRow(Base):
    """One thing the learner said about an answer, ``number`` counting up in its exchange.

    ``ended_by`` is the number of what ended it, null while it holds. Undoing deletes the last row and revives what it
    ended.
    """

    __tablename__ = "exchange_check"
    __table_args__ = (
        Index("ix_exchange_check_standing", "exchange_id", unique=True, sqlite_where=text("ended_by IS NULL")),
    )

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    said: Mapped[str]
    source: Mapped[str]
    note: Mapped[str]
    made_at: Mapped[datetime]
    revision: Mapped[int]  # of the exchange, when it was said
    until: Mapped[datetime | None]  # when an answer that was put off comes back
    ended_by: Mapped[int | None]


class ReviewScan(Base):
    """What the rules found in an answer; ``due`` until the worker has looked. Kept in step by triggers (0009).

    ``findings`` are lists of a rule's name and four positions: no word of the answer. ``open``: something was found
    and nothing that settles it was said.
    """

    __tablename__ = "review_scan"
    __table_args__ = (
        Index("ix_review_scan_due", "exchange_id", sqlite_where=text("due = 1")),
        Index("ix_review_scan_open", "asked_at", "exchange_id", sqlite_where=text("open = 1")),
    )

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    due: Mapped[bool]
    open: Mapped[bool]
    asked_at: Mapped[datetime]
    findings: Mapped[list[Any]]
