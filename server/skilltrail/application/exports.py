"""Use cases about exports."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from skilltrail.application.exchanges import ExchangesFacade
from skilltrail.config import Settings
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.domain.timeline import ExportFile, Timeline, TimelineExport, TimelineFilter
from skilltrail.errors import ModelUnavailable
from skilltrail.platform.clock import Clock
from skilltrail.services.ports import ModelPort
from skilltrail.services.trail import count_exported, read_timeline
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns

if TYPE_CHECKING:
    from skilltrail.services.context_boundary import ClientMask
    from skilltrail.services.exporting import Masks

CSV = "csv"
XLSX = "xlsx"
TABLES = (CSV, XLSX)
"""Formats of the table of exchanges; they hold all of it."""

Masked = tuple[str, tuple[str, ...]]
"""A text as it may go out, and the kinds of personal data that were masked in it."""

CLIENT = "client"
"""What the masking of a client's word is called among the kinds."""

_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DRAWN = frozenset({"html"})
"""Formats that show the picture."""


class ExportsFacade:
    """Writes the timeline and the table of exchanges.

    What is a client's stays out of both, but for the clients that are ``admitted``; ``clients`` gives the mask of the
    others' words, which nothing that goes out may hold.
    """

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        settings: Settings,
        clock: Clock,
        model: Callable[[], ModelPort],
        exchanges: ExchangesFacade,
        mask: Callable[[str], Masked],
        hide: Callable[[str], Masked],
        clients: Callable[[Sequence[int]], ClientMask],
    ) -> None:
        self._database = database
        self._history = history
        self._pause = timedelta(minutes=settings.episode_pause_minutes)
        self._clock = clock
        self._model = model
        self._exchanges = exchanges
        self._mask = mask
        self._hide = hide
        self._clients = clients

    def file(self, format: str, admitted: Sequence[int] = ()) -> ExportFile:  # noqa: A002 - the facade's word
        """Return an export in any format: one of ``TABLES``, or one of the timeline's.

        Raises
        ------
        UnsupportedFormat
            If there is no such format.
        """
        return self.table(format, admitted) if format in TABLES else self.timeline(format, admitted=admitted)

    def table(self, format: str, admitted: Sequence[int] = ()) -> ExportFile:  # noqa: A002 - same
        """Return the table of exchanges in one of ``TABLES``."""
        return self.exchanges_xlsx(admitted) if format == XLSX else self.exchanges_csv(admitted)

    def timeline(
        self,
        format: str,  # noqa: A002 - same
        options: TimelineFilter | None = None,
        *,
        show_personal: bool = False,
        admitted: Sequence[int] = (),
    ) -> ExportFile:
        """Return the timeline within a filter as one file; raises UnsupportedFormat.

        Personal data is masked unless ``show_personal``, and what is a client's left out unless that is ``admitted``;
        the learner confirms both for each file.
        """
        return self.written(format, self.gathered(options, show_personal=show_personal, admitted=admitted))

    def gathered(
        self,
        options: TimelineFilter | None = None,
        *,
        show_personal: bool = False,
        admitted: Sequence[int] = (),
        most_a_topic: int | None = None,
    ) -> TimelineExport:
        """Return what an export holds; for a preview ``most_a_topic`` exchanges of its first topics."""
        from skilltrail.services.exporting import gather_export

        masks = self._masks(self._hide if show_personal else self._mask, admitted)
        with self._database.read() as session:
            return gather_export(
                session,
                options or TimelineFilter(),
                history=self._history,
                now=self._clock(),
                pause=self._pause,
                masks=masks,
                admitted=frozenset(admitted),
                most_a_topic=most_a_topic,
            )

    def written(self, format: str, export: TimelineExport, *, begun: bool = False) -> ExportFile:  # noqa: A002 - same
        """Return an export as one file; of one that is only ``begun`` no picture is drawn.

        The picture is drawn by another process: no view of the database should wait for it.

        Raises
        ------
        UnsupportedFormat
            If there is no such format.
        """
        from skilltrail.exporters import render_timeline

        drawn = self._chart(export.timeline) if format in _DRAWN and not begun else None
        return replace(
            render_timeline(format, replace(export, chart_svg=drawn)),
            exchange_ids=tuple(entry.seq for entry in export.entries),
            masked=sum(any(kind != CLIENT for kind in entry.masked) for entry in export.entries),
        )

    def counted(self, options: TimelineFilter, admitted: Sequence[int] = ()) -> Timeline:
        """Return what a timeline export within a filter will hold, in numbers."""
        return self._read(options, admitted)

    def first_rows(self, count: int, admitted: Sequence[int] = ()) -> list[ExchangeSummary]:
        """Return the first rows of the table of exchanges, masked."""
        return list(islice(self._noted([], admitted), count))

    def row_count(self, admitted: Sequence[int] = ()) -> int:
        """Return how many rows the table of exchanges has."""
        with self._database.read() as session:
            return count_exported(session, history=self._history, admitted=frozenset(admitted))

    def exchanges_csv(self, admitted: Sequence[int] = ()) -> ExportFile:
        """Return the table of exchanges: ids, times, fidelity and topics, never a text."""
        from skilltrail.exporters import write_exchanges_csv

        out = io.StringIO(newline="")
        ids: list[int] = []
        write_exchanges_csv(self._noted(ids, admitted), out)
        data = out.getvalue().encode("utf-8", "replace")
        kind = "text/csv; charset=utf-8"
        return ExportFile(name="skilltrail-exchanges.csv", media_type=kind, data=data, exchange_ids=tuple(ids))

    def exchanges_xlsx(self, admitted: Sequence[int] = ()) -> ExportFile:
        """Return the same table as a workbook."""
        from skilltrail.exporters import exchanges_xlsx

        ids: list[int] = []
        data = exchanges_xlsx(self._noted(ids, admitted), made_at=self._clock())
        return ExportFile(name="skilltrail-exchanges.xlsx", media_type=_XLSX_TYPE, data=data, exchange_ids=tuple(ids))

    def chart(self, spec: dict[str, Any]) -> str:
        """Return the SVG of a Vega-Lite specification; raises ModelUnavailable."""
        return self._model().chart(spec)

    def _masks(self, mask: Callable[[str], Masked], admitted: Sequence[int]) -> Masks:
        """Return masks that take clients' words out first: an own exchange, or a topic's name, may hold one."""
        from skilltrail.services.exporting import Masks

        clients = self._clients(admitted)
        if not clients:
            return Masks(mask, mask)

        def after(hide: Callable[[str], str], text: str) -> Masked:
            clean, kinds = mask(hidden := hide(text))
            return clean, kinds if hidden == text else (*kinds, CLIENT)

        return Masks(lambda text: after(clients.text, text), lambda text: after(clients.name, text))

    def _chart(self, timeline: Timeline) -> str | None:
        """Return the picture; without the model process an export goes out with its tables alone."""
        from skilltrail.exporters.chart_spec import timeline_chart

        spec = timeline_chart(timeline)
        if spec is None:
            return None
        try:
            return self.chart(spec)
        except ModelUnavailable:
            return None

    def _noted(self, ids: list[int], admitted: Sequence[int]) -> Iterator[ExchangeSummary]:
        """Yield the rows of the table, masked, and note which exchanges they are."""
        from skilltrail.services.exporting import masked_summary

        # A few hundred names stand in every row.
        mask = lru_cache(maxsize=4096)(self._masks(self._mask, admitted).name)
        for row in self._exchanges.rows(admitted):
            ids.append(row.id)
            yield masked_summary(row, mask)

    def _read(self, wanted: TimelineFilter, admitted: Sequence[int] = ()) -> Timeline:
        with self._database.read() as session:
            return read_timeline(
                session,
                wanted,
                history=self._history,
                now=self._clock(),
                pause=self._pause,
                exported=True,
                admitted=frozenset(admitted),
            )
