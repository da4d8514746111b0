"""The table of anchors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class AnchorRow(Base):
    """Another's word on when the checkpoint over ``size`` entries existed; removed ones can be brought back."""

    __tablename__ = "log_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    log_id: Mapped[int] = mapped_column(ForeignKey("evidence_log.id", ondelete="RESTRICT"), index=True)
    size: Mapped[int]
    kind: Mapped[str]  # rfc3161, git
    token: Mapped[bytes]
    root: Mapped[bytes]
    at: Mapped[datetime | None]
    by: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
