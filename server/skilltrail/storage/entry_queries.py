"""What learners write themselves, each entry as a chain of its forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Kind
from skilltrail.domain.entries import Entry, EntryKind, Value, as_fields, from_fields, kind_of
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.correction_models import CorrectedExchange, CorrectionRow
from skilltrail.storage.entry_models import EntryRow, ForgetEntry
from skilltrail.storage.meta_queries import raise_counter
from skilltrail.storage.models import Exchange, Topic, TopicMembership
from skilltrail.storage.once import once
from skilltrail.storage.shown_names import SHOWN_NAME

_LAST = "last_entry"
_HOLDS = and_(EntryRow.ended_by.is_(None), EntryRow.removed.is_(False))


def entries(session: Session, *conditions: ColumnElement[bool]) -> list[Entry]:
    """Return the entries that stand, the newest first."""
    if not conditions:
        return answer(session, ENTRIES)
    return _told([tuple(row) for row in session.execute(_ENTRIES.where(*conditions))])


def _told(rows: Rows) -> list[Entry]:
    return sorted((_entry(row) for row in rows), key=lambda one: (one.created_at, one.id), reverse=True)


_ENTRIES = (
    select(
        EntryRow.entry_id,
        EntryRow.kind,
        EntryRow.value,
        EntryRow.exchange_id,
        EntryRow.topic_id,
        EntryRow.created_at,
        EntryRow.made_at,
        SHOWN_NAME,
    )
    .outerjoin(Topic, and_(Topic.id == EntryRow.topic_id, Topic.retired_at.is_(None)))
    .where(_HOLDS)
)
ENTRIES: Question[list[Entry]] = Question("entries", _ENTRIES, _told)


def topics_of_exchanges(session: Session) -> dict[int, str]:
    """Return in which topics the exchanges are that entries are about."""
    return answer(session, THEIR_TOPICS)


THEIR_TOPICS: Question[dict[int, str]] = Question(
    "topics of entries' exchanges",
    select(TopicMembership.exchange_id, TopicMembership.topic_id).where(
        TopicMembership.exchange_id.in_(select(EntryRow.exchange_id).where(_HOLDS, EntryRow.exchange_id.is_not(None)))
    ),
    lambda rows: {row[0]: row[1] for row in rows},
)


def of_topic(session: Session, topic_id: str) -> list[Entry]:
    """Return the entries about a topic, also those about topics that the learner merged into it."""
    return once(session, f"entries of {topic_id}", lambda: _of_topic(session, topic_id))


def _of_topic(session: Session, topic_id: str) -> list[Entry]:
    merged = (
        select(CorrectedExchange.from_topic)
        .join(CorrectionRow, CorrectionRow.id == CorrectedExchange.correction_id)
        .join(Topic, and_(Topic.id == CorrectedExchange.from_topic, Topic.retired_at.is_not(None)))
        .where(CorrectionRow.topic_id == topic_id, CorrectionRow.kind == Kind.MERGE.value)
        .where(CorrectionRow.undone_at.is_(None))
    )
    return entries(session, or_(EntryRow.topic_id == topic_id, EntryRow.topic_id.in_(merged)))


def merged_into(session: Session) -> dict[str, set[str]]:
    """Return by ended topic those into which the learner merged it: its entries are theirs now."""
    return answer(session, MERGED)


def _merged(rows: Rows) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for ended, into in rows:
        if ended is not None and into is not None:
            found.setdefault(ended, set()).add(into)
    return found


MERGED: Question[dict[str, set[str]]] = Question(
    "merged topics",
    select(CorrectedExchange.from_topic, CorrectionRow.topic_id)
    .join(CorrectionRow, CorrectionRow.id == CorrectedExchange.correction_id)
    .join(Topic, and_(Topic.id == CorrectedExchange.from_topic, Topic.retired_at.is_not(None)))
    .where(CorrectionRow.kind == Kind.MERGE.value, CorrectionRow.undone_at.is_(None))
    .distinct(),
    _merged,
)


def of_exchange(session: Session, exchange_id: int) -> list[Entry]:
    """Return the entries about an exchange."""
    return entries(session, EntryRow.exchange_id == exchange_id)


def of_kind(session: Session, kind: EntryKind) -> list[Entry]:
    """Return the entries of a kind."""
    return entries(session, EntryRow.kind == kind.value)


def one(session: Session, entry_id: int) -> Entry | None:
    """Return an entry that stands, or None."""
    return next(iter(entries(session, EntryRow.entry_id == entry_id)), None)


def is_there(session: Session, *, topic_id: str | None = None, exchange_id: int | None = None) -> bool:
    """Tell whether a living topic, or an exchange, is there."""
    if topic_id is not None:
        return (
            session.execute(select(Topic.id).where(Topic.id == topic_id, Topic.retired_at.is_(None))).first()
            is not None
        )
    return session.execute(select(Exchange.id).where(Exchange.id == exchange_id)).first() is not None


def topic_name(session: Session, topic_id: str) -> str | None:
    """Return the name of a living topic, or None."""
    named = select(func.coalesce(Topic.pinned_name, Topic.name))
    return session.execute(named.where(Topic.id == topic_id, Topic.retired_at.is_(None))).scalar_one_or_none()


def put(
    session: Session,
    value: Value,
    *,
    now: datetime,
    entry_id: int | None = None,
    exchange_id: int | None = None,
    topic_id: str | None = None,
    removed: bool = False,
) -> int:
    """Write the next form of an entry, or with no ``entry_id`` a new one; return its id."""
    number = raise_counter(session, _LAST)
    chain = EntryRow.entry_id == entry_id
    first = session.execute(select(func.min(EntryRow.created_at)).where(chain)).scalar_one() if entry_id else now
    session.execute(update(EntryRow).where(chain, EntryRow.ended_by.is_(None)).values(ended_by=number))
    row = EntryRow(
        number=number,
        entry_id=entry_id or number,
        kind=kind_of(value).value,
        exchange_id=exchange_id,
        topic_id=topic_id,
        value=as_fields(value),
        created_at=first,
        made_at=now,
        removed=removed,
        ended_by=None,
    )
    session.add(row)
    session.flush()
    return row.entry_id


def undo(session: Session, entry_id: int) -> bool:
    """Take the last change of an entry back; tell whether there was one."""
    last = select(EntryRow.number).where(EntryRow.entry_id == entry_id).order_by(EntryRow.number.desc()).limit(1)
    number = session.execute(last).scalar_one_or_none()
    if number is None:
        return False
    session.execute(delete(EntryRow).where(EntryRow.number == number))
    session.execute(update(EntryRow).where(EntryRow.ended_by == number).values(ended_by=None))
    return True


def all_forms(session: Session) -> list[dict[str, Any]]:
    """Return every form of every entry, for "everything I have"."""
    names = (
        "entry_id",
        "number",
        "kind",
        "exchange_id",
        "topic_id",
        "value",
        "created_at",
        "made_at",
        "removed",
        "ended_by",
    )
    statement = select(*[getattr(EntryRow, name) for name in names]).order_by(EntryRow.entry_id, EntryRow.number)
    return [dict(zip(names, row, strict=True)) for row in session.execute(statement)]


# --- redaction and forgetting ---------------------------------------------------------------------------------------


def values(session: Session) -> list[tuple[int, int, dict[str, Any]]]:
    """Return (number, entry, fields) of every form of every entry."""
    statement = select(EntryRow.number, EntryRow.entry_id, EntryRow.value)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def set_value(session: Session, number: int, value: dict[str, Any]) -> None:
    """Write other fields in place of those of one form."""
    session.execute(update(EntryRow).where(EntryRow.number == number).values(value=value))


def emptied_topics(session: Session, ids: Iterable[int]) -> set[str]:
    """Return the topics that entries are about and that would hold nothing without these exchanges."""
    named = select(EntryRow.topic_id).where(EntryRow.topic_id.is_not(None)).distinct()
    return emptied_topics_of(session, {topic for topic in session.execute(named).scalars() if topic}, ids)


def emptied_topics_of(session: Session, topics: Iterable[str], ids: Iterable[int]) -> set[str]:
    """Return those of ``topics`` that would hold nothing without these exchanges."""
    gone = set(ids)
    losing: dict[str, int] = {}
    held = TopicMembership.topic_id.in_(sorted(topics))
    for topic_id, exchange_id in session.execute(
        select(TopicMembership.topic_id, TopicMembership.exchange_id).where(held)
    ):
        losing[topic_id] = losing.get(topic_id, 0) + (exchange_id not in gone)
    return {topic_id for topic_id, left in losing.items() if not left}


def about(session: Session, *, topics: Iterable[str], exchanges: Sequence[int]) -> set[int]:
    """Return the entries that rest on these topics (but not skills and goals), and all entries on these exchanges."""
    resting = [kind.value for kind in EntryKind if kind not in (EntryKind.SKILL, EntryKind.GOAL)]
    of_topics = and_(EntryRow.topic_id.in_(sorted(topics)), EntryRow.kind.in_(resting))
    found = set(session.execute(select(EntryRow.entry_id).where(of_topics)).scalars())
    gone = set(exchanges)
    on_exchanges = select(EntryRow.entry_id, EntryRow.exchange_id).where(EntryRow.exchange_id.is_not(None))
    return found | {row[0] for row in session.execute(on_exchanges) if row[1] in gone}


def forget(session: Session, entry_ids: Iterable[int]) -> None:
    """Delete entries with all their forms."""
    session.execute(delete(EntryRow).where(EntryRow.entry_id.in_(sorted(entry_ids))))


def leave_topics(session: Session, topics: Iterable[str]) -> None:
    """Take topics that are gone out of the skills and goals that named them."""
    session.execute(update(EntryRow).where(EntryRow.topic_id.in_(sorted(topics))).values(topic_id=None))


def forget_all(session: Session) -> None:
    """Delete all entries."""
    session.execute(delete(EntryRow))


def note_targets(session: Session, pass_id: int, entry_ids: Iterable[int]) -> None:
    """Note which entries a pass will take away."""
    session.add_all(ForgetEntry(pass_id=pass_id, entry_id=entry_id) for entry_id in sorted(entry_ids))
    session.flush()


def take_targets(session: Session, pass_id: int) -> set[int]:
    """Return the entries that a pass will take away, and forget even their numbers."""
    found = set(session.execute(select(ForgetEntry.entry_id).where(ForgetEntry.pass_id == pass_id)).scalars())
    session.execute(delete(ForgetEntry).where(ForgetEntry.pass_id == pass_id))
    return found


def _entry(row: Sequence[Any]) -> Entry:
    number, kind, value, exchange_id, topic_id, created_at, made_at, topic_name = row
    return Entry(
        id=number,
        value=from_fields(EntryKind(kind), value),
        exchange_id=exchange_id,
        topic_id=topic_id,
        created_at=created_at,
        changed_at=made_at,
        topic_name=topic_name or "",
    )
