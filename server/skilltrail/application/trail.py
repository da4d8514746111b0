"""Use cases about the timeline and its topics."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

from skilltrail.application.skills import stage_rules
from skilltrail.config import Settings
from skilltrail.domain.digest import Digest
from skilltrail.domain.health import Alert
from skilltrail.domain.skills import SkillPath
from skilltrail.domain.timeline import Choosable, Home, Progress, Timeline, TimelineFilter, TopicDetail, TopicLine
from skilltrail.domain.trajectory import TrajectoryRules
from skilltrail.i18n import language
from skilltrail.platform.clock import Clock
from skilltrail.services import skills, trail
from skilltrail.services.digest import read_digest
from skilltrail.storage import trail_queries
from skilltrail.storage.access_queries import device_health
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.meta_queries import get_revision
from skilltrail.storage.topic_page_queries import hidden_topics

_REMEMBERED = 8
"""Timelines kept until the data changes: a live page asks for the same one again and again."""


class TrailFacade:
    """Reads what the dashboard's pages show."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        settings: Settings,
        clock: Clock,
        key_location: Callable[[], str],
        progress: Callable[[], Progress],
        alert: Callable[[], Alert | None],
    ) -> None:
        self._database = database
        self._history = history
        self._pause = timedelta(minutes=settings.episode_pause_minutes)
        self._rules = TrajectoryRules(break_days=settings.break_days, stages=stage_rules(settings))
        self._clock = clock
        self._key_location = key_location
        self._progress = progress
        self._alert = alert
        self._remembered: dict[tuple[TimelineFilter, str], Timeline] = {}
        self._lock = threading.Lock()

    def one_view(self) -> AbstractContextManager[None]:
        """Let all that a page reads within the block be of one moment; see ``Database.one_view``."""
        return self._database.one_view()

    def timeline(self, wanted: TimelineFilter | None = None) -> Timeline:
        """Return the timeline within a filter; see ``services.trail.read_timeline``."""
        wanted = wanted or TimelineFilter()
        now = self._clock()
        with self._database.read() as session:
            revision = get_revision(session)
            with self._lock:
                known = self._remembered.get((wanted, language()))
            if known is not None and known.revision == revision:
                return replace(known, generated_at=now.astimezone())
            timeline = trail.read_timeline(session, wanted, history=self._history, now=now, pause=self._pause)
        self._remember(timeline)
        return timeline

    def topics(self) -> tuple[TopicLine, ...]:
        """Return all topics, the largest first."""
        with self._database.read() as session:
            return trail.read_topics(session, history=self._history, pause=self._pause)

    def topic(self, topic_id: str) -> TopicDetail:
        """Return one topic with its exemplars; raises NotFound."""
        with self._database.read() as session:
            return trail.read_topic(session, topic_id, history=self._history, pause=self._pause)

    def path(self, topic_id: str) -> SkillPath:
        """Return stage, trajectory and episodes of a topic."""
        with self._database.read() as session:
            return skills.read_path(
                session, topic_id, history=self._history, now=self._clock(), pause=self._pause, rules=self._rules
            )

    def digest(self, since: datetime) -> Digest:
        """Return what happened from ``since`` (aware) on."""
        with self._database.read() as session:
            return read_digest(session, since, history=self._history, pause=self._pause)

    def choosable(self) -> list[Choosable]:
        """Return the topics to which an exchange can be moved, by name; hidden ones too, for some belong there."""
        with self._database.read() as session:
            return trail.read_choosable(session, history=self._history)

    def hidden(self) -> list[tuple[str, str, str, int, int]]:
        """Return id, name, standing, colour and number of exchanges of the topics that are not shown."""
        with self._database.read() as session:
            return hidden_topics(session)

    def home(self) -> Home:
        """Return what the dashboard's first page needs."""
        progress = self._progress()
        with self._database.read() as session:
            exchanges, conversations, last = trail_queries.everything(session)
            return Home(
                exchanges=exchanges,
                conversations=conversations,
                topics=trail.count_topics(session, history=self._history),
                devices=len(device_health(session)),
                last_stored_at=last,
                progress=progress,
                key_location=self._key_location(),
                revision=get_revision(session),
                alert=self._alert(),
            )

    def key_location(self) -> str:
        """Return where the key of the database is."""
        return self._key_location()

    def size(self) -> int:
        """Return the number of all exchanges."""
        with self._database.read() as session:
            return trail_queries.everything(session)[0]

    def areas(self) -> list[str]:
        """Return the areas into which a topic can be put."""
        with self._database.read() as session:
            return sorted({one.area for one in trail_queries.topic_names(session).values() if not one.retired})

    def revision(self) -> int:
        """Return a number that rises with every change of the data."""
        with self._database.read() as session:
            return get_revision(session)

    def forget_remembered(self) -> None:
        """Drop what is remembered: timelines hold beginnings of questions, and columns may be another database's."""
        self._history.clear()
        with self._lock:
            self._remembered.clear()

    def _remember(self, timeline: Timeline) -> None:
        with self._lock:
            # A timeline says why topics are called so, in the language in which it was asked for.
            key = (timeline.filter, language())
            self._remembered.pop(key, None)
            while len(self._remembered) >= _REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = timeline
