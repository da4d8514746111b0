"""All skills side by side: what each line says, which are wanted, and in what order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from skilltrail.domain.stages import LearningCounts, Stage, StageRules

BEGUN = "begun"
"""The word in an address for a skill that no stage is reached in."""


class SkillOrder(StrEnum):
    """In what order skills are listed."""

    RECENT = "recent"
    PRACTISED = "practised"
    STAGE = "stage"
    NAME = "name"
    FRESHEN = "freshen"


@dataclass(frozen=True, slots=True)
class SkillFilter:
    """Which skills are wanted; None means all. ``quiet``: last practised this many days ago or longer.

    ``client``: those in which something is a client's (its id), or own, none, undecided; their figures stay whole.
    ``stage`` is a stage's value or ``BEGUN``; with ``learning`` only skills in which something is surely learning.
    """

    order: SkillOrder = SkillOrder.RECENT
    area: str | None = None
    stage: str | None = None
    learning: bool = False
    quiet: int | None = None
    client: str | None = None

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.area or self.stage or self.learning or self.quiet or self.client)


@dataclass(frozen=True, slots=True)
class SkillLine:
    """One skill. With ``own_id`` the learner added it by hand: it has a name, perhaps a topic, and no exchanges.

    ``counts`` are of what is surely learning. ``unclear``: exchanges of which we are not sure, or that were not looked
    at yet. ``checked``: answers that the learner confirmed, corrected or contradicted. ``idle_days``: on how many days
    ago it was last practised. ``goal_by`` is the day of the nearest goal that is not reached; ``goal`` its name.
    ``of_client``: how many of its exchanges are the client's that was asked for; None where none was.
    """

    name: str
    topic_id: str | None
    own_id: int | None = None
    area: str = ""
    colour: int = 0
    stage: Stage | None = None
    counts: LearningCounts = field(default_factory=LearningCounts)
    exchanges: int = 0
    unclear: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    idle_days: int = 0
    checked: int = 0
    deliverables: int = 0
    endorsements: int = 0
    goal: str = ""
    goal_by: date | None = None
    of_client: int | None = None

    @property
    def is_own(self) -> bool:
        """Whether it rests on the learner's word alone."""
        return self.own_id is not None


@dataclass(frozen=True, slots=True)
class SkillList:
    """All skills, and the rules by which their stages were worked out."""

    skills: tuple[SkillLine, ...]
    rules: StageRules
    revision: int


def arranged(skills: Iterable[SkillLine], wanted: SkillFilter) -> tuple[SkillLine, ...]:
    """Return the wanted skills in the wanted order; those added by hand stand last but by name."""
    found = [skill for skill in skills if is_wanted(skill, wanted)]
    return tuple(sorted(found, key=_ORDERS[wanted.order]))


def is_wanted(skill: SkillLine, wanted: SkillFilter) -> bool:
    """Tell whether a skill is within a filter; of one added by hand we know none of what a filter asks for."""
    if skill.is_own:
        return not wanted.narrows
    return (
        (wanted.area is None or skill.area == wanted.area)
        and (wanted.stage is None or (skill.stage.value if skill.stage else BEGUN) == wanted.stage)
        and (not wanted.learning or skill.counts.exchanges > 0)
        and (wanted.quiet is None or skill.idle_days >= wanted.quiet)
        and (wanted.client is None or bool(skill.of_client))
    )


_STAGES = tuple(Stage)


def _rank(skill: SkillLine) -> int:
    return 0 if skill.stage is None else 1 + _STAGES.index(skill.stage)


def _seconds(skill: SkillLine) -> float:
    return skill.last_at.timestamp() if skill.last_at else 0.0


def _named(skill: SkillLine) -> tuple[Any, ...]:
    return (skill.name.casefold(), skill.topic_id or "", skill.own_id or 0)


_ORDERS: dict[SkillOrder, Callable[[SkillLine], tuple[Any, ...]]] = {
    SkillOrder.RECENT: lambda skill: (skill.is_own, -_seconds(skill), *_named(skill)),
    SkillOrder.PRACTISED: lambda skill: (skill.is_own, -skill.exchanges, *_named(skill)),
    SkillOrder.STAGE: lambda skill: (skill.is_own, -_rank(skill), -skill.exchanges, *_named(skill)),
    SkillOrder.NAME: _named,
    # What was only begun was never fresh: it stands behind.
    SkillOrder.FRESHEN: lambda skill: (skill.is_own, skill.stage is None, _seconds(skill), *_named(skill)),
}
