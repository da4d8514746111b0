"""Tables of imports: how far each source was read, what was left out of it, and what came of which exchange."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class ImportSourceRow(Base):
    """One source of an import, in the order in which they are read.

    ``next_index`` and ``next_exchange`` say where reading goes on: all before is in the database, committed with this
    row. ``open_counts`` are the messages of a conversation that is half in, by outcome.
    """

    __tablename__ = "import_source"

    import_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    format: Mapped[str]
    provider: Mapped[str]
    size: Mapped[int]
    at_bytes: Mapped[int]
    next_index: Mapped[int]
    next_exchange: Mapped[int]
    finished: Mapped[bool]
    conversations: Mapped[dict[str, Any]]
    messages: Mapped[dict[str, Any]]
    open_counts: Mapped[dict[str, Any]]
    problem: Mapped[str | None]


class ImportSkipRow(Base):
    """An element that did not become (part of) an exchange. ``source_id`` goes when anything is forgotten."""

    __tablename__ = "import_skip"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    element: Mapped[int]
    source_id: Mapped[str | None]
    reason: Mapped[str]
    messages: Mapped[int]


class ImportMember(Base):
    """An exchange that an import brought, or found here. ``how``: stored, known, replaced, revised or noted.

    ``revision`` is the number under which the text of before (revised) or the import's own (noted) is kept; ``after``
    is how often the exchange's text had changed then: if it changed again since, undoing leaves it alone.
    """

    __tablename__ = "import_member"

    import_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    exchange_id: Mapped[int] = mapped_column(
        ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    how: Mapped[str]
    revision: Mapped[int | None]
    after: Mapped[int | None]
