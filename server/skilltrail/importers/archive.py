"""Lists a zip archive, by its central directory alone, and refuses what no honest export holds.

Nothing is ever unpacked. The directory is read by our own hand: Python's reader builds an object for each entry before
anyone can count them, and versions differ in what they make of entries that overlap (CVE-2024-0450).
"""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, NoReturn

import numpy as np

from skilltrail.errors import ArchiveRefused
from skilltrail.i18n import _

MAX_ENTRIES = 100_000
"""Entries an archive may list; years of chats with pictures have tens of thousands."""

MAX_DIRECTORY = 48 * 1024 * 1024
"""Bytes of the list itself."""

STORED, DEFLATED = 0, 8
_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_64, _LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _END_64_SIZE, _ENTRY_SIZE, LOCAL_SIZE = 22, 20, 56, 46, 30
_COMMENT_MAX = 65_535
_FAR = 2**61
_SEE_64 = 0xFFFFFFFF
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF_8 = 0x800
_UNIX_BITS = 16
_DRIVE = re.compile(r"[A-Za-z]:")


class Entry(NamedTuple):
    """One entry as the directory describes it; ``end`` is where the next thing in the archive begins."""

    name: str
    method: int
    compressed: int
    size: int
    crc: int
    offset: int
    name_bytes: bytes
    end: int = 0

    @property
    def is_folder(self) -> bool:
        """Return whether it is a folder."""
        return self.name.endswith(("/", "\\"))


@dataclass(frozen=True, slots=True)
class _Directory:
    offset: int
    size: int
    count: int | None


def refuse(reason: str) -> NoReturn:
    """Raise ``ArchiveRefused`` for a stable reason."""
    raise ArchiveRefused(_words(reason), reason=reason)


def _words(reason: str) -> str:
    words = {
        "damaged": _("The archive is damaged or not complete. Download it again."),
        "encrypted": _("The archive is encrypted. Unpack it with its password and import the files."),
        "outside": _("The archive holds names that lead outside it, which no export does."),
        "link": _("The archive holds links, which no export does."),
        "duplicate": _("The archive holds a file twice under one name."),
        "overlap": _("Parts of the archive lie over each other, which no export does."),
        "ratio": _("The archive grows too much when it is unpacked."),
        "too_large": _("The files to be read are larger than an import takes. Unpack it and import those."),
        "too_many": _("The archive lists too many files."),
        "method": _("The archive is packed in a way that is not supported. Unpack it and import the files."),
        "lying_size": _("The archive does not hold what its list says."),
        "nested": _("An archive within the archive is too large to be read from there. Unpack the outer one."),
        "split": _("The archive is one part of several. Join or unpack them first."),
        "uncovered": _(
            "The archive holds something besides the files that it lists, or says two things of one of them: another "
            "program could show what was not checked."
        ),
    }
    return words[reason]


def is_archive(file: BinaryIO) -> bool:
    """Tell whether ``file`` begins as a zip archive does; it is left at its beginning."""
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    return head in (b"PK\x03\x04", _END, b"PK\x07\x08")


def entries(file: BinaryIO) -> list[Entry]:
    """Return the files of an archive, in the order of its directory.

    Raises
    ------
    ArchiveRefused
        If the archive is damaged, encrypted, or names or places anything as no export does.
    """
    found = _directory(file)
    if found.size > MAX_DIRECTORY:
        refuse("too_many")
    file.seek(found.offset)
    data = file.read(found.size)
    if len(data) != found.size:
        refuse("damaged")
    listed: list[Entry] = []
    for entry in _parsed(data):
        if len(listed) >= MAX_ENTRIES:
            refuse("too_many")
        listed.append(entry)
    if found.count is not None and found.count != len(listed):
        refuse("damaged")
    return _placed(listed, found.offset)


def _directory(file: BinaryIO) -> _Directory:
    size = file.seek(0, 2)
    tail_at = max(0, size - _END_SIZE - _COMMENT_MAX)
    file.seek(tail_at)
    tail = file.read(size - tail_at)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + _END_SIZE:
        refuse("damaged")
    disk, first_disk, here, count, length, offset, comment = struct.unpack_from("<4H2IH", tail, at + 4)
    if len(tail) - at - _END_SIZE != comment:
        refuse("damaged")
    end = tail_at + at
    wide = _directory_64(file, end)
    if wide is not None:
        return wide
    if disk or first_disk or here != count:
        refuse("split")
    if offset + length != end:
        refuse("damaged")
    return _Directory(offset, length, count)


def _directory_64(file: BinaryIO, end: int) -> _Directory | None:
    if end < _LOCATOR_SIZE + _END_64_SIZE:
        return None
    file.seek(end - _LOCATOR_SIZE)
    locator = file.read(_LOCATOR_SIZE)
    if locator[:4] != _LOCATOR_64:
        return None
    _disk, at, disks = struct.unpack_from("<IQI", locator, 4)
    if disks > 1:
        refuse("split")
    if at + _END_64_SIZE + _LOCATOR_SIZE > end:
        refuse("damaged")
    file.seek(at)
    record = file.read(_END_64_SIZE)
    if record[:4] != _END_64:
        refuse("damaged")
    _here, count, length, offset = struct.unpack_from("<4Q", record, 24)
    if offset + length != at:
        refuse("damaged")
    return _Directory(offset, length, count)


def _parsed(data: bytes) -> Iterator[Entry]:
    at = 0
    while at < len(data):
        if data[at : at + 4] != _ENTRY or len(data) < at + _ENTRY_SIZE:
            refuse("damaged")
        made_by, _needed, flags, method = struct.unpack_from("<4H", data, at + 4)
        crc, compressed, size, name_length, extra_length, comment, disk, _inner, outer, offset = struct.unpack_from(
            "<3I5H2I", data, at + 16
        )
        names_at = at + _ENTRY_SIZE
        extra_at = names_at + name_length
        at = extra_at + extra_length + comment
        if at > len(data):
            refuse("damaged")
        raw = data[names_at:extra_at]
        name = raw.decode("utf-8" if flags & _UTF_8 else "cp437", "replace")
        _check(name, flags, outer, made_by >> 8)
        if _SEE_64 in (size, compressed, offset):
            extra = data[extra_at : extra_at + extra_length]
            size, compressed, offset = _wide(extra, size, compressed, offset)
        if disk not in (0, 0xFFFF):
            refuse("split")
        yield Entry(name, method, compressed, size, crc, offset, raw)


def _check(name: str, flags: int, attributes: int, system: int) -> None:
    if flags & _ENCRYPTED:
        refuse("encrypted")
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or ".." in parts or "\0" in name or _DRIVE.match(name):
        refuse("outside")
    kind = stat.S_IFMT(attributes >> _UNIX_BITS)
    if system == 3 and kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        refuse("link")


def _wide(extra: bytes, size: int, compressed: int, offset: int) -> tuple[int, int, int]:
    """Return size, compressed size and offset with those that did not fit taken from the entry's 64-bit field."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            field, values = extra[at + 4 : at + 4 + length], [size, compressed, offset]
            wanted = [number for number, value in enumerate(values) if value == _SEE_64]
            if len(field) < 8 * len(wanted):
                refuse("damaged")
            for place, number in enumerate(wanted):
                (values[number],) = struct.unpack_from("<Q", field, 8 * place)
            return values[0], values[1], values[2]
        at += 4 + length
    return size, compressed, offset


def _placed(listed: Sequence[Entry], limit: int) -> list[Entry]:
    """Return the entries that are files, each with its end; refuse those that lie over each other."""
    if not listed:
        return []
    begins = np.array([min(entry.offset, _FAR) for entry in listed], dtype=np.int64)
    least = np.array([min(LOCAL_SIZE + len(e.name_bytes) + e.compressed, _FAR) for e in listed], dtype=np.int64)
    order = np.argsort(begins, kind="stable")
    following = np.append(begins[order][1:], limit)
    if bool(np.any(begins[order] + least[order] > following)):
        refuse("overlap")
    ends = np.empty(len(listed), dtype=np.int64)
    ends[order] = following
    return [entry._replace(end=end) for entry, end in zip(listed, ends.tolist(), strict=True) if not entry.is_folder]
