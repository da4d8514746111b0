"""Episodes: maximal runs of exchanges of a topic with no pause longer than the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

EPISODE_PAUSE = timedelta(minutes=30)
"""The usual web-session cut-off; learners can change it, so nothing else may assume it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An exchange of a topic: when it was asked (aware, in the learner's zone), and whether it counts as learning."""

    exchange_id: int
    at: datetime
    learning: bool = True


@dataclass(frozen=True, slots=True)
class Episode:
    """Exchanges without a long pause, in time order; there is at least one."""

    moments: tuple[Moment, ...]

    @property
    def began(self) -> datetime:
        """Return when the first exchange was asked."""
        return self.moments[0].at

    @property
    def ended(self) -> datetime:
        """Return when the last exchange was asked."""
        return self.moments[-1].at

    @property
    def learning(self) -> tuple[Moment, ...]:
        """Return the exchanges that count as learning."""
        return tuple(moment for moment in self.moments if moment.learning)


def episodes_of(moments: Sequence[Moment], *, pause: timedelta = EPISODE_PAUSE) -> tuple[Episode, ...]:
    """Return the episodes of one topic's exchanges, in time order; they hold each exchange once."""
    runs: list[list[Moment]] = []
    for moment in sorted(moments, key=lambda moment: (moment.at, moment.exchange_id)):
        if runs and moment.at - runs[-1][-1].at <= pause:
            runs[-1].append(moment)
        else:
            runs.append([moment])
    return tuple(Episode(tuple(run)) for run in runs)
