"""Tables of the learner's corrections: what they decided about topics, in the order in which they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class CorrectionRow(Base):
    """One decision; ``value`` is what it set: a name, an area, a colour, a standing."""

    __tablename__ = "correction"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    topic_id: Mapped[str | None] = mapped_column(index=True)  # none: it took exchanges out of all topics
    value: Mapped[str | None]
    before: Mapped[str | None]  # what our own choice was, where it is kept nowhere else
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class CorrectedExchange(Base):
    """An exchange that a correction has a say about; null topics mean none."""

    __tablename__ = "corrected_exchange"

    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id", ondelete="CASCADE"), primary_key=True)
    exchange_id: Mapped[int] = mapped_column(
        ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    from_topic: Mapped[str | None]
    to_topic: Mapped[str | None]
