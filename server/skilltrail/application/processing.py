"""Use cases of the worker: one step at a time; the model is never called inside a transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skilltrail.config import Settings
from skilltrail.domain.timeline import Progress
from skilltrail.errors import ModelUnavailable
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.services.progress import Backlog, read_backlog
from skilltrail.storage.database import Database

if TYPE_CHECKING:
    from datetime import datetime

    from skilltrail.services.placement import Outline
    from skilltrail.services.processing import WorkItem

_FRESH_SHARE = 0.3
"""Weight of the newest measurement in the running rate."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did; nothing of it means that there was nothing to do now."""

    embedded: int = 0
    failed: int = 0
    expired: bool = False
    ran_topics: bool = False

    @property
    def idle(self) -> bool:
        """Tell whether there was nothing to do."""
        return not (self.embedded or self.failed or self.expired or self.ran_topics)


class ProcessingFacade:
    """Embeds what waits and runs topics. One thread steps; any thread may ask for progress."""

    def __init__(self, *, database: Database, settings: Settings, clock: Clock, model: Callable[[], ModelPort]) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._model = model
        self._doing = "idle"
        self._problem: str | None = None
        self._per_second: float | None = None
        self._asked = False
        self._adopted: str | None = None
        self._outline: Outline | None = None

    def progress(self) -> Progress:
        """Return how far processing is."""
        backlog = self._backlog()
        return Progress(
            state=self._state(backlog),
            total=backlog.total,
            embedded=backlog.embedded,
            pending=backlog.waiting,
            quarantined=backlog.set_aside,
            topics_due=self._due(backlog),
            seconds_left=self._seconds_left(backlog),
            problem=self._problem,
        )

    def forget_outline(self) -> None:
        """Forget what is remembered of topics' members: some of them were forgotten by the learner."""
        self._outline = None

    def ask_for_topics(self) -> None:
        """Make a topic run due as soon as anything changed since the last one, however little."""
        self._asked = True

    def step(self, model: ModelPort | None = None, *, topics: bool = True) -> StepResult:
        """Embed one batch, or run topics when they are due and ``topics`` allows it.

        Raises
        ------
        ModelUnavailable
            If the model cannot answer; everything waits, nothing is lost.
        """
        try:
            result = self._step(model or self._model(), topics=topics)
        except ModelUnavailable as error:
            self._problem = str(error)
            raise
        finally:
            self._doing = "idle"
        self._problem = None
        return result

    def run_until_done(self, progress: Callable[[Progress], None] | None = None) -> Progress:
        """Embed and group until nothing is pending; when the model is missing, stop with state "blocked"."""
        self.ask_for_topics()
        while True:
            try:
                result = self.step()
            except ModelUnavailable:
                return self.progress()
            state = self.progress()
            if progress is not None:
                progress(state)
            if result.idle and not self._wait_for_retry():
                return state

    def next_try_at(self) -> datetime | None:
        """Return when an exchange that failed may be tried again; None when none waits for that."""
        from skilltrail.storage.work_queries import next_try_at

        with self._database.read() as session:
            return next_try_at(session)

    def _wait_for_retry(self) -> bool:
        """Wait until a failed exchange may be tried again; returns False when none is left."""
        at = self.next_try_at()
        if at is None:
            return False
        time.sleep(min(max((at - self._clock()).total_seconds(), 0.01), 1.0))
        return True

    def _step(self, model: ModelPort, *, topics: bool) -> StepResult:
        from skilltrail.services import processing

        identity = model.identity
        if identity != self._adopted:
            with self._database.write() as session:
                if not processing.adopt_model(session, identity):
                    return StepResult(expired=True)
            self._adopted = identity
        with self._database.read() as session:
            batch = processing.read_batch(session, now=self._clock(), model=identity)
        if batch:
            return self._embed(model, identity, batch)
        if topics and self._due(self._backlog()):
            return self._run_topics(model, identity)
        return StepResult()

    def _embed(self, model: ModelPort, identity: str, batch: list[WorkItem]) -> StepResult:
        from skilltrail.services import placement, processing

        self._doing = "embedding"
        began = time.monotonic()
        outline = self._known_topics(identity)
        static = processing.embed(model.static, batch)
        first = placement.find_places(model, outline, static=static.vectors)
        with self._database.write() as session:
            kept = processing.keep(session, batch, static, kind="static", model=identity, now=self._clock())
            placement.keep_places(session, {row: place for row, place in first.items() if row in kept}, outline)
        batch = [item for item in batch if item.waiting.id in static.vectors]
        dense = processing.embed(model.embed, batch)
        places = placement.find_places(model, outline, static=static.vectors, dense=dense.vectors)
        with self._database.write() as session:
            kept = processing.keep(session, batch, dense, kind="dense", model=identity, now=self._clock())
            placement.keep_places(session, {row: place for row, place in places.items() if row in kept}, outline)
        self._measure(len(kept), time.monotonic() - began)
        return StepResult(embedded=len(kept), failed=len(static.failed) + len(dense.failed))

    def _run_topics(self, model: ModelPort, identity: str) -> StepResult:
        from skilltrail.services import topic_run

        self._doing = "topics"
        started_at = self._clock()
        with self._database.read() as session:
            run = topic_run.gather(session, model=identity)
        try:
            partition = model.discover(dense=run.dense, static=run.static, texts=run.texts, keys=run.keys)
        except ValueError:
            raise ModelUnavailable(_("The topics could not be worked out; it is tried again later.")) from None
        carried = topic_run.continue_topics(run, partition)
        with self._database.write() as session:
            kept = topic_run.keep_run(
                session, run, partition, carried, model=identity, started_at=started_at, now=self._clock()
            )
        if kept is None:
            return StepResult(ran_topics=True)
        self._asked = False
        self._outline = None
        return StepResult(ran_topics=True)

    def _known_topics(self, identity: str) -> Outline:
        from skilltrail.services import placement

        if self._outline is None:
            with self._database.read() as session:
                self._outline = placement.read_outline(session, model=identity)
        return self._outline

    def _backlog(self) -> Backlog:
        with self._database.read() as session:
            return read_backlog(session)

    def _due(self, backlog: Backlog) -> bool:
        return backlog.topics_due(after=self._settings.topics_due_after, asked=self._asked)

    def _state(self, backlog: Backlog) -> str:
        if self._problem is not None:
            return "blocked"
        if self._doing != "idle":
            return self._doing
        return "waiting" if backlog.waiting or self._due(backlog) else "idle"

    def _seconds_left(self, backlog: Backlog) -> float | None:
        if backlog.waiting == 0:
            return 0.0
        return backlog.waiting / self._per_second if self._per_second else None

    def _measure(self, done: int, seconds: float) -> None:
        if done and seconds > 0:
            now = done / seconds
            before = self._per_second
            self._per_second = now if before is None else _FRESH_SHARE * now + (1 - _FRESH_SHARE) * before
