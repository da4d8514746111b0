"""What pages and exports read. Counting is SQL's work; every page takes a fixed, small number of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, func, or_, select, type_coerce
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
from skilltrail.storage.check_queries import CHECK_STATE
from skilltrail.storage.context_conditions import is_of, may_leave
from skilltrail.storage.exchange_values import captured_of
from skilltrail.storage.models import Area, Conversation, Exchange, ExchangeText, Topic, TopicMembership
from skilltrail.storage.types import from_microseconds

_QUESTION_HEAD = 640  # characters that a question line is made of
_CHUNK = 1_000  # rows held in memory while all are read


@dataclass(frozen=True, slots=True)
class Bounds:
    """What part of the history is looked at: from ``since`` to just before ``before``; None means no bound."""

    since: datetime | None = None
    before: datetime | None = None
    area: str | None = None
    topic_id: str | None = None
    exported: bool = False  # without what the learner leaves out of exports
    client: str | None = None  # whose they are: a client's id, own, none or undecided
    admitted: frozenset[int] = frozenset()  # clients whose exchanges an export may hold


@dataclass(frozen=True, slots=True)
class TopicFigures:
    """The counts of one topic."""

    topic_id: str
    exchanges: int
    episodes: int
    days: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class TopicNames:
    """What a topic is called."""

    topic_id: str
    name: str
    terms: tuple[str, ...]
    area: str
    colour: int
    name_reason: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Exchanges on the current path within the bounds, and their conversations."""

    exchanges: int
    conversations: int
    first_at: datetime | None
    last_at: datetime | None


_MICROSECONDS = type_coerce(Exchange.asked_at, BigInteger)


_HIDDEN = (
    select(TopicMembership.exchange_id)
    .join(Topic, Topic.id == TopicMembership.topic_id)
    .where(Topic.standing != Standing.SHOWN.value)
)
"""Exchanges that the learner wants on no timeline and in no export. Asked for by no single topic's page."""


def _local(pattern: str, moment: ColumnElement[int]) -> ColumnElement[str]:
    """Return a time as the learner's clock shows it."""
    return func.strftime(pattern, moment // 1_000_000, "unixepoch", "localtime")


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
    if bounds.topic_id is not None:
        conditions.append(TopicMembership.topic_id == bounds.topic_id)
    else:
        conditions.append(Exchange.id.not_in(_HIDDEN))
    if bounds.area is not None:
        of_area = select(Topic.id).join(Area, Area.id == Topic.area_id).where(Area.name == bounds.area)
        conditions.append(TopicMembership.topic_id.in_(of_area))
    return conditions


def conditions(bounds: Bounds) -> list[ColumnElement[bool]]:
    """Return the conditions of what lies within bounds; with an area ``topic_membership`` must be joined."""
    return _within(bounds)


def topic_figures(session: Session, bounds: Bounds, *, pause_microseconds: int) -> list[TopicFigures]:
    """Return the counts of each topic within the bounds; an episode ends with a pause longer than the limit."""
    before = func.lag(_MICROSECONDS).over(partition_by=TopicMembership.topic_id, order_by=Exchange.asked_at)
    placed = (
        select(TopicMembership.topic_id.label("topic_id"), _MICROSECONDS.label("moment"), before.label("before"))
        .join(Exchange, Exchange.id == TopicMembership.exchange_id)
        .where(*_within(bounds))
        .subquery()
    )
    starts = or_(placed.c.before.is_(None), placed.c.moment - placed.c.before > pause_microseconds)
    statement = select(
        placed.c.topic_id,
        func.count(),
        func.sum(case((starts, 1), else_=0)),
        func.count(func.distinct(_local("%Y-%m-%d", placed.c.moment))),
        func.min(placed.c.moment),
        func.max(placed.c.moment),
    ).group_by(placed.c.topic_id)
    return [
        TopicFigures(row[0], row[1], int(row[2]), row[3], from_microseconds(row[4]), from_microseconds(row[5]))
        for row in session.execute(statement)
    ]


def topic_months(session: Session, bounds: Bounds) -> dict[str, list[tuple[str, int]]]:
    """Return for each topic its months ("2026-11", in order) with their exchanges."""
    month = _local("%Y-%m", _MICROSECONDS).label("month")
    statement = (
        select(TopicMembership.topic_id, month, func.count())
        .join(Exchange, Exchange.id == TopicMembership.exchange_id)
        .where(*_within(bounds))
        .group_by(TopicMembership.topic_id, month)
        .order_by(TopicMembership.topic_id, month)
    )
    months: dict[str, list[tuple[str, int]]] = {}
    for topic_id, name, count in session.execute(statement):
        months.setdefault(topic_id, []).append((name, count))
    return months


def topic_names(session: Session, topic_id: str | None = None) -> dict[str, TopicNames]:
    """Return what the living topics are called; those that are hidden only when they are asked for by their id."""
    name = func.coalesce(Topic.pinned_name, Topic.name)
    statement = (
        select(Topic.id, name, Topic.terms, Area.name, Topic.colour, Topic.name_reason)
        .join(Area, Area.id == Topic.area_id)
        .where(Topic.retired_at.is_(None))
    )
    wanted = Topic.standing == Standing.SHOWN.value if topic_id is None else Topic.id == topic_id
    statement = statement.where(wanted)
    return {
        row[0]: TopicNames(row[0], row[1], tuple(row[2]), row[3], row[4], row[5]) for row in session.execute(statement)
    }


def totals(session: Session, bounds: Bounds) -> Totals:
    """Count the exchanges on the current path within the bounds."""
    conversations = func.count(func.distinct(Exchange.conversation_id))
    counted = (func.count(), conversations, func.min(_MICROSECONDS), func.max(_MICROSECONDS))
    statement = select(*counted).where(*_within(bounds))
    if bounds.area is not None or bounds.topic_id is not None:
        statement = statement.join(TopicMembership, TopicMembership.exchange_id == Exchange.id)
    count, talks, first, last = session.execute(statement.select_from(Exchange)).one()
    return Totals(
        exchanges=count,
        conversations=talks,
        first_at=None if first is None else from_microseconds(first),
        last_at=None if last is None else from_microseconds(last),
    )


def everything(session: Session) -> tuple[int, int, datetime | None]:
    """Return all exchanges, all conversations, and when the last exchange was stored."""
    counts = session.execute(
        select(
            select(func.count()).select_from(Exchange).scalar_subquery(),
            select(func.count()).select_from(Conversation).scalar_subquery(),
        )
    ).one()
    last = session.execute(select(Exchange.received_at).order_by(Exchange.seq.desc()).limit(1)).scalar_one_or_none()
    return counts[0], counts[1], last


def topic_count(session: Session) -> int:
    """Return the number of living topics that hold an exchange."""
    holds = select(TopicMembership.exchange_id).where(TopicMembership.topic_id == Topic.id).exists()
    shown = (Topic.retired_at.is_(None), Topic.standing == Standing.SHOWN.value)
    return session.execute(select(func.count()).select_from(Topic).where(*shown, holds)).scalar_one()


def latest(session: Session, bounds: Bounds, limit: int) -> tuple[ExchangeSummary, ...]:
    """Return the newest exchanges on the current path within the bounds."""
    statement = summaries().where(*_within(bounds)).order_by(Exchange.asked_at.desc(), Exchange.id.desc()).limit(limit)
    return tuple(summary_of(row) for row in session.execute(statement))


def page(
    session: Session, *, topic_id: str | None, before: int | None, limit: int
) -> tuple[tuple[ExchangeSummary, ...], int]:
    """Return summaries in falling order of arrival, those before ``before`` (a seq), and the number of all of them.

    A topic's page holds the exchanges on the current path; without a topic, all exchanges are listed.
    """
    statement = summaries().order_by(Exchange.id.desc()).limit(limit)
    count = select(func.count()).select_from(Exchange)
    if topic_id is not None:
        # The membership's index is in the order of exchange ids, which is the order of arrival.
        statement = statement.where(TopicMembership.topic_id == topic_id, Exchange.on_current_path.is_(True))
        statement = statement.order_by(None).order_by(TopicMembership.exchange_id.desc())
        count = select(func.count()).select_from(TopicMembership).where(TopicMembership.topic_id == topic_id)
    if before is not None:
        statement = statement.where(
            TopicMembership.exchange_id < before if topic_id is not None else Exchange.id < before
        )
    rows = tuple(summary_of(row) for row in session.execute(statement))
    return rows, session.execute(count).scalar_one()


def exemplars(session: Session, topic_id: str) -> tuple[ExchangeSummary, ...]:
    """Return the exchanges that stand for a topic, the best first."""
    statement = (
        summaries()
        .where(TopicMembership.topic_id == topic_id, TopicMembership.exemplar.is_not(None))
        .order_by(TopicMembership.exemplar)
    )
    return tuple(summary_of(row) for row in session.execute(statement))


def summaries_by_id(session: Session, ids: Sequence[int]) -> dict[int, ExchangeSummary]:
    """Return exchanges by id; those that are gone are left out."""
    return {row.id: row for row in map(summary_of, session.execute(summaries().where(Exchange.id.in_(ids))))}


def all_summaries(
    session: Session, *, bounds: Bounds | None = None, questions: bool, admitted: Collection[int] = ()
) -> Iterator[ExchangeSummary]:
    """Yield what exports hold, in the order of arrival; with ``bounds`` only those on the current path within them.

    What the learner leaves out of exports is not in it, nor what is a client's but those ``admitted``.
    Without ``questions`` no text is read: ``question`` is empty.
    """
    conditions = [Exchange.id.not_in(_HIDDEN), *may_leave(admitted)] if bounds is None else _within(bounds)
    conditions.append(Exchange.restricted.is_(False))
    statement = summaries(questions=questions).where(*conditions).order_by(Exchange.id)
    for row in session.execute(statement.execution_options(yield_per=_CHUNK)):
        yield summary_of(row)


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
            func.coalesce(Topic.pinned_name, Topic.name),
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
    func.coalesce(Topic.pinned_name, Topic.name),
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
