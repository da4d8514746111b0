"""The keeper: a thread that makes the daily backup and closes old backups anew after the key was changed."""

from __future__ import annotations

import logging
import threading

from skilltrail.application import Application
from skilltrail.errors import SkilltrailError

log = logging.getLogger(__name__)

FIRST_SECONDS = 60.0
"""A start has better things to do first."""

EVERY_SECONDS = 15 * 60.0


class Keeper:
    """Looks after the backups of one application until it is stopped."""

    def __init__(
        self, application: Application, *, first_seconds: float = FIRST_SECONDS, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._application = application
        self._first_seconds = first_seconds
        self._every_seconds = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="skilltrail-keeper", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a copy that is under way is given up."""
        self._stopping.set()
        self._application.backups.end()
        self._thread.join()

    def _run(self) -> None:
        seconds = self._first_seconds
        while True:
            self._application.backups.wait_for_work(seconds)
            if self._stopping.is_set():
                return
            seconds = self._every_seconds
            self._tend()

    def _tend(self) -> None:
        try:
            self._application.backups.tend()
        except (SkilltrailError, OSError) as error:
            # The page of the settings says it in words; the next round tries again.
            log.warning("no backup now: %s", getattr(error, "code", type(error).__name__))
