"""Use cases about checks of answers and the review queue."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from skilltrail.domain.checks import Check, CheckStanding, ReviewQueue, Said
from skilltrail.platform.clock import Clock
from skilltrail.services import checks
from skilltrail.services.ports import Redactor
from skilltrail.storage import check_queries
from skilltrail.storage.database import Database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_STEP_SECONDS = 0.3
HOME_COUNT = 99
"""The first page counts what waits up to here."""


class ChecksFacade:
    """Keeps what the learner says about answers, and finds what is worth checking."""

    def __init__(self, *, database: Database, clock: Clock, redactor: Redactor) -> None:
        self._database = database
        self._clock = clock
        self._redactor = redactor

    def read(self, exchange_id: int) -> CheckStanding:
        """Return how the check of an answer stands; raises NotFound."""
        with self._database.read() as session:
            return checks.read(session, exchange_id)

    def say(
        self, exchange_id: int, said: Said, *, source: str = "", note: str = "", dated: date | None = None
    ) -> CheckStanding:
        """Note what the learner says about an answer; secrets and own words in the texts are hidden first.

        Raises
        ------
        NotFound, RequestInvalid
            See ``services.checks.say``.
        """
        clean = [self._redactor.redact(text)[0] for text in (source, note)]
        return self._written(
            lambda session: checks.say(
                session, exchange_id, said, source=clean[0], note=clean[1], dated=dated, now=self._clock()
            )
        )

    def undo(self, exchange_id: int) -> CheckStanding:
        """Take back what was said last about an answer; raises NotFound."""
        return self._written(lambda session: checks.undo(session, exchange_id))

    def latest(self, limit: int = 10) -> list[Check]:
        """Return what was said last about answers, the newest first."""
        kinds = [said for said in Said if said is not Said.UNCHECKED]
        with self._database.read() as session:
            return check_queries.latest(session, limit, only=kinds)

    def of_topic(self, topic_id: str) -> list[Check]:
        """Return the checks of a topic's answers that count, the newest first."""
        with self._database.read() as session:
            return check_queries.checked_in(session, topic_id)

    def queue(self, limit: int = 20) -> ReviewQueue:
        """Return the first answers that are worth checking."""
        with self._database.read() as session:
            return checks.read_queue(session, now=self._clock(), limit=limit)

    def waiting(self) -> int:
        """Return how many answers wait in the queue, counted up to one more than ``HOME_COUNT``."""
        with self._database.read() as session:
            return len(check_queries.candidates(session, now=self._clock(), limit=HOME_COUNT + 1))

    def step(self) -> int:
        """Look at answers for some tenths of a second; return how many, 0 when none was left.

        Raises
        ------
        StorageError
            If the disk is full or busy; what is left is done at the next call.
        """
        done, until = 0, time.monotonic() + _STEP_SECONDS
        with self._database.read() as session:
            if not checks.is_due(session):
                return 0
        while time.monotonic() < until:
            count = self._look()
            done += count
            if not count:
                break
        return done

    def _look(self) -> int:
        with self._database.write() as session:
            return checks.look(session)

    def _written(self, change: Callable[[Session], CheckStanding]) -> CheckStanding:
        with self._database.write() as session:
            return change(session)
