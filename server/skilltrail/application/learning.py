"""Use cases about learning told from delegation, and the worker's step that tells."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from skilltrail.domain.learning import Intent, Kind, Shares, ToldExchange
from skilltrail.platform.clock import Clock
from skilltrail.services import counting, learning
from skilltrail.services.ports import PromptReader
from skilltrail.storage import learning_queries
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.meta_queries import get_revision

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from skilltrail.services.learning import Taught

_SHARE = 20
"""While exchanges are embedded, each batch of which changes something, looks take a twentieth of the time."""


def shipped_reader() -> PromptReader:
    """Return the model that comes with the product; the first call loads it, some milliseconds."""
    from skilltrail.ml.learning import LearningModel

    return LearningModel.shipped()


class LearningFacade:
    """Shows what exchanges count as, keeps the learner's word, and tells what waits, a batch a step."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        clock: Clock,
        reader: Callable[[], PromptReader] = shipped_reader,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._history = history
        self._clock = clock
        self._reader = reader
        self._changed = changed
        self._taught: Taught | None = None
        self._before: int | None = None
        self._looked_at = -1
        self._again_at = 0.0

    def exchange(self, exchange_id: int) -> ToldExchange:
        """Return all about one exchange; raises NotFound."""
        with self._database.read() as session:
            return learning.read(session, self._reader(), exchange_id)

    def say_kind(self, exchange_id: int, kind: Kind | None) -> ToldExchange:
        """Keep what the learner says an exchange is, None: it is left to us again; raises NotFound."""
        return self._said(
            lambda session: learning.say(session, self._reader(), exchange_id, "kind", kind, now=self._clock())
        )

    def say_intent(self, exchange_id: int, intent: Intent | None) -> ToldExchange:
        """Keep what the learner says an exchange was for, None: it is left to us again; raises NotFound."""
        return self._said(
            lambda session: learning.say(session, self._reader(), exchange_id, "intent", intent, now=self._clock())
        )

    def undo(self, exchange_id: int) -> ToldExchange:
        """Take back the learner's last word about an exchange; raises NotFound."""
        return self._said(lambda session: learning.undo(session, self._reader(), exchange_id))

    def shares(self, topic_id: str) -> Shares:
        """Return how many of a topic's exchanges are learning, delegated, neither, unsure."""
        with self._database.read() as session:
            return learning.shares(session, self._history, topic_id).get(topic_id, Shares())

    def all_shares(self) -> dict[str, Shares]:
        """Return the shares of every topic, by its id."""
        with self._database.read() as session:
            return learning.shares(session, self._history)

    def kinds(self, ids: Sequence[int]) -> dict[int, Kind]:
        """Return what exchanges on the current path count as, of those that were told."""
        with self._database.read() as session:
            return counting.kinds_of(self._history.at(session), ids)

    def step(self, at_once: bool = True) -> int:
        """Tell the next exchanges that wait; return how many, 0 when all are told.

        The database is the queue: what was captured, changed, or is worded like something corrected since. With
        ``at_once`` false a look that would take more than a twentieth of the time is left for later.
        """
        began = time.monotonic()
        if self._before is None and not at_once and began < self._again_at:
            return 0
        with self._database.read() as session:
            revision = get_revision(session)
            if self._before is None and revision == self._looked_at:
                return 0
            known, self._taught = self._taught, learning.learn(session, self._reader(), self._taught)
            # Other lessons: what was looked at before has to be looked at again.
            self._before = self._before if known is self._taught else None
            items = learning.waiting(session, self._taught, self._before)
        kept = self._tell(items)
        self._before = items[-1].id if len(items) == learning.BATCH else None
        if self._before is None:
            self._looked_at = revision
            self._again_at = time.monotonic() + _SHARE * (time.monotonic() - began)
        return kept

    def _tell(self, items: Sequence[learning_queries.Untold]) -> int:
        if not items or self._taught is None:
            return 0
        told = learning.tell(self._reader(), self._taught, items)
        with self._database.write() as session:
            return learning.keep(session, self._taught, told)

    def forget_remembered(self) -> None:
        """Forget what corrections taught: some of them may be forgotten."""
        self._taught, self._before, self._looked_at = None, None, -1

    def _said(self, change: Callable[[Session], ToldExchange]) -> ToldExchange:
        with self._database.write() as session:
            told = change(session)
        # Exchanges worded alike are to be told anew.
        self._changed()
        return told
