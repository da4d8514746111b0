"""The trajectory of a skill: its months, and what can be read off its episodes.

first contact
    the first exchange
practice
    the episode with which the skill became practised (``stages``)
plateau
    three months or more in a row after it, each with episodes, none with more than half again as many as another
return
    the first exchange after a break of more than ninety days
application
    the day of a deliverable
error corrected, answers checked
    the first of a month in which the learner corrected an error of an answer, or confirmed one
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from skilltrail.domain.episodes import Episode
from skilltrail.domain.stages import StageRules, practised_at


class Turn(StrEnum):
    """A point or stretch of a trajectory that has a name."""

    FIRST_CONTACT = "first contact"
    PRACTICE = "practice"
    PLATEAU = "plateau"
    RETURN = "return"
    APPLICATION = "application"
    CORRECTED = "error corrected"
    CHECKED = "answers checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer that the learner confirmed or, ``corrected``, found an error in; ``at`` in the learner's zone."""

    at: datetime
    exchange_id: int
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class TrajectoryRules:
    """Thresholds. ``plateau_spread``: the busiest month has at most so many times the episodes of the quietest."""

    break_days: int = 90
    plateau_months: int = 3
    plateau_spread: float = 1.5
    stages: StageRules = field(default_factory=StageRules)


@dataclass(frozen=True, slots=True)
class Milestone:
    """Where a turn happened; ``exchange_id`` is what it rests on, None for a deliverable.

    ``until``: the last month of a plateau. ``days``: how long the break before a return was.
    ``count``: how many answers were corrected or confirmed in the month.
    """

    turn: Turn
    at: datetime
    exchange_id: int | None
    until: str | None = None
    days: int = 0
    count: int = 1

    @property
    def month(self) -> str:
        """Return the month in which it happened, "2026-11"."""
        return month_of(self.at)


@dataclass(frozen=True, slots=True)
class TrajectoryMonth:
    """One month: how many exchanges, how many of them count as learning, and the episodes that began in it."""

    month: str
    exchanges: int
    learning: int
    episodes: int


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Months with exchanges or milestones, and the milestones, both in time order."""

    months: tuple[TrajectoryMonth, ...]
    milestones: tuple[Milestone, ...]


def trajectory_of(
    episodes: Sequence[Episode],
    *,
    rules: TrajectoryRules | None = None,
    applied_at: Sequence[datetime] = (),
    checked: Sequence[Checked] = (),
) -> Trajectory:
    """Return the trajectory of one skill.

    Parameters
    ----------
    episodes
        In time order, their times in the learner's zone.
    applied_at
        Days of deliverables, each as a moment.
    checked
        Answers that the learner checked.
    """
    rules = rules or TrajectoryRules()
    months = _months(episodes)
    found = [*_beginnings(episodes, rules), *_plateaus(episodes, months, rules), *_returns(episodes, rules)]
    found += [Milestone(Turn.APPLICATION, at, None) for at in dict.fromkeys(applied_at)]
    found += [*_checks(checked, Turn.CORRECTED), *_checks(checked, Turn.CHECKED)]
    quiet = {one.month for one in found} - {month.month for month in months}
    whole = sorted([*months, *(TrajectoryMonth(month, 0, 0, 0) for month in quiet)], key=lambda month: month.month)
    return Trajectory(tuple(whole), tuple(sorted(found, key=lambda one: (one.at, list(Turn).index(one.turn)))))


def month_of(at: datetime) -> str:
    """Return "2026-11", in the time's own zone."""
    return f"{at.year:04d}-{at.month:02d}"


def _months(episodes: Sequence[Episode]) -> tuple[TrajectoryMonth, ...]:
    counts: dict[str, list[int]] = {}
    for episode in episodes:
        counts.setdefault(month_of(episode.began), [0, 0, 0])[2] += 1
        for moment in episode.moments:
            month = counts.setdefault(month_of(moment.at), [0, 0, 0])
            month[0] += 1
            month[1] += moment.learning
    return tuple(TrajectoryMonth(month, *counts[month]) for month in sorted(counts))


def _beginnings(episodes: Sequence[Episode], rules: TrajectoryRules) -> list[Milestone]:
    if not episodes:
        return []
    first = episodes[0].moments[0]
    found = [Milestone(Turn.FIRST_CONTACT, first.at, first.exchange_id)]
    practised = practised_at(episodes, rules.stages)
    if practised is not None:
        moment = practised.learning[0]
        found.append(Milestone(Turn.PRACTICE, moment.at, moment.exchange_id))
    return found


def _returns(episodes: Sequence[Episode], rules: TrajectoryRules) -> list[Milestone]:
    return [
        Milestone(Turn.RETURN, after.began, after.moments[0].exchange_id, days=(after.began - before.ended).days)
        for before, after in pairwise(episodes)
        if after.began - before.ended > timedelta(days=rules.break_days)
    ]


def _checks(checked: Sequence[Checked], turn: Turn) -> list[Milestone]:
    """Return one milestone a month, that of its first check."""
    found: dict[str, list[Checked]] = {}
    for one in sorted(checked, key=lambda one: (one.at, one.exchange_id)):
        if one.corrected == (turn is Turn.CORRECTED):
            found.setdefault(month_of(one.at), []).append(one)
    return [Milestone(turn, ones[0].at, ones[0].exchange_id, count=len(ones)) for ones in found.values()]


def _plateaus(
    episodes: Sequence[Episode], months: Sequence[TrajectoryMonth], rules: TrajectoryRules
) -> list[Milestone]:
    practised = practised_at(episodes, rules.stages)
    if practised is None:
        return []
    since = month_of(practised.began)
    found: list[list[TrajectoryMonth]] = []
    run: list[TrajectoryMonth] = []
    for month in [one for one in months if one.month > since]:
        if run and not (_follows(run[-1].month, month.month) and _is_steady([*run, month], rules)):
            found.append(run)
            run = []
        run.append(month)
    runs = [one for one in [*found, run] if len(one) >= rules.plateau_months]
    return [_plateau(episodes, one) for one in runs]


def _plateau(episodes: Sequence[Episode], run: Sequence[TrajectoryMonth]) -> Milestone:
    moments = (moment for episode in episodes for moment in episode.moments)
    first = next(moment for moment in moments if month_of(moment.at) == run[0].month)
    return Milestone(Turn.PLATEAU, first.at, first.exchange_id, until=run[-1].month)


def _is_steady(run: Sequence[TrajectoryMonth], rules: TrajectoryRules) -> bool:
    counts = [month.episodes for month in run]
    return min(counts) > 0 and max(counts) <= rules.plateau_spread * min(counts)


def _follows(month: str, following: str) -> bool:
    first, second = (int(name[:4]) * 12 + int(name[5:]) for name in (month, following))
    return second == first + 1
