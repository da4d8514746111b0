"""Gemini from Google Takeout as HTML (``MyActivity.html``), which is what people get who do not choose JSON.

The file is read block by block: each ``outer-cell`` is one record. Its time is local and written in the account's
language, so exchanges from here have times that are less sure than those of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from skilltrail.importers.contract import Format, Head, ImportedConversation, Readable, Reading, Skip
from skilltrail.importers.gemini import Record, is_gemini, prompt_of, sessions
from skilltrail.importers.html_text import text_of_html

EXTRACTOR = "gemini-takeout-html@1"

RECORD_MAX = 8 * 1024 * 1024
"""Bytes of one record."""

_BLOCK = 256 * 1024
_CELL = b'<div class="outer-cell'
_CONTENT = re.compile(r'<div class="content-cell[^">]{0,200}body-1">')
_HEADER = re.compile(r'<div class="header-cell[^">]{0,200}"><p[^>]{0,200}>([^<]{0,200})')
_BREAK = re.compile(r"<br ?/?>")
_CLOCK = re.compile(
    r"(?P<date>[^<>\n]{4,40}?),?\s{1,4}(?P<hour>\d{1,2})[:.](?P<minute>\d\d)[:.](?P<second>\d\d)"
    r"(?:\s?(?P<half>[AaPp]\.?\s?[Mm]\.?))?(?:\s(?P<zone>[A-Za-z]{2,5}|(?:GMT|UTC)?[+-]\d{1,2}(?::?\d\d)?))?\s{0,4}\Z"
)
_NUMBERS = re.compile(r"\d{1,4}")
_WORD = re.compile(r"[^\W\d_]{3,}")
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d\d)?\Z")
_HOURS = {
    "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "IST": 5.5, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "BRT": -3,
}  # fmt: skip
_MONTHS = {
    "jan": 1, "ene": 1, "gen": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "mrz": 3, "apr": 4, "avr": 4,
    "abr": 4,
    "may": 5, "mai": 5, "mag": 5, "maj": 5, "jun": 6, "giu": 6, "jui": 6, "jul": 7, "lug": 7, "aug": 8,
    "aoû": 8, "ago": 8,
    "sep": 9, "set": 9, "oct": 10, "okt": 10, "ott": 10, "out": 10, "nov": 11, "dec": 12, "dez": 12,
    "dic": 12, "déc": 12,
}  # fmt: skip


def conversations(source: Readable, reading: Reading) -> Iterator[ImportedConversation]:
    """Read one file; records with no long pause between them become one conversation."""
    records = (_record(index, block, at) for index, block, at in _cells(source) if index >= reading.start)
    return sessions(records, reading, EXTRACTOR)


def _cells(source: Readable) -> Iterator[tuple[int, bytes | None, int]]:
    """Yield index, bytes (None: too long) and end of every record."""
    held, read, index, inside, too_long = b"", 0, 0, False, False
    while True:
        block = source.read(_BLOCK)
        read += len(block)
        held += block
        while (found := held.find(_CELL, 1 if inside else 0)) >= 0 or (not block and inside):
            end = found if found >= 0 else len(held)
            if inside:
                yield index, None if too_long else held[:end], read - len(held) + end
                index += 1
            held, too_long, inside = held[end:], False, found >= 0
        if not block:
            return
        if len(held) > RECORD_MAX:
            too_long, held = True, _CELL[:1] + held[-len(_CELL) :]


def _record(index: int, block: bytes | None, at_bytes: int) -> Record:
    if block is None:
        return Record(index, at_bytes, skip=Skip("too_large", index, messages=0))
    html = block.decode("utf-8", "replace")
    content = _CONTENT.search(html)
    if content is None:
        return Record(index, at_bytes, skip=Skip("unknown_format", index, messages=0))
    header = _HEADER.search(html[: content.start()])
    cell = html[content.end() :].partition('<div class="content-cell')[0]
    title, when, answer = _parted(cell)
    messages = 1 + bool(answer)
    if not is_gemini(header.group(1) if header else None):
        return Record(index, at_bytes, skip=Skip("other_product", index, messages=messages))
    prompt = prompt_of(title, answered=bool(answer))
    if prompt is None:
        return Record(index, at_bytes, skip=Skip("not_a_chat", index, messages=messages))
    return Record(index, at_bytes, prompt, answer, when)


def _parted(cell: str) -> tuple[str, datetime | None, str]:
    """Return title, time and answer: the time stands on a line of its own between the other two."""
    begin, lines = 0, list[str]()
    for found in _BREAK.finditer(cell):
        line = cell[begin : found.start()]
        when = local_moment(text_of_html(line)) if len(line) < 200 and lines else None
        if when is not None:
            return "\n".join(map(text_of_html, lines)).strip(), when, text_of_html(cell[found.end() :])
        lines.append(line)
        begin = found.end()
    last = cell[begin:].partition("</div>")[0]
    if lines and (when := local_moment(text_of_html(last[:200]))) is not None:
        return "\n".join(map(text_of_html, lines)).strip(), when, ""
    return text_of_html(cell.partition("<br")[0]), None, text_of_html(cell[begin:]) if lines else ""


def local_moment(text: str) -> datetime | None:
    """Return the point in time of a line such as "Apr 2, 2026, 9:10:11 AM CEST" or "02.04.2026, 09:10:11 MESZ"."""
    found = _CLOCK.match(text.replace("\u202f", " ").replace("\xa0", " ").strip())
    if found is None:
        return None
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"][0] in "pP" else 0)
    try:
        year, month, day = _date(found["date"])
        minute, second = int(found["minute"]), int(found["second"])
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(found["zone"])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _date(text: str) -> tuple[int, int, int]:
    numbers = [int(one) for one in _NUMBERS.findall(text)]
    named = next((_MONTHS[key] for word in _WORD.findall(text) if (key := word[:3].lower()) in _MONTHS), None)
    if named is not None and len(numbers) == 2:
        day, year = sorted(numbers)
        return year, named, day
    first, second, third = numbers
    if first > 31:
        return first, second, third
    return (third, second, first) if "." in text or first > 12 else (third, first, second)


def _zone(name: str | None) -> timezone:
    if name is None:
        return UTC
    if offset := _OFFSET.match(name):
        hours = int(offset[2]) + int(offset[3] or 0) / 60
        return timezone(timedelta(hours=hours if offset[1] == "+" else -hours))
    return timezone(timedelta(hours=_HOURS.get(name.upper(), 0)))


def _recognises(head: Head) -> bool:
    headers = [found.group(1) for found in _HEADER.finditer(head.text)]
    return '<div class="outer-cell' in head.text and any(header and is_gemini(header) for header in headers)


FORMAT = Format("gemini-html", "gemini", _recognises, conversations)
