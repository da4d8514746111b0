"""The evidence log in the database: appending to its tree, reading nodes of it, and what entries are shown with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from skilltrail.domain.evidence_log import EvidenceLog, LogEntry, LogReason, StoredLeaf
from skilltrail.domain.exchange import Origin
from skilltrail.domain.log_leaf import LoggedExchange
from skilltrail.domain.merkle import Place
from skilltrail.domain.signed_note import encoded
from skilltrail.storage.asking import Question, answer
from skilltrail.storage.context_conditions import may_be_shown
from skilltrail.storage.log_models import LogCheckpoint, LogDue, LogLeaf, LogNode, LogRow
from skilltrail.storage.models import Conversation, Exchange, ExchangeText
from skilltrail.storage.once import is_reading

_LOG_COLUMNS = tuple(getattr(LogRow, name) for name in EvidenceLog.__slots__)
_LEAF_COLUMNS = tuple(getattr(LogLeaf, name) for name in StoredLeaf.__slots__)
_NODE = cast("Table", LogNode.__table__)

# Built once, plain SQL where every capture asks it: building a statement costs more than its answer.
_OPEN = select(*_LOG_COLUMNS).where(LogRow.ended_at.is_(None)).order_by(LogRow.id.desc()).limit(1)
_DUE = text("SELECT exchange_id FROM log_due ORDER BY exchange_id LIMIT :limit")
_ADD_LEAF = text(
    "INSERT INTO log_leaf (exchange_id, log_id, entry, supersedes, leaf, key) "
    "VALUES (:exchange_id, :log_id, :entry, :supersedes, :leaf, :key) ON CONFLICT (exchange_id) DO UPDATE SET "
    "log_id = excluded.log_id, entry = excluded.entry, supersedes = excluded.supersedes, leaf = excluded.leaf, "
    "key = excluded.key"
)
_ADD_NODE = insert(_NODE)
_DONE = text("DELETE FROM log_due WHERE exchange_id = :row")
_GROWN = text("UPDATE evidence_log SET size = :size WHERE id = :log")
_LOGGED_COLUMNS = {
    "origin": Exchange.origin,
    "provider": Conversation.provider,
    "conversation": Conversation.source_id,
    "model": Exchange.model,
    "fidelity": Exchange.fidelity,
    "status": Exchange.status,
    "asked_at": Exchange.asked_at,
    "asked_at_source": Exchange.asked_at_source,
    "answered_at": Exchange.answered_at,
    "captured_at": Exchange.captured_at,
    "prompt": ExchangeText.prompt,
    "reply": ExchangeText.reply,
    "attachments": ExchangeText.attachments,
    "citations": ExchangeText.citations,
}
_LOGGED = (
    select(Exchange.id, LogLeaf.log_id, LogLeaf.entry, *_LOGGED_COLUMNS.values())
    .join(Conversation, Conversation.id == Exchange.conversation_id)
    .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
    .outerjoin(LogLeaf, LogLeaf.exchange_id == Exchange.id)
    .where(Exchange.id.in_(bindparam("wanted", expanding=True)))
    .order_by(Exchange.id)
)


def open_log(session: Session) -> EvidenceLog | None:
    """Return the log that goes on, or None before the first one."""
    if is_reading(session):
        return answer(session, OPEN_LOG)
    row = session.connection().execute(_OPEN).one_or_none()
    return None if row is None else _log(row)


def log_named(session: Session, origin: str) -> EvidenceLog | None:
    """Return a log by its name."""
    row = session.execute(select(*_LOG_COLUMNS).where(LogRow.origin == origin)).one_or_none()
    return None if row is None else _log(row)


def all_logs(session: Session) -> list[EvidenceLog]:
    """Return all logs, the oldest first."""
    return [_log(row) for row in session.execute(select(*_LOG_COLUMNS).order_by(LogRow.id))]


def add_log(session: Session, log: EvidenceLog) -> EvidenceLog:
    """Add a log without entries, ending the one before; everything that is stored becomes due. ``log.id`` is ignored.

    What older entries could be shown with is dropped: each exchange has one entry that can be shown, in this log.
    """
    session.execute(update(LogRow).where(LogRow.ended_at.is_(None)).values(ended_at=log.started_at))
    session.execute(delete(LogLeaf))
    standing = select(ExchangeText.exchange_id).join(Exchange, Exchange.id == ExchangeText.exchange_id)
    standing = standing.where(Exchange.text_removed.is_(False))
    session.execute(insert(LogDue).prefix_with("OR IGNORE").from_select(["exchange_id"], standing))
    values = {name: getattr(log, name) for name in EvidenceLog.__slots__ if name != "id"} | {"reason": log.reason.value}
    number = session.execute(insert(LogRow).values(**values).returning(LogRow.id)).scalar_one()
    return _log(session.execute(select(*_LOG_COLUMNS).where(LogRow.id == number)).one())


def note_caught_up(session: Session, log_id: int) -> None:
    """Note that nothing of before the log is due any more."""
    session.execute(update(LogRow).where(LogRow.id == log_id).values(caught_up=True))


def due(session: Session, limit: int) -> list[int]:
    """Return the next exchanges whose entries are to be appended, in the order in which they were stored."""
    return list(session.connection().execute(_DUE, {"limit": limit}).scalars())


def count_due(session: Session) -> int:
    """Return how many exchanges wait for their entries."""
    return int(session.connection().exec_driver_sql("SELECT count(*) FROM log_due").scalar_one())


def logged(session: Session, ids: Sequence[int], log_id: int) -> list[tuple[int, int | None, LoggedExchange]]:
    """Return exchanges as they stand now, in the order of their ids, each with its entry in this log if it has one."""
    if not ids:
        return []
    rows = session.connection().execute(_LOGGED, {"wanted": list(ids)})
    return [(row[0], row[2] if row[1] == log_id else None, _logged(row)) for row in rows]


def _logged(row: Sequence[Any]) -> LoggedExchange:
    values = dict(zip(_LOGGED_COLUMNS, row[3:], strict=True))
    values["origin"] = Origin(values["origin"])
    values["attachments"] = tuple(str(file["name"]) for file in values["attachments"])
    values["citations"] = tuple(str(source["url"]) for source in values["citations"])
    return LoggedExchange(**values)


def append(
    session: Session, log: EvidenceLog, nodes: Mapping[Place, bytes], leaves: Sequence[Mapping[str, Any]], size: int
) -> None:
    """Write what a log has grown by: nodes of its tree, what its entries are shown with, and its size."""
    connection = session.connection()
    rows = [
        {"log_id": log.id, "level": level, "position": position, "hash": found}
        for (level, position), found in nodes.items()
    ]
    connection.execute(_ADD_NODE, rows)
    if leaves:
        connection.execute(_ADD_LEAF, [{"log_id": log.id, **leaf} for leaf in leaves])
    connection.execute(_GROWN, {"log": log.id, "size": size})


def settle_due(session: Session, ids: Iterable[int]) -> None:
    """Note that nothing of these exchanges is due any more."""
    rows = [{"row": row} for row in ids]
    if rows:
        session.connection().execute(_DONE, rows)


def nodes(session: Session, log_id: int, places: Iterable[Place]) -> dict[Place, bytes]:
    """Return the hashes of perfect subtrees; there are a few dozen at most."""
    wanted = sorted(set(places))
    if not wanted:
        return {}
    # Numbers of our own, so no parameters: SQLite reads the key itself for each of them.
    listed = ", ".join(f"({level:d}, {position:d})" for level, position in wanted)
    question = (
        f"WITH wanted (level, position) AS (VALUES {listed}) SELECT n.level, n.position, n.hash FROM wanted AS w "  # noqa: S608 - whole numbers
        f"CROSS JOIN log_node AS n ON n.log_id = {log_id:d} AND n.level = w.level AND n.position = w.position"
    )
    return {(row[0], row[1]): row[2] for row in session.connection().exec_driver_sql(question)}


def leaf_hashes(session: Session, log_id: int) -> list[bytes]:
    """Return the hashes of all entries of a log."""
    statement = select(LogNode.hash).where(LogNode.log_id == log_id, LogNode.level == 0).order_by(LogNode.position)
    return list(session.execute(statement).scalars())


def leaves_at(session: Session, log_id: int, entries: Collection[int]) -> list[StoredLeaf]:
    """Return what entries can be shown with; those whose exchange has a newer one or is gone are left out."""
    if not entries:
        return []
    wanted = select(*_LEAF_COLUMNS).where(LogLeaf.log_id == log_id, LogLeaf.entry.in_(sorted(set(entries))))
    return [StoredLeaf(*row) for row in session.execute(wanted)]


def entries_after(session: Session, log_id: int, entries: Collection[int]) -> dict[int, int]:
    """Return by entry the one that took its place in the same log, where that still stands."""
    wanted = select(LogLeaf.supersedes, LogLeaf.entry).where(LogLeaf.log_id == log_id)
    rows = session.execute(wanted.where(LogLeaf.supersedes.in_(sorted(set(entries)))))
    return {before: entry for before, entry in rows if before is not None}


def leaf_of(session: Session, exchange_id: int) -> StoredLeaf | None:
    """Return the newest entry of an exchange, or None."""
    row = session.execute(select(*_LEAF_COLUMNS).where(LogLeaf.exchange_id == exchange_id)).one_or_none()
    return None if row is None else StoredLeaf(*row)


def leaving(session: Session, ids: Collection[int], admitted: Collection[int]) -> set[int]:
    """Return those exchanges that may be shown to somebody for whom these clients are admitted."""
    if not ids:
        return set()
    wanted = select(Exchange.id).where(Exchange.id.in_(sorted(set(ids))), *may_be_shown(admitted))
    return set(session.execute(wanted).scalars())


def entries_of(session: Session, ids: Sequence[int]) -> dict[int, LogEntry]:
    """Return the entries of exchanges as "everything I have" states them."""
    statement = (
        select(LogLeaf.exchange_id, LogRow.origin, LogLeaf.entry, LogLeaf.leaf, LogLeaf.key)
        .join(LogRow, LogRow.id == LogLeaf.log_id)
        .where(LogLeaf.exchange_id.in_(ids))
    )
    found: dict[int, LogEntry] = {}
    for exchange_id, origin, entry, leaf, key in session.execute(statement):
        shown = None if leaf is None else leaf.decode("ascii")
        found[exchange_id] = LogEntry(origin, entry, shown, None if key is None else key.hex())
    return found


def all_forms(session: Session) -> list[dict[str, Any]]:
    """Return every log as "everything I have" states it, with the hash of every entry; halves of keys are not in it."""
    return [
        {
            "log": log.origin,
            "key": log.key().text(),
            "reason": log.reason.value,
            "follows": log.follows,
            "started_at": log.started_at,
            "ended_at": log.ended_at,
            "start_leaf": log.start_leaf.decode("ascii"),
            "checkpoints": [note.decode() for _size, note, _made_at in checkpoints(session, log.id)],
            "hashes": [encoded(one) for one in leaf_hashes(session, log.id)],
        }
        for log in all_logs(session)
    ]


# --- checkpoints ----------------------------------------------------------------------------------------------------


def add_checkpoint(session: Session, log_id: int, size: int, note: bytes, *, made_at: datetime) -> None:
    """Keep a signed checkpoint; one that is there already stays."""
    values = {"log_id": log_id, "size": size, "note": note, "made_at": made_at}
    session.execute(insert(LogCheckpoint).prefix_with("OR IGNORE").values(**values))


def last_checkpoint(session: Session, log_id: int) -> bytes | None:
    """Return the newest checkpoint of a log, or None."""
    return session.execute(
        select(LogCheckpoint.note).where(LogCheckpoint.log_id == log_id).order_by(LogCheckpoint.size.desc()).limit(1)
    ).scalar_one_or_none()


def checkpoints(session: Session, log_id: int) -> list[tuple[int, bytes, datetime]]:
    """Return size, note and time of all checkpoints of a log, the oldest first."""
    columns = (LogCheckpoint.size, LogCheckpoint.note, LogCheckpoint.made_at)
    statement = select(*columns).where(LogCheckpoint.log_id == log_id).order_by(LogCheckpoint.size)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def _log(row: Sequence[Any]) -> EvidenceLog:
    values = dict(zip(EvidenceLog.__slots__, row, strict=True))
    return EvidenceLog(**(values | {"reason": LogReason(values["reason"])}))


OPEN_LOG: Question[EvidenceLog | None] = Question("open log", _OPEN, lambda rows: _log(rows[0]) if rows else None)
