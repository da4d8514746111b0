"""What corrections read and write: the decisions themselves, and the topics and places that they change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Correction, Kind, Place
from skilltrail.storage.correction_models import CorrectedExchange, CorrectionRow
from skilltrail.storage.models import Area, Exchange, Topic, TopicMembership
from skilltrail.storage.shown_names import told_name

CORRECTION_EPOCH = "correction_epoch"
"""Counter that rises with every correction: a run that read the topics before it writes nothing."""

_CHUNK = 500
_MEMBERSHIP = cast("Table", TopicMembership.__table__)
_CORRECTED = cast("Table", CorrectedExchange.__table__)


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as corrections see it; ``retired``: it ended."""

    id: str
    name: str
    pinned_name: str | None
    colour: int
    area: str
    found_area: str | None
    standing: str
    retired: bool

    @property
    def shown_name(self) -> str:
        """Return the name that pages show."""
        return self.pinned_name or told_name(self.name)


def find_topic(session: Session, topic_id: str) -> TopicState | None:
    """Return a topic, living or not; None when there never was one."""
    return next(iter(topics(session, [topic_id])), None)


def topics(session: Session, ids: Iterable[str] | None = None) -> list[TopicState]:
    """Return topics by their ids, or all that live, in the order of ids."""
    statement = select(
        Topic.id,
        Topic.name,
        Topic.pinned_name,
        Topic.colour,
        Area.name,
        Topic.found_area,
        Topic.standing,
        Topic.retired_at.is_not(None),
    ).join(Area, Area.id == Topic.area_id)
    statement = statement.where(Topic.retired_at.is_(None) if ids is None else Topic.id.in_(sorted(ids)))
    return [TopicState(*row) for row in session.execute(statement.order_by(Topic.id))]


def change_topic(session: Session, topic_id: str, **values: Any) -> None:
    """Set columns of a topic."""
    session.execute(update(Topic).where(Topic.id == topic_id).values(**values))


def copy_topic(session: Session, like: str, topic_id: str, **values: Any) -> None:
    """Make a topic that has area and run of another one."""
    columns = (Topic.area_id, Topic.found_area, Topic.run_id)
    row = session.execute(select(*columns).where(Topic.id == like)).one()
    session.add(Topic(id=topic_id, area_id=row[0], found_area=row[1], run_id=row[2], **values))
    session.flush()


def area_id(session: Session, name: str) -> int | None:
    """Return the id of an area; None when there is none of this name."""
    return session.execute(select(Area.id).where(Area.name == name)).scalar_one_or_none()


def areas(session: Session) -> list[str]:
    """Return the names of areas that hold a living topic."""
    statement = select(Area.name).join(Topic, Topic.area_id == Area.id).where(Topic.retired_at.is_(None)).distinct()
    return sorted(session.execute(statement).scalars())


def colours_in_use(session: Session) -> list[int]:
    """Return the colour of every living topic."""
    return list(session.execute(select(Topic.colour).where(Topic.retired_at.is_(None))).scalars())


# --- decisions --------------------------------------------------------------------------------------------------------

_COLUMNS = tuple(getattr(CorrectionRow, name) for name in Correction.__slots__)


def _correction(row: Sequence[Any]) -> Correction:
    return Correction(row[0], Kind(row[1]), *row[2:])


def add_correction(
    session: Session, kind: Kind, topic_id: str | None, *, value: str | None, before: str | None, now: datetime
) -> int:
    """Keep a decision and return its id."""
    row = CorrectionRow(kind=kind.value, topic_id=topic_id, value=value, before=before, made_at=now)
    session.add(row)
    session.flush()
    return row.id


def add_places(session: Session, correction_id: int, places: Iterable[tuple[int, str | None, str | None]]) -> None:
    """Note what a decision says about exchanges: (exchange, topic that it left, topic that it came to)."""
    names = ("correction_id", "exchange_id", "from_topic", "to_topic")
    rows = [dict(zip(names, (correction_id, *place), strict=True)) for place in sorted(places)]
    if rows:
        session.connection().execute(insert(_CORRECTED), rows)


def find_correction(session: Session, correction_id: int) -> Correction | None:
    """Return a decision."""
    row = session.execute(select(*_COLUMNS).where(CorrectionRow.id == correction_id)).one_or_none()
    return None if row is None else _correction(row)


def corrections_of(session: Session, topic_id: str) -> list[Correction]:
    """Return what was decided about a topic and not undone, the oldest first."""
    wanted = (CorrectionRow.topic_id == topic_id, CorrectionRow.undone_at.is_(None))
    return [_correction(row) for row in session.execute(select(*_COLUMNS).where(*wanted).order_by(CorrectionRow.id))]


def corrections(session: Session, *, limit: int | None = None) -> list[Correction]:
    """Return decisions, the newest first, undone ones too."""
    statement = select(*_COLUMNS).order_by(CorrectionRow.id.desc()).limit(limit)
    return [_correction(row) for row in session.execute(statement)]


def corrected_topics(session: Session) -> set[str]:
    """Return the topics about which a decision stands."""
    statement = select(CorrectionRow.topic_id).where(CorrectionRow.undone_at.is_(None)).distinct()
    return {found for found in session.execute(statement).scalars() if found is not None}


def note_undone(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Note that decisions were undone."""
    session.execute(update(CorrectionRow).where(CorrectionRow.id.in_(ids)).values(undone_at=now))


def set_words(session: Session, correction_id: int, *, value: str | None, before: str | None) -> None:
    """Put other words in a decision's place: some were forgotten or are to be hidden."""
    session.execute(update(CorrectionRow).where(CorrectionRow.id == correction_id).values(value=value, before=before))


# --- places -----------------------------------------------------------------------------------------------------------


def places(session: Session, exchanges: Sequence[int] | None = None) -> list[Place]:
    """Return what standing decisions say about exchanges (all by default), in the order in which they were made."""
    columns = (
        CorrectedExchange.exchange_id,
        CorrectionRow.id,
        CorrectionRow.kind,
        CorrectedExchange.from_topic,
        CorrectedExchange.to_topic,
    )
    statement = (
        select(*columns)
        .join(CorrectionRow, CorrectionRow.id == CorrectedExchange.correction_id)
        .where(CorrectionRow.undone_at.is_(None))
        .order_by(CorrectionRow.id, CorrectedExchange.exchange_id)
    )
    if exchanges is None:
        return [Place(row[0], row[1], Kind(row[2]), row[3], row[4]) for row in session.execute(statement)]
    found: list[Place] = []
    for part in _parts(exchanges):
        rows = session.execute(statement.where(CorrectedExchange.exchange_id.in_(part)))
        found += [Place(row[0], row[1], Kind(row[2]), row[3], row[4]) for row in rows]
    return found


def places_of(session: Session, correction_id: int) -> list[tuple[int, str | None, str | None]]:
    """Return (exchange, topic that it left, topic that it came to) of one decision."""
    columns = (CorrectedExchange.exchange_id, CorrectedExchange.from_topic, CorrectedExchange.to_topic)
    statement = select(*columns).where(CorrectedExchange.correction_id == correction_id)
    return [(row[0], row[1], row[2]) for row in session.execute(statement.order_by(columns[0]))]


def counts_of(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return how many exchanges each decision has moved from one topic to another."""
    moved = CorrectedExchange.from_topic.is_distinct_from(CorrectedExchange.to_topic)
    statement = (
        select(CorrectedExchange.correction_id, func.count())
        .where(CorrectedExchange.correction_id.in_(ids), moved)
        .group_by(CorrectedExchange.correction_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def topics_left(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return for each decision the topics that exchanges left by it."""
    moved = CorrectedExchange.from_topic.is_distinct_from(CorrectedExchange.to_topic)
    statement = (
        select(CorrectedExchange.correction_id, CorrectedExchange.from_topic)
        .where(CorrectedExchange.correction_id.in_(ids), moved, CorrectedExchange.from_topic.is_not(None))
        .distinct()
        .order_by(CorrectedExchange.correction_id, CorrectedExchange.from_topic)
    )
    found: dict[int, list[str]] = {}
    for correction_id, topic_id in session.execute(statement):
        found.setdefault(correction_id, []).append(str(topic_id))
    return found


def standing_places(session: Session, exchanges: Sequence[int]) -> dict[int, str | None]:
    """Return where exchanges on the current path stand now; None: in no topic. Others are left out."""
    found: dict[int, str | None] = {}
    for part in _parts(exchanges):
        statement = (
            select(Exchange.id, TopicMembership.topic_id)
            .outerjoin(TopicMembership, TopicMembership.exchange_id == Exchange.id)
            .where(Exchange.id.in_(part), Exchange.on_current_path == 1)
        )
        found.update((row[0], row[1]) for row in session.execute(statement))
    return found


def members_of(session: Session, topics_: Iterable[str]) -> dict[int, str]:
    """Return the exchanges of topics, with their topic."""
    columns = (TopicMembership.exchange_id, TopicMembership.topic_id)
    statement = select(*columns).where(TopicMembership.topic_id.in_(sorted(topics_))).order_by(columns[0])
    return {row[0]: row[1] for row in session.execute(statement)}


def put_into(session: Session, placed: Iterable[tuple[int, str | None]]) -> None:
    """Put exchanges into topics by the learner's word; None takes them out. They stand for no topic any more."""
    pairs = sorted(placed)
    for part in _parts([row for row, topic_id in pairs if topic_id is None]):
        session.execute(delete(TopicMembership).where(TopicMembership.exchange_id.in_(part)))
    rows = [
        {"exchange_id": row, "topic_id": topic_id, "strength": 1.0, "exemplar": None}
        for row, topic_id in pairs
        if topic_id is not None
    ]
    if rows:
        statement = insert(_MEMBERSHIP)
        moved = {name: statement.excluded[name] for name in ("topic_id", "exemplar")}
        session.connection().execute(statement.on_conflict_do_update(index_elements=["exchange_id"], set_=moved), rows)


def without_exemplars(session: Session, ids: Iterable[str]) -> list[str]:
    """Return those of the topics that hold exchanges of which none stands for them."""
    statement = (
        select(TopicMembership.topic_id)
        .where(TopicMembership.topic_id.in_(sorted(ids)))
        .group_by(TopicMembership.topic_id)
        .having(func.count(TopicMembership.exemplar) == 0)
        .order_by(TopicMembership.topic_id)
    )
    return list(session.execute(statement).scalars())


def _parts(values: Sequence[int]) -> Iterable[list[int]]:
    ordered = sorted(values)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
