"""Reading a topic as a skill: its episodes, its stage, its trajectory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.episodes import Moment, episodes_of
from skilltrail.domain.skills import SkillPath
from skilltrail.domain.stages import days_since, stage_of
from skilltrail.domain.trajectory import TrajectoryRules, trajectory_of
from skilltrail.services.counting import Part, within
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.types import from_microseconds


def is_learning(_session: Session, _topic_id: str) -> Callable[[int], bool]:
    """Return what tells by its id whether an exchange counts as learning; until intent is known, each does."""
    return lambda _exchange_id: True


def read_path(
    session: Session,
    topic_id: str,
    *,
    history: HistoryColumns,
    now: datetime,
    pause: timedelta,
    rules: TrajectoryRules,
) -> SkillPath:
    """Return what the exchanges of a topic on the current path tell; of a topic without any, an empty path.

    Parameters
    ----------
    now
        Aware; days and months are those of the system's zone.
    pause
        A longer pause than this begins a new episode.
    """
    columns, learning = history.at(session), is_learning(session, topic_id)
    rows = within(columns, Part(topics=(topic_id,)))
    moments = [
        Moment(number, from_microseconds(asked).astimezone(), learning(number))
        for number, asked in zip(columns.id[rows].tolist(), columns.asked[rows].tolist(), strict=True)
    ]
    episodes = episodes_of(moments, pause=pause)
    return SkillPath(
        episodes=episodes,
        stages=stage_of(episodes, rules=rules.stages),
        trajectory=trajectory_of(episodes, rules=rules),
        idle_days=days_since(episodes[-1].ended, now.astimezone()) if episodes else 0,
        rules=rules,
    )
