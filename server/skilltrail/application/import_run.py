"""One import at work: what the reader hands over goes into the database, batch by batch, with the account of it.

Each transaction holds a batch and how far its sources are then. Whatever ends this process, the next one finds both
or neither, and goes on from there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from skilltrail.domain.capture import CaptureResult
from skilltrail.domain.imports import ROUTINE, Exclusions, ImportProgress, ImportState
from skilltrail.domain.redaction import RedactionLists
from skilltrail.errors import SkilltrailError
from skilltrail.importers.contract import Source
from skilltrail.platform.clock import Clock
from skilltrail.services import ingest
from skilltrail.services.import_helper import Reader
from skilltrail.services.import_reading import Batch, From, SourceEnd, Task
from skilltrail.services.import_tally import account_end, account_part, add_results
from skilltrail.storage import import_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.import_queries import Standing, Totals

Watch = Callable[[ImportProgress], None]

_BREATH_SECONDS = 0.002
"""Between two transactions: who waits to write (a capture) is let through; the lock alone would favour the import."""


@dataclass(frozen=True, slots=True)
class Order:
    """What an import is to do.

    ``started_at`` is the time that its exchanges carry, also when it goes on later; ``upload`` the spooled upload that
    it reads.
    """

    import_id: int
    started_at: datetime
    sources: tuple[Source, ...]
    account: str
    exclusions: Exclusions
    mark_key: bytes
    upload: str | None = None


class ImportRun:
    """Works off one order. One thread calls ``work``; any thread may ask for the progress or cancel.

    Parameters
    ----------
    lists
        Returns what redaction must know of the learner, as it is now.
    changed
        Called after exchanges were stored.
    """

    def __init__(
        self,
        order: Order,
        *,
        database: Database,
        clock: Clock,
        lists: Callable[[], RedactionLists],
        changed: Callable[[], None],
        helper: bool | None = None,
    ) -> None:
        self.order = order
        self._database = database
        self._clock = clock
        self._lists = lists
        self._changed = changed
        self._helper = helper
        self._wanted_end: ImportState | None = None
        self._reader: Reader | None = None
        self._began = time.monotonic()
        with database.read() as session:
            self._standings = {one.position: one for one in queries.standings(session, order.import_id)}
            self._totals = queries.read_totals(session, order.import_id)
        self._began_at_bytes = self._at_bytes()
        self._read_from = dict(self._standings)
        self.over = threading.Event()

    # --- asked by any thread ----------------------------------------------------------------------------------------

    def progress(self) -> ImportProgress:
        """Return how far the import is."""
        size = sum(one.source.size for one in self._standings.values())
        at, seconds = self._at_bytes(), time.monotonic() - self._began
        done = at - self._began_at_bytes
        left = (size - at) * seconds / done if done > 0 and seconds > 1 else None
        return ImportProgress(
            at_bytes=at,
            bytes=size,
            exchanges=self._totals.found,
            conversations=sum(one.source.conversations.found for one in self._standings.values()),
            seconds_left=left,
        )

    def cancel(self, end: ImportState = ImportState.CANCELLED) -> None:
        """Ask for an early end; what is stored stays."""
        self._wanted_end = end
        reader = self._reader
        if reader is not None:
            reader.cancel()

    # --- the work ---------------------------------------------------------------------------------------------------

    def work(self, watch: Watch | None = None) -> ImportState:
        """Import what is left; return how it ended.

        Raises
        ------
        SkilltrailError
            If nothing can be stored (any more); the record says so, and the import can go on later.
        """
        try:
            while not self._read_all(watch):
                # The learner's lists changed: what was read ahead is thrown away and redacted anew.
                continue
            return self._end(self._wanted_end or self._natural_end())
        except SkilltrailError as error:
            if self._wanted_end is not None:
                return self._end(self._wanted_end)
            self._end_if_possible(str(error))
            raise
        except KeyboardInterrupt:
            self._end(ImportState.CANCELLED)
            raise
        finally:
            self.over.set()

    def _read_all(self, watch: Watch | None) -> bool:
        """Read what is left of all sources; return False if reading must begin anew where it stands."""
        task = self._task()
        if not task.sources or self._is_cancelled():
            return True
        self._read_from = dict(self._standings)
        with Reader(task, helper=self._helper) as reader:
            self._reader = reader
            for message in reader:
                if self._is_cancelled():
                    return True
                if isinstance(message, SourceEnd):
                    self._end_source(message)
                elif self._lists() != task.lists:
                    return False
                else:
                    self._store(message)
                if watch is not None:
                    watch(self.progress())
        return True

    def _task(self) -> Task:
        order = self.order
        left = [
            From(position, source, self._standings[position].next_index, self._standings[position].next_exchange)
            for position, source in enumerate(order.sources)
            if not self._standings[position].source.finished
        ]
        return Task(
            sources=tuple(left),
            now=order.started_at,
            mark_key=order.mark_key,
            lists=self._lists(),
            exclusions=order.exclusions,
            account=order.account,
        )

    def _store(self, batch: Batch) -> None:
        """Store a batch and how far its sources are then, in one transaction."""
        number = self.order.import_id
        with self._database.write() as session:
            report = ingest.store(session, batch.prepared, now=self._clock(), import_id=number)
            standings, totals = self._accounted(batch, report.results)
            for position, standing in standings.items():
                queries.save_standing(session, number, standing)
                skips = [
                    skip
                    for part in batch.parts
                    if part.position == position
                    for skip in part.skips
                    if skip.reason not in ROUTINE
                ]
                queries.add_skips(session, number, position, skips)
            queries.save_totals(session, number, totals)
        # Only now: had the transaction failed, nothing of it would be true.
        self._standings |= standings
        before, self._totals = self._totals, totals
        if (totals.stored, totals.revised) != (before.stored, before.revised):
            self._changed()
        time.sleep(_BREATH_SECONDS)

    def _accounted(self, batch: Batch, results: tuple[CaptureResult, ...]) -> tuple[dict[int, Standing], Totals]:
        standings: dict[int, Standing] = {}
        totals = self._totals
        at = 0
        for part in batch.parts:
            own = results[at : at + len(part.prepared)]
            at += len(part.prepared)
            standing = standings.get(part.position) or self._standings[part.position]
            standings[part.position] = account_part(standing, part, own)
            totals = add_results(totals, part, own)
        return standings, totals

    def _end_source(self, end: SourceEnd) -> None:
        standing = account_end(self._standings[end.position], end, before=self._read_from[end.position])
        with self._database.write() as session:
            queries.save_standing(session, self.order.import_id, standing)
        self._standings[end.position] = standing

    def _is_cancelled(self) -> bool:
        return self._wanted_end is not None

    def _natural_end(self) -> ImportState:
        return ImportState.FAILED if self._problem() else ImportState.DONE

    def _problem(self) -> str | None:
        found = (one.source.problem for one in self._standings.values())
        return next((problem for problem in found if problem is not None), None)

    def _end(self, state: ImportState) -> ImportState:
        with self._database.write() as session:
            queries.end_import(session, self.order.import_id, state, now=self._clock(), problem=self._problem())
        return state

    def _end_if_possible(self, problem: str) -> None:
        try:
            with self._database.write() as session:
                queries.end_import(
                    session, self.order.import_id, ImportState.FAILED, now=self._clock(), problem=problem
                )
        except SkilltrailError:
            # The disk is full or the database gone: the next start finds an import that says it runs, and says so.
            return

    def _at_bytes(self) -> int:
        return sum(one.source.at_bytes for one in self._standings.values())


def remaining(standings: list[Standing], sources: tuple[Source, ...]) -> tuple[Source, ...] | None:
    """Return the sources of an import that goes on, in its own order; None if the files are not the same any more."""
    by_key = {source.key: source for source in sources}
    found = [by_key.get(one.source.key) for one in standings]
    same = all(
        source is not None and source.size == one.source.size for source, one in zip(found, standings, strict=True)
    )
    return tuple(source for source in found if source is not None) if same else None
