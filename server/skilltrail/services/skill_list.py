"""All skills with stage, freshness, learning and evidence: counted for all topics at once, and by the same rules as
on each one's own page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Entry, EntryKind, Goal, OwnSkill
from skilltrail.domain.learning import Kind
from skilltrail.domain.skill_list import SkillLine, SkillList
from skilltrail.domain.stages import LearningCounts, StageRules, days_since, stage_by_counts
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.services import counting
from skilltrail.services.counting import Part, TopicFigures
from skilltrail.services.endorsements import counted
from skilltrail.services.trail import bounds_of
from skilltrail.storage import check_queries, entry_queries, trail_queries
from skilltrail.storage.context_apart_queries import kept_apart
from skilltrail.storage.history_columns import Columns, HistoryColumns
from skilltrail.storage.trail_queries import TopicNames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the learner wrote and checked, and what others signed, by topic."""

    checked: Mapping[str, int]
    deliverables: Mapping[str, int]
    endorsements: Mapping[str, int]
    goals: Mapping[str, Goal]
    own: tuple[Entry, ...]


def read_skills(
    session: Session,
    *,
    history: HistoryColumns,
    now: datetime,
    pause: timedelta,
    rules: StageRules,
    client: str | None = None,
) -> SkillList:
    """Return every topic that is shown as a skill, and the skills that the learner added by hand.

    Parameters
    ----------
    now
        Aware; days are those of the system's zone.
    pause
        A longer pause than this begins a new episode.
    client
        Whose exchanges are counted beside all: a client's id, own, none or undecided.
    """
    columns, names = history.at(session), trail_queries.shown_topics(session)
    checks = check_queries.checked_by_topic(session)
    corrected = [row for found in checks.values() for row, said in found if said is Said.CORRECTED]
    rows = counting.within(columns, Part(topics=names.keys()))
    learnt = counting.learning(columns, rows, pause=pause, corrected=corrected)
    kinds = counting.kinds(columns)
    evidence = _evidence(session, {topic: len(found) for topic, found in checks.items()}, names, now)
    theirs = None if client is None else _of_client(session, columns, rows, client)
    lines = [
        replace(
            _line(names[one.topic_id], one, learnt[one.topic_id], kinds[one.topic_id], evidence, now, rules),
            of_client=None if theirs is None else theirs.get(one.topic_id, 0),
        )
        for one in counting.topic_figures(columns, rows, pause=pause)
    ]
    return SkillList((*lines, *map(_own, evidence.own)), rules, columns.revision)


def _of_client(session: Session, columns: Columns, rows: NDArray[np.int64], client: str) -> dict[str, int]:
    """Return how many of each topic's exchanges are a client's, by topic."""
    apart = kept_apart(session, bounds_of(TimelineFilter(client=client)))
    return counting.by_topic(columns, counting.without(columns, rows, apart))


def _evidence(
    session: Session, checked: Mapping[str, int], names: Mapping[str, TopicNames], now: datetime
) -> _Evidence:
    entries, merged = entry_queries.entries(session), entry_queries.merged_into(session)
    deliverables: Counter[str] = Counter()
    endorsements: Counter[str] = Counter()
    goals: dict[str, Goal] = {}
    for entry in entries:
        for topic in {entry.topic_id, *merged.get(entry.topic_id or "", ())} - {None}:
            deliverables[topic or ""] += entry.kind is EntryKind.DELIVERABLE
            if topic in names:
                endorsements[topic or ""] += counted([entry], topic or "", names[topic or ""].name, now)
            goal = entry.value
            if isinstance(goal, Goal) and goal.reached_on is None:
                goals[topic or ""] = min(goals.get(topic or "", goal), goal, key=_due)
    own = tuple(one for one in entries if one.kind is EntryKind.SKILL)
    return _Evidence(checked, deliverables, endorsements, goals, own)


def _due(goal: Goal) -> tuple[date, str]:
    return goal.by or date.max, goal.name


def _line(
    names: TopicNames,
    figures: TopicFigures,
    counts: LearningCounts,
    kinds: Mapping[str, int],
    evidence: _Evidence,
    now: datetime,
    rules: StageRules,
) -> SkillLine:
    topic = names.topic_id
    deliverables, goal = evidence.deliverables.get(topic, 0), evidence.goals.get(topic)
    endorsements = evidence.endorsements.get(topic, 0)
    return SkillLine(
        name=names.name,
        topic_id=topic,
        area=names.area,
        colour=names.colour,
        stage=stage_by_counts(counts, rules=rules, deliverables=deliverables, endorsements=endorsements),
        counts=counts,
        exchanges=figures.exchanges,
        unclear=kinds[Kind.UNSURE.value] + kinds["waiting"],
        first_at=figures.first_at,
        last_at=figures.last_at,
        idle_days=days_since(figures.last_at, now.astimezone()),
        checked=evidence.checked.get(topic, 0),
        deliverables=deliverables,
        endorsements=endorsements,
        goal=goal.name if goal else "",
        goal_by=goal.by if goal else None,
    )


def _own(entry: Entry) -> SkillLine:
    name = entry.value.name if isinstance(entry.value, OwnSkill) else ""
    # The topic of an entry may have ended since; then it has no name.
    return SkillLine(name=name, topic_id=entry.topic_id if entry.topic_name else None, own_id=entry.id)
