"""Use cases about the timeline and its topics."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from skilltrail.config import Settings
from skilltrail.domain.health import Alert
from skilltrail.domain.timeline import Home, Progress, Timeline, TimelineFilter, TopicDetail, TopicLine
from skilltrail.platform.clock import Clock
from skilltrail.services import trail
from skilltrail.storage import trail_queries
from skilltrail.storage.access_queries import list_devices
from skilltrail.storage.database import Database
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
        settings: Settings,
        clock: Clock,
        key_location: Callable[[], str],
        progress: Callable[[], Progress],
        alert: Callable[[], Alert | None],
    ) -> None:
        self._database = database
        self._pause = timedelta(minutes=settings.episode_pause_minutes)
        self._clock = clock
        self._key_location = key_location
        self._progress = progress
        self._alert = alert
        self._remembered: dict[TimelineFilter, Timeline] = {}
        self._lock = threading.Lock()

    def timeline(self, wanted: TimelineFilter | None = None) -> Timeline:
        """Return the timeline within a filter; see ``services.trail.read_timeline``."""
        wanted = wanted or TimelineFilter()
        now = self._clock()
        with self._database.read() as session:
            revision = get_revision(session)
            with self._lock:
                known = self._remembered.get(wanted)
            if known is not None and known.revision == revision:
                return replace(known, generated_at=now.astimezone())
            timeline = trail.read_timeline(session, wanted, now=now, pause=self._pause)
        self._remember(timeline)
        return timeline

    def topics(self) -> tuple[TopicLine, ...]:
        """Return all topics, the largest first."""
        with self._database.read() as session:
            return trail.read_topics(session, pause=self._pause)

    def topic(self, topic_id: str) -> TopicDetail:
        """Return one topic with its exemplars; raises NotFound."""
        with self._database.read() as session:
            return trail.read_topic(session, topic_id, pause=self._pause)

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
                topics=trail_queries.topic_count(session),
                devices=len(list_devices(session)),
                last_stored_at=last,
                progress=progress,
                key_location=self._key_location(),
                revision=get_revision(session),
                alert=self._alert(),
            )

    def revision(self) -> int:
        """Return a number that rises with every change of the data."""
        with self._database.read() as session:
            return get_revision(session)

    def forget_remembered(self) -> None:
        """Drop the timelines that are remembered: they hold beginnings of questions."""
        with self._lock:
            self._remembered.clear()

    def _remember(self, timeline: Timeline) -> None:
        with self._lock:
            self._remembered.pop(timeline.filter, None)
            while len(self._remembered) >= _REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[timeline.filter] = timeline
