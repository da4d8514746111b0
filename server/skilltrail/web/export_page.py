"""The export page: what can be written, and a preview of what a file will disclose, beginning as the file does."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from skilltrail.application import Application
from skilltrail.application.exports import CSV, XLSX
from skilltrail.domain.contexts import LeftOut
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import UnsupportedFormat
from skilltrail.exporters import TIMELINE_FORMATS, write_exchanges_csv
from skilltrail.exporters.exchanges_csv import COLUMNS
from skilltrail.exporters.exchanges_xlsx import shown_row
from skilltrail.exporters.wording import exchanges_words, ngettext, number, one_line, topics_words
from skilltrail.i18n import _

SAMPLE_LINES = 40
SAMPLE_CHARACTERS = 4000
_TABLE_SAMPLE = 12
_READ = 100_000
"""Characters of a page of which the visible words are looked for; far more than the sample shows."""

WHOLE, BEGUN = 300, 40
"""Exchanges up to which a preview makes the whole file; of more it makes the beginning: so many of each first topic."""


def cards() -> list[dict[str, str]]:
    """Return the formats in the order the page offers them."""
    page = _("To read, print or send: the picture and your questions. Opens in any browser, works offline.")
    table = _("One row for each exchange, for a spreadsheet. No questions, no answers.")
    return [
        {"format": "html", "name": _("One page"), "words": page},
        {
            "format": "markdown",
            "name": _("Text (Markdown)"),
            "words": _("For notes, a wiki or a portfolio of your own."),
        },
        {"format": "json", "name": _("Data (JSON)"), "words": _("For programs. The format is described.")},
        {"format": XLSX, "name": _("Table of exchanges (Excel)"), "words": table},
        {"format": CSV, "name": _("Table of exchanges (CSV)"), "words": _("The same table as plain text.")},
    ]


def preview(
    application: Application,
    format_name: str,
    wanted: TimelineFilter,
    *,
    show_personal: bool = False,
    admitted: Sequence[int] = (),
) -> dict[str, Any]:
    """Return what the page shows before a file is saved; the file itself, or of a long history its beginning, is made.

    Raises
    ------
    UnsupportedFormat
        If there is no such format.
    """
    if format_name in (CSV, XLSX):
        with application.trail.one_view():
            table = _csv_preview if format_name == CSV else _xlsx_preview
            return table(application, admitted)
    if format_name not in TIMELINE_FORMATS:
        raise UnsupportedFormat(_("There is no such format."))
    return _timeline_preview(application, format_name, wanted, show_personal=show_personal, admitted=admitted)


def _timeline_preview(
    application: Application, format_name: str, wanted: TimelineFilter, *, show_personal: bool, admitted: Sequence[int]
) -> dict[str, Any]:
    exports = application.exports
    with application.trail.one_view():
        timeline = exports.counted(wanted, admitted)
        left = application.contexts.left_out(wanted, admitted)
        whole = timeline.exchanges <= WHOLE
        most = None if whole else BEGUN
        export = exports.gathered(wanted, show_personal=show_personal, admitted=admitted, most_a_topic=most)
    file = exports.written(format_name, export, begun=not whole)
    text = file.data.decode("utf-8")
    return {
        "summary": _("{exchanges} in {topics}.").format(
            exchanges=exchanges_words(timeline.exchanges), topics=topics_words(len(timeline.topics))
        ),
        "left_out": left_out_words(left),
        "points": [
            _("Topic names, their words and areas, and when you worked on them."),
            _("Of each exchange: its day, the service, and the beginning of your question."),
            _("Names of clients that you did not list stand in it as written: read the file before you pass it on."),
            _personal_words(file.masked, shown=show_personal) if whole else _personal_promise(shown=show_personal),
            _("Answers are not included. Secrets were hidden before they were stored."),
            _("It says that it is self-recorded and not independently assessed."),
        ],
        "download": _timeline_address(format_name, wanted, show_personal=show_personal, admitted=admitted),
        "name": file.name,
        # Of a long history the file is made when it is saved: all of it takes seconds.
        "size": len(file.data) if whole else None,
        "sample": _beginning(_visible_words(text[:_READ]) if format_name == "html" else text),
    }


def _personal_words(masked: int, *, shown: bool) -> str:
    if shown:
        return _personal_promise(shown=True)
    if not masked:
        return _("No e-mail address, phone number, IBAN or network address was found in the questions.")
    return ngettext(
        "Personal data was masked in {n} question, which is marked as edited.",
        "Personal data was masked in {n} questions, which are marked as edited.",
        masked,
    )


def _personal_promise(*, shown: bool) -> str:
    if shown:
        return _("E-mail addresses, phone numbers, IBANs and network addresses stand in it unmasked, as you chose.")
    return _("E-mail addresses, phone numbers, IBANs and network addresses are masked; such questions are marked.")


def _timeline_address(format_name: str, wanted: TimelineFilter, *, show_personal: bool, admitted: Sequence[int]) -> str:
    query: dict[str, Any] = {
        "format": format_name,
        "since": wanted.since,
        "until": wanted.until,
        "area": wanted.area,
        "source": wanted.source,
    }
    query["learning"] = "true" if wanted.learning else None
    query["personal"] = "shown" if show_personal else None
    query["client"], query["with_clients"] = wanted.client, _listed(admitted)
    return "/api/v1/exports?" + urlencode({key: value for key, value in query.items() if value})


def left_out_words(left: LeftOut) -> list[str]:
    """Say what a file leaves out because it is a client's matter, a line each; empty where nothing is."""
    lines = []
    if left.by_client:
        counted = ", ".join(f"{one_line(name)} ({number(count)})" for name, count in left.by_client)
        lines.append(
            _("Left out: {exchanges} of clients that are not ticked: {clients}.").format(
                exchanges=exchanges_words(left.exchanges - left.undecided - left.waiting), clients=counted
            )
        )
    if left.undecided:
        lines.append(
            _("Left out: {exchanges} of which it is not decided whose they are.").format(
                exchanges=exchanges_words(left.undecided)
            )
        )
    if left.waiting:
        lines.append(
            _("Left out: {exchanges} that were not looked at yet since the clients changed.").format(
                exchanges=exchanges_words(left.waiting)
            )
        )
    return lines


def _table_address(format_name: str, admitted: Sequence[int]) -> str:
    listed = _listed(admitted)
    return f"/api/v1/exports?format={format_name}" + (f"&with_clients={listed}" if listed else "")


def _listed(admitted: Sequence[int]) -> str:
    return ",".join(map(str, admitted))


def _csv_preview(application: Application, admitted: Sequence[int]) -> dict[str, Any]:
    sample = io.StringIO()
    write_exchanges_csv(application.exports.first_rows(_TABLE_SAMPLE, admitted), sample)
    return {
        "summary": _("{exchanges}, one row each.").format(
            exchanges=exchanges_words(application.exports.row_count(admitted))
        ),
        "points": [
            *_table_points(),
            _("A cell that a spreadsheet would take for a formula begins with an apostrophe."),
        ],
        "left_out": left_out_words(application.contexts.left_out(None, admitted)),
        "download": _table_address("csv", admitted),
        "name": "skilltrail-exchanges.csv",
        # The whole table is written when it is saved.
        "size": None,
        "sample": _beginning(sample.getvalue()),
    }


def _xlsx_preview(application: Application, admitted: Sequence[int]) -> dict[str, Any]:
    shown = [" | ".join(COLUMNS), *map(shown_row, application.exports.first_rows(_TABLE_SAMPLE, admitted))]
    return {
        "summary": _("{exchanges}, one row each.").format(
            exchanges=exchanges_words(application.exports.row_count(admitted))
        ),
        "points": [*_table_points(), _("Every text is a cell of type text: no spreadsheet takes it for a formula.")],
        "left_out": left_out_words(application.contexts.left_out(None, admitted)),
        "download": _table_address("xlsx", admitted),
        "name": "skilltrail-exchanges.xlsx",
        "size": None,
        "sample": _beginning("\n".join(shown)),
    }


def _table_points() -> list[str]:
    return [
        _("Of each exchange: the service, its own names for conversation and messages, the time, topic and area."),
        _("Neither questions nor answers nor titles are included."),
    ]


def _beginning(text: str) -> str:
    lines = text[: SAMPLE_CHARACTERS * 4].splitlines()[:SAMPLE_LINES]
    sample = "\n".join(lines)[:SAMPLE_CHARACTERS]
    return sample if len(sample) >= len(text.rstrip()) else f"{sample}\n…"


class _Words(HTMLParser):
    """Collects the words that a reader of our HTML export sees, one block a line."""

    _APART = frozenset({"p", "h1", "h2", "li", "tr", "caption", "summary", "section", "footer"})

    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self._unseen = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in {"head", "svg"}
        if tag in self._APART:
            self.lines.append("")
        elif tag in {"td", "th"}:
            self.lines[-1] += "  "

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in {"head", "svg"}

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.lines[-1] += " ".join(data.split()) + (" " if data.strip() else "")


def _visible_words(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    return "\n".join(line.strip() for line in reader.lines if line.strip())
