"""How the database was left: closed, or cut off with a log that may hold what was acknowledged last.

SQLite takes a log with a hole, or none at all, for the end of the story and goes on from there in silence. Here that is
noticed before SQLite looks: a mark beside the database says that it was open, and the wal-index says how long its log
was. Formats: https://www.sqlite.org/walformat.html
"""

from __future__ import annotations

import errno
import os
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from skilltrail.errors import DatabaseDamaged, StorageError
from skilltrail.i18n import _

MARK = "-open"
"""Ending of the mark's name: the file is there while the database is."""

_OPEN, _PASSING = "open", "passing"

_RESTARTS = 10_000
"""After a power cut the index may be half a minute old; the log cannot have begun anew more often than this since."""

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


def mark_passing(path: Path) -> None:
    """Note that the database is being opened or closed: its log may be there or not."""
    _write_mark(path, _PASSING)


def mark_open(path: Path) -> None:
    """Note that something was written: from now on there is a log, and it will be missed."""
    _write_mark(path, f"{_OPEN} {_number(path)} {_number(_beside(path, '-wal'))}")


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
    if _has_log(path):
        if _is_replaced(path, words):
            raise _foreign_log(path)
        _judge_log(path, _read_index(_beside(path, "-shm")), marked=words is not None)
        return Ending.CUT
    if words is not None and words.startswith(_OPEN) and not _is_restarted(path):
        raise _lost_log(path)
    return Ending.CLOSED if words is None else Ending.CUT


def _judge_log(path: Path, index: _Index | None, *, marked: bool) -> None:
    """Compare the log with what the wal-index says of it; either alone proves little."""
    log = _beside(path, "-wal").read_bytes()
    salt = _salt(log)
    # An index of zeros has seen no commit: cut off in the first transaction into a new log, whose pages came first.
    if index is None or salt is None or (index.frames == 0 and index.salt == (0, 0)):
        if not marked:
            raise _foreign_log(path)
    elif not _are_kin(salt, index):
        raise _foreign_log(path)
    # SQLite counts a frame in the index only once it is on the disk: fewer in the log than that is a loss.
    needed = index is not None and salt in (None, index.salt) and index.folded < index.frames
    if index is not None and needed and sound_frames(log) < index.frames:
        raise _lost_log(path)


def _are_kin(salt: tuple[int, int], index: _Index) -> bool:
    """Tell whether a log and an index can be of one database: each time the log begins anew, its salt counts up."""
    ahead = (salt[0] - index.salt[0]) & _WORD
    if ahead == 0:
        return salt[1] == index.salt[1]
    about_to_restart = index.frames == 0 and ahead == _WORD
    return ahead <= _RESTARTS or about_to_restart


def _is_replaced(path: Path, words: str | None) -> bool:
    """Tell whether the database is another file than was open, beside the very log that belongs to that one."""
    _state, *numbers = (words or "").split() or [""]
    if len(numbers) != 2:
        return False
    return numbers[0] != _number(path) and numbers[1] == _number(_beside(path, "-wal"))


def _is_restarted(path: Path) -> bool:
    """Tell whether an empty log is as it should be: all of it was folded in, and nothing was written after that."""
    index = _read_index(_beside(path, "-shm"))
    return _beside(path, "-wal").exists() and (index is None or index.frames <= index.folded)


def sound_frames(log: bytes) -> int:
    """Return how many frames of a log SQLite would accept: up to the first one that is not what was written."""
    salt = _salt(log)
    if salt is None:
        return 0
    order = ">" if log[3] & 1 else "<"
    step = _FRAME_HEADER + int.from_bytes(log[8:12], "big")
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
        "Skilltrail was cut off, and the log with what was saved last ({log}) is damaged or gone. Nothing was changed. "
        "Put that file back if you have it, or restore a backup. If you put a backup in place by hand, delete "
        "{index} and {mark} beside it."
    )
    names = {name: _beside(path, ending).name for name, ending in (("log", "-wal"), ("index", "-shm"), ("mark", MARK))}
    return DatabaseDamaged(words.format(**names))


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


def _number(path: Path) -> str:
    """Return what tells this file from another one of its name; 0 when there is none."""
    try:
        return str(path.stat().st_ino)
    except FileNotFoundError:
        return "0"


def _read_mark(path: Path) -> str | None:
    try:
        return _mark(path).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return None


def _write_mark(path: Path, words: str) -> None:
    try:
        _put(_mark(path), words)
    except OSError as error:
        # On a full disk reading must go on; the index alone then shows how long the log was.
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            reason = error.strerror or type(error).__name__
            raise StorageError(
                _("The data folder {folder} cannot be written: {reason}.").format(folder=path.parent, reason=reason)
            ) from None


def _put(mark: Path, words: str) -> None:
    handle = os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(words)
        file.flush()
        os.fsync(file.fileno())


def _mark(path: Path) -> Path:
    return _beside(path, MARK)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
