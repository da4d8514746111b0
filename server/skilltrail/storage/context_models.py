"""Tables of clients and projects, what the learner said of exchanges, and what the rules found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base

_STANDS = text("ended_by IS NULL")


class ContextFormRow(Base):
    """One form of a client or project; ``change`` counts all changes, those of ``context_said`` included.

    A change adds a row and ends the one before; removing does the same with ``removed``. Undoing deletes the row and
    ties the chain together again.
    """

    __tablename__ = "context_form"
    __table_args__ = (Index("ix_context_form_standing", "context_id", sqlite_where=_STANDS),)

    change: Mapped[int] = mapped_column(primary_key=True)
    context_id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int | None]
    value: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    made_at: Mapped[datetime]
    removed: Mapped[bool]
    ended_by: Mapped[int | None]


class ContextSaidRow(Base):
    """What the learner said of an exchange, as a chain like that of ``context_form``."""

    __tablename__ = "context_said"
    __table_args__ = (
        Index("ix_context_said_standing", "exchange_id", sqlite_where=_STANDS),
        Index(None, "change"),
    )

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    change: Mapped[int] = mapped_column(primary_key=True)
    said: Mapped[str]
    clients: Mapped[list[Any]]
    project_id: Mapped[int | None]
    whole: Mapped[bool]
    suggested: Mapped[bool]
    made_at: Mapped[datetime]
    ended_by: Mapped[int | None]


class ContextMentionRow(Base):
    """An exchange names a client or project; ``word`` is the learner's own, no text of the exchange."""

    __tablename__ = "context_mention"
    __table_args__ = (Index(None, "context_id"),)

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    context_id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    how: Mapped[str]
    word: Mapped[str]


class ContextScan(Base):
    """By which edition of the rules an exchange was looked at last; 0: not since its text changed.

    ``touched`` counts changes of its texts. Kept in step by triggers (migration 0010). ``own``: the learner's own.
    """

    __tablename__ = "context_scan"
    __table_args__ = (
        Index(None, "rules", "exchange_id"),
        Index("ix_context_scan_own", "exchange_id", sqlite_where=text("own = 1")),
    )

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    rules: Mapped[int]
    touched: Mapped[int]
    own: Mapped[bool]


class ContextAssignment(Base):
    """A client of an exchange, worked out of mentions and sayings; exports and filters read this alone."""

    __tablename__ = "context_assignment"
    __table_args__ = (Index(None, "client_id", "exchange_id"),)

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int | None]
    certain: Mapped[bool]
    by: Mapped[str]


class ForgetClient(Base):
    """What a waiting pass of forgetting takes away of clients, in numbers alone.

    With ``change`` 0 the client or project with all that is its; else, of the form made by that change, the word at
    place ``at``; place 0 is the name, and the whole form goes.
    """

    __tablename__ = "forget_client"

    pass_id: Mapped[int] = mapped_column(ForeignKey("forget_pass.id", ondelete="CASCADE"), primary_key=True)
    context_id: Mapped[int] = mapped_column(primary_key=True)
    change: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(primary_key=True)
