"""The worker's queue: what waits for vectors, what failed, and the vectors themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Table,
    and_,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session, aliased

from skilltrail.domain.topics import PROMPT_HEAD, REPLY_HEAD
from skilltrail.storage.models import Conversation, Embedding, Exchange, ExchangeText, TopicMembership, WorkFailure
from skilltrail.storage.once import is_known, once

DENSE, STATIC = "dense", "static"
ATTEMPTS = 5
"""Tries before an exchange is set aside."""

_BACKOFF = timedelta(seconds=2)
_LONGEST = _BACKOFF * 2**ATTEMPTS
_HEADS = 4  # times the head: `representation` leaves things out before it cuts
_AT_ONCE = 500  # ids named in one statement
_EMBEDDING = cast("Table", Embedding.__table__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An exchange without vectors, with the beginnings of its texts; the digests tell whether it changed meanwhile."""

    id: int
    conversation_id: int
    asked_at: datetime
    title: str | None
    prompt: str
    reply: str
    prompt_digest: bytes
    reply_digest: bytes
    static: bytes | None
    has_dense: bool


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Exchanges on the current path, those that wait, and those set aside."""

    total: int
    waiting: int
    set_aside: int


def _is_waiting() -> ColumnElement[bool]:
    # Written as in the partial index: with a parameter in place of the 1 SQLite would not use it.
    return Exchange.vectors_due == literal_column("1")


def next_without_static(
    session: Session, *, now: datetime, static_model: str, before: tuple[datetime, int] | None, limit: int
) -> list[Waiting]:
    """Return the newest exchanges that wait without a static vector and may be tried now.

    ``before``: time and id of the last one looked at, to go on from there. Looks at every exchange that waits until
    it has found enough, some 5 microseconds each.
    """
    found = select(Embedding.exchange_id).where(Embedding.exchange_id == Exchange.id, *_of(STATIC, static_model))
    statement = (
        _waiting(literal(None, LargeBinary), literal(value=False))
        .outerjoin(WorkFailure, WorkFailure.exchange_id == Exchange.id)
        .where(~found.exists(), _may_be_tried(now))
        .order_by(Exchange.asked_at.desc(), Exchange.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(tuple_(Exchange.asked_at, Exchange.id) < tuple_(*before))
    return [Waiting(*row) for row in session.execute(statement)]


def count_without_static(session: Session, *, static_model: str) -> int:
    """Return how many exchanges wait without a static vector; looks at every one that waits."""
    found = select(Embedding.exchange_id).where(Embedding.exchange_id == Exchange.id, *_of(STATIC, static_model))
    statement = select(func.count()).select_from(Exchange).where(_is_waiting(), ~found.exists())
    return session.execute(statement).scalar_one()


def next_ids(session: Session, *, now: datetime, static_model: str, limit: int) -> list[int]:
    """Return exchanges that wait, have their static vector and may be tried now; looks at every one that waits.

    They are drawn from all over the history, in the same order each time: what has been read at any moment then
    stands for the whole.
    """
    static = aliased(Embedding)
    statement = (
        select(Exchange.id)
        .join(static, and_(static.exchange_id == Exchange.id, *_of(STATIC, static_model, static)))
        .outerjoin(WorkFailure, WorkFailure.exchange_id == Exchange.id)
        .where(_is_waiting(), _may_be_tried(now))
        .order_by(_SCATTERED, Exchange.id)
        .limit(limit)
    )
    return list(session.execute(statement).scalars())


def waiting_of(session: Session, ids: Sequence[int], *, model: str, static_model: str) -> list[Waiting]:
    """Return those of ``ids`` that still wait, with their static vectors, in a fixed order."""
    static = aliased(Embedding)
    has_dense = select(Embedding.exchange_id).where(Embedding.exchange_id == Exchange.id, *_of(DENSE, model)).exists()
    statement = (
        _waiting(static.vector, has_dense)
        .join(static, and_(static.exchange_id == Exchange.id, *_of(STATIC, static_model, static)))
        .where(Exchange.id.in_(ids))
        .order_by(_SCATTERED, Exchange.id)
    )
    return [Waiting(*row) for row in session.execute(statement)]


_SCATTERED = (Exchange.id * literal_column("2654435761")) % literal_column("4294967296")
"""Ids in an order that has nothing to do with their own: multiples of the golden section (Knuth)."""


def _waiting(static: SQLColumnExpression[Any], has_dense: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            Exchange.id,
            Exchange.conversation_id,
            Exchange.asked_at,
            Conversation.title,
            func.substr(ExchangeText.prompt, 1, PROMPT_HEAD * _HEADS),
            func.substr(ExchangeText.reply, 1, REPLY_HEAD * _HEADS),
            Exchange.prompt_digest,
            Exchange.reply_digest,
            static,
            has_dense,
        )
        .select_from(Exchange)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .where(_is_waiting())
    )


def _of(kind: str, model: str, table: type[Embedding] = Embedding) -> tuple[ColumnElement[bool], ...]:
    return table.kind == kind, table.model == model


def _may_be_tried(now: datetime) -> ColumnElement[bool]:
    # Further ahead than any wait: the clock was set back since, and the exchange would wait for that long.
    due = or_(WorkFailure.next_at <= now, WorkFailure.next_at > now + _LONGEST)
    return or_(WorkFailure.exchange_id.is_(None), and_(WorkFailure.attempts < ATTEMPTS, due))


# Built once: a third of a history asks for it, and building it takes ten times as long as its answer.
_EARLIER = (
    select(func.substr(ExchangeText.prompt, 1, PROMPT_HEAD * _HEADS))
    .select_from(Exchange)
    .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
    .where(
        Exchange.conversation_id == bindparam("talk"),
        Exchange.on_current_path == literal_column("1"),
        or_(
            Exchange.asked_at < bindparam("asked_at"),
            and_(Exchange.asked_at == bindparam("asked_at"), Exchange.id < bindparam("number")),
        ),
    )
    .order_by(Exchange.asked_at.desc(), Exchange.id.desc())
    .limit(literal_column("8"))
)


def earlier_prompts(session: Session, waiting: Waiting) -> list[str]:
    """Return the beginnings of up to eight prompts before this one in its conversation, the nearest first."""
    found = {"talk": waiting.conversation_id, "asked_at": waiting.asked_at, "number": waiting.id}
    return list(session.execute(_EARLIER, found).scalars())


def queue_counts(session: Session) -> QueueCounts:
    """Count what the worker has done and has still to do."""
    return once(session, "queue", lambda: _queue_counts(session))


def _queue_counts(session: Session) -> QueueCounts:
    total = select(func.count()).select_from(Exchange).where(Exchange.on_current_path == 1).scalar_subquery()
    waiting, aside = _waiting_counts()
    row = session.execute(select(total, waiting, aside)).one()
    return QueueCounts(total=row[0], waiting=row[1] - row[2], set_aside=row[2])


def waiting_count(session: Session) -> int:
    """Return how many exchanges wait to be read; looks at none that is done."""
    if is_known(session, "queue"):
        return queue_counts(session).waiting
    waiting, aside = session.execute(select(*_waiting_counts())).one()
    return int(waiting - aside)


def _waiting_counts() -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """Return the numbers of all that wait, and of those among them that are set aside."""
    waiting = select(func.count()).select_from(Exchange).where(_is_waiting()).scalar_subquery()
    aside = (
        select(func.count())
        .select_from(WorkFailure)
        .join(Exchange, Exchange.id == WorkFailure.exchange_id)
        .where(WorkFailure.attempts >= ATTEMPTS, _is_waiting())
        .scalar_subquery()
    )
    return waiting, aside


def unchanged(session: Session, batch: Iterable[Waiting]) -> set[int]:
    """Return the ids of those that still stand as they were read: not forgotten, not revised, still on the path."""
    wanted = {item.id: (item.prompt_digest, item.reply_digest) for item in batch}
    statement = select(Exchange.id, Exchange.prompt_digest, Exchange.reply_digest).where(
        Exchange.id.in_(wanted), Exchange.on_current_path == 1
    )
    return {row[0] for row in session.execute(statement) if wanted[row[0]] == (row[1], row[2])}


def keep_vectors(session: Session, vectors: Mapping[int, bytes], *, model: str, kind: str) -> None:
    """Write vectors of one kind (float16, little-endian); they take the place of another model's."""
    if not vectors:
        return
    for part in _parts(sorted(vectors)):
        replaced = (Embedding.exchange_id.in_(part), Embedding.kind == kind, Embedding.model != model)
        session.execute(delete(Embedding).where(*replaced))
    statement = insert(_EMBEDDING)
    statement = statement.on_conflict_do_update(
        index_elements=["exchange_id", "model", "kind"], set_={"vector": statement.excluded.vector}
    )
    rows = [
        {"exchange_id": exchange_id, "model": model, "kind": kind, "vector": vector}
        for exchange_id, vector in sorted(vectors.items())
    ]
    session.connection().execute(statement, rows)


def static_vectors(session: Session, ids: Iterable[int], *, static_model: str) -> dict[int, bytes]:
    """Return the static vectors of exchanges (float16, little-endian); those without one are left out."""
    named = func.json_each(func.json(f"[{','.join(map(str, ids))}]")).table_valued("value")
    wanted = (Embedding.exchange_id.in_(select(named.c.value)), *_of(STATIC, static_model))
    return {row[0]: row[1] for row in session.execute(select(Embedding.exchange_id, Embedding.vector).where(*wanted))}


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def mark_done(session: Session, ids: Iterable[int]) -> None:
    """Take exchanges out of the queue."""
    done = sorted(ids)
    session.execute(update(Exchange).where(Exchange.id.in_(done)).values(vectors_due=False))
    session.execute(delete(WorkFailure).where(WorkFailure.exchange_id.in_(done)))


def note_failure(session: Session, exchange_id: int, *, now: datetime, code: str) -> None:
    """Count a failed try; each one doubles the wait before the next."""
    key = {"exchange_id": exchange_id, "kind": "embed"}
    before = session.get(WorkFailure, key)
    attempts = (before.attempts if before else 0) + 1
    values = {"attempts": attempts, "next_at": now + _BACKOFF * 2**attempts, "code": code}
    statement = insert(WorkFailure).values(**key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def next_try_at(session: Session) -> datetime | None:
    """Return when the first failed exchange may be tried again; None when none waits for that."""
    statement = (
        select(func.min(WorkFailure.next_at))
        .join(Exchange, Exchange.id == WorkFailure.exchange_id)
        .where(WorkFailure.attempts < ATTEMPTS, _is_waiting())
    )
    return session.execute(statement).scalar_one_or_none()


def put_back(session: Session, *, kind: str, model: str, limit: int) -> int:
    """Put exchanges with vectors that another model made into the queue; return how many were found.

    The vectors stay until those of ``model`` are there (``keep_vectors``): what rests on them is shown until then. Of
    exchanges off the current path, which nothing rests on, they go at once.
    """
    others = (Embedding.kind == kind, Embedding.model != model)
    off_path = select(Exchange.id).where(Exchange.on_current_path == literal_column("0"))
    session.execute(delete(Embedding).where(*others, Embedding.exchange_id.in_(off_path)))
    own = aliased(Embedding)
    has_own = select(own.exchange_id).where(own.exchange_id == Exchange.id, *_of(kind, model, own)).exists()
    statement = (
        select(Exchange.id)
        .where(
            Exchange.vectors_due == literal_column("0"),
            Exchange.id.in_(select(Embedding.exchange_id).where(*others)),
            ~has_own,
        )
        .limit(limit)
    )
    ids = list(session.execute(statement).scalars())
    session.execute(update(Exchange).where(Exchange.id.in_(ids)).values(vectors_due=True))
    return len(ids)


def place_exchanges(session: Session, placed: Mapping[int, tuple[str | None, float]]) -> None:
    """Put exchanges into topics with their strength; None takes them out of any."""
    gone = sorted(exchange_id for exchange_id, (topic_id, _strength) in placed.items() if topic_id is None)
    session.execute(delete(TopicMembership).where(TopicMembership.exchange_id.in_(gone)))
    rows: Sequence[dict[str, Any]] = [
        {"exchange_id": exchange_id, "topic_id": topic_id, "strength": strength, "exemplar": None}
        for exchange_id, (topic_id, strength) in sorted(placed.items())
        if topic_id is not None
    ]
    if rows:
        statement = insert(TopicMembership)
        moved = {"topic_id": statement.excluded.topic_id, "strength": statement.excluded.strength}
        session.connection().execute(statement.on_conflict_do_update(index_elements=["exchange_id"], set_=moved), rows)
