"""What ingest reads and writes: conversations, exchanges, their texts and revisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status
from skilltrail.domain.merging import HEAD, Copy
from skilltrail.storage.models import (
    Conversation,
    Embedding,
    Exchange,
    ExchangeRevision,
    ExchangeText,
    TopicMembership,
    WorkFailure,
)

_CHUNK = 500  # rows named in one statement

# Plain tables where thousands of rows go in at once: the mapper's bookkeeping would cost more than the rows.
_CONVERSATION = cast("Table", Conversation.__table__)
_EXCHANGE = cast("Table", Exchange.__table__)
_TEXT = cast("Table", ExchangeText.__table__)
_REVISION = cast("Table", ExchangeRevision.__table__)

_COPY_COLUMNS = (
    Exchange.prompt_id,
    Exchange.reply_id,
    Exchange.parent_id,
    Exchange.prompt_digest,
    Exchange.reply_digest,
    Exchange.prompt_chars,
    Exchange.reply_chars,
    Exchange.origin,
    Exchange.fidelity,
    Exchange.status,
    Exchange.asked_at,
    Exchange.asked_at_source,
    Exchange.answered_at,
    Exchange.captured_at,
    Exchange.model,
    Exchange.path_flag,
    Exchange.path_at,
    Exchange.active_at,
)


# Built once: every capture asks these, and building a statement takes longer than SQLite takes to answer it.
_FIND = select(
    *(
        _CONVERSATION.c[name]
        for name in ("id", "provider", "source_id", "account", "title", "titled_at", "project_id", "gizmo_id")
    )
).where(tuple_(_CONVERSATION.c.provider, _CONVERSATION.c.source_id).in_(bindparam("wanted", expanding=True)))
_COPIES = (
    select(
        _EXCHANGE.c.conversation_id,
        _EXCHANGE.c.id,
        _EXCHANGE.c.revision,
        _EXCHANGE.c.on_current_path,
        func.substr(_TEXT.c.prompt, 1, HEAD),
        func.substr(_TEXT.c.reply, 1, HEAD),
        *(_EXCHANGE.c[column.key] for column in _COPY_COLUMNS),
    )
    .join(_TEXT, _TEXT.c.exchange_id == _EXCHANGE.c.id)
    .where(_EXCHANGE.c.conversation_id.in_(bindparam("wanted", expanding=True)))
    .order_by(_EXCHANGE.c.id)
)
_REVISION_OF = (
    select(_REVISION.c.number)
    .where(
        _REVISION.c.exchange_id == bindparam("row"),
        _REVISION.c.prompt_digest == bindparam("prompt"),
        _REVISION.c.reply_digest == bindparam("reply"),
    )
    .order_by(_REVISION.c.number.desc())
)
_TEXT_NOW = (
    select(_TEXT.c.prompt, _TEXT.c.reply, _EXCHANGE.c.extractor)
    .join(_EXCHANGE, _EXCHANGE.c.id == _TEXT.c.exchange_id)
    .where(_EXCHANGE.c.id == bindparam("row"))
)
_DROP_DERIVED = tuple(
    delete(table).where(table.c.exchange_id == bindparam("row"))
    for table in (cast("Table", Embedding.__table__), cast("Table", WorkFailure.__table__))
)
_LEARNED = ("account", "title", "titled_at", "project_id", "gizmo_id")
_LEARN = (
    update(_CONVERSATION)
    .where(_CONVERSATION.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in _LEARNED})
)


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A stored exchange as ingest sees it."""

    id: int
    copy: Copy
    revision: int
    on_current_path: bool


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A stored conversation as ingest sees it."""

    id: int
    provider: str
    source_id: str
    account: str
    title: str | None
    titled_at: datetime | None
    project_id: str | None
    gizmo_id: str | None


def find_conversations(session: Session, keys: Iterable[tuple[str, str]]) -> list[ConversationRecord]:
    """Return the conversations with these (provider, source id), every account, oldest first."""
    found: list[ConversationRecord] = []
    for part in _parts(sorted(set(keys))):
        found += [ConversationRecord(*row) for row in session.connection().execute(_FIND, {"wanted": part})]
    return sorted(found, key=lambda record: record.id)


def add_conversation(session: Session, captured: CapturedExchange) -> ConversationRecord:
    """Add the conversation of a captured exchange and return it."""
    values: dict[str, Any] = {
        "provider": captured.provider,
        "source_id": captured.conversation_id,
        "account": captured.account,
        "title": captured.title,
        "titled_at": captured.captured_at if captured.title else None,
        "project_id": captured.project_id,
        "gizmo_id": captured.gizmo_id,
    }
    statement = insert(_CONVERSATION).values(**values).returning(_CONVERSATION.c.id)
    return ConversationRecord(id=session.connection().execute(statement).scalar_one(), **values)


def change_conversation(session: Session, record: ConversationRecord) -> None:
    """Write what was learned about a conversation."""
    values = {f"new_{name}": getattr(record, name) for name in _LEARNED}
    session.connection().execute(_LEARN, {"row": record.id} | values)


def copies_of(session: Session, conversations: Iterable[int]) -> dict[int, list[StoredCopy]]:
    """Return the exchanges of each conversation, in the order in which they came."""
    found: dict[int, list[StoredCopy]] = {}
    for part in _parts(sorted(set(conversations))):
        for row in session.connection().execute(_COPIES, {"wanted": part}):
            found.setdefault(row[0], []).append(_stored_copy(row))
    return found


def _stored_copy(row: Sequence[Any]) -> StoredCopy:
    values: dict[str, Any] = dict(zip((column.key for column in _COPY_COLUMNS), row[6:], strict=True))
    values["prompt_digest"] = values["prompt_digest"].hex()
    values["reply_digest"] = values["reply_digest"].hex()
    values["origin"] = Origin(values["origin"])
    values["fidelity"] = Fidelity(values["fidelity"])
    values["status"] = Status(values["status"])
    copy = Copy(prompt_head=row[4], reply_head=row[5], **values)
    return StoredCopy(id=row[1], copy=copy, revision=row[2], on_current_path=row[3])


def copy_values(copy: Copy) -> dict[str, Any]:
    """Return the columns that a copy fills."""
    values = {column.key: getattr(copy, column.key) for column in _COPY_COLUMNS}
    values["prompt_digest"] = bytes.fromhex(copy.prompt_digest)
    values["reply_digest"] = bytes.fromhex(copy.reply_digest)
    values |= {"origin": str(copy.origin), "fidelity": str(copy.fidelity), "status": str(copy.status)}
    return values


def text_values(captured: CapturedExchange) -> dict[str, Any]:
    """Return the columns of ``exchange_text`` that a captured exchange fills."""
    return {
        "prompt": captured.prompt,
        "reply": captured.reply,
        "attachments": [{"name": file.name, "mime": file.mime, "size": file.size} for file in captured.attachments],
        "citations": [{"url": source.url, "title": source.title} for source in captured.citations],
    }


def add_exchanges(session: Session, rows: Sequence[Mapping[str, Any]], texts: Sequence[Mapping[str, Any]]) -> None:
    """Add exchanges and their texts in bulk."""
    if rows:
        session.connection().execute(insert(_EXCHANGE), list(rows))
        session.connection().execute(insert(_TEXT), list(texts))


def change_exchange(session: Session, exchange_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of one exchange."""
    parameters = {"row": exchange_id} | {f"new_{name}": value for name, value in values.items()}
    session.connection().execute(_change(_EXCHANGE, "id", tuple(sorted(values))), parameters)


def replace_text(session: Session, exchange_id: int, captured: CapturedExchange) -> None:
    """Put another text in place; attachments and citations that the new copy does not know are kept."""
    values = {name: value for name, value in text_values(captured).items() if value != []}
    parameters = {"row": exchange_id} | {f"new_{name}": value for name, value in values.items()}
    session.connection().execute(_change(_TEXT, "exchange_id", tuple(sorted(values))), parameters)


@lru_cache(maxsize=32)
def _change(table: Table, key: str, names: tuple[str, ...]) -> Update:
    """Return the statement that changes these columns of one row; an import can ask for it thousands of times."""
    return (
        update(table).where(table.c[key] == bindparam("row")).values({name: bindparam(f"new_{name}") for name in names})
    )


def drop_derived(session: Session, exchange_id: int) -> None:
    """Remove what was worked out from a text that is no longer current."""
    for statement in _DROP_DERIVED:
        session.connection().execute(statement, {"row": exchange_id})


def wait_anew(session: Session, exchange_id: int) -> None:
    """Have an exchange embedded again, if it stands on the current path."""
    change = update(Exchange).where(Exchange.id == exchange_id)
    session.execute(change.values(vectors_due=Exchange.on_current_path))


def keep_replaced(session: Session, stored: StoredCopy, *, noted_at: datetime) -> None:
    """Keep the text that is about to be replaced as a revision."""
    prompt, reply, extractor = session.connection().execute(_TEXT_NOW, {"row": stored.id}).one()
    texts = {"prompt": prompt, "reply": reply, "extractor": extractor}
    session.connection().execute(insert(_REVISION), _revision(stored, stored.copy, noted_at) | texts)


def keep_other(
    session: Session, stored: StoredCopy, copy: Copy, captured: CapturedExchange, *, noted_at: datetime
) -> None:
    """Keep the text of a copy that does not replace the stored one as a revision."""
    texts = {"prompt": captured.prompt, "reply": captured.reply, "extractor": captured.extractor}
    session.connection().execute(insert(_REVISION), _revision(stored, copy, noted_at) | texts)


def _revision(stored: StoredCopy, copy: Copy, noted_at: datetime) -> dict[str, Any]:
    return {
        "exchange_id": stored.id,
        "number": stored.revision + 1,
        "prompt_digest": bytes.fromhex(copy.prompt_digest),
        "reply_digest": bytes.fromhex(copy.reply_digest),
        "origin": str(copy.origin),
        "fidelity": str(copy.fidelity),
        "status": str(copy.status),
        "captured_at": copy.captured_at,
        "noted_at": noted_at,
    }


def has_revision(session: Session, exchange_id: int, copy: Copy) -> bool:
    """Tell whether this text is kept as a revision already."""
    return revision_number(session, exchange_id, copy) is not None


def revision_number(session: Session, exchange_id: int, copy: Copy) -> int | None:
    """Return the number under which this text is kept as a revision, or None."""
    digests = {"prompt": bytes.fromhex(copy.prompt_digest), "reply": bytes.fromhex(copy.reply_digest)}
    found: int | None = session.connection().execute(_REVISION_OF, {"row": exchange_id} | digests).scalars().first()
    return found


def see_again(session: Session, seen: Mapping[int, Mapping[str, Any]]) -> None:
    """Write when exchanges were seen again: their ``path_flag``, ``path_at`` and ``active_at``."""
    if not seen:
        return
    changed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in ("path_flag", "path_at", "active_at")}
    statement = update(_EXCHANGE).where(_EXCHANGE.c.id == bindparam("row")).values(**changed)
    rows = [
        {"row": row} | {f"new_{name}": value for name, value in values.items()} for row, values in sorted(seen.items())
    ]
    session.connection().execute(statement, rows)


def set_current_path(session: Session, changes: Mapping[int, bool]) -> None:
    """Write which exchanges stand on the current path; those that leave it leave their topic, others wait anew."""
    if not changes:
        return
    statement = (
        update(_EXCHANGE)
        .where(_EXCHANGE.c.id == bindparam("row"))
        .values(on_current_path=bindparam("flag"), vectors_due=bindparam("flag"))
    )
    session.connection().execute(statement, [{"row": row, "flag": flag} for row, flag in sorted(changes.items())])
    for part in _parts(sorted(row for row, flag in changes.items() if not flag)):
        session.execute(delete(TopicMembership).where(TopicMembership.exchange_id.in_(part)))


def _parts(values: Sequence[Any]) -> Iterable[list[Any]]:
    return (list(values[start : start + _CHUNK]) for start in range(0, len(values), _CHUNK))
