"""What can be chosen for a portfolio: skills with what may leave of them, and paragraphs of their exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from skilltrail.domain.stages import Stage

PROPOSED = 3
"""Skills that are proposed."""


@dataclass(frozen=True, slots=True)
class OfferedSkill:
    """A skill that can be chosen; counts are of what may leave within the period. ``proposed``: we would take it."""

    topic_id: str
    name: str
    area: str
    colour: int
    stage: Stage | None
    exchanges: int
    learning: int
    checked: int
    deliverables: int
    last_on: date
    idle_days: int
    proposed: bool = False


@dataclass(frozen=True, slots=True)
class ChoosablePart:
    """A paragraph that can be shown; ``doubts`` are kinds of what the leak scan would stop at."""

    name: str
    text: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoosableExchange:
    """An exchange whose paragraphs can be chosen; ``entry`` is its log entry in which they stand."""

    exchange_id: int
    asked_on: date
    provider: str
    origin: str
    check: str
    learning: bool
    parts: tuple[ChoosablePart, ...]
    entry: int


def strength(skill: OfferedSkill) -> tuple[int, int, int, int]:
    """Return by what skills are proposed: what evidence supports, freshness by quarters, checked answers, learning."""
    rank = 0 if skill.stage is None else 1 + list(Stage).index(skill.stage)
    return (rank, -(skill.idle_days // 90), skill.checked + 2 * skill.deliverables, skill.learning)


def proposed(skills: Sequence[OfferedSkill], most: int = PROPOSED) -> frozenset[str]:
    """Return the topics that are proposed: those of most evidence, in which something was learnt."""
    fit = [one for one in skills if one.stage is not None]
    return frozenset(one.topic_id for one in sorted(fit, key=strength, reverse=True)[:most])
