"""Whether the data can be trusted and written; looks after it in the background when the last run was cut off."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Literal

from skilltrail.domain.health import Alert
from skilltrail.errors import DatabaseDamaged, DatabaseReplaced, StorageFull
from skilltrail.storage.database import Database
from skilltrail.storage.endings import Ending

log = logging.getLogger(__name__)

CheckState = Literal["unneeded", "waiting", "running", "sound", "damaged"]

_FIRST_SECONDS = 3.0
"""The learner waits for the first page, and the browser to deliver: the check comes after both."""


class HealthFacade:
    """Says what keeps the data from being written; any thread may ask."""

    def __init__(self, *, database: Database, first_seconds: float = _FIRST_SECONDS) -> None:
        self._database = database
        self._first_seconds = first_seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._check: CheckState = "unneeded"

    @property
    def check(self) -> CheckState:
        """Where the check after a run that was cut off stands."""
        return self._check

    def begin(self) -> None:
        """Check the database in a thread of its own if it was not closed the last time; returns at once."""
        if self._database.ending is Ending.CUT:
            self._check = "waiting"
            self._thread = threading.Thread(target=self._run, name="skilltrail-check", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Give up a check that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def alert(self) -> Alert | None:
        """Return what the learner has to know, or None when all is well."""
        trouble = self._database.trouble()
        if isinstance(trouble, (StorageFull, DatabaseDamaged, DatabaseReplaced)):
            return Alert(trouble.code, str(trouble))
        return None

    def _run(self) -> None:
        if self._stopping.wait(self._first_seconds):
            return
        _step_back()
        self._check = "running"
        sound = self._database.is_sound(given_up=self._stopping.is_set)
        if self._stopping.is_set():
            return
        self._check = "sound" if sound else "damaged"
        if not sound:
            log.error("the database is damaged; nothing is written to it any more")


def _step_back() -> None:
    """Let everything else go first; Linux can say so for one thread, elsewhere it just runs."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
