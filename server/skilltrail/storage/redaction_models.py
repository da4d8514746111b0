"""Tables of what the learner says about redaction. Of secrets nothing is kept but marks in texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class OwnWordRow(Base):
    """A word that is to be hidden: a client's or project's name. ``id`` stands in marks, so none is given twice."""

    __tablename__ = "own_word"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own form

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class AllowanceRow(Base):
    """A hit that was no secret: its kind and the digits of its mark, never the hit."""

    __tablename__ = "allowance"

    kind: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class OwnDataRow(Base):
    """An address or number of the learner's own, which may stay in exports."""

    __tablename__ = "own_data"

    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
