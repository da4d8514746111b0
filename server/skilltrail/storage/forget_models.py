"""Tables of forgetting and of data rights. None of them holds a word of an exchange."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class Tombstone(Base):
    """A keyed digest by which a copy of something forgotten is recognised and kept out.

    ``until``: only what was asked up to then; null: always.
    """

    __tablename__ = "tombstone"

    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]


class ForgetPassRow(Base):
    """A forgetting that was asked for. ``stage`` is waiting, cleaning (its rows are gone) or done."""

    __tablename__ = "forget_pass"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    stage: Mapped[str]
    exchanges: Mapped[int]
    conversations: Mapped[int]
    exports: Mapped[int]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ForgetTarget(Base):
    """An exchange that a waiting pass will forget; only its number."""

    __tablename__ = "forget_target"

    pass_id: Mapped[int] = mapped_column(ForeignKey("forget_pass.id", ondelete="CASCADE"), primary_key=True)
    # No reference: an exchange that another pass took first must not stop this one.
    exchange_id: Mapped[int] = mapped_column(primary_key=True)


class ExportLog(Base):
    """A file that was made for the learner; ``sha256`` (hex) tells which one it was."""

    __tablename__ = "export_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    format: Mapped[str]
    name: Mapped[str]
    exchanges: Mapped[int]
    sha256: Mapped[str]


class ExportMember(Base):
    """An exchange that a file held; it stays when the exchange is forgotten, so that the file can be named."""

    __tablename__ = "export_member"

    export_id: Mapped[int] = mapped_column(ForeignKey("export_log.id", ondelete="CASCADE"), primary_key=True)
    exchange_id: Mapped[int] = mapped_column(primary_key=True, index=True)


class Preference(Base):
    """A choice of the learner's that belongs to the data and not to one run of the program."""

    __tablename__ = "preference"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
