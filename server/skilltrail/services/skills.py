"""Reading a topic as a skill: its episodes, its stage, its trajectory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Entry, EntryKind
from skilltrail.domain.episodes import Moment, episodes_of
from skilltrail.domain.learning import Kind
from skilltrail.domain.skills import SkillPath
from skilltrail.domain.stages import days_since, stage_of
from skilltrail.domain.trajectory import Checked, TrajectoryRules, trajectory_of
from skilltrail.services.counting import Part, within
from skilltrail.services.endorsements import counted
from skilltrail.services.work_days import moment_of
from skilltrail.storage import check_queries, entry_queries
from skilltrail.storage.history_columns import KINDS, Columns, HistoryColumns
from skilltrail.storage.types import from_microseconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEARNING, _UNTOLD = KINDS.index(Kind.LEARNING), KINDS.index(None)


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

    An exchange counts as learning when that is told of it, or when the learner corrected an error of its answer.

    Parameters
    ----------
    now
        Aware; days and months are those of the system's zone.
    pause
        A longer pause than this begins a new episode.
    """
    columns, checked = history.at(session), _checked(session, topic_id)
    rows = within(columns, Part(topics=(topic_id,)))
    beside = entry_queries.of_topic(session, topic_id)
    return path_of(
        columns,
        rows,
        checked=checked,
        applied_at=[moment_of(entry.dated).astimezone() for entry in beside if entry.kind is EntryKind.DELIVERABLE],
        now=now,
        pause=pause,
        rules=rules,
        endorsements=_endorsed(session, topic_id, beside, now),
    )


def _endorsed(session: Session, topic_id: str, beside: Sequence[Entry], now: datetime) -> int:
    if not any(entry.kind is EntryKind.ENDORSEMENT for entry in beside):
        return 0
    return counted(beside, topic_id, entry_queries.topic_name(session, topic_id) or "", now)


def path_of(
    columns: Columns,
    rows: NDArray[np.int64],
    *,
    checked: Sequence[Checked],
    applied_at: Sequence[datetime],
    now: datetime,
    pause: timedelta,
    rules: TrajectoryRules,
    endorsements: int = 0,
) -> SkillPath:
    """Return what ``rows`` of one topic tell; ``applied_at``: when its deliverables were attached."""
    found = zip(columns.id[rows].tolist(), columns.asked[rows].tolist(), columns.kind[rows].tolist(), strict=True)
    corrected = {one.exchange_id for one in checked if one.corrected}
    moments = [
        Moment(number, from_microseconds(asked).astimezone(), kind == _LEARNING or number in corrected)
        for number, asked, kind in found
    ]
    episodes = episodes_of(moments, pause=pause)
    return SkillPath(
        episodes=episodes,
        stages=stage_of(episodes, rules=rules.stages, deliverables=len(applied_at), endorsements=endorsements),
        trajectory=trajectory_of(episodes, rules=rules, applied_at=applied_at, checked=checked),
        idle_days=days_since(episodes[-1].ended, now.astimezone()) if episodes else 0,
        rules=rules,
        untold=int((columns.kind[rows] == _UNTOLD).sum()),
    )


def _checked(session: Session, topic_id: str) -> list[Checked]:
    wanted = (Said.CORRECTED, Said.CONFIRMED)
    return [
        Checked(one.made_at.astimezone(), one.exchange_id, one.said is Said.CORRECTED)
        for one in check_queries.checked_in(session, topic_id)
        if one.said in wanted
    ]
