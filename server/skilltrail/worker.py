"""The worker: a thread that embeds what waits and runs topics when it is quiet; the database is its queue."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace

from skilltrail.application import Application
from skilltrail.application.processing import StepResult
from skilltrail.errors import SkilltrailError, StorageError
from skilltrail.platform.clock import Clock, utc_now
from skilltrail.services.ports import ModelPort

log = logging.getLogger(__name__)

QUIET_SECONDS = 2.0
"""A topic run waits until no exchange came for this long: a burst of captures is one change."""

_FLOOD = 2_000
"""Texts. While more than these wait and more come, the processor is the import's."""

_IDLE_SECONDS = 60.0
_BLOCKED_SECONDS = (2.0, 5.0, 15.0, 60.0)
"""Waits after the model failed, longer each time; the last one stays."""

_STORAGE_SECONDS = 5.0
"""Wait after the disk was full or busy: trying again costs nothing, and work goes on soon after there is space."""


class Worker:
    """Steps through the queue in a thread of its own.

    It keeps nothing that matters: killed anywhere, the next start finds in the database what is still to do.
    """

    def __init__(
        self,
        application: Application,
        model: ModelPort | None = None,
        clock: Clock = utc_now,
        *,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._application = application
        self._model = model
        self._clock = clock
        self._quiet_seconds = quiet_seconds
        self._stirred = threading.Event()
        self._stopping = threading.Event()
        self._last_stir = float("-inf")
        self._troubles = 0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; every stored capture wakes the worker."""
        self._application.when_changed(self.wake)
        self._thread = threading.Thread(target=self._run, name="skilltrail-worker", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something new; returns at once."""
        self._last_stir = time.monotonic()
        self._application.processing.look_again()
        self._stirred.set()

    def stop(self, *, seconds: float = 10.0) -> None:
        """End the thread; a model call that is under way is given up, and its batch waits for the next start."""
        self._stopping.set()
        self._stirred.set()
        if self._thread is None:
            return
        self._thread.join(0.5)
        if self._thread.is_alive():
            self._application.close_model()
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stirred.clear()
            try:
                if self._step().idle:
                    self._stirred.wait(self._pause())
                self._troubles = 0
            except StorageError as error:
                log.warning("processing waits: %s", error.code)
                self._stopping.wait(_STORAGE_SECONDS)
            except SkilltrailError as error:
                # No model: the queue stands in the database and is taken up again.
                self._wait_out(error.code)
            except Exception as error:  # noqa: BLE001 - whatever happens here, captures go on and so must this thread
                self._wait_out(type(error).__name__)

    def _step(self) -> StepResult:
        """Do one step of the learner's own history, or else of the invented one."""
        indexed = self._index_words()
        result = self._application.processing.step(self._model, topics=self._is_quiet())
        demo = self._application.demo.opened
        if result.idle and demo is not None:
            result = demo.processing.step(self._model, topics=self._is_quiet())
        return replace(result, indexed=indexed)

    def _index_words(self) -> int:
        """Put some texts into the word indexes: at once what came just now, a whole history when it is quiet."""
        if not self._is_quiet() and self._application.search.waiting() > _FLOOD:
            return 0
        return sum(
            application.evidence_log.step()
            + application.contexts.step()
            + application.search.step()
            + application.checks.step()
            for application in self._histories()
        )

    def _histories(self) -> list[Application]:
        demo = self._application.demo.opened
        return [self._application] if demo is None else [self._application, demo]

    def _wait_out(self, code: str) -> None:
        if not self._stopping.is_set():
            log.warning("processing waits: %s", code)
        # Words can be found without a model.
        while not self._stopping.is_set() and self._index_words():
            continue
        # New captures must not cut this short: each would start the model anew.
        self._stopping.wait(_BLOCKED_SECONDS[min(self._troubles, len(_BLOCKED_SECONDS) - 1)])
        self._troubles += 1

    def _pause(self) -> float:
        """Return how many seconds there is nothing to do, unless something comes."""
        if not self._is_quiet():
            return max(self._last_stir + self._quiet_seconds - time.monotonic(), 0.01)
        at = self._application.processing.next_try_at()
        if at is None:
            return _IDLE_SECONDS
        return min(max((at - self._clock()).total_seconds(), 0.05), _IDLE_SECONDS)

    def _is_quiet(self) -> bool:
        return time.monotonic() - self._last_stir >= self._quiet_seconds
