"""Static vectors for all that came: a look through the queue, the newest first, some hundreds at a time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.services.progress import Backlog, Pace
from skilltrail.storage.database import Database
from skilltrail.storage.work_queries import STATIC, count_without_static

if TYPE_CHECKING:
    from datetime import datetime

    from skilltrail.services.placement import Outline

_SHARE = 20
"""A look through a long queue may take a twentieth of the time."""

_SHORT_QUEUE = 1_000
"""Exchanges. Looking through so few takes milliseconds."""


@dataclass(frozen=True, slots=True)
class Read:
    """What one call did: exchanges that got their vectors, and those that failed."""

    done: int = 0
    failed: int = 0


class FirstVectors:
    """Gives exchanges their static vectors and, where topics are known, a place at once.

    Remembers how far a look has come, so that each exchange of a long queue is looked at once; ``unread`` is how many
    were left when it was last counted.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._reached: tuple[datetime, int] | None = None
        self._again_at = 0.0
        self._pace = Pace()
        self.unread = 0

    @property
    def is_under_way(self) -> bool:
        """Tell whether the last call stopped in the middle of the queue."""
        return self._reached is not None

    def look_again(self) -> None:
        """Something came: the next look is due at once."""
        self._again_at = 0.0

    def due(self, backlog: Backlog) -> bool:
        """Tell whether to look now."""
        if self.is_under_way or backlog.waiting <= _SHORT_QUEUE:
            return backlog.waiting > 0
        return time.monotonic() >= self._again_at

    def seconds_left(self) -> float | None:
        """Return how long the rest will take; None while unknown."""
        return self._pace.seconds_for(self.unread)

    def read(self, model: ModelPort, outline: Outline) -> Read:
        """Take the next exchanges of the queue."""
        from skilltrail.services import placement, processing

        began = time.monotonic()
        name, now = model.static_identity, self._clock()
        with self._database.read() as session:
            batch = processing.read_unknown(session, now=now, static_model=name, before=self._reached)
        more = len(batch) == processing.FIRST_BATCH
        if not batch:
            self._stop(began)
            return Read()
        static = processing.embed(model.static, batch)
        places = placement.find_places(model, outline, static=static.vectors)
        with self._database.write() as session:
            kept = processing.keep(session, batch, static, kind=STATIC, model=name, now=self._clock())
            placement.keep_places(session, {row: place for row, place in places.items() if row in kept}, outline)
        self._pace.note(len(kept), time.monotonic() - began)
        if not more:
            self._stop(time.monotonic())
        else:
            self._go_on(batch[-1].waiting.asked_at, batch[-1].waiting.id, name, began=not self.is_under_way)
        return Read(len(kept), len(static.failed))

    def _go_on(self, asked_at: datetime, exchange_id: int, name: str, *, began: bool) -> None:
        if began:
            with self._database.read() as session:
                self.unread = count_without_static(session, static_model=name)
        else:
            from skilltrail.services.processing import FIRST_BATCH

            self.unread = max(0, self.unread - FIRST_BATCH)
        self._reached = (asked_at, exchange_id)

    def _stop(self, began: float) -> None:
        now = time.monotonic()
        self._reached, self.unread = None, 0
        self._again_at = now + _SHARE * (now - began)
