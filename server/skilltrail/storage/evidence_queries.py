"""Exchanges that stand for a topic when it is matched with published concepts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from skilltrail.domain.corrections import Standing as TopicStanding
from skilltrail.domain.topics import PROMPT_HEAD, REPLY_HEAD
from skilltrail.storage.models import Conversation, Embedding, Exchange, ExchangeText, Topic, TopicMembership
from skilltrail.storage.work_queries import DENSE, STATIC

_HEADS = 4  # as in work_queries


@dataclass(frozen=True, slots=True)
class Standing:
    """An exchange that stands for a topic; ``revision`` tells one text of it from the next."""

    topic_id: str
    topic_name: str
    exchange_id: int
    revision: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Texts and vectors of one exchange."""

    title: str | None
    prompt: str
    reply: str
    dense: bytes
    static: bytes


def standing_for(session: Session, *, model: str, static_model: str, most: int) -> list[Standing]:
    """Return the exchanges that stand for each living topic, by topic: exemplars first, then the firmest."""
    name = func.coalesce(Topic.pinned_name, Topic.name).label("name")
    rank = func.row_number().over(
        partition_by=TopicMembership.topic_id,
        order_by=(
            TopicMembership.exemplar.is_(None),
            TopicMembership.exemplar,
            TopicMembership.strength.desc(),
            TopicMembership.exchange_id,
        ),
    )
    dense, static = aliased(Embedding), aliased(Embedding)
    own = TopicMembership.exchange_id
    ranked = (
        select(Topic.id.label("topic"), name, TopicMembership.exchange_id.label("exchange"), Exchange.revision)
        .add_columns(rank.label("rank"))
        .join(TopicMembership, TopicMembership.topic_id == Topic.id)
        .join(Exchange, and_(Exchange.id == TopicMembership.exchange_id, Exchange.text_removed.is_(False)))
        .join(dense, and_(dense.exchange_id == own, dense.model == model, dense.kind == DENSE))
        .join(static, and_(static.exchange_id == own, static.model == static_model, static.kind == STATIC))
        .where(Topic.retired_at.is_(None), Topic.standing == TopicStanding.SHOWN.value)
        .subquery()
    )
    statement = select(ranked).where(ranked.c.rank <= most).order_by(ranked.c.topic, ranked.c.rank)
    return [Standing(*row[:4]) for row in session.execute(statement)]


def evidence(session: Session, ids: Sequence[int], *, model: str, static_model: str) -> dict[int, Evidence]:
    """Return texts and vectors of exchanges, those without all of them left out."""
    dense, static = aliased(Embedding), aliased(Embedding)
    statement = (
        select(Exchange.id, Conversation.title)
        .add_columns(
            func.substr(ExchangeText.prompt, 1, PROMPT_HEAD * _HEADS),
            func.substr(ExchangeText.reply, 1, REPLY_HEAD * _HEADS),
            dense.vector,
            static.vector,
        )
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .join(dense, and_(dense.exchange_id == Exchange.id, dense.model == model, dense.kind == DENSE))
        .join(static, and_(static.exchange_id == Exchange.id, static.model == static_model, static.kind == STATIC))
        .where(Exchange.id.in_(ids))
    )
    return {row[0]: Evidence(*row[1:]) for row in session.execute(statement)}
