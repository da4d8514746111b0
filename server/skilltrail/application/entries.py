"""Use cases about what learners write themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from skilltrail.domain.entries import WRITTEN, Entry, Goal, OwnSkill, Reflection, Written
from skilltrail.platform.clock import Clock
from skilltrail.services import entries
from skilltrail.services.ports import Redactor
from skilltrail.storage import entry_queries
from skilltrail.storage.database import Database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Done = TypeVar("Done")


class EntriesFacade:
    """Keeps reflections, deliverables, skills of one's own, and goals."""

    def __init__(self, *, database: Database, clock: Clock, redactor: Redactor) -> None:
        self._database = database
        self._clock = clock
        self._redactor = redactor

    def all(self) -> list[Entry]:
        """Return all that the learner wrote, the newest first."""
        with self._database.read() as session:
            return [entry for entry in entry_queries.entries(session) if entry.kind in WRITTEN]

    def of_topic(self, topic_id: str) -> list[Entry]:
        """Return the entries about a topic, the newest first."""
        with self._database.read() as session:
            return entry_queries.of_topic(session, topic_id)

    def of_exchange(self, exchange_id: int) -> list[Entry]:
        """Return the reflections on an exchange, the newest first."""
        with self._database.read() as session:
            return entry_queries.of_exchange(session, exchange_id)

    def keep(
        self,
        value: Written,
        *,
        entry_id: int | None = None,
        exchange_id: int | None = None,
        topic_id: str | None = None,
    ) -> Entry:
        """Keep an entry, or another form of one; secrets and own words in its texts are hidden first.

        Raises
        ------
        NotFound, RequestInvalid
            See ``services.entries.keep``.
        """
        clean, now = self._clean(value), self._clock()
        return self._written(
            lambda session: entries.keep(
                session, clean, now=now, entry_id=entry_id, exchange_id=exchange_id, topic_id=topic_id
            )
        )

    def remove(self, entry_id: int) -> Entry:
        """Remove an entry; raises NotFound."""
        return self._written(lambda session: entries.remove(session, entry_id, now=self._clock()))

    def undo(self, entry_id: int) -> Entry | None:
        """Take the last change of an entry back; raises NotFound."""
        return self._written(lambda session: entries.undo(session, entry_id))

    def reached(self, entry_id: int) -> Entry:
        """Note that a goal was reached, or no longer; raises NotFound."""
        return self._written(lambda session: entries.reached(session, entry_id, now=self._clock()))

    def _clean(self, value: Written) -> Written:
        """Hide secrets; hashes and commits are none, whatever they look like."""
        if isinstance(value, Reflection):
            return Reflection(self._hidden(value.text))
        if isinstance(value, OwnSkill):
            return OwnSkill(self._hidden(value.name), self._hidden(value.about))
        if isinstance(value, Goal):
            return replace(value, name=self._hidden(value.name))
        return replace(value, title=self._hidden(value.title), address=self._hidden(value.address))

    def _hidden(self, text: str) -> str:
        return self._redactor.redact(text)[0]

    def _written(self, change: Callable[[Session], Done]) -> Done:
        with self._database.write() as session:
            return change(session)
