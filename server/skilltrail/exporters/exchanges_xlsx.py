"""Stored exchanges as an Excel workbook: the columns of the CSV, every text in a cell of type text.

A typed text cell is words to every spreadsheet, whatever it begins with; so nothing is marked or changed as in the CSV.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from skilltrail.exporters.exchanges_csv import COLUMNS, CsvRow
from skilltrail.exporters.wording import utc_stamp

SHEET_ROWS = 1_048_576
"""Rows that a sheet can hold, the header included; further rows go to further sheets."""

# Nothing typed by another is ever guessed at; and no temporary files: they would lie on the disk in clear.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_WIDTHS = (10, 10, 38, 38, 38, 19, 16, 12, 15, 11, 14, 32, 20)
_FIRST_YEAR = 1900
# What XML 1.0 has no way to write; readers call a file with one of them damaged.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def exchanges_xlsx(rows: Iterable[CsvRow], *, made_at: datetime, sheet_rows: int = SHEET_ROWS) -> bytes:
    """Return a workbook with one row for each exchange below a header.

    Parameters
    ----------
    made_at
        Aware; stands in the file's properties.
    sheet_rows
        Rows of one sheet, the header included.

    Notes
    -----
    ``asked_at`` is a date-time cell in UTC, ``redactions`` a number, all else text: ``on_current_path`` says true or
    false in words, for LibreOffice makes formulas of truth values.
    """
    import xlsxwriter  # noqa: PLC0415 - only when a workbook is wanted

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(_OPTIONS))
    book.set_properties({"title": "Skilltrail", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    bold = book.add_format({"bold": True})
    sheet = _sheet(book, "exchanges", bold)
    at = 0
    for row in rows:
        at += 1
        if at >= sheet_rows:
            sheet, at = _sheet(book, f"exchanges {len(book.worksheets()) + 1}", bold), 1
        _write(sheet, at, row, moment)
    book.close()
    return out.getvalue()


def shown_row(row: CsvRow) -> str:
    """Return a row as a line of text, for looking at before the workbook is made."""
    return " | ".join(str(value) if not isinstance(value, datetime) else utc_stamp(value) for value in _values(row))


def safe_text(text: str) -> str:
    """Return ``text`` without the characters that a workbook cannot hold; nothing else is changed."""
    return _NOT_XML.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _values(row: CsvRow) -> tuple[str | datetime | int, ...]:
    texts = (row.provider, str(row.origin), row.conversation_id, row.prompt_id or "", row.reply_id or "")
    current = "true" if row.on_current_path else "false"
    facts = (row.asked_at, str(row.fidelity), str(row.status), current, row.redactions)
    return (*texts, *facts, row.topic_id or "", row.topic_name or "", row.area or "")


def _sheet(book: Any, name: str, bold: Any) -> Any:
    sheet = book.add_worksheet(name)
    for column, (title, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _write(sheet: Any, at: int, row: CsvRow, moment: Any) -> None:
    # Each kind by its own method: `write` would look at a text and decide what it is.
    for column, value in enumerate(_values(row)):
        if isinstance(value, int):
            sheet.write_number(at, column, value)
        elif isinstance(value, str):
            sheet.write_string(at, column, safe_text(value))
        elif value.year < _FIRST_YEAR:
            sheet.write_string(at, column, utc_stamp(value))
        else:
            sheet.write_datetime(at, column, value.astimezone(UTC).replace(tzinfo=None), moment)
