"""Use cases about imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from skilltrail import importers
from skilltrail.application.exchanges import ExchangesFacade
from skilltrail.domain.capture import ImportReport
from skilltrail.domain.exchange import Origin
from skilltrail.platform.clock import Clock
from skilltrail.services.imports import Tally, in_batches
from skilltrail.storage.database import Database
from skilltrail.storage.import_queries import begin_import, finish_import


class ImportsFacade:
    """Reads export files into the history."""

    def __init__(self, *, database: Database, clock: Clock, exchanges: ExchangesFacade) -> None:
        self._database = database
        self._clock = clock
        self._exchanges = exchanges

    def run(
        self, paths: Sequence[Path | str], progress: Callable[[int, int | None], None] | None = None
    ) -> ImportReport:
        """Import files; every exchange is stored once, so running it again changes nothing.

        Parameters
        ----------
        paths
            Export files, read one after the other.
        progress
            Called with the number of exchanges done and the number of all, None while that is unknown.

        Raises
        ------
        ImportFailed, UnsupportedFormat
            If a file cannot be read; what was read before it stays, and the record of the import says so.
        """
        with self._database.write() as session:
            tally = Tally(begin_import(session, now=self._clock(), files=len(paths)))
        try:
            for path in paths:
                self._read(Path(path), tally, progress)
        finally:
            report = tally.report()
            with self._database.write() as session:
                finish_import(session, report, now=self._clock())
        return report

    def _read(self, path: Path, tally: Tally, progress: Callable[[int, int | None], None] | None) -> None:
        tally.read_file()
        for batch in in_batches(importers.read(path, now=self._clock()), tally):
            report = self._exchanges.capture(batch, origin_allowed=(Origin.IMPORT,), import_id=tally.import_id)
            tally.answered(report)
            if progress is not None:
                progress(tally.done, None)
