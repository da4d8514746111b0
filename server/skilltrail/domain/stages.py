"""Stages: what the evidence of a skill supports, by rules that anybody can check. Never a level, never a judgement.

explored
    learning exchanges, three or more
practised
    learning in at least three episodes, on at least three days, over at least two weeks
applied
    practised, and a deliverable is attached
attested
    somebody else signed an endorsement of it

Each step names the first exchanges that suffice for it, so that it can be opened and looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from skilltrail.domain.episodes import Episode


class Stage(StrEnum):
    """What the evidence supports; each holds what stands before it, but for ``attested``, which is another's word."""

    EXPLORED = "explored"
    PRACTISED = "practised"
    APPLIED = "applied"
    ATTESTED = "attested"


class Unit(StrEnum):
    """What a condition counts."""

    EXCHANGES = "learning exchanges"
    EPISODES = "episodes"
    DAYS = "days"
    SPAN = "days from first to last"
    DELIVERABLES = "deliverables"
    ENDORSEMENTS = "endorsements"


@dataclass(frozen=True, slots=True)
class StageRules:
    """Thresholds; the learner may change them. ``practised_span`` is in days from the first day to the last."""

    explored_exchanges: int = 3
    practised_episodes: int = 3
    practised_days: int = 3
    practised_span: int = 14


@dataclass(frozen=True, slots=True)
class Condition:
    """What a step asks for, and what is there."""

    unit: Unit
    have: int
    needed: int

    @property
    def met(self) -> bool:
        """Tell whether there is enough."""
        return self.have >= self.needed


@dataclass(frozen=True, slots=True)
class LearningCounts:
    """What of one skill is learning: exchanges, episodes that hold one, their days, days from the first to the last."""

    exchanges: int = 0
    episodes: int = 0
    days: int = 0
    span: int = 0


@dataclass(frozen=True, slots=True)
class StageStep:
    """One stage with its conditions; ``rests_on``: the first exchanges that suffice, none while it is not reached."""

    stage: Stage
    conditions: tuple[Condition, ...]
    met: bool
    rests_on: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StageReport:
    """All steps in order, and the highest one that is reached; None: not even explored yet."""

    stage: Stage | None
    steps: tuple[StageStep, ...]


def stage_of(
    episodes: Sequence[Episode], *, rules: StageRules | None = None, deliverables: int = 0, endorsements: int = 0
) -> StageReport:
    """Return the stage that episodes of one skill support.

    Parameters
    ----------
    episodes
        In time order. Only exchanges that count as learning are looked at; days are those of the moments' own zone.
    deliverables, endorsements
        How many are attached to the skill.
    """
    rules = rules or StageRules()
    learnt = [episode for episode in episodes if episode.learning]
    explored, practised = _explored(learnt, rules), _practised(learnt, rules)
    work = Condition(Unit.DELIVERABLES, deliverables, 1)
    word = Condition(Unit.ENDORSEMENTS, endorsements, 1)
    applied = practised.met and work.met
    steps = (
        explored,
        practised,
        StageStep(Stage.APPLIED, (work,), applied, practised.rests_on if applied else ()),
        StageStep(Stage.ATTESTED, (word,), word.met, ()),
    )
    reached = [step.stage for step in steps if step.met]
    return StageReport(reached[-1] if reached else None, steps)


def stage_by_counts(
    counts: LearningCounts, *, rules: StageRules, deliverables: int = 0, endorsements: int = 0
) -> Stage | None:
    """Return the stage that ``stage_of`` finds for episodes of these counts, without what it rests on."""
    if endorsements:
        return Stage.ATTESTED
    if all(condition.met for condition in _practice(counts, rules)):
        return Stage.APPLIED if deliverables else Stage.PRACTISED
    return Stage.EXPLORED if _exploring(counts, rules).met else None


def practised_at(episodes: Sequence[Episode], rules: StageRules) -> Episode | None:
    """Return the episode with which the skill became practised, or None."""
    learnt = [episode for episode in episodes if episode.learning]
    enough = _enough(learnt, rules)
    return learnt[enough - 1] if enough else None


def days_since(last_at: datetime, now: datetime) -> int:
    """Return on how many days ago, by the zone of ``now``, something was last done; 0 is today."""
    return max(0, (now.date() - last_at.astimezone(now.tzinfo).date()).days)


def _explored(learnt: Sequence[Episode], rules: StageRules) -> StageStep:
    ids = [moment.exchange_id for episode in learnt for moment in episode.learning]
    condition = _exploring(LearningCounts(exchanges=len(ids)), rules)
    rests_on = tuple(ids[: rules.explored_exchanges]) if condition.met else ()
    return StageStep(Stage.EXPLORED, (condition,), condition.met, rests_on)


def _practised(learnt: Sequence[Episode], rules: StageRules) -> StageStep:
    days = {episode.learning[0].at.date() for episode in learnt}
    span = (max(days) - min(days)).days if days else 0
    conditions = _practice(LearningCounts(episodes=len(learnt), days=len(days), span=span), rules)
    enough = _enough(learnt, rules)
    rests_on = tuple(episode.learning[0].exchange_id for episode in learnt[:enough])
    return StageStep(Stage.PRACTISED, conditions, bool(enough), rests_on)


def _exploring(counts: LearningCounts, rules: StageRules) -> Condition:
    return Condition(Unit.EXCHANGES, counts.exchanges, rules.explored_exchanges)


def _practice(counts: LearningCounts, rules: StageRules) -> tuple[Condition, ...]:
    return (
        Condition(Unit.EPISODES, counts.episodes, rules.practised_episodes),
        Condition(Unit.DAYS, counts.days, rules.practised_days),
        Condition(Unit.SPAN, counts.span, rules.practised_span),
    )


def _enough(learnt: Sequence[Episode], rules: StageRules) -> int:
    """Return how many episodes, from the first on, suffice for practice; 0 if all of them do not."""
    first, days = (learnt[0].learning[0].at.date() if learnt else None), set()
    for count, episode in enumerate(learnt, start=1):
        day = episode.learning[0].at.date()
        days.add(day)
        span = (day - first).days if first else 0
        if count >= rules.practised_episodes and len(days) >= rules.practised_days and span >= rules.practised_span:
            return count
    return 0
