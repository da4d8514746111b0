"""Copilot: the CSV of Microsoft's privacy dashboard (``Conversation,Time,Author,Message``) → exchanges.

Newest first, and the two rows of a turn have the same time: the order of the file, reversed, is the only one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from skilltrail.importers.contract import Format, Head, ImportedConversation, Readable, Reading, Skip
from skilltrail.importers.reading import left_out, made_id
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble, in_line

EXTRACTOR = "copilot-csv@1"

RUN_MAX = 64 * 1024 * 1024
"""Characters of one conversation: memory holds one at a time, for it has to be turned round."""

FIELD_MAX = 16 * 1024 * 1024
"""Characters of one message."""

_COLUMNS = ("conversation", "time", "author", "message")
_ROLES = {"human": "user", "user": "user", "ai": "assistant", "copilot": "assistant"}
_BLOCK = 256 * 1024
Row = tuple[str, str, str, str]


class _Bytes(io.RawIOBase):
    """A readable thing as Python's text layer wants it; counts what is read."""

    def __init__(self, source: Readable) -> None:
        super().__init__()
        self._source = source
        self.at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # what is used of it
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


def conversations(source: Readable, reading: Reading) -> Iterator[ImportedConversation]:
    """Read one file; rows of one conversation that follow each other are one element."""
    counted = _Bytes(source)
    for index, run in enumerate(_runs(_rows(counted))):
        if index >= reading.start:
            found = left_out(run, index) if isinstance(run, str) else _conversation(run, index, reading)
            yield replace(found, at_bytes=counted.at)


def _rows(counted: _Bytes) -> Iterator[Row | str]:
    """Yield the rows in the order of the four columns, or the reason why a row is none."""
    lines = io.TextIOWrapper(io.BufferedReader(counted, _BLOCK), "utf-8-sig", "replace", newline="")
    csv.field_size_limit(FIELD_MAX)
    reader = csv.reader(_limited(lines), strict=False)
    places = [0, 1, 2, 3]
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield "too_large"
            continue
        if not row:
            continue
        if {name.strip().lower() for name in row} >= set(_COLUMNS):
            names = [name.strip().lower() for name in row]
            places = [names.index(name) for name in _COLUMNS]
        elif len(row) <= max(places):
            yield "cut_off"
        else:
            yield (row[places[0]], row[places[1]], row[places[2]], row[places[3]])


def _limited(lines: io.TextIOWrapper) -> Iterator[str]:
    """Yield lines, long ones in pieces; NUL would end Python's reader."""
    while line := lines.readline(_BLOCK):
        yield line.replace("\0", "")


def _runs(rows: Iterator[Row | str]) -> Iterator[list[Row] | str]:
    held: list[Row] = []
    characters = 0
    for row in rows:
        if isinstance(row, str):
            if held:
                yield held
                held, characters = [], 0
            yield row
            continue
        if held and (row[0] != held[-1][0] or characters > RUN_MAX):
            yield held
            held, characters = [], 0
        held.append(row)
        characters += len(row[3])
    if held:
        yield held


def _conversation(run: list[Row], index: int, reading: Reading) -> ImportedConversation:
    messages: list[Message] = []
    bad: list[Skip] = []
    for place, (name, time, author, text) in enumerate(reversed(run)):
        role = _ROLES.get(author.strip().lower())
        if role is None:
            bad.append(Skip("bad_message", index))
            continue
        own = made_id("copilot", name, time, role, text)
        messages.append(Message(f"#{place}", own, role, text.strip(), at=moment(time.strip())))
    talk = Talk(
        provider="copilot",
        extractor=EXTRACTOR,
        conversation_id=made_id("copilot", run[0][0]),
        messages={message.node: message for message in messages},
        parents=in_line(messages),
        title=run[0][0] or None,
        updated_at=messages[-1].at if messages else None,
        bad=bad,
    )
    return assemble(talk, index=index, now=reading.now)


def _recognises(head: Head) -> bool:
    first = head.text.lstrip("\ufeff").partition("\n")[0].lower()
    return {name.strip().strip('"') for name in first.split(",")} >= set(_COLUMNS)


FORMAT = Format("copilot", "copilot", _recognises, conversations)
