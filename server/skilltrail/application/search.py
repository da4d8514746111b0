"""Use cases of searching: keeping the word index, holding vectors while they are used, and answering."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.search import Order, SearchPage, SearchQuery, TopicFound
from skilltrail.domain.search_reading import read_query
from skilltrail.errors import SkilltrailError
from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.storage.database import Database
from skilltrail.storage.meta_queries import STATIC_MODEL, VECTOR_MODEL, get_revision, get_value
from skilltrail.storage.work_queries import DENSE, STATIC

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from skilltrail.services.meaning import MeaningIndex
    from skilltrail.services.search import Found, Near, Readings

log = logging.getLogger(__name__)

IDLE_SECONDS = 300.0
"""Vectors leave the memory when nobody has searched for this long."""

_STEP_SECONDS = 0.3
_REMEMBERED = 8
"""Searches whose results are remembered until anything changes: pages of one must not differ."""

_PROBE = "How do I sort a list?"


class SearchFacade:
    """Searches, and keeps what searching needs. Safe to use from several threads."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        model: Callable[[], ModelPort],
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._model = model
        self._idle_seconds = idle_seconds
        self._turn = threading.Lock()
        self._held: dict[str, MeaningIndex] = {}
        self._remembered: dict[tuple[object, ...], Found] = {}
        self._warming: threading.Thread | None = None
        self._timer: threading.Timer | None = None
        self._used_at = 0.0

    # --- the word index ---------------------------------------------------------------------------------------------

    def step(self) -> int:
        """Put texts into the word index for some tenths of a second; return how many, 0 when none was left.

        Raises
        ------
        StorageError
            If the disk is full or busy; what is left is done at the next call.
        """
        from skilltrail.storage.search_index_queries import index_some

        if not self.waiting():
            return 0
        done, until = 0, time.monotonic() + _STEP_SECONDS
        while time.monotonic() < until:
            with self._database.write() as session:
                count = index_some(session)
            done += count
            if not count:
                break
        return done

    def waiting(self) -> int:
        """Return how many texts are not in the word index yet."""
        from skilltrail.storage.search_index_queries import count_due

        with self._database.read() as session:
            return count_due(session)

    # --- searching --------------------------------------------------------------------------------------------------

    def search(self, text: str, *, offset: int = 0, order: Order = Order.BEST, typing: bool = False) -> SearchPage:
        """Return a page of what a query finds; any text is a query.

        Parameters
        ----------
        text
            In the query language of ``domain.search``.
        offset
            Results before the page.
        typing
            The learner is still typing: the last word may be the beginning of one.
        """
        from skilltrail.services import search, search_results

        wanted = read_query(text, today=self._today(), typing=typing)
        with self._database.read() as session:
            key = (wanted, order, get_revision(session))
            found = self._remembered.get(key)
            if found is None:
                found = search.find(session, wanted, self._readings(session, wanted), order=order)
                self._remember(key, found)
            return search_results.show(session, wanted, found, offset=offset, written=text, order=order)

    def topic_names(self) -> list[TopicFound]:
        """Return the topics that can be chosen as a filter, the largest first."""
        from skilltrail.services.search_results import list_topics

        with self._database.read() as session:
            return list_topics(session)

    def warm(self) -> None:
        """Get ready in the background: vectors in memory and the model at hand, as far as there is one."""
        if self._warming is None or not self._warming.is_alive():
            self._warming = threading.Thread(target=self._get_ready, name="skilltrail-search", daemon=True)
            self._warming.start()

    def forget(self) -> None:
        """Drop what is held: some exchanges were forgotten, or nobody searches any more."""
        with self._turn:
            self._held = {}
            self._remembered = {}
            self._rest()

    @property
    def memory(self) -> int:
        """Return the bytes that vectors take in memory now."""
        return sum(held.memory for held in self._held.values())

    def _today(self) -> date:
        return self._clock().astimezone().date()

    def _get_ready(self) -> None:
        try:
            with self._database.read() as session, self._turn:
                for kind in (STATIC, DENSE):
                    self._index(session, kind)
            model = self._model()
            model.embed([_PROBE])
            log.debug("search reads with %s", model.identity)
        except SkilltrailError as error:
            # Without the model, token vectors alone stand for a query.
            log.info("search by token vectors alone: %s", error.code)

    def _readings(self, session: Session, wanted: SearchQuery) -> Readings:
        """Return how near everything is to a query: by the model where it is at hand, else by token vectors."""
        from skilltrail.services import search

        if not wanted.meaning or wanted.fields:
            return search.Readings()
        read = self._model().embed_now([wanted.meaning])
        with self._turn:
            if read is not None and get_value(session, VECTOR_MODEL) == self._model().identity:
                dense = self._near(session, DENSE, read[0])
                # While most of a history is still to be read by the model, its vectors say little of the whole.
                if dense is not None and 2 * len(dense.ids) >= len(self._index(session, STATIC)):
                    return search.Readings(dense=dense)
            static = self._near(session, STATIC, self._model().static([wanted.meaning])[0])
        return search.Readings(static=static, like=lambda ids: self._like(session, ids))

    def _like(self, session: Session, ids: Sequence[int]) -> Near | None:
        from skilltrail.services.search import NEAR_MIDDLE

        with self._turn:
            middle = self._index(session, DENSE).mean_of(ids)
            near = None if middle is None else self._near(session, DENSE, middle)
            return None if near is None else replace(near, least=NEAR_MIDDLE)

    def near_to(self, session: Session, ids: Sequence[int]) -> Near | None:
        """Return how near all exchanges are to the middle of some: by the model, else by token vectors."""
        found = self._like(session, ids)
        if found is not None:
            return found
        with self._turn:
            middle = self._index(session, STATIC).mean_of(ids)
            return None if middle is None else self._near(session, STATIC, middle)

    def _near(self, session: Session, kind: str, vector: NDArray[np.float32]) -> Near | None:
        from skilltrail.services.search import NEAR_DENSE, NEAR_STATIC, Near

        if not vector.any():
            return None
        ids, cosines = self._index(session, kind).nearness(vector)
        return Near(ids, cosines, NEAR_DENSE if kind == DENSE else NEAR_STATIC) if len(ids) else None

    def _index(self, session: Session, kind: str) -> MeaningIndex:
        """Return the vectors of a kind, with those that were stored since; call it with the turn."""
        from skilltrail.services.meaning import MeaningIndex
        from skilltrail.storage import search_queries as queries

        held = self._held.setdefault(kind, MeaningIndex())
        newest = queries.newest_vector(session)
        if newest > held.read_until:
            model = get_value(session, STATIC_MODEL if kind == STATIC else VECTOR_MODEL) or ""
            for ids, vectors in queries.vectors_after(session, held.read_until, model=model, kind=kind):
                held.put(ids, vectors)
            held.read_until = newest
        self._used_at = time.monotonic()
        if self._timer is None:
            self._watch_idle(self._idle_seconds)
        return held

    def _watch_idle(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end_idle)
        self._timer.daemon = True
        self._timer.start()

    def _end_idle(self) -> None:
        with self._turn:
            left = self._used_at + self._idle_seconds - time.monotonic()
            if self._timer is threading.current_thread() and left > 0:
                self._watch_idle(left)
                return
        self.forget()

    def _remember(self, key: tuple[object, ...], found: Found) -> None:
        with self._turn:
            while len(self._remembered) >= _REMEMBERED:
                self._remembered.pop(next(iter(self._remembered)))
            self._remembered[key] = found

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
