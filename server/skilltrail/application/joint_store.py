"""Batches that arrive together are stored together: one transaction, one flush of the disk, for all that wait.

A flush takes longer than most batches. While one is under way the next ones gather, and go in as one; whoever comes
first does the work for the others. Nobody is answered before the transaction that holds its batch is on the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from skilltrail.domain.capture import CaptureReport
from skilltrail.platform.clock import Clock
from skilltrail.services import ingest
from skilltrail.services.ingest import Prepared
from skilltrail.storage.database import Database

_TOGETHER = 400
"""Items in one transaction: a reader of the newest state never waits long."""


@dataclass(slots=True, eq=False)
class _Call:
    """One sender's batch; ``report`` or ``error`` once it is settled."""

    prepared: Sequence[Prepared]
    device_id: str | None
    report: CaptureReport | None = None
    error: Exception | None = None

    @property
    def settled(self) -> bool:
        return self.report is not None or self.error is not None


class JointStore:
    """Stores batches of several threads, in the order in which they came."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[_Call] = []
        self._guard = threading.Lock()
        self._turn = threading.Lock()

    def store(self, prepared: Sequence[Prepared], *, device_id: str | None) -> CaptureReport:
        """Store a batch; when this returns it is on the disk.

        Raises
        ------
        StorageFull, StorageError
            Nothing of the batch is stored then.
        """
        call = _Call(prepared, device_id)
        with self._guard:
            self._waiting.append(call)
        with self._turn:
            # Each turn takes from the front, so it is this batch's turn at the latest after those before it.
            while not call.settled:
                self._settle(self._next())
        if call.report is None:
            raise call.error or AssertionError("a settled batch has a report or an error")
        return call.report

    def _next(self) -> list[_Call]:
        """Take the next calls of one sender from the queue."""
        with self._guard:
            first = self._waiting[0]
            taken: list[_Call] = []
            items = 0
            for call in self._waiting:
                items += len(call.prepared)
                if taken and (call.device_id != first.device_id or items > _TOGETHER):
                    break
                taken.append(call)
            return taken

    def _settle(self, calls: list[_Call]) -> None:
        try:
            self._store(calls)
        except Exception as error:  # noqa: BLE001 - whatever it is, each sender gets its own answer
            # What one batch brings about must not be the others' fault: each is tried for itself.
            for call in calls if len(calls) > 1 else ():
                self._settle([call])
            if len(calls) == 1:
                calls[0].error = error
        finally:
            with self._guard:
                self._waiting = [call for call in self._waiting if not call.settled]

    def _store(self, calls: list[_Call]) -> None:
        together = [item for call in calls for item in call.prepared]
        first = calls[0]
        with self._database.write() as session:
            report = ingest.store(session, together, now=self._clock(), device_id=first.device_id)
        start = 0
        for call in calls:
            end = start + len(call.prepared)
            call.report = CaptureReport(report.results[start:end], report.revision)
            start = end
