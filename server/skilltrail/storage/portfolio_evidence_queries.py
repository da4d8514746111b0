"""What a portfolio reads of exchanges, for all of its skills in one statement each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from skilltrail.domain.evidence_log import StoredLeaf
from skilltrail.storage.context_conditions import may_be_shown
from skilltrail.storage.context_models import ContextAssignment
from skilltrail.storage.log_models import LogLeaf
from skilltrail.storage.models import Exchange, TopicMembership

_LEAF_COLUMNS = tuple(getattr(LogLeaf, name) for name in StoredLeaf.__slots__)


def _named(parameter: str) -> Any:
    # One text for any number of ids: the statement is compiled once.
    return select(func.json_each(bindparam(parameter)).table_valued("value").c.value)


def entries_of(session: Session, ids: Sequence[int], log_id: int) -> dict[int, tuple[str, int | None]]:
    """Return for exchanges their origin and their newest entry in a log, None where there is none."""
    mine = and_(LogLeaf.exchange_id == Exchange.id, LogLeaf.log_id == log_id)
    statement = select(Exchange.id, Exchange.origin, LogLeaf.entry).outerjoin(LogLeaf, mine)
    rows = session.execute(statement.where(Exchange.id.in_(_named("ids"))), {"ids": str(list(ids))})
    return {row[0]: (row[1], row[2]) for row in rows}


def leaves_of(session: Session, ids: Sequence[int], log_id: int) -> dict[int, StoredLeaf]:
    """Return what the newest entries of exchanges in a log can be shown with."""
    statement = select(*_LEAF_COLUMNS).where(LogLeaf.log_id == log_id, LogLeaf.exchange_id.in_(_named("ids")))
    return {row[0]: StoredLeaf(*row) for row in session.execute(statement, {"ids": str(list(ids))})}


def places_of(session: Session, ids: Sequence[int], admitted: Collection[int]) -> dict[int, tuple[str | None, bool]]:
    """Return for exchanges their topic, and whether they may leave in an export for which these clients are admitted.

    Those stand on the current path and are not left out of exports by the learner.
    """
    statement = (
        select(Exchange.id, TopicMembership.topic_id, and_(*may_be_shown(admitted)))
        .outerjoin(TopicMembership, TopicMembership.exchange_id == Exchange.id)
        .where(Exchange.id.in_(_named("ids")))
    )
    return {row[0]: (row[1], bool(row[2])) for row in session.execute(statement, {"ids": str(list(ids))})}


def clients_of(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[int, bool]]]:
    """Return of which clients exchanges are, each with whether that is certain."""
    columns = (ContextAssignment.exchange_id, ContextAssignment.client_id, ContextAssignment.certain)
    statement = select(*columns).where(ContextAssignment.exchange_id.in_(_named("ids")))
    found: dict[int, list[tuple[int, bool]]] = {}
    for exchange_id, client_id, certain in session.execute(statement, {"ids": str(list(ids))}):
        found.setdefault(exchange_id, []).append((client_id, certain))
    return found
