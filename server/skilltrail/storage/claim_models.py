"""Tables of skill claims: what was proposed for each topic, and what the learner decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from skilltrail.storage.models import Base


class TopicMatchRow(Base):
    """That a topic was compared with the published concepts; ``digest`` of all that the result depends on."""

    __tablename__ = "topic_match"

    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str]
    matched_at: Mapped[datetime]


class ClaimProposalRow(Base):
    """A concept near a topic, by rank from 0; ``exemplars`` are ids of exchanges."""

    __tablename__ = "claim_proposal"

    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    framework: Mapped[str]
    code: Mapped[str]
    kind: Mapped[str]
    label: Mapped[str]
    description: Mapped[str]
    similarity: Mapped[float]
    mentions: Mapped[float]
    words: Mapped[list[Any]]
    fit: Mapped[float]
    exemplars: Mapped[list[Any]]


class ClaimRow(Base):
    """A decision of the learner, ``number`` counting up in its topic; null concept columns for "none fits".

    ``ended_by`` is the number of the decision that ended it, null while it holds. Undoing a decision deletes its row
    and revives what it ended.
    """

    __tablename__ = "claim"

    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    framework: Mapped[str | None]
    code: Mapped[str | None]
    kind: Mapped[str | None]
    label: Mapped[str | None]
    description: Mapped[str | None]
    decided_at: Mapped[datetime]
    exchanges: Mapped[int]  # of the topic, when it was decided
    last_seq: Mapped[int]  # the newest of them
    ended_by: Mapped[int | None]
