"""What "everything I have" reads beside the exchanges, and the switch that leaves exchanges out of exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.data_rights import StoredRevision
from skilltrail.storage.correction_models import CorrectedExchange, CorrectionRow
from skilltrail.storage.models import Area, Exchange, ExchangeRevision, ImportBatch, Topic, TopicMembership


def restrict(session: Session, exchange_id: int, restricted: bool, *, whole_conversation: bool) -> int:
    """Set whether exchanges are left out of exports; return how many it concerned."""
    wanted = Exchange.id == exchange_id
    if whole_conversation:
        talk = select(Exchange.conversation_id).where(Exchange.id == exchange_id).scalar_subquery()
        wanted = Exchange.conversation_id == talk
    result = session.execute(update(Exchange).where(wanted).values(restricted=restricted))
    return result.rowcount if isinstance(result, CursorResult) else 0


def ids_after(session: Session, after: int, limit: int) -> list[int]:
    """Return the next ids of exchanges."""
    statement = select(Exchange.id).where(Exchange.id > after).order_by(Exchange.id).limit(limit)
    return list(session.execute(statement).scalars())


def revisions_of(session: Session, ids: Sequence[int]) -> dict[int, list[StoredRevision]]:
    """Return the other texts of exchanges, in their order."""
    columns = [getattr(ExchangeRevision, name) for name in StoredRevision.__slots__]
    statement = (
        select(ExchangeRevision.exchange_id, *columns)
        .where(ExchangeRevision.exchange_id.in_(ids))
        .order_by(ExchangeRevision.exchange_id, ExchangeRevision.number)
    )
    found: dict[int, list[StoredRevision]] = {}
    for row in session.execute(statement):
        found.setdefault(row[0], []).append(StoredRevision(*row[1:]))
    return found


def topics(session: Session) -> list[dict[str, Any]]:
    """Return the living topics with the numbers of their exchanges."""
    statement = (
        select(Topic, Area.name, func.group_concat(TopicMembership.exchange_id))
        .join(Area, Area.id == Topic.area_id)
        .outerjoin(TopicMembership, TopicMembership.topic_id == Topic.id)
        .where(Topic.retired_at.is_(None))
        .group_by(Topic.id)
        .order_by(Topic.id)
    )
    return [
        {
            "id": topic.id,
            "name": topic.pinned_name or topic.name,
            "standing": topic.standing,
            "reason": topic.name_reason,
            "terms": list(topic.terms),
            "area": area,
            "exchanges": sorted(int(number) for number in (members or "").split(",") if number),
        }
        for topic, area, members in session.execute(statement)
    ]


def corrections(session: Session) -> list[dict[str, Any]]:
    """Return what the learner decided about topics, the oldest first, with the exchanges that it is about."""
    statement = select(CorrectedExchange).order_by(CorrectedExchange.correction_id, CorrectedExchange.exchange_id)
    places: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(statement).scalars():
        place = {"exchange": row.exchange_id, "from_topic": row.from_topic, "to_topic": row.to_topic}
        places.setdefault(row.correction_id, []).append(place)
    return [
        {
            "kind": one.kind,
            "topic": one.topic_id,
            "value": one.value,
            "made_at": one.made_at,
            "undone_at": one.undone_at,
            "exchanges": places.get(one.id, []),
        }
        for one in session.execute(select(CorrectionRow).order_by(CorrectionRow.id)).scalars()
    ]


def imports(session: Session) -> list[dict[str, Any]]:
    """Return the records of imports, the newest first, each with the number of its exchanges that are still there."""
    held = select(func.count()).select_from(Exchange).where(Exchange.import_id == ImportBatch.id).scalar_subquery()
    statement = select(ImportBatch, held).order_by(ImportBatch.id.desc())
    return [
        {
            "id": batch.id,
            "started_at": batch.started_at,
            "finished_at": batch.finished_at,
            "files": batch.files,
            "found": batch.found,
            "stored": batch.stored,
            "held": count,
        }
        for batch, count in session.execute(statement)
    ]
