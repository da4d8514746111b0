"""The table of what learners write themselves: reflections, deliverables, skills of their own, goals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class EntryRow(Base):
    """One form of an entry; ``number`` counts all changes of all entries.

    Changing an entry adds a row and ends the one before (``ended_by``); removing it does the same with ``removed``.
    Undoing deletes the last row and revives what it ended.
    """

    __tablename__ = "learner_entry"
    __table_args__ = (Index("ix_learner_entry_standing", "kind", "topic_id", sqlite_where=text("ended_by IS NULL")),)

    number: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(index=True)
    kind: Mapped[str]
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), index=True)
    topic_id: Mapped[str | None] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), index=True)
    value: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    made_at: Mapped[datetime]
    removed: Mapped[bool]
    ended_by: Mapped[int | None]


class ForgetEntry(Base):
    """An entry that a waiting pass of forgetting will take away; only its number."""

    __tablename__ = "forget_entry"

    pass_id: Mapped[int] = mapped_column(ForeignKey("forget_pass.id", ondelete="CASCADE"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(primary_key=True)
