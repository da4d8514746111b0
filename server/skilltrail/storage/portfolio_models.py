"""Tables of saved portfolios: their forms, what may be shown all the same, and what their exports held."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class PortfolioRow(Base):
    """One form of a portfolio; ``number`` counts all changes of all portfolios.

    Changing one adds a row and ends the one before (``ended_by``); removing it does the same with ``removed``. Undoing
    deletes the last row and revives what it ended.
    """

    __tablename__ = "portfolio"
    __table_args__ = (Index("ix_portfolio_standing", "portfolio_id", sqlite_where=text("ended_by IS NULL")),)

    number: Mapped[int] = mapped_column(primary_key=True)
    portfolio_id: Mapped[int]
    urn: Mapped[str]
    value: Mapped[dict[str, Any]]  # the selection, see domain/saved_portfolio.py
    created_at: Mapped[datetime]
    made_at: Mapped[datetime]
    removed: Mapped[bool]
    ended_by: Mapped[int | None]


class PortfolioAllowance(Base):
    """The learner said of one finding in one text that it may be shown; ``digest`` (hex) names both.

    A finding in an excerpt goes with its exchange: the digest of a short text could be guessed.
    """

    __tablename__ = "portfolio_allowance"

    portfolio_id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), index=True)
    allowed_at: Mapped[datetime]


class PortfolioExport(Base):
    """A file that was made of a portfolio; ``key`` is that of its items' digests."""

    __tablename__ = "portfolio_export"

    export_id: Mapped[int] = mapped_column(ForeignKey("export_log.id", ondelete="CASCADE"), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(index=True)
    key: Mapped[bytes]


class PortfolioItemRow(Base):
    """One thing that such a file held: never the text, a keyed digest of it. It goes with the exchange it is from."""

    __tablename__ = "portfolio_item"

    export_id: Mapped[int] = mapped_column(
        ForeignKey("portfolio_export.export_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    digest: Mapped[bytes]
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), index=True)


class ForgetPortfolio(Base):
    """A portfolio that a waiting pass of forgetting will take away; only its number."""

    __tablename__ = "forget_portfolio"

    pass_id: Mapped[int] = mapped_column(ForeignKey("forget_pass.id", ondelete="CASCADE"), primary_key=True)
    portfolio_id: Mapped[int] = mapped_column(primary_key=True)
