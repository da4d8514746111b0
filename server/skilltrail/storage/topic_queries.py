"""What a topic run reads and writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, and_, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session, aliased

from skilltrail.domain.carry_over import CarriedTopic, KnownTopic
from skilltrail.domain.corrections import Kind
from skilltrail.domain.topics import PROMPT_HEAD, REPLY_HEAD, TO_BE_NAMED
from skilltrail.storage.correction_models import CorrectionRow
from skilltrail.storage.models import (
    Area,
    Conversation,
    Embedding,
    Exchange,
    ExchangeText,
    Topic,
    TopicMembership,
    TopicRun,
    WorkFailure,
)
from skilltrail.storage.work_queries import ATTEMPTS, DENSE, STATIC

_HEADS = 4  # as in work_queries
_CHUNK = 1_000
DENSE_SETTING = "dense_exchanges"
"""Setting of a run in which it notes how many of its exchanges had a dense vector."""

BEFORE_SETTING = "dense_before"
"""Setting in which a first picture notes how many had one already."""

_MEMBERSHIP = cast("Table", TopicMembership.__table__)


@dataclass(frozen=True, slots=True)
class Subject:
    """An exchange as a topic run sees it; ``key`` parts are those of ``CapturedExchange.source_key``."""

    id: int
    conversation_id: int
    key: str
    title: str | None
    prompt: str
    reply: str
    dense: bytes | None
    static: bytes


@dataclass(frozen=True, slots=True)
class Member:
    """An exchange in its topic."""

    exchange_id: int
    topic_id: str
    strength: float
    exemplar: int | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What is kept of a run."""

    started_at: datetime
    finished_at: datetime
    model: str
    exchanges: int
    topics: int
    unassigned: int
    settings: dict[str, Any]
    events: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LastRun:
    """What a run looked at: exchanges, and how many of them had a dense vector (0: it was a first picture).

    ``before``: how many had one when the first picture was drawn, which made no use of them. ``model`` made the
    vectors.
    """

    id: int
    exchanges: int
    dense: int
    before: int = 0
    model: str = ""


@dataclass(frozen=True, slots=True)
class RunEvents:
    """What a run did to topics, by their ids; ``found`` is how many it found."""

    id: int
    at: datetime
    found: int
    splits: tuple[tuple[str, tuple[str, ...]], ...]
    merges: tuple[tuple[tuple[str, ...], str], ...]
    deaths: tuple[str, ...]
    went: Mapping[str, tuple[str, ...]]
    born: tuple[str, ...]

    def topics(self) -> set[str]:
        """Return the topics that it names."""
        named = {topic for old, into in self.splits for topic in (old, *into)}
        named |= {topic for old, into in self.merges for topic in (*old, into)}
        return named.union(self.deaths, self.born, *self.went.values())


def run_events(session: Session, *, limit: int) -> list[RunEvents]:
    """Return what the newest runs did, the newest first."""
    columns = (TopicRun.id, TopicRun.finished_at, TopicRun.topics, TopicRun.events)
    statement = select(*columns).order_by(TopicRun.id.desc()).limit(limit)
    return [
        RunEvents(
            id=row[0],
            at=row[1],
            found=row[2],
            splits=tuple((one["from"], tuple(one["into"])) for one in row[3].get("splits", ())),
            merges=tuple((tuple(one["from"]), one["into"]) for one in row[3].get("merges", ())),
            deaths=tuple(row[3].get("deaths", ())),
            went={topic: tuple(into) for topic, into in row[3].get("went", {}).items()},
            born=tuple(row[3].get("born", ())),
        )
        for row in session.execute(statement)
    ]


def subjects(
    session: Session, *, model: str | None, static_model: str, beside: Collection[int] | None = None
) -> Iterator[Subject]:
    """Yield all exchanges on the current path that have a static vector, by conversation and time.

    ``dense`` is None while ``model`` has not read one yet; those that it failed on for good are left out. Without
    ``model`` no dense vector is looked for. With ``beside`` only the conversations in which one of these exchanges is.
    """
    dense, static = aliased(Embedding), aliased(Embedding)
    statement = (
        select(
            Exchange.id,
            Exchange.conversation_id,
            Conversation.provider,
            Conversation.account,
            Conversation.source_id,
            Exchange.prompt_id,
            Exchange.reply_id,
            Exchange.prompt_digest,
            Exchange.reply_digest,
            Conversation.title,
            func.substr(ExchangeText.prompt, 1, PROMPT_HEAD * _HEADS),
            func.substr(ExchangeText.reply, 1, REPLY_HEAD * _HEADS),
            dense.vector,
            static.vector,
        )
        .select_from(Exchange)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .outerjoin(dense, and_(dense.exchange_id == Exchange.id, dense.model == model, dense.kind == DENSE))
        .join(static, and_(static.exchange_id == Exchange.id, static.model == static_model, static.kind == STATIC))
        .outerjoin(WorkFailure, and_(WorkFailure.exchange_id == Exchange.id, WorkFailure.attempts >= ATTEMPTS))
        .where(Exchange.on_current_path == 1, or_(dense.vector.is_not(None), WorkFailure.exchange_id.is_(None)))
        .order_by(Exchange.conversation_id, Exchange.asked_at, Exchange.id)
    )
    if beside is not None:
        named = func.json_each(func.json(f"[{','.join(map(str, sorted(beside)))}]")).table_valued("value")
        talks = select(Exchange.conversation_id).where(Exchange.id.in_(select(named.c.value)))
        statement = statement.where(Exchange.conversation_id.in_(talks))
    for row in session.execute(statement.execution_options(yield_per=_CHUNK)):
        own = row[5] or row[7].hex()
        reply = row[6] or row[8].hex()
        key = "\x1f".join((row[2], row[3], row[4], own, reply))
        yield Subject(row[0], row[1], key, row[9], row[10], row[11], row[12], row[13])


def living_topics(session: Session, keys: Mapping[int, str]) -> list[KnownTopic]:
    """Return the living topics with their members, named by ``keys`` (exchange id → source key)."""
    members: dict[str, set[str]] = {}
    for exchange_id, topic_id in session.execute(select(TopicMembership.exchange_id, TopicMembership.topic_id)):
        if exchange_id in keys:
            members.setdefault(topic_id, set()).add(keys[exchange_id])
    statement = (
        select(Topic.id, Topic.name, Topic.colour, Topic.pinned_name, TopicRun.settings, Topic.name_reason)
        .outerjoin(TopicRun, TopicRun.id == Topic.run_id)
        .where(Topic.retired_at.is_(None))
        .order_by(Topic.id)
    )
    return [
        KnownTopic(
            id=found,
            members=frozenset(members.get(found, ())),
            name=name,
            colour=colour,
            pinned_name=pinned,
            provisional=_is_provisional(reason, settings),
        )
        for found, name, colour, pinned, settings, reason in session.execute(statement)
    ]


def _is_provisional(reason: str, settings: dict[str, Any] | None) -> bool:
    return not reason or reason in TO_BE_NAMED or (settings is not None and settings.get(DENSE_SETTING) == 0)


def retired_topics(session: Session) -> list[str]:
    """Return the ids of topics that ended."""
    return list(session.execute(select(Topic.id).where(Topic.retired_at.is_not(None)).order_by(Topic.id)).scalars())


def read_last_run(session: Session) -> LastRun | None:
    """Return what the newest run looked at; None before the first one."""
    columns = (TopicRun.id, TopicRun.exchanges, TopicRun.settings, TopicRun.model)
    statement = select(*columns).order_by(TopicRun.id.desc()).limit(1)
    row = session.execute(statement).one_or_none()
    # Runs of before did not note it: all they looked at had both vectors.
    if row is None:
        return None
    settings = row[2]
    dense, before = settings.get(DENSE_SETTING, row[1]), settings.get(BEFORE_SETTING, 0)
    return LastRun(row[0], row[1], int(dense), int(before), row[3])


def last_run(session: Session) -> int | None:
    """Return the id of the newest run."""
    return session.execute(select(func.max(TopicRun.id))).scalar_one_or_none()


def add_run(session: Session, record: RunRecord) -> int:
    """Keep the record of a run and return its id."""
    row = TopicRun(**{name: getattr(record, name) for name in RunRecord.__slots__})
    session.add(row)
    session.flush()
    return row.id


def keep_topics(
    session: Session, topics: Sequence[CarriedTopic], *, run_id: int, now: datetime, also: Iterable[str] = ()
) -> None:
    """Write the topics of a run; living ones that it does not continue are retired, but for ``also``."""
    areas = _areas(session, {topic.group.area for topic in topics})
    moved = _with_own_area(session)
    living = {topic.id for topic in topics} | topics_without_text(session) | set(also)
    session.execute(update(Topic).where(Topic.retired_at.is_(None), Topic.id.not_in(living)).values(retired_at=now))
    for topic in topics:
        values = {
            "terms": list(topic.group.terms),
            "found_area": topic.group.area,
            "colour": topic.colour,
            "run_id": run_id,
        }
        area = {"area_id": areas[topic.group.area]}
        # A name that the learner gave stands in `pinned_name` alone: ours comes back when it is undone.
        ours = topic.own_name is None
        name = {"name": topic.name, "name_reason": topic.group.reason.sentence()}
        statement = insert(Topic).values(id=topic.id, created_at=now, **values, **area, **name)
        # Of a name that was kept the reason stays as well: that of this run is about another one.
        told = ours and (not topic.kept or topic.name == topic.group.name)
        changed = values | ({} if topic.id in moved else area)
        changed |= name if told else {"name": topic.name} if ours else {}
        session.execute(statement.on_conflict_do_update(index_elements=[Topic.id], set_=changed))


def _with_own_area(session: Session) -> set[str]:
    """Return the topics that the learner put into another area."""
    wanted = (CorrectionRow.kind == Kind.AREA.value, CorrectionRow.undone_at.is_(None))
    return {found for found in session.execute(select(CorrectionRow.topic_id).where(*wanted)).scalars() if found}


def topics_without_text(session: Session) -> set[str]:
    """Return living topics with exchanges whose texts are gone: no run can find these again, and they still count."""
    statement = (
        select(TopicMembership.topic_id)
        .join(Exchange, Exchange.id == TopicMembership.exchange_id)
        .join(Topic, Topic.id == TopicMembership.topic_id)
        .where(Exchange.text_removed.is_(True), Topic.retired_at.is_(None))
        .distinct()
    )
    return set(session.execute(statement).scalars())


def _areas(session: Session, names: Iterable[str]) -> dict[str, int]:
    wanted = sorted(names)
    if wanted:
        rows = [{"name": name} for name in wanted]
        session.connection().execute(insert(Area).on_conflict_do_nothing(index_elements=["name"]), rows)
    return {row[0]: row[1] for row in session.execute(select(Area.name, Area.id).where(Area.name.in_(wanted)))}


def members(session: Session) -> dict[int, Member]:
    """Return every exchange that stands in a topic."""
    columns = (
        TopicMembership.exchange_id,
        TopicMembership.topic_id,
        TopicMembership.strength,
        TopicMembership.exemplar,
    )
    return {row[0]: Member(*row) for row in session.execute(select(*columns))}


def on_path(session: Session) -> set[int]:
    """Return the ids of all exchanges on the current path."""
    return set(session.execute(select(Exchange.id).where(Exchange.on_current_path == 1)).scalars())


def drop_members(session: Session, ids: Iterable[int]) -> None:
    """Take exchanges out of their topics."""
    gone = sorted(ids)
    for start in range(0, len(gone), _CHUNK):
        part = gone[start : start + _CHUNK]
        session.execute(delete(TopicMembership).where(TopicMembership.exchange_id.in_(part)))


def put_members(session: Session, rows: Sequence[Member]) -> None:
    """Put exchanges into topics, in place of where they stood."""
    if not rows:
        return
    statement = insert(_MEMBERSHIP)
    moved = {name: statement.excluded[name] for name in ("topic_id", "strength", "exemplar")}
    values = [{name: getattr(row, name) for name in Member.__slots__} for row in rows]
    session.connection().execute(statement.on_conflict_do_update(index_elements=["exchange_id"], set_=moved), values)


def strongest(
    session: Session, *, model: str | None, static_model: str, most: int
) -> list[tuple[str, bytes | None, bytes]]:
    """Return (topic id, dense, static) of the firmest members of each topic, at most ``most`` of each.

    With ``model`` only members that it has read count; without it ``dense`` is None.
    """
    read = aliased(Embedding)
    rank = func.row_number().over(
        partition_by=TopicMembership.topic_id,
        order_by=(TopicMembership.strength.desc(), TopicMembership.exchange_id),
    )
    ranked = (
        select(TopicMembership.exchange_id.label("id"), TopicMembership.topic_id.label("topic"), rank.label("rank"))
        .join(Topic, Topic.id == TopicMembership.topic_id)
        .where(Topic.retired_at.is_(None))
    )
    if model is not None:
        own = and_(read.exchange_id == TopicMembership.exchange_id, read.model == model, read.kind == DENSE)
        ranked = ranked.join(read, own)
    best = ranked.subquery()
    dense, static = aliased(Embedding), aliased(Embedding)
    statement = (
        select(best.c.topic, dense.vector, static.vector)
        .outerjoin(dense, and_(dense.exchange_id == best.c.id, dense.model == model, dense.kind == DENSE))
        .join(static, and_(static.exchange_id == best.c.id, static.model == static_model, static.kind == STATIC))
        .where(best.c.rank <= most)
        .order_by(best.c.topic, best.c.rank)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]
