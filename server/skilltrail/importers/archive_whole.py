"""Refuses archives with anything in them that is in none of the files which they list.

What reads an archive from its beginning, or opens it as something else than an archive, would show what nobody checked:
a page in the comment, a file that only its local header knows. Who re-packs files with a usual program passes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from skilltrail.importers.archive import refuse

_END, _ENTRY, _LOCAL, _DESCRIPTOR = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04", b"PK\x07\x08"
_END_SIZE, _ENTRY_SIZE, _LOCAL_SIZE, _FIGURES_SIZE = 22, 46, 30, 12
_SIZES_BEHIND = 0x8
_EXTRA_MOST = {0x5455: 13, 0x5855: 12, 0x7855: 4, 0x7875: 15, 0x000A: 32}
"""Extra fields that usual programs write (times and owners of files), and the most bytes that each has."""


class _Listed(NamedTuple):
    """What the directory says of one entry; ``head`` are version, flags, method, time and date as they stand there."""

    offset: int
    head: bytes
    crc: int
    compressed: int
    size: int
    name: bytes

    @property
    def figures(self) -> bytes:
        return struct.pack("<3I", self.crc, self.compressed, self.size)


def check_whole(archive: bytes) -> None:
    """Check that every byte of an archive belongs to a listed file, to its list, or to the end of it.

    No comments, no gaps, no data behind the end, and local headers that say what the list says. The 64-bit form is
    refused: nothing as small as what is checked needs it.

    Raises
    ------
    ArchiveRefused
        If not.
    """
    try:
        begin, end, count = _directory(archive)
        listed = sorted(_listed(archive, begin, end))
        at = 0
        for one in listed:
            at = _behind(archive, one, at)
    except struct.error:
        refuse("uncovered")
    if at != begin or len(listed) != count:
        refuse("uncovered")


def _directory(archive: bytes) -> tuple[int, int, int]:
    """Return where the list begins, where it ends, and how many entries it has."""
    end = len(archive) - _END_SIZE
    if end < 0 or archive[end : end + 4] != _END:
        refuse("uncovered")
    disk, first_disk, here, count, length, offset, comment = struct.unpack_from("<4H2IH", archive, end + 4)
    if disk or first_disk or comment or here != count or offset + length != end:
        refuse("uncovered")
    return offset, end, count


def _listed(archive: bytes, at: int, end: int) -> Iterator[_Listed]:
    while at < end:
        crc, compressed, size, name, extra, comment = struct.unpack_from("<3I3H", archive, at + 16)
        (offset,) = struct.unpack_from("<I", archive, at + 42)
        names_at = at + _ENTRY_SIZE
        if archive[at : at + 4] != _ENTRY or comment or names_at + name + extra > end:
            refuse("uncovered")
        _check_extra(archive[names_at + name : names_at + name + extra])
        yield _Listed(offset, archive[at + 6 : at + 16], crc, compressed, size, archive[names_at : names_at + name])
        at = names_at + name + extra


def _behind(archive: bytes, one: _Listed, at: int) -> int:
    """Return where the next entry must begin; refuse one that does not begin ``at``, or says other than the list."""
    name, extra = struct.unpack_from("<2H", archive, at + 26)
    names_at = at + _LOCAL_SIZE
    alike = (
        one.offset == at,
        archive[at : at + 4] == _LOCAL,
        archive[at + 4 : at + 14] == one.head,
        archive[names_at : names_at + name] == one.name,
    )
    figures, behind = archive[at + 14 : at + 26], bool(one.head[2] & _SIZES_BEHIND)
    if not all(alike) or (figures != one.figures and not (behind and figures == bytes(_FIGURES_SIZE))):
        refuse("uncovered")
    _check_extra(archive[names_at + name : names_at + name + extra])
    end = names_at + name + extra + one.compressed
    return _behind_figures(archive, one, end) if behind else end


def _behind_figures(archive: bytes, one: _Listed, at: int) -> int:
    """Return the end of checksum and sizes that stand behind an entry's bytes."""
    if archive[at : at + 4] == _DESCRIPTOR and archive[at + 4 : at + 4 + _FIGURES_SIZE] == one.figures:
        return at + 4 + _FIGURES_SIZE
    if archive[at : at + _FIGURES_SIZE] != one.figures:
        refuse("uncovered")
    return at + _FIGURES_SIZE


def _check_extra(extra: bytes) -> None:
    at = 0
    while at < len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        at += 4 + length
        if length > _EXTRA_MOST.get(tag, -1) or at > len(extra):
            refuse("uncovered")
