"""What suggestions read: exchanges of nobody's, and the newest chats of a client."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import NONE
from skilltrail.storage.context_conditions import UNSEEN, is_of
from skilltrail.storage.context_models import ContextAssignment
from skilltrail.storage.models import Exchange, ExchangeText

_FREE = (is_of(NONE), ~UNSEEN, Exchange.on_current_path.is_(True))


def free_talks(session: Session) -> dict[int, int]:
    """Return the exchanges of nobody's with their conversations."""
    statement = select(Exchange.id, Exchange.conversation_id).where(*_FREE)
    return {row[0]: row[1] for row in session.execute(statement)}


def newest_talks(session: Session, client_id: int, most: int) -> list[list[int]]:
    """Return the exchanges of a client's newest conversations, each with its newest first."""
    mine = (
        select(Exchange.conversation_id, func.max(Exchange.asked_at).label("last"))
        .join(ContextAssignment, ContextAssignment.exchange_id == Exchange.id)
        .where(ContextAssignment.client_id == client_id, ContextAssignment.certain.is_(True))
        .group_by(Exchange.conversation_id)
        .order_by(func.max(Exchange.asked_at).desc(), Exchange.conversation_id.desc())
        .limit(most)
        .subquery()
    )
    statement = (
        select(Exchange.conversation_id, Exchange.id)
        .join(mine, mine.c.conversation_id == Exchange.conversation_id)
        .where(Exchange.on_current_path.is_(True))
        .order_by(mine.c.last.desc(), Exchange.conversation_id.desc(), Exchange.id.desc())
    )
    found: dict[int, list[int]] = {}
    for talk, row in session.execute(statement):
        found.setdefault(talk, []).append(row)
    return list(found.values())


def newest_prompts(session: Session, most: int, characters: int) -> list[tuple[int, str]]:
    """Return conversation and the head of the prompt of nobody's newest exchanges."""
    newest = select(Exchange.id).where(*_FREE).order_by(Exchange.asked_at.desc(), Exchange.id.desc()).limit(most)
    statement = (
        select(Exchange.conversation_id, func.substr(ExchangeText.prompt, 1, characters))
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .where(Exchange.id.in_(newest))
        .order_by(Exchange.id)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]
