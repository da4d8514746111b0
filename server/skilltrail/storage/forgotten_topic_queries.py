"""What forgetting reads and changes of topics: names, terms and exemplars that must not outlive their exchanges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.topics import PROMPT_HEAD, REPLY_HEAD
from skilltrail.storage.models import Conversation, Exchange, ExchangeText, Topic, TopicMembership

_HEADS = 4  # as in work_queries
_CHUNK = 200
_MEMBERSHIP = cast("Table", TopicMembership.__table__)


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """What a living topic is called, and how many exchanges stand in it."""

    id: str
    name: str
    pinned_name: str | None
    terms: tuple[str, ...]
    members: int


def living(session: Session) -> list[NamedTopic]:
    """Return the living topics with the number of their members that have a text."""
    members = (
        select(func.count())
        .select_from(TopicMembership)
        .join(Exchange, Exchange.id == TopicMembership.exchange_id)
        .where(TopicMembership.topic_id == Topic.id, Exchange.text_removed.is_(False))
        .scalar_subquery()
    )
    statement = select(Topic.id, Topic.name, Topic.pinned_name, Topic.terms, members).where(Topic.retired_at.is_(None))
    return [NamedTopic(row[0], row[1], row[2], tuple(row[3]), row[4]) for row in session.execute(statement)]


def topics_of(session: Session, ids: Sequence[int]) -> set[str]:
    """Return the topics in which any of the exchanges stands."""
    found: set[str] = set()
    for start in range(0, len(ids), _CHUNK):
        part = list(ids[start : start + _CHUNK])
        statement = select(TopicMembership.topic_id).where(TopicMembership.exchange_id.in_(part)).distinct()
        found.update(session.execute(statement).scalars())
    return found


def texts_of(session: Session, ids: Sequence[int], *, at_once: int = _CHUNK) -> Iterator[str]:
    """Yield the title and the beginnings of the texts of exchanges: all that topics are named after."""
    for start in range(0, len(ids), at_once):
        part = list(ids[start : start + at_once])
        statement = (
            select(Conversation.title, *_TEXTS)
            .select_from(Exchange)
            .join(Conversation, Conversation.id == Exchange.conversation_id)
            .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
            .where(Exchange.id.in_(part))
        )
        for title, prompt, reply in session.execute(statement):
            yield f"{title or ''}\n{prompt}\n{reply}"


def member_ids(session: Session, topic_id: str) -> list[int]:
    """Return the exchanges of a topic, the firmest first."""
    statement = select(TopicMembership.exchange_id).where(TopicMembership.topic_id == topic_id)
    return list(
        session.execute(statement.order_by(TopicMembership.strength.desc(), TopicMembership.exchange_id)).scalars()
    )


_TEXTS = (
    func.substr(ExchangeText.prompt, 1, PROMPT_HEAD * _HEADS),
    func.substr(ExchangeText.reply, 1, REPLY_HEAD * _HEADS),
)


def rename(
    session: Session, topic_id: str, *, name: str, pinned_name: str | None, terms: Sequence[str], reason: str
) -> None:
    """Give a topic another name, terms and reason."""
    values = {"name": name, "pinned_name": pinned_name, "terms": list(terms), "name_reason": reason}
    session.execute(update(Topic).where(Topic.id == topic_id).values(**values))


def retire_empty(session: Session, now: datetime) -> None:
    """Retire topics in which no exchange stands, and leave of all retired ones nothing but the id."""
    empty = Topic.id.not_in(select(TopicMembership.topic_id))
    session.execute(update(Topic).where(empty, Topic.retired_at.is_(None)).values(retired_at=now))
    blank: dict[str, Any] = {"name": "", "pinned_name": None, "terms": [], "name_reason": ""}
    session.execute(update(Topic).where(Topic.retired_at.is_not(None)).values(**blank))


def exemplar_counts(session: Session, topics: Sequence[str]) -> dict[str, int]:
    """Return how many exemplars each topic has."""
    statement = (
        select(TopicMembership.topic_id, func.count(TopicMembership.exemplar))
        .where(TopicMembership.topic_id.in_(topics))
        .group_by(TopicMembership.topic_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def choose_exemplars(session: Session, topic_id: str, count: int) -> None:
    """Let the firmest exchanges stand for a topic: those that stood for it before, then the next ones."""
    ordered = (
        select(TopicMembership.exchange_id)
        .join(Exchange, Exchange.id == TopicMembership.exchange_id)
        .where(TopicMembership.topic_id == topic_id, Exchange.text_removed.is_(False))
        .order_by(
            TopicMembership.exemplar.is_(None),
            TopicMembership.exemplar,
            TopicMembership.strength.desc(),
            TopicMembership.exchange_id,
        )
        .limit(count)
    )
    best = list(session.execute(ordered).scalars())
    session.execute(update(TopicMembership).where(TopicMembership.topic_id == topic_id).values(exemplar=None))
    if best:
        statement = update(_MEMBERSHIP).where(_MEMBERSHIP.c.exchange_id == bindparam("row"))
        rows = [{"row": row, "rank": rank} for rank, row in enumerate(best)]
        session.connection().execute(statement.values(exemplar=bindparam("rank")), rows)
