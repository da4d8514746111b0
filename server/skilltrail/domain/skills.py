"""A skill as its page shows it: stage, trajectory and episodes of one topic."""

from __future__ import annotations

from dataclasses import dataclass

from skilltrail.domain.episodes import Episode
from skilltrail.domain.stages import StageReport, StageRules
from skilltrail.domain.trajectory import Trajectory, TrajectoryRules


@dataclass(frozen=True, slots=True)
class SkillPath:
    """What the exchanges of one topic tell; ``idle_days``: how many days ago it was last practised.

    ``untold`` exchanges were not looked at yet, whether they are learning. ``rules`` are those by which it was worked
    out: a page that shows a stage shows its rule.
    """

    episodes: tuple[Episode, ...]
    stages: StageReport
    trajectory: Trajectory
    idle_days: int
    rules: TrajectoryRules
    untold: int = 0

    @property
    def stage_rules(self) -> StageRules:
        """Return the thresholds of the stages."""
        return self.rules.stages
