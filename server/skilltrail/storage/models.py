"""The tables. Deletion cascades in the database; rows never leave ``storage`` and ``services``.

The learner's history stands here; who may reach it stands in ``access_models``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from skilltrail.storage.types import JSONText, UTCDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names for every constraint: a migration can only change what has a name."""


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        datetime: UTCDateTime,
        dict[str, Any]: JSONText,
        list[Any]: JSONText,
        bytes: LargeBinary,
    }


class Meta(Base):
    """One named value: counters, the instance's id, the key of the redaction marks."""

    __tablename__ = "meta"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Conversation(Base):
    """A talk at its source. ``account`` is "" while no capture named it."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("provider", "source_id", "account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str]
    source_id: Mapped[str]
    account: Mapped[str]
    title: Mapped[str | None]
    titled_at: Mapped[datetime | None]  # when the capture that brought the title was made; the newest title stays
    project_id: Mapped[str | None]
    gizmo_id: Mapped[str | None]


class ImportBatch(Base):
    """One run of an import: what was read, and what became of it. Its parts stand in ``import_models``."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    files: Mapped[int]
    conversations: Mapped[int]
    found: Mapped[int]
    stored: Mapped[int]
    known: Mapped[int]
    revised: Mapped[int]
    refused: Mapped[int]
    skipped: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=text("'done'"))
    account: Mapped[str] = mapped_column(server_default=text("''"))  # the learner's label for whose chats these are
    names: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # of the files that were chosen
    paths: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))  # only while the import can still go on
    upload: Mapped[str | None]  # the spooled upload that it reads, while it can still go on
    left_out: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # members that nobody reads, by kind
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    undo_pass: Mapped[int | None]  # the forgetting that undoes it
    undo: Mapped[dict[str, Any] | None]  # what undoing it did


class Exchange(Base):
    """One prompt and the reply that answers it, already redacted; its texts stand in ``exchange_text``.

    The texts stand apart so that counting and sorting ten years of history does not decrypt them. ``id`` and ``seq``
    are the same at birth; neither is ever given twice.
    """

    __tablename__ = "exchange"
    __table_args__ = (
        UniqueConstraint("seq"),
        Index(None, "conversation_id", "asked_at"),
        # Holds all that counting needs, so that counting reads no row.
        Index(None, "on_current_path", "asked_at", "conversation_id"),
        # The queue of the worker: as short as what waits, whatever the size of the history.
        Index("ix_exchange_waiting", "asked_at", sqlite_where=text("vectors_due = 1")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int]  # order of arrival, without gaps
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    prompt_id: Mapped[str | None]
    reply_id: Mapped[str | None]
    parent_id: Mapped[str | None]
    prompt_digest: Mapped[bytes]
    reply_digest: Mapped[bytes]
    prompt_chars: Mapped[int]
    reply_chars: Mapped[int]
    asked_at: Mapped[datetime]
    asked_at_source: Mapped[str]
    answered_at: Mapped[datetime | None]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    model: Mapped[str | None]
    origin: Mapped[str]
    fidelity: Mapped[str]
    status: Mapped[str]
    extractor: Mapped[str]
    redactions: Mapped[dict[str, Any]]
    truncated: Mapped[bool]
    revision: Mapped[int]  # how often another text replaced or followed the first one
    on_current_path: Mapped[bool]  # worked out from the three below and from the others of the conversation
    path_flag: Mapped[bool]  # what the newest copy said
    path_at: Mapped[datetime]  # when it said so
    active_at: Mapped[datetime]  # when the exchange was last seen as the live one
    vectors_due: Mapped[bool]  # never where it is off the current path
    restricted: Mapped[bool] = mapped_column(server_default=text("0"))  # left out of every export
    text_removed: Mapped[bool] = mapped_column(server_default=text("0"))  # by the retention rule; it still counts
    device_id: Mapped[str | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id", ondelete="SET NULL"), index=True)


class ExchangeText(Base):
    """The texts of an exchange and what hangs on them."""

    __tablename__ = "exchange_text"

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    prompt: Mapped[str]
    reply: Mapped[str]
    attachments: Mapped[list[Any]]
    citations: Mapped[list[Any]]


class ExchangeRevision(Base):
    """A text that another copy of the same exchange had; ``number`` counts up in the exchange."""

    __tablename__ = "exchange_revision"
    __table_args__ = (UniqueConstraint("exchange_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"))
    number: Mapped[int]
    prompt: Mapped[str]
    reply: Mapped[str]
    prompt_digest: Mapped[bytes]
    reply_digest: Mapped[bytes]
    origin: Mapped[str]
    fidelity: Mapped[str]
    status: Mapped[str]
    extractor: Mapped[str]
    captured_at: Mapped[datetime]
    noted_at: Mapped[datetime]


class Embedding(Base):
    """A unit vector of an exchange: float16, little-endian; ``kind`` is dense or static."""

    __tablename__ = "embedding"

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    vector: Mapped[bytes]


class WorkFailure(Base):
    """An exchange that some work failed on; after too many attempts it is set aside."""

    __tablename__ = "work_failure"

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    attempts: Mapped[int]
    next_at: Mapped[datetime]
    code: Mapped[str]


class Area(Base):
    """A skill area: what several topics belong to."""

    __tablename__ = "area"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class TopicRun(Base):
    """One fit of all topics, kept."""

    __tablename__ = "topic_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    model: Mapped[str]
    exchanges: Mapped[int]
    topics: Mapped[int]
    unassigned: Mapped[int]
    settings: Mapped[dict[str, Any]]
    events: Mapped[dict[str, Any]]  # splits, merges and deaths, by topic id


class Topic(Base):
    """A group found by a run. ``retired_at`` is set when no later run continues it; its id is never given again."""

    __tablename__ = "topic"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    pinned_name: Mapped[str | None]
    name_reason: Mapped[str]
    terms: Mapped[list[Any]]
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id", ondelete="RESTRICT"), index=True)
    colour: Mapped[int]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("topic_run.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    standing: Mapped[str] = mapped_column(
        server_default=text("'shown'")
    )  # the learner's word: shown, hidden, not_skill
    found_area: Mapped[str | None]  # the area that the last run gave, where the learner chose another one


class TopicMembership(Base):
    """An exchange in its topic. ``exemplar`` is its rank among the exemplars, from 0; null for the others."""

    __tablename__ = "topic_membership"
    __table_args__ = (Index(None, "topic_id", "exchange_id"),)

    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchange.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[str] = mapped_column(ForeignKey("topic.id", ondelete="CASCADE"))
    strength: Mapped[float]
    exemplar: Mapped[int | None]
