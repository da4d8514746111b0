"""Tables of learning told from delegation: what is told of each exchange, and what the learner said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class ExchangeLearning(Base):
    """What one exchange counts as; nothing of its text stands here.

    ``kind`` and ``intent`` are what counts: the learner's word, else what was told. ``model`` and ``lessons`` say with
    what it was told, ``prompt_digest`` of which text: where one of them is another one now, it is told anew.
    """

    __tablename__ = "exchange_learning"
    __table_args__ = (Index(None, "kind", "exchange_id"),)

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str]
    intent: Mapped[str | None]
    told_kind: Mapped[str]
    told_intent: Mapped[str | None]
    chance: Mapped[float]
    signals: Mapped[list[Any]]
    taught: Mapped[int]  # corrections of exchanges worded alike that moved it
    model: Mapped[int]
    lessons: Mapped[str]
    prompt_digest: Mapped[bytes]


class LearningSay(Base):
    """One word of the learner; the newest of an exchange's ``part`` counts. Undoing deletes the row."""

    __tablename__ = "learning_say"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), index=True)
    part: Mapped[str]
    value: Mapped[str | None]  # none: it is left to us again
    said_at: Mapped[datetime]
