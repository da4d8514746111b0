"""The table beside the word index; the index itself is SQLite's own (FTS5) and stands in migration 0006.

Keeping the two in step is the work of triggers in that migration, so that no statement can forget to do it.
"""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class SearchEntry(Base):
    """How an exchange stands in the word index: ``due`` until the worker has put it in.

    Triggers add a row with every text, take a text out of the index before it changes or goes, and make it due again.
    No foreign key: a cascade could remove the row before the trigger that needs it.
    """

    __tablename__ = "search_entry"
    __table_args__ = (Index("ix_search_entry_due", "exchange_id", sqlite_where=text("due = 1")),)

    exchange_id: Mapped[int] = mapped_column(primary_key=True)
    due: Mapped[bool]
    holds: Mapped[int] = mapped_column(server_default=text("0"))  # sum of 1 code, 2 redaction, 4 attachment
    title: Mapped[str | None]  # as it stands in the index: taking it out needs the very same text
