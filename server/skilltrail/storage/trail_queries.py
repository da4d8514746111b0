"""What pages and exports read; every page takes a fixed, small number of statements. Counts: ``history_columns``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, aliased

from skilltrail.domain.corrections import Standing
from skilltrail.domain.exchange import (
    ExchangeDetail,
    ExchangeSummary,
    Fidelity,
    Origin,
    Status,
    question_line,
)
from skilltrail.domain.learning import Kind
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.check_queries import CHECK_STATE
from skilltrail.storage.context_conditions import is_of, may_leave
from skilltrail.storage.exchange_values import captured_of
from skilltrail.storage.learning_models import ExchangeLearning
from skilltrail.storage.models import Area, Conversation, Exchange, ExchangeText, Topic, TopicMembership
from skilltrail.storage.once import once
from skilltrail.storage.shown_names import SHOWN_NAME, told_name

_QUESTION_HEAD = 640  # characters that a question line is made of
_CHUNK = 1_000  # rows held in memory while all are read


@dataclass(frozen=True, slots=True)
class Bounds:
    """What part of the history is looked at: from ``since`` to just before ``before``; None means no bound."""

    since: datetime | None = None
    before: datetime | None = None
    area: str | None = None
    source: str | None = None
    learning: bool = False
    exported: bool = False  # without what the learner leaves out of exports
    client: str | None = None  # whose they are: a client's id, own, none or undecided
    admitted: frozenset[int] = frozenset()  # clients whose exchanges an export may hold


@dataclass(frozen=True, slots=True)
class TopicNames:
    """What a topic is called; ``own_name`` is the learner's, None: ``found_name`` is shown."""

    topic_id: str
    name: str
    terms: tuple[str, ...]
    area: str
    colour: int
    name_reason: str
    standing: str
    retired: bool
    found_name: str = ""
    own_name: str | None = None

    @property
    def shown(self) -> bool:
        """Whether it stands on the timeline."""
        return not self.retired and self.standing == Standing.SHOWN.value


_HIDDEN = (
    select(TopicMembership.exchange_id)
    .join(Topic, Topic.id == TopicMembership.topic_id)
    .where(Topic.standing != Standing.SHOWN.value)
)
"""Exchanges that the learner wants on no timeline and in no export. Asked for by no single topic's page."""


def _within(bounds: Bounds) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Exchange.on_current_path.is_(True)]
    if bounds.since is not None:
        conditions.append(Exchange.asked_at >= bounds.since)
    if bounds.before is not None:
        conditions.append(Exchange.asked_at < bounds.before)
    if bounds.exported:
        conditions += [Exchange.restricted.is_(False), *may_leave(bounds.admitted)]
    if bounds.client is not None:
        conditions.append(is_of(bounds.client))
    conditions.append(Exchange.id.not_in(_HIDDEN))
    if bounds.source is not None:
        conditions.append(Conversation.provider == bounds.source)
    if bounds.learning:
        learnt = select(ExchangeLearning.exchange_id).where(ExchangeLearning.kind == Kind.LEARNING.value)
        conditions.append(Exchange.id.in_(learnt))
    if bounds.area is not None:
        of_area = select(Topic.id).join(Area, Area.id == Topic.area_id).where(Area.name == bounds.area)
        conditions.append(TopicMembership.topic_id.in_(of_area))
    return conditions


def everywhere() -> list[ColumnElement[bool]]:
    """Return the conditions of what stands on any path, but not in a topic that the learner does not want shown."""
    return [Exchange.id.not_in(_HIDDEN)]


def topic_names(session: Session) -> dict[str, TopicNames]:
    """Return what all topics are called, those that are hidden or ended too."""
    return answer(session, TOPIC_NAMES)


def _names(rows: Rows) -> dict[str, TopicNames]:
    return {row[0]: _told(TopicNames(row[0], row[1], tuple(row[2]), *row[3:])) for row in rows}


TOPIC_NAMES: Question[dict[str, TopicNames]] = Question(
    "topic names",
    select(
        Topic.id,
        SHOWN_NAME,
        Topic.terms,
        Area.name,
        Topic.colour,
        Topic.name_reason,
        Topic.standing,
        Topic.retired_at.is_not(None),
        Topic.name,
        Topic.pinned_name,
    ).join(Area, Area.id == Topic.area_id),
    _names,
)


def _told(names: TopicNames) -> TopicNames:
    return replace(names, name=names.own_name or names.name, found_name=told_name(names.found_name))


def shown_topics(session: Session) -> dict[str, TopicNames]:
    """Return what the living topics that are shown are called."""
    return {topic_id: names for topic_id, names in topic_names(session).items() if names.shown}


def everything(session: Session) -> tuple[int, int, datetime | None]:
    """Return all exchanges, all conversations, and when the last exchange was stored."""
    return once(session, "everything", lambda: _everything(session))


def _everything(session: Session) -> tuple[int, int, datetime | None]:
    newest = select(Exchange.received_at).order_by(Exchange.seq.desc()).limit(1).scalar_subquery()
    counts = (
        select(func.count()).select_from(Exchange).scalar_subquery(),
        select(func.count()).select_from(Conversation).scalar_subquery(),
    )
    found = session.execute(select(*counts, newest)).one()
    return found[0], found[1], found[2]


def page(session: Session, *, before: int | None, limit: int) -> tuple[ExchangeSummary, ...]:
    """Return summaries of all exchanges in falling order of arrival, those before ``before`` (an id)."""
    statement = summaries().order_by(Exchange.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Exchange.id < before)
    return tuple(summary_of(row) for row in session.execute(statement))


def summaries_by_id(session: Session, ids: Sequence[int]) -> dict[int, ExchangeSummary]:
    """Return exchanges by id; those that are gone are left out. A reading session reads each of them once."""
    known: dict[int, ExchangeSummary | None] = once(session, "summaries", dict)
    missing = sorted(set(ids) - known.keys())
    if missing:
        found = session.execute(summaries().where(Exchange.id.in_(missing)))
        known |= dict.fromkeys(missing) | {row.id: row for row in map(summary_of, found)}
    return {number: row for number in ids if (row := known[number]) is not None}


def all_summaries(
    session: Session, *, bounds: Bounds | None = None, questions: bool, admitted: Collection[int] = ()
) -> Iterator[ExchangeSummary]:
    """Yield what exports hold, in the order of arrival; with ``bounds`` only those on the current path within them.

    What the learner leaves out of exports is not in it, nor what is a client's but those ``admitted``.
    Without ``questions`` no text is read: ``question`` is empty.
    """
    conditions = [*everywhere(), *may_leave(admitted)] if bounds is None else _within(bounds)
    conditions.append(Exchange.restricted.is_(False))
    statement = summaries(questions=questions).where(*conditions).order_by(Exchange.id)
    for row in session.execute(statement.execution_options(yield_per=_CHUNK)):
        yield summary_of(row)


def exported_off_path(session: Session, admitted: Collection[int] = ()) -> int:
    """Return how many exchanges off the current path ``all_summaries`` yields without bounds."""
    # Few are off the path: each of them is looked up, and not all that is hidden gathered first.
    hidden = (
        select(TopicMembership.exchange_id)
        .join(Topic, Topic.id == TopicMembership.topic_id)
        .where(TopicMembership.exchange_id == Exchange.id, Topic.standing != Standing.SHOWN.value)
        .exists()
    )
    shut = (Exchange.restricted.is_(False), ~hidden, *may_leave(admitted))
    conditions = (Exchange.on_current_path.is_(False), *shut)
    return session.execute(select(func.count()).select_from(Exchange).where(*conditions)).scalar_one()


def detail(session: Session, exchange_id: int) -> ExchangeDetail | None:
    """Return one exchange with everything, or None."""
    return next(iter(details(session, [exchange_id])), None)


def details(session: Session, ids: Sequence[int]) -> list[ExchangeDetail]:
    """Return exchanges with everything, in the order of their ids."""
    beside = aliased(Exchange)
    size = select(func.count()).where(beside.conversation_id == Exchange.conversation_id).scalar_subquery()
    open_to_all = (
        select(beside.id)
        .where(beside.conversation_id == Exchange.conversation_id, beside.restricted.is_(False))
        .exists()
    )
    statement = (
        select(
            Exchange,
            ExchangeText,
            Conversation,
            Topic.id,
            SHOWN_NAME,
            Area.name,
            size,
            ~open_to_all,
        )
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .outerjoin(TopicMembership, TopicMembership.exchange_id == Exchange.id)
        .outerjoin(Topic, and_(Topic.id == TopicMembership.topic_id, Topic.retired_at.is_(None)))
        .outerjoin(Area, Area.id == Topic.area_id)
        .where(Exchange.id.in_(ids))
        .order_by(Exchange.id)
    )
    return [_detail(row) for row in session.execute(statement)]


def _detail(row: Sequence[Any]) -> ExchangeDetail:
    exchange: Exchange = row[0]
    return ExchangeDetail(
        id=exchange.id,
        seq=exchange.seq,
        captured=captured_of(exchange, row[1], row[2]),
        received_at=exchange.received_at,
        revision=exchange.revision,
        topic_id=row[3],
        topic_name=row[4],
        area=row[5],
        restricted=exchange.restricted,
        text_removed=exchange.text_removed,
        talk_exchanges=row[6],
        talk_restricted=bool(row[7]),
    )


_SUMMARY_COLUMNS: Sequence[Any] = (
    Exchange.id,
    Exchange.seq,
    Exchange.asked_at,
    Conversation.title,
    Conversation.provider,
    Exchange.origin,
    Exchange.fidelity,
    Exchange.status,
    Exchange.on_current_path,
    Conversation.source_id,
    Exchange.prompt_id,
    Exchange.reply_id,
    Exchange.redactions,
    Topic.id,
    SHOWN_NAME,
    Area.name,
    CHECK_STATE,
)


def summaries(*, questions: bool = True) -> Select[Any]:
    """Return the statement that reads summaries; its rows are for ``summary_of``."""
    head = (func.substr(ExchangeText.prompt, 1, _QUESTION_HEAD),) if questions else ()
    statement = select(*_SUMMARY_COLUMNS, *head).select_from(Exchange)
    if questions:
        statement = statement.join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
    return (
        statement.join(Conversation, Conversation.id == Exchange.conversation_id)
        .outerjoin(TopicMembership, TopicMembership.exchange_id == Exchange.id)
        .outerjoin(Topic, and_(Topic.id == TopicMembership.topic_id, Topic.retired_at.is_(None)))
        .outerjoin(Area, Area.id == Topic.area_id)
    )


def summary_of(row: Sequence[Any]) -> ExchangeSummary:
    """Return a row of ``summaries`` as a value."""
    return ExchangeSummary(
        id=row[0],
        seq=row[1],
        asked_at=row[2],
        title=row[3],
        question=question_line(row[17]) if len(row) > 17 else "",
        provider=row[4],
        origin=Origin(row[5]),
        fidelity=Fidelity(row[6]),
        status=Status(row[7]),
        on_current_path=row[8],
        conversation_id=row[9],
        prompt_id=row[10],
        reply_id=row[11],
        redactions=sum(row[12].values()),
        topic_id=row[13],
        topic_name=row[14],
        area=row[15],
        check=row[16] or "unchecked",
    )
