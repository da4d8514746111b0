"""Counts of what exports leave out because of clients, and pages of what is whose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import UNDECIDED
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.storage.context_conditions import UNSEEN, confidential, is_of
from skilltrail.storage.context_models import ContextAssignment
from skilltrail.storage.models import Exchange
from skilltrail.storage.trail_queries import everywhere, summaries, summary_of


@dataclass(frozen=True, slots=True)
class LeftOutCounts:
    """Exchanges that stay out, and by client; one of two clients counts for both."""

    exchanges: int
    by_client: dict[int, int]
    undecided: int
    waiting: int


def left_out_off_path(session: Session, admitted: Collection[int]) -> LeftOutCounts:
    """Count what an export that holds what is off the current path leaves out of that.

    What the learner restricts by hand is not counted here.
    """
    clients = confidential(admitted)
    standing = (Exchange.on_current_path.is_(False), Exchange.restricted.is_(False), *everywhere())
    counts = (func.count(), _number_of(~clients), _number_of(clients & is_of(UNDECIDED)))
    sums = session.execute(select(*counts).where(or_(clients, UNSEEN), *standing)).one()
    certain = _number_of(ContextAssignment.certain.is_(True))
    of_clients = (
        select(ContextAssignment.client_id, certain)
        .where(ContextAssignment.exchange_id.in_(select(Exchange.id).where(clients, *standing)))
        .where(ContextAssignment.client_id.not_in(sorted(admitted)))
        .group_by(ContextAssignment.client_id)
        .having(certain > 0)
    )
    by_client = {row[0]: row[1] for row in session.execute(of_clients)}
    return LeftOutCounts(sums[0], by_client, undecided=sums[2], waiting=sums[1])


def assigned(session: Session, admitted: Collection[int]) -> list[tuple[int, bool, str]]:
    """Return for each client but those ``admitted`` its exchanges, decided or not: ids with commas between them."""
    client, certain = ContextAssignment.client_id, ContextAssignment.certain
    statement = select(client, certain, func.group_concat(ContextAssignment.exchange_id))
    statement = statement.where(client.not_in(sorted(admitted))).group_by(client, certain)
    return [(row[0], bool(row[1]), row[2]) for row in session.execute(statement)]


def _follow(session: Session, before: int) -> ColumnElement[bool]:
    moment = session.execute(select(Exchange.asked_at).where(Exchange.id == before)).scalar()
    earlier = Exchange.id < before
    if moment is None:
        return earlier
    return or_(Exchange.asked_at < moment, and_(Exchange.asked_at == moment, earlier))


def _number_of(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def ids_of(session: Session, context_ids: Sequence[int], whose: Sequence[str]) -> str:
    """Return the ids of the exchanges of clients and projects, and of own, none, undecided; commas between them."""
    certain = ContextAssignment.certain.is_(True)
    mine = or_(ContextAssignment.client_id.in_(context_ids), ContextAssignment.project_id.in_(context_ids))
    named = Exchange.id.in_(select(ContextAssignment.exchange_id).where(mine, certain))
    wanted = or_(named, *map(is_of, whose))
    return session.execute(select(func.group_concat(Exchange.id)).where(wanted)).scalar_one() or ""


def page(session: Session, of: str, *, before: int | None, limit: int) -> tuple[tuple[ExchangeSummary, ...], int]:
    """Return summaries, the last asked first, those that follow ``before`` (a seq), and the number of all of them.

    Where ``before`` is gone, those that arrived before it follow.
    """
    by_day = (Exchange.asked_at.desc(), Exchange.id.desc())
    # The ids alone first: they are sorted without a look at the texts, which takes a second for a hundred thousand.
    ids = select(Exchange.id).where(is_of(of)).order_by(*by_day).limit(limit)
    if before is not None:
        ids = ids.where(_follow(session, before))
    statement = summaries().where(Exchange.id.in_(ids)).order_by(*by_day)
    count = select(func.count()).select_from(Exchange).where(is_of(of))
    return tuple(map(summary_of, session.execute(statement))), session.execute(count).scalar_one()
