"""How the database was left: closed, or cut off with a log that may hold what was acknowledged last.

SQLite takes a log with a hole, or none at all, for the end of the story and goes on from there in silence. Here that is
noticed before SQLite looks: a mark beside the database says that it was open, and the wal-index says how long its log
was. Formats: https://www.sqlite.org/walformat.html
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from skilltrail.errors import DatabaseDamaged
from skilltrail.i18n import _

MARK = "-open"
"""Ending of the mark's name: the file is there from the first write to the last."""

_OPEN, _CLOSING = "open", "closing"

_LOG_MAGIC = (0x377F0682, 0x377F0683)  # the last bit: checksums are of big-endian words
_LOG_HEADER = 32  # bytes
_FRAME_HEADER = 24
_INDEX_VERSION = 3_007_000
_INDEX_HEADER = 48
_FOLDED_AT = 2 * _INDEX_HEADER  # where the wal-index counts the frames that are in the database already
_WORD = 0xFFFFFFFF


class Ending(Enum):
    """How the database was left."""

    CLOSED = "closed"
    CUT = "cut"  # killed, or the power went: what was acknowledged may stand in the log alone


@dataclass(frozen=True, slots=True)
class _Index:
    """What the wal-index says of the log: its ``frames``, those ``folded`` into the database, and its salt."""

    frames: int
    folded: int
    salt: tuple[int, int]


def mark_open(path: Path) -> None:
    """Note that the database at ``path`` is open; the note is on the disk when this returns."""
    _write_mark(path, f"{_OPEN} {_number_of(path)}")


def mark_closing(path: Path) -> None:
    """Note that from now on the log may go without being missed."""
    if _mark(path).exists():
        _write_mark(path, _CLOSING)


def mark_closed(path: Path) -> None:
    """Take the mark away, unless a log is left: then it could not be folded in, and the next start looks after it."""
    if not _has_log(path):
        _mark(path).unlink(missing_ok=True)


def judge_ending(path: Path) -> Ending:
    """Say how the database was left; touches nothing.

    Raises
    ------
    DatabaseDamaged
        If it is gone, or its log is gone, shorter than it was, broken inside or that of another database.
    """
    words = _read_mark(path)
    if not path.exists():
        if words is not None:
            raise _lost_database()
        return Ending.CLOSED
    index = _read_index(_beside(path, "-shm"))
    if _has_log(path):
        _judge_log(path, index, marked=words is not None)
        return Ending.CUT
    if words is None:
        return Ending.CLOSED
    needed = index is not None and index.frames > index.folded
    if needed or (words == [_OPEN, _number_of(path)] and not _beside(path, "-wal").exists()):
        raise _lost_log(path)
    return Ending.CUT


def _judge_log(path: Path, index: _Index | None, *, marked: bool) -> None:
    """Compare the log with what the wal-index says of it; either alone proves little."""
    log = _beside(path, "-wal").read_bytes()
    salt = _salt(log)
    if index is None or index.frames == 0:
        # A log that is about to begin anew has the salt before in its file, of which the first half is one less.
        kin = index is not None and salt is not None and (index.salt[0] - salt[0]) & _WORD <= 1
        if not (kin or (marked and (index is None or salt is None))):
            raise _foreign_log(path)
        return
    if salt is not None and salt != index.salt:
        raise _foreign_log(path)
    if index.folded < index.frames and sound_frames(log) < index.frames:
        raise _lost_log(path)


def sound_frames(log: bytes) -> int:
    """Return how many frames of a log SQLite would accept: up to the first one that is not what was written."""
    salt = _salt(log)
    if salt is None:
        return 0
    order = ">" if log[3] & 1 else "<"
    page = struct.unpack_from(">I", log, 8)[0]
    step = _FRAME_HEADER + page
    sums: tuple[int, int] = struct.unpack_from(">II", log, 24)
    for count, start in enumerate(range(_LOG_HEADER, len(log) - step + 1, step)):
        sums = _checksum(log[start : start + 8] + log[start + _FRAME_HEADER : start + step], order, sums)
        if struct.unpack_from(">IIII", log, start + 8) != (*salt, *sums):
            return count
    return int(max(0, (len(log) - _LOG_HEADER) // step))


def _salt(log: bytes) -> tuple[int, int] | None:
    """Return the salt of a log whose header is whole, else None."""
    if len(log) < _LOG_HEADER or struct.unpack_from(">I", log)[0] not in _LOG_MAGIC:
        return None
    order = ">" if log[3] & 1 else "<"
    if _checksum(log[:24], order) != struct.unpack_from(">II", log, 24):
        return None
    first, second = struct.unpack_from(">II", log, 16)
    return first, second


def _read_index(path: Path) -> _Index | None:
    """Return what the wal-index says, or None where it says nothing that can be relied on."""
    try:
        with path.open("rb") as file:
            data = file.read(_FOLDED_AT + 4)
    except OSError:
        return None
    header = data[:_INDEX_HEADER]
    # Two copies: unlike ones were caught in the middle of a change.
    if len(data) < _FOLDED_AT + 4 or header != data[_INDEX_HEADER:_FOLDED_AT]:
        return None
    values = struct.unpack("=IIIBBHIIIIIIII", header)
    if values[0] != _INDEX_VERSION or not values[3] or _checksum(header[:40], "=") != values[12:14]:
        return None
    return _Index(frames=values[6], folded=struct.unpack_from("=I", data, _FOLDED_AT)[0], salt=_as_in_log(header))


def _as_in_log(header: bytes) -> tuple[int, int]:
    # The wal-index is in the machine's byte order, but for the salt: that is a copy of the log's own bytes.
    first, second = struct.unpack_from(">II", header, 32)
    return first, second


def _checksum(data: bytes, order: str, start: tuple[int, int] = (0, 0)) -> tuple[int, int]:
    first, second = start
    words = iter(struct.unpack(f"{order}{len(data) // 4}I", data))
    for one, other in zip(words, words, strict=True):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second


def _lost_database() -> DatabaseDamaged:
    words = _(
        "The database file is gone, although Skilltrail never closed it. Nothing was made in its place. Put the file "
        "back or restore a backup."
    )
    return DatabaseDamaged(words)


def _lost_log(path: Path) -> DatabaseDamaged:
    words = _(
        "Skilltrail was cut off, and the log with what was saved last ({name}) is damaged or gone. Nothing was "
        "changed. Put that file back if you have it, or restore a backup."
    )
    return DatabaseDamaged(words.format(name=_beside(path, "-wal").name))


def _foreign_log(path: Path) -> DatabaseDamaged:
    words = _(
        "Beside the database lies a log that is not its own ({name}). Nothing was changed. If you copied the data "
        "folder, copy all of its files; otherwise move that one file away and start again."
    )
    return DatabaseDamaged(words.format(name=_beside(path, "-wal").name))


def _has_log(path: Path) -> bool:
    try:
        return _beside(path, "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def _number_of(path: Path) -> str:
    """Return what tells this file from one that was put in its place, such as a restored backup."""
    return str(path.stat().st_ino)


def _read_mark(path: Path) -> list[str] | None:
    try:
        return _mark(path).read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        return None


def _write_mark(path: Path, words: str) -> None:
    handle = os.open(_mark(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())


def _mark(path: Path) -> Path:
    return _beside(path, MARK)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
