"""A topic run: all exchanges are grouped anew, and the groups that continue known topics keep their identity."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.carry_over import CarryOver, KnownTopic, carry_over
from skilltrail.domain.topics import TopicPartition, is_follow_up, representation
from skilltrail.services.context_boundary import Common, names_to_avoid
from skilltrail.services.context_names import clean_topic_names
from skilltrail.services.processing import unpacked
from skilltrail.services.topic_holds import TopicHolds, read_holds
from skilltrail.services.topic_steadiness import note_steadiness, read_steadiness
from skilltrail.storage import topic_queries as queries
from skilltrail.storage.correction_queries import CORRECTION_EPOCH
from skilltrail.storage.forget_pass_queries import FORGET_EPOCH
from skilltrail.storage.meta_queries import TOPICS_STALE, bump_revision, get_counter, raise_counter
from skilltrail.storage.topic_queries import Member, RunRecord, Subject

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRENGTH_STEP = 0.05
"""Smaller changes of an exchange's strength are not worth a write."""


@dataclass(frozen=True, slots=True)
class TopicRows:
    """Exchanges as the search for topics sees them, in the order of source keys.

    ``dense`` has a row of zeros where there is no dense vector yet; of a first picture it is of shape (n, 0).
    """

    ids: dict[str, int]
    keys: list[str]
    texts: list[str]
    dense: NDArray[np.float32]
    static: NDArray[np.float32]

    @property
    def talks(self) -> list[str]:
        """Return the conversation of each exchange: a source key begins with it."""
        return [key.rsplit("\x1f", 2)[0] for key in self.keys]

    @property
    def dense_count(self) -> int:
        """Return how many of the exchanges have a dense vector."""
        return int(self.dense.any(axis=1).sum())


@dataclass(frozen=True, slots=True)
class RunInput(TopicRows):
    """Everything a run looks at; ``stale``, ``epoch`` and ``corrections`` are counters as they stood then.

    ``settled``, shape (n,): exchanges that a full run has looked at before; at most ``spare`` of them may move.
    ``avoid`` are words of clients, which no name may hold.
    """

    known: list[KnownTopic]
    retired: list[str]
    holds: TopicHolds
    settled: NDArray[np.bool_]
    spare: int
    avoid: frozenset[str]
    stale: int
    epoch: int
    corrections: int


def gather(session: Session, *, model: str | None, static_model: str, common: Common = tuple) -> RunInput:
    """Read what a run looks at; without ``model`` for a first picture, which the static vectors alone give.

    ``common`` words of clients' names may stand in names of topics.
    """
    rows = read_rows(session, model=model, static_model=static_model)
    known = queries.living_topics(session, {row: key for key, row in rows.ids.items()})
    standing = {row: member.topic_id for row, member in queries.members(session).items()}
    steadiness = read_steadiness(session, rows.ids.values(), standing, model=model, read=rows.dense_count)
    holds = read_holds(session, list(rows.ids.values()), standing, (topic.id for topic in known))
    return RunInput(
        ids=rows.ids,
        keys=rows.keys,
        texts=rows.texts,
        dense=rows.dense,
        static=rows.static,
        known=[replace(topic, corrected=topic.id in holds.own) for topic in known],
        retired=queries.retired_topics(session),
        holds=holds,
        settled=steadiness.settled,
        spare=steadiness.spare,
        avoid=names_to_avoid(session, common),
        stale=get_counter(session, TOPICS_STALE),
        epoch=get_counter(session, FORGET_EPOCH),
        corrections=get_counter(session, CORRECTION_EPOCH),
    )


def read_rows(
    session: Session, *, model: str | None, static_model: str, only: Collection[int] | None = None
) -> TopicRows:
    """Read exchanges with their vectors and texts, all or ``only`` some of them, by their ids."""
    found = _with_texts(session, model, static_model, only)
    ordered = sorted(found)
    return TopicRows(
        ids={key: found[key][0].id for key in ordered},
        keys=ordered,
        texts=[found[key][1] for key in ordered],
        dense=_with_gaps([found[key][0].dense for key in ordered]),
        static=unpacked([found[key][0].static for key in ordered]),
    )


def _with_gaps(vectors: Sequence[bytes | None]) -> NDArray[np.float32]:
    """Return stored vectors as rows; zeros where there is none."""
    size = next((len(vector) for vector in vectors if vector is not None), 0)
    if not size:
        return np.zeros((len(vectors), 0), dtype=np.float32)
    return unpacked([bytes(size) if vector is None else vector for vector in vectors])


def _with_texts(
    session: Session, model: str | None, static_model: str, only: Collection[int] | None
) -> dict[str, tuple[Subject, str]]:
    """Return each exchange with the text that stands for it, by source key; the first of equal keys counts."""
    found: dict[str, tuple[Subject, str]] = {}
    conversation, previous = None, None
    for subject in queries.subjects(session, model=model, static_model=static_model, beside=only):
        if subject.conversation_id != conversation:
            conversation, previous = subject.conversation_id, None
        text = representation(title=subject.title, prompt=subject.prompt, reply=subject.reply, previous_prompt=previous)
        if not is_follow_up(subject.prompt):
            previous = subject.prompt
        if only is None or subject.id in only:
            found.setdefault(subject.key, (subject, text))
    return found


def continue_topics(run: RunInput, partition: TopicPartition) -> CarryOver:
    """Return the topics of a run with their identities; a corrected one that the run could not find lives on."""
    carried = carry_over(run.known, partition.groups, retired=run.retired, held=run.holds.topics)
    deaths = tuple(death for death in carried.deaths if death.topic_id not in run.holds.own)
    return replace(carried, deaths=deaths)


def _unfound(run: RunInput, carried: CarryOver) -> set[str]:
    """Return the corrected topics of which a run saw nothing: their texts are gone, or not read yet."""
    return set(run.holds.own) - {topic.id for topic in carried.topics}


def keep_run(
    session: Session,
    run: RunInput,
    partition: TopicPartition,
    carried: CarryOver,
    *,
    model: str,
    started_at: datetime,
    now: datetime,
    common: Common,
    read_before: int = 0,
) -> int | None:
    """Write a run: its topics, who stands in them, and what became of the topics before. Returns its id.

    ``read_before``: exchanges with dense vectors of which a first picture made no use.

    Nothing is written, and None returned, when exchanges were forgotten while the run was at work (its names may rest
    on them), or when the learner corrected a topic meanwhile (the run knew nothing of it).
    """
    if get_counter(session, FORGET_EPOCH) != run.epoch or get_counter(session, CORRECTION_EPOCH) != run.corrections:
        return None
    record = _record(run, partition, carried, model=model, started_at=started_at, now=now)
    record.settings[queries.BEFORE_SETTING] = 0 if run.dense_count else read_before
    run_id = queries.add_run(session, record)
    queries.keep_topics(session, carried.topics, run_id=run_id, now=now, also=_unfound(run, carried))
    # The learner may have named a client while the run was at work, and names are carried over from before.
    clean_topic_names(session, common)
    _keep_members(session, run, carried)
    note_steadiness(session, run.ids.values(), model=model, read=run.dense_count)
    if run.dense_count:
        # What arrived while the run was at work stays counted, and so does all behind a first picture.
        raise_counter(session, TOPICS_STALE, -run.stale)
    bump_revision(session)
    return run_id


def _record(
    run: RunInput,
    partition: TopicPartition,
    carried: CarryOver,
    *,
    model: str,
    started_at: datetime,
    now: datetime,
) -> RunRecord:
    return RunRecord(
        started_at=started_at,
        finished_at=now,
        model=model,
        exchanges=len(run.keys),
        topics=len(carried.topics),
        unassigned=len(partition.unassigned),
        settings={**partition.settings, queries.DENSE_SETTING: run.dense_count},
        events=_events(carried),
    )


def _events(carried: CarryOver) -> dict[str, Any]:
    return {
        "splits": [{"from": split.topic_id, "into": list(split.into)} for split in carried.splits],
        "merges": [{"from": list(merge.topic_ids), "into": merge.into} for merge in carried.merges],
        "deaths": [death.topic_id for death in carried.deaths],
        "went": {death.topic_id: list(death.into) for death in carried.deaths if death.into},
        "born": [topic.id for topic in carried.topics if not topic.kept],
    }


def _keep_members(session: Session, run: RunInput, carried: CarryOver) -> None:
    """Write only what changed: a run over a hundred thousand exchanges must not hold captures up."""
    standing = queries.on_path(session)
    before = queries.members(session)
    after = {row: member for row, member in _members(run, carried, before).items() if row in standing}
    looked_at = set(run.ids.values())
    living = {topic.id for topic in carried.topics} | _unfound(run, carried)
    # Exchanges whose texts went by the retention rule are not looked at any more, and stay where they were.
    living |= queries.topics_without_text(session)
    gone = {
        row
        for row, member in before.items()
        if row not in after and (row in looked_at or row not in standing or member.topic_id not in living)
    }
    queries.drop_members(session, gone)
    queries.put_members(session, [after[row] for row in sorted(after) if _differs(before, after[row])])


def _members(run: RunInput, carried: CarryOver, before: Mapping[int, Member]) -> dict[int, Member]:
    """Return who stands where: as the run found it, but for what the learner decided."""
    found: dict[int, Member] = {}
    for topic in carried.topics:
        rank = {key: number for number, key in enumerate(topic.group.exemplars)}
        for key, strength in zip(topic.group.members, topic.group.strengths, strict=True):
            row = run.ids[key]
            found[row] = Member(row, topic.id, float(strength), rank.get(key))
    unfound = _unfound(run, carried)
    found |= {row: member for row, member in before.items() if member.topic_id in unfound}
    for row, topic_id in run.holds.decided.items():
        if topic_id is None:
            found.pop(row, None)
        elif row not in found or found[row].topic_id != topic_id:
            found[row] = Member(row, topic_id, 1.0, None)
    return found


def _differs(before: Mapping[int, Member], member: Member) -> bool:
    known = before.get(member.exchange_id)
    return (
        known is None
        or (known.topic_id, known.exemplar) != (member.topic_id, member.exemplar)
        or abs(known.strength - member.strength) >= _STRENGTH_STEP
    )
