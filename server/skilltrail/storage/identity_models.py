"""The table of identity keys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class IdentityKeyRow(Base):
    """A key that signs for the learner, as PKCS#8; the one that signs now has no ``ended_at``."""

    __tablename__ = "identity_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    did: Mapped[str] = mapped_column(unique=True)
    sealed: Mapped[bytes]
    locked: Mapped[bool]
    made_at: Mapped[datetime]
    reason: Mapped[str]  # first, rotated, anew
    used_at: Mapped[datetime | None]  # when it first signed
    ended_at: Mapped[datetime | None]
    statement: Mapped[bytes | None]  # the credential by which the key before handed over
