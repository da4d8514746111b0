"""Use cases of the worker: one step at a time; the model is never called inside a transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from skilltrail.application.claims import ClaimMatching
from skilltrail.application.common_words import common_words
from skilltrail.application.dense_vectors import DenseVectors
from skilltrail.application.first_vectors import FirstVectors
from skilltrail.config import Settings
from skilltrail.domain.timeline import Progress
from skilltrail.errors import ModelUnavailable
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.services.progress import Backlog, Pace, read_backlog
from skilltrail.storage.database import Database
from skilltrail.storage.work_queries import DENSE, STATIC

if TYPE_CHECKING:
    from datetime import datetime

    from skilltrail.services.placement import Outline


LONG_POURING = 15.0
"""Seconds. A shorter import is over sooner when nothing else is at work, and its whole picture comes right after."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one step did; nothing of it means that there was nothing to do now.

    ``read`` exchanges got their static vectors, ``embedded`` their dense ones; ``indexed`` went into the word index;
    ``matched`` topics were compared with published concepts (or that many concepts made ready for it); of ``told``
    exchanges it was told whether they are learning.
    """

    read: int = 0
    embedded: int = 0
    failed: int = 0
    expired: bool = False
    ran_topics: bool = False
    indexed: int = 0
    matched: int = 0
    told: int = 0

    @property
    def idle(self) -> bool:
        """Tell whether there was nothing to do."""
        work = (self.read, self.embedded, self.failed, self.expired, self.ran_topics)
        return not any((*work, self.indexed, self.matched, self.told))


class ProcessingFacade:
    """Embeds what waits and runs topics. One thread steps; any thread may ask for progress.

    Static vectors come first: they give each exchange a place at once, and a whole history its first picture within
    seconds. The dense model reads behind them, and topics are found anew as it gets on.
    """

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        clock: Clock,
        model: Callable[[], ModelPort],
        tell: Callable[[bool], int] = lambda _at_once: 0,
    ) -> None:
        self._tell = tell
        self._database = database
        self._settings = settings
        self._clock = clock
        self._model = model
        self._doing = "idle"
        self._problem: str | None = None
        self._first = FirstVectors(database=database, clock=clock)
        self._dense = DenseVectors(database=database, clock=clock)
        self._claims = ClaimMatching(database=database, clock=clock)
        self._grouping = Pace()
        self._ask_numbers = count(1)
        self._asked, self._answered = 0, 0  # the last ask for topics, and the last that a run came after
        self._adopted: dict[str, str] = {}
        self._outline: Outline | None = None
        self._no_first_picture = False
        self._pouring_since: float | None = None
        self._ran_over = (0, 0)  # exchanges that were there at the last run, and those of them with dense vectors

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
            picture=backlog.picture.value,
            unread=min(self._first.unread, backlog.waiting),
        )

    def forget_outline(self) -> None:
        """Forget what is remembered of topics' members: some were forgotten by the learner, or stand elsewhere now."""
        self._outline = None

    def look_again(self) -> None:
        """Look at once for exchanges that came: one of them has its place before more of a long queue is read."""
        self._first.look_again()

    def ask_for_topics(self) -> None:
        """Make a topic run due as soon as anything changed since the last one, however little."""
        self._asked = next(self._ask_numbers)

    def step(self, model: ModelPort | None = None, *, topics: bool = True) -> StepResult:
        """Embed one batch, or run topics when they are due.

        Parameters
        ----------
        topics
            False while exchanges still pour in: a topic run waits, and so does the dense model where many came at once.

        Raises
        ------
        ModelUnavailable
            If the model cannot answer; everything waits, nothing is lost.
        """
        # Needs no model: what exchanges are is known while it is missing, too.
        told = self._tell(False) if topics else 0
        try:
            result = self._step(model or self._model(), topics=topics)
        except ModelUnavailable as error:
            self._problem = str(error)
            raise
        finally:
            self._doing = "idle"
        self._problem = None
        if result.idle and topics and not told:
            told = self._tell(True)
        return replace(result, told=told)

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
        if not self._adopt(STATIC, model.static_identity):
            return StepResult(expired=True)
        backlog = self._backlog()
        self._pouring_since = None if topics else self._pouring_since
        looked = self._first.due(backlog)
        first = self._read_new(model) if looked else StepResult()
        if self._first.is_under_way:
            return first
        if self._first_picture_due(backlog, quiet=topics):
            return self._draw_first(model, backlog, first)
        if backlog.is_flood and not topics:
            # A history is pouring in: the processor is the import's.
            return first
        done = self._read_closely(model, backlog, topics=topics, look=not looked)
        return replace(done, read=first.read + done.read, failed=first.failed + done.failed)

    def _read_closely(self, model: ModelPort, backlog: Backlog, *, topics: bool, look: bool) -> StepResult:
        """Embed one batch, or run topics; ``look``: where there is none, look whether more came."""
        identity = model.identity
        if not self._adopt(DENSE, identity):
            return StepResult(expired=True)
        if topics and backlog.growth_due(self._ran_over[1]):
            return self._run_full(model, identity, backlog)
        done = self._embed(model, identity)
        if done.idle and look and backlog.waiting:
            return self._read_new(model)
        if done.idle and topics and self._due(backlog):
            return self._run_full(model, identity, backlog)
        if done.idle and topics:
            return self._match(model, identity)
        return done

    def _match(self, model: ModelPort, identity: str) -> StepResult:
        self._doing = "claims"
        try:
            return StepResult(matched=self._claims.step(model, identity))
        except ValueError:
            raise ModelUnavailable(
                _("The topics could not be compared with skills; it is tried again later.")
            ) from None

    def _adopt(self, kind: str, model: str) -> bool:
        from skilltrail.services import processing

        if self._adopted.get(kind) != model:
            with self._database.write() as session:
                if not processing.adopt_model(session, model, kind=kind):
                    return False
            self._adopted[kind] = model
            self._outline = None
        return True

    def _read_new(self, model: ModelPort) -> StepResult:
        self._doing = "reading"
        found = self._first.read(model, self._known_topics(model))
        return StepResult(read=found.done, failed=found.failed)

    def _embed(self, model: ModelPort, identity: str) -> StepResult:
        self._doing = "embedding"
        done = self._dense.read(model, identity, self._known_topics(model))
        return StepResult(embedded=done.done, failed=done.failed)

    def _first_picture_due(self, backlog: Backlog, *, quiet: bool) -> bool:
        if self._no_first_picture or not (quiet or self._pours_for_long()):
            return False
        return backlog.first_picture_due(self._ran_over[0], quiet=quiet)

    def _pours_for_long(self) -> bool:
        """Tell whether an import takes so long that something is to be shown before its end."""
        if self._pouring_since is None:
            self._pouring_since = time.monotonic()
        return time.monotonic() - self._pouring_since >= LONG_POURING

    def _draw_first(self, model: ModelPort, backlog: Backlog, done: StepResult) -> StepResult:
        """Find topics by static vectors alone; where these refuse, the full run is still to come."""
        try:
            self._run_topics(model, None, backlog)
        except ValueError:
            self._no_first_picture = True
            return done
        return replace(done, ran_topics=True)

    def _run_full(self, model: ModelPort, identity: str, backlog: Backlog) -> StepResult:
        try:
            self._run_topics(model, identity, backlog)
        except ValueError:
            raise ModelUnavailable(_("The topics could not be worked out; it is tried again later.")) from None
        return StepResult(ran_topics=True)

    def _run_topics(self, model: ModelPort, identity: str | None, backlog: Backlog) -> None:
        """Find all topics anew; without ``identity`` by static vectors alone."""
        from skilltrail.services import topic_run

        self._doing = "topics"
        # What is asked for from now on may not be in what is read here.
        asked = self._asked
        began, started_at = time.monotonic(), self._clock()
        with self._database.read() as session:
            run = topic_run.gather(session, model=identity, static_model=model.static_identity, common=common_words)
        partition = model.discover(
            dense=run.dense,
            static=run.static,
            texts=run.texts,
            keys=run.keys,
            talks=run.talks,
            held=run.holds.numbers,
            bound=run.holds.bound,
            corrected=run.holds.corrected,
            settled=run.settled,
            spare=run.spare,
            avoid=run.avoid,
        )
        carried = topic_run.continue_topics(run, partition)
        name = identity or model.static_identity
        with self._database.write() as session:
            kept = topic_run.keep_run(
                session,
                run,
                partition,
                carried,
                model=name,
                started_at=started_at,
                now=self._clock(),
                common=common_words,
                read_before=backlog.embedded,
            )
        if kept is not None:
            self._answered = self._answered if identity is None else max(self._answered, asked)
            self._outline = None
            self._ran_over = (backlog.total, backlog.embedded if identity else 0)
            self._pouring_since = None
            self._grouping.note(len(run.keys), time.monotonic() - began)

    def _known_topics(self, model: ModelPort) -> Outline:
        from skilltrail.services import placement

        if self._outline is None:
            with self._database.read() as session:
                self._outline = placement.read_outline(
                    session, model=self._adopted.get(DENSE, ""), static_model=model.static_identity
                )
        return self._outline

    def _backlog(self) -> Backlog:
        with self._database.read() as session:
            return read_backlog(session)

    def _due(self, backlog: Backlog) -> bool:
        return backlog.topics_due(after=self._settings.topics_due_after, asked=self._asked > self._answered)

    def _state(self, backlog: Backlog) -> str:
        if self._problem is not None:
            return "blocked"
        if self._doing != "idle":
            return self._doing
        return "waiting" if backlog.waiting or self._due(backlog) else "idle"

    def _seconds_left(self, backlog: Backlog) -> float | None:
        """Return when all will be read and grouped: both kinds of vectors, and the last topic run."""
        if backlog.waiting == 0:
            return 0.0
        reading, embedding = self._first.seconds_left(), self._dense.seconds_left(backlog.waiting)
        if reading is None or embedding is None:
            return None
        return reading + embedding + (self._grouping.seconds_for(backlog.total) or 0.0)
