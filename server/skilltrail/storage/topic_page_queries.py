"""What the pages about hidden topics and about the parts of a topic read."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Standing
from skilltrail.domain.exchange import question_line
from skilltrail.storage.models import ExchangeText, Topic, TopicMembership
from skilltrail.storage.shown_names import SHOWN_NAME

_QUESTION_HEAD = 640  # characters that a question line is made of


def hidden_topics(session: Session) -> list[tuple[str, str, str, int, int]]:
    """Return id, name, standing, colour and number of exchanges of the topics that are not shown, by name."""
    statement = (
        select(Topic.id, SHOWN_NAME, Topic.standing, Topic.colour, func.count(TopicMembership.exchange_id))
        .outerjoin(TopicMembership, TopicMembership.topic_id == Topic.id)
        .where(Topic.retired_at.is_(None), Topic.standing != Standing.SHOWN.value)
        .group_by(Topic.id)
        .order_by(SHOWN_NAME, Topic.id)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(statement)]


def questions_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the beginning of what was asked in some exchanges."""
    head = func.substr(ExchangeText.prompt, 1, _QUESTION_HEAD)
    statement = select(ExchangeText.exchange_id, head).where(ExchangeText.exchange_id.in_(ids))
    return {row[0]: question_line(row[1]) for row in session.execute(statement)}
