"""The bytes of one member of an archive, unpacked as they are read and counted while they are."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from skilltrail.errors import ImportFailed
from skilltrail.i18n import _
from skilltrail.importers.archive import DEFLATED, LOCAL_SIZE, STORED, Entry, refuse
from skilltrail.importers.contract import Readable

MAX_RATIO = 100
"""Unpacked bytes for each packed one, beyond ``FREE``; exports of chats have about ten."""

FREE = 16 * 1024 * 1024
"""Bytes for which the ratio does not count: as little as this harms nobody, and short files of blanks exist."""

MAX_READ = 2 * 1024**3
"""Unpacked bytes of the members that are read of one archive."""

_CHUNK = 128 * 1024
_LOCAL = b"PK\x03\x04"


class Unpacked:
    """A member's bytes; ``read`` refuses more than the archive's list says, and what its checksum contradicts."""

    def __init__(self, file: BinaryIO, entry: Entry) -> None:
        self._file = file
        self._entry = entry
        self._at, self._left = _data(file, entry)
        self._inflate = zlib.decompressobj(-15) if entry.method == DEFLATED else None
        self._given = 0
        self._sum = 0

    def read(self, size: int = -1) -> bytes:
        """Return ``size`` bytes, fewer only at the end.

        Raises
        ------
        ArchiveRefused
            If the member is damaged, or is not what the archive's list says.
        """
        wanted = self._entry.size + 1 if size < 0 else size
        pieces: list[bytes] = []
        while wanted > 0 and (piece := self._piece(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, wanted: int) -> bytes:
        while True:
            piece = self._packed(min(wanted, _CHUNK)) if self._inflate is None else self._inflated(wanted)
            if piece:
                break
            if self._inflate is not None and not self._inflate.eof and (self._left or self._inflate.unconsumed_tail):
                continue
            self._check_end()
            return b""
        self._given += len(piece)
        self._sum = zlib.crc32(piece, self._sum)
        self._check()
        return piece

    def _inflated(self, wanted: int) -> bytes:
        inflate = self._inflate
        if inflate is None or inflate.eof:
            return b""
        try:
            return inflate.decompress(inflate.unconsumed_tail or self._packed(_CHUNK), min(wanted, _CHUNK * 8))
        except zlib.error:
            refuse("damaged")

    def _packed(self, size: int) -> bytes:
        size = min(size, self._left)
        self._file.seek(self._at)
        data = self._file.read(size)
        if len(data) != size:
            refuse("damaged")
        self._at += size
        self._left -= size
        return data

    def _check(self) -> None:
        if self._given > self._entry.size:
            refuse("lying_size")
        if self._given > FREE and self._given > MAX_RATIO * max(1, self._entry.compressed):
            refuse("ratio")

    def _check_end(self) -> None:
        whole = self._inflate is None or (self._inflate.eof and not self._inflate.unused_data and not self._left)
        if not whole or self._given != self._entry.size:
            refuse("lying_size" if self._inflate is None or self._inflate.eof else "damaged")
        if self._sum != self._entry.crc:
            refuse("damaged")


def _data(file: BinaryIO, entry: Entry) -> tuple[int, int]:
    """Return where the packed bytes of ``entry`` begin and how many they are."""
    if entry.method not in (STORED, DEFLATED):
        refuse("method")
    file.seek(entry.offset)
    local = file.read(LOCAL_SIZE)
    if len(local) != LOCAL_SIZE or local[:4] != _LOCAL:
        refuse("damaged")
    method, name_length, extra_length = *struct.unpack_from("<H", local, 8), *struct.unpack_from("<2H", local, 26)
    if method != entry.method or file.read(name_length) != entry.name_bytes:
        refuse("lying_size")
    begin = entry.offset + LOCAL_SIZE + name_length + extra_length
    if begin + entry.compressed > entry.end:
        refuse("overlap")
    if entry.method == STORED and entry.compressed != entry.size:
        refuse("lying_size")
    return begin, entry.compressed


class Window(io.RawIOBase):
    """A stored member of an archive as a file of its own: an archive within an archive is read in place."""

    def __init__(self, file: BinaryIO, begin: int, size: int) -> None:
        super().__init__()
        self._file = file
        self._begin = begin
        self._size = size
        self._at = 0

    def seekable(self) -> bool:
        """Return True."""
        return True

    def readable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place of the member."""
        self._at = max(0, (0, self._at, self._size)[whence] + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Return up to ``size`` bytes of the member."""
        left = max(0, self._size - self._at)
        size = left if size < 0 else min(size, left)
        self._file.seek(self._begin + self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data


def inner_archive(file: BinaryIO, entry: Entry, *, in_memory: int) -> BinaryIO:
    """Return an archive that is a member of another, for reading: stored ones in place, packed ones from memory.

    Raises
    ------
    ArchiveRefused
        If it is packed and unpacks to more than ``in_memory`` bytes, or is not what the outer one's list says.
    """
    if entry.method == STORED:
        begin, size = _data(file, entry)
        return Window(file, begin, size)  # type: ignore[return-value]  # all of BinaryIO that is used of it
    if entry.size > in_memory:
        refuse("nested")
    return io.BytesIO(Unpacked(file, entry).read())


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A file of its own."""

    path: Path

    @contextmanager
    def open(self) -> Iterator[Readable]:
        """Open it for reading."""
        with opened(self.path) as file:
            yield file


@dataclass(frozen=True, slots=True)
class MemberPlace:
    """A member of an archive, or of an archive that is a member (``within``) of it."""

    path: Path
    entry: Entry
    within: Entry | None
    in_memory: int

    @contextmanager
    def open(self) -> Iterator[Readable]:
        """Open it for reading."""
        with ExitStack() as stack:
            file: BinaryIO = stack.enter_context(opened(self.path))
            if self.within is not None:
                file = inner_archive(file, self.within, in_memory=self.in_memory)
            yield Unpacked(file, self.entry)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file of the learner's.

    Raises
    ------
    ImportFailed
        If it cannot be opened or read; the message names it.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ImportFailed(_("{name} could not be opened: {why}").format(name=path.name, why=error.strerror)) from error
