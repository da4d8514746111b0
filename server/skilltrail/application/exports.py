"""Use cases about exports."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from skilltrail.application.exchanges import ExchangesFacade
from skilltrail.config import Settings
from skilltrail.domain.timeline import ExportFile, Timeline, TimelineFilter
from skilltrail.errors import ModelUnavailable
from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.services.trail import read_timeline
from skilltrail.storage.database import Database

CSV = "csv"
XLSX = "xlsx"
TABLES = (CSV, XLSX)
"""Formats of the table of exchanges; they hold all of it."""

_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DRAWN = frozenset({"html"})
"""Formats that show the picture."""


class ExportsFacade:
    """Writes the timeline and the table of exchanges."""

    def __init__(
        self,
        *,
        database: Database,
        settings: Settings,
        clock: Clock,
        model: Callable[[], ModelPort],
        exchanges: ExchangesFacade,
    ) -> None:
        self._database = database
        self._pause = timedelta(minutes=settings.episode_pause_minutes)
        self._clock = clock
        self._model = model
        self._exchanges = exchanges

    def file(self, format: str) -> ExportFile:  # noqa: A002 - the facade's word
        """Return an export in any format: one of ``TABLES``, or one of the timeline's.

        Raises
        ------
        UnsupportedFormat
            If there is no such format.
        """
        return self.table(format) if format in TABLES else self.timeline(format)

    def table(self, format: str) -> ExportFile:  # noqa: A002 - same
        """Return the table of exchanges in one of ``TABLES``."""
        return self.exchanges_xlsx() if format == XLSX else self.exchanges_csv()

    def timeline(self, format: str, options: TimelineFilter | None = None) -> ExportFile:  # noqa: A002 - same
        """Return the timeline within a filter as one file; raises UnsupportedFormat."""
        from skilltrail.exporters import render_timeline
        from skilltrail.services.exporting import gather_export

        wanted = options or TimelineFilter()
        now = self._clock()
        chart = self._chart(wanted) if format in _DRAWN else None
        with self._database.read() as session:
            export = gather_export(session, wanted, now=now, pause=self._pause, chart_svg=chart)
        return render_timeline(format, export)

    def exchanges_csv(self) -> ExportFile:
        """Return the table of exchanges: ids, times, fidelity and topics, never a text."""
        from skilltrail.exporters import write_exchanges_csv

        out = io.StringIO(newline="")
        write_exchanges_csv(self._exchanges.rows(), out)
        data = out.getvalue().encode("utf-8", "replace")
        return ExportFile(name="skilltrail-exchanges.csv", media_type="text/csv; charset=utf-8", data=data)

    def exchanges_xlsx(self) -> ExportFile:
        """Return the same table as a workbook."""
        from skilltrail.exporters import exchanges_xlsx

        data = exchanges_xlsx(self._exchanges.rows(), made_at=self._clock())
        return ExportFile(name="skilltrail-exchanges.xlsx", media_type=_XLSX_TYPE, data=data)

    def chart(self, spec: dict[str, Any]) -> str:
        """Return the SVG of a Vega-Lite specification; raises ModelUnavailable."""
        return self._model().chart(spec)

    def _chart(self, wanted: TimelineFilter) -> str | None:
        """Return the picture; without the model process an export goes out with its tables alone."""
        from skilltrail.exporters.chart_spec import timeline_chart

        spec = timeline_chart(self._read(wanted))
        if spec is None:
            return None
        try:
            return self.chart(spec)
        except ModelUnavailable:
            return None

    def _read(self, wanted: TimelineFilter) -> Timeline:
        with self._database.read() as session:
            return read_timeline(session, wanted, now=self._clock(), pause=self._pause)
