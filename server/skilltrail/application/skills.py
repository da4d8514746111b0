"""Use cases about all skills side by side: the list, and what the map needs."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from skilltrail.config import Settings
from skilltrail.domain.skill_list import SkillList
from skilltrail.domain.stages import StageRules
from skilltrail.platform.clock import Clock
from skilltrail.services import skill_leans, skill_list
from skilltrail.services.ports import ModelPort
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns


def stage_rules(settings: Settings) -> StageRules:
    """Return the thresholds of the stages, as the learner set them."""
    return StageRules(
        explored_exchanges=settings.explored_exchanges,
        practised_episodes=settings.practised_episodes,
        practised_days=settings.practised_days,
        practised_span=settings.practised_span,
    )


class SkillsFacade:
    """Reads all skills."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        settings: Settings,
        clock: Clock,
        model: Callable[[], ModelPort],
    ) -> None:
        self._database = database
        self._history = history
        self._pause = timedelta(minutes=settings.episode_pause_minutes)
        self._rules = stage_rules(settings)
        self._clock = clock
        self._model = model

    def all(self, client: str | None = None) -> SkillList:
        """Return all skills with stage, freshness and evidence, in no order; ``client``: its part is counted, too."""
        with self._database.read() as session:
            return skill_list.read_skills(
                session,
                history=self._history,
                now=self._clock(),
                pause=self._pause,
                rules=self._rules,
                client=client,
            )

    def leans(self, topics: Collection[str]) -> dict[str, dict[str, float]]:
        """Return for each topic how much it resembles each area; those without vectors are left out."""
        model = self._model()
        with self._database.read() as session:
            middles = skill_leans.read_middles(
                session, topics, history=self._history, static_model=model.static_identity
            )
        return skill_leans.leans_of(model, middles)
