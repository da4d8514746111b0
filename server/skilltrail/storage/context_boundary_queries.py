"""Counts of what exports leave out because of clients, and pages of what is whose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.storage.context_conditions import UNSEEN, confidential, is_of
from skilltrail.storage.context_models import ContextAssignment
from skilltrail.storage.models import Conversation, Exchange, TopicMembership
from skilltrail.storage.trail_queries import Bounds, conditions, everywhere, summaries, summary_of


@dataclass(frozen=True, slots=True)
class LeftOutCounts:
    """Exchanges that stay out, and by client; one of two clients counts for both."""

    exchanges: int
    by_client: dict[int, int]
    undecided: int
    waiting: int


def left_out(session: Session, bounds: Bounds | None, admitted: Collection[int]) -> LeftOutCounts:
    """Count what an export within bounds leaves out, without bounds one that holds what is off the current path too.

    What the learner restricts by hand is not counted here.
    """
    inside = _inside(bounds).where(Exchange.restricted.is_(False))
    kept_back = inside.where(or_(confidential(admitted), UNSEEN))
    waiting = select(func.count()).select_from(inside.where(UNSEEN, ~confidential(admitted)).subquery())
    total = select(func.count()).select_from(kept_back.subquery())
    counted = (
        select(
            ContextAssignment.client_id,
            func.count(),
            func.sum(func.iif(ContextAssignment.certain.is_(False), 1, 0)),
        )
        .where(ContextAssignment.exchange_id.in_(inside.where(confidential(admitted))))
        .where(ContextAssignment.client_id.not_in(sorted(admitted)))
        .group_by(ContextAssignment.client_id)
    )
    undecided = select(func.count()).select_from(inside.where(confidential(admitted), is_of("undecided")).subquery())
    sums = session.execute(
        select(total.scalar_subquery(), waiting.scalar_subquery(), undecided.scalar_subquery())
    ).one()
    by_client = {row[0]: row[1] - int(row[2]) for row in session.execute(counted)}
    return LeftOutCounts(sums[0], {one: count for one, count in by_client.items() if count}, sums[2], sums[1])


def _inside(bounds: Bounds | None) -> Select[int]:
    if bounds is None:
        return select(Exchange.id).where(*everywhere())
    inside = select(Exchange.id).where(*conditions(bounds))
    if bounds.area is not None:
        inside = inside.join(TopicMembership, TopicMembership.exchange_id == Exchange.id)
    if bounds.source is not None:
        inside = inside.join(Conversation, Conversation.id == Exchange.conversation_id)
    return inside


def ids_of(session: Session, context_ids: Sequence[int], whose: Sequence[str]) -> str:
    """Return the ids of the exchanges of clients and projects, and of own, none, undecided; commas between them."""
    certain = ContextAssignment.certain.is_(True)
    mine = or_(ContextAssignment.client_id.in_(context_ids), ContextAssignment.project_id.in_(context_ids))
    named = Exchange.id.in_(select(ContextAssignment.exchange_id).where(mine, certain))
    wanted = or_(named, *map(is_of, whose))
    return session.execute(select(func.group_concat(Exchange.id)).where(wanted)).scalar_one() or ""


def page(session: Session, of: str, *, before: int | None, limit: int) -> tuple[tuple[ExchangeSummary, ...], int]:
    """Return summaries in falling order of arrival, those before ``before`` (a seq), and the number of all of them."""
    statement = summaries().where(is_of(of)).order_by(Exchange.id.desc()).limit(limit)
    statement = statement if before is None else statement.where(Exchange.id < before)
    count = select(func.count()).select_from(Exchange).where(is_of(of))
    return tuple(map(summary_of, session.execute(statement))), session.execute(count).scalar_one()
