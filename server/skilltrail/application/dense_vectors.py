"""Dense vectors behind the static ones: about a second of work a call, from all over the history."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from skilltrail.application.first_vectors import Read
from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.services.progress import Pace
from skilltrail.storage.database import Database
from skilltrail.storage.work_queries import DENSE

if TYPE_CHECKING:
    from skilltrail.services.placement import Outline
    from skilltrail.services.processing import WorkItem


class DenseVectors:
    """Lets the dense model read what waits, and gives each exchange a better place.

    Remembers what it chose, since choosing looks at all that waits; the database tells what of it still waits.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._claimed: list[int] = []
        self._pace = Pace()

    def seconds_left(self, waiting: int) -> float | None:
        """Return how long ``waiting`` exchanges will take; None while unknown."""
        return self._pace.seconds_for(waiting)

    def read(self, model: ModelPort, identity: str, outline: Outline) -> Read:
        """Take the next exchanges of the queue; nothing when none may be tried now."""
        from skilltrail.services import placement, processing

        batch = self._next_batch(identity, model.static_identity)
        if not batch:
            return Read()
        began = time.monotonic()
        dense = processing.embed(model.embed, [item for item in batch if not item.waiting.has_dense])
        static = {item.waiting.id: processing.unpacked([item.waiting.static or b""])[0] for item in batch}
        places = placement.find_places(model, outline, static=static, dense=dense.vectors)
        with self._database.write() as session:
            kept = processing.keep(session, batch, dense, kind=DENSE, model=identity, now=self._clock())
            placement.keep_places(session, {row: place for row, place in places.items() if row in kept}, outline)
        self._pace.note(len(kept), time.monotonic() - began)
        return Read(len(batch) - len(dense.failed), len(dense.failed))

    def _next_batch(self, model: str, static_model: str) -> list[WorkItem]:
        from skilltrail.services import processing

        size = processing.batch_size(self._pace.count_for(processing.STEP_SECONDS))
        with self._database.read() as session:
            for fresh in (False, True):
                if fresh:
                    self._claimed = processing.claim(session, now=self._clock(), static_model=static_model)
                while self._claimed:
                    ids, self._claimed = self._claimed[:size], self._claimed[size:]
                    # Those that were forgotten, changed or left the path since are not in it any more.
                    if batch := processing.read_batch(session, ids, model=model, static_model=static_model):
                        return batch
        return []
