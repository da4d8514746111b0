"""Stored exchanges as a CSV table that no spreadsheet takes for formulas; the JSON export is the lossless one."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from skilltrail.exporters.wording import utc_stamp

COLUMNS = (
    "provider", "origin", "conversation_id", "prompt_id", "reply_id", "asked_at", "fidelity", "status",
    "on_current_path", "redactions", "topic_id", "topic", "area",
)  # fmt: skip
"""A contract that scripts build on: later columns are added at the end."""

# What spreadsheets read as the beginning of a formula (OWASP, "CSV Injection"), full-width forms included; and what
# they take for the beginning of a further cell where the separator differs from ours.
_FORMULA = "=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05"
_INNER_FORMULA = re.compile(f"([;,|])(\\s*)([{re.escape(_FORMULA)}])")
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Mn"}
_BREAKS = re.compile(r"\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


class CsvRow(Protocol):
    """One exchange as the table shows it; ``ExchangeSummary`` fits."""

    @property
    def provider(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def conversation_id(self) -> str: ...
    @property
    def prompt_id(self) -> str | None: ...
    @property
    def reply_id(self) -> str | None: ...
    @property
    def asked_at(self) -> datetime: ...
    @property
    def fidelity(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def on_current_path(self) -> bool: ...
    @property
    def redactions(self) -> int: ...
    @property
    def topic_id(self) -> str | None: ...
    @property
    def topic_name(self) -> str | None: ...
    @property
    def area(self) -> str | None: ...


class TextSink(Protocol):
    """Whatever takes text: an open file, a buffer, an answer that is streamed."""

    def write(self, text: str, /) -> object: ...


def write_exchanges_csv(rows: Iterable[CsvRow], file: TextSink) -> int:
    """Write a header and one line for each row as they come; return the number of rows.

    Parameters
    ----------
    rows
        Taken one by one; nothing is kept.
    file
        Opened for text in UTF-8 with ``newline=""``.

    Notes
    -----
    Every cell is quoted. A text that a spreadsheet would take for a formula gets an apostrophe before it; line breaks
    become " ⏎ ", tabs a space; NUL is dropped.
    """
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in rows:
        writer.writerow(_cells(row))
        count += 1
    return count


def safe_cell(text: str) -> str:
    """Return ``text`` so that a spreadsheet shows it as words."""
    text = _BREAKS.sub(" ⏎ ", text.replace("\x00", "").replace("\t", " "))
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _INNER_FORMULA.sub(r"\1\2'\3", text)
    return f"'{text}" if _first_visible(text) in _FORMULA else text


def _first_visible(text: str) -> str:
    """Return the first character that is neither blank nor invisible; a blank when there is none."""
    for character in text:
        seen = unicodedata.category(character) not in _UNSEEN and not character.isspace()
        if seen and character != "⏎":
            return character
    return " "


def _cells(row: CsvRow) -> list[str]:
    texts = (row.provider, str(row.origin), row.conversation_id, row.prompt_id or "", row.reply_id or "")
    named = (row.topic_id or "", row.topic_name or "", row.area or "")
    current = "true" if row.on_current_path else "false"
    facts = [utc_stamp(row.asked_at), str(row.fidelity), str(row.status), current, str(row.redactions)]
    return [*map(safe_cell, texts), *facts, *map(safe_cell, named)]
