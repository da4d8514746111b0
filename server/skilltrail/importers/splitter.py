"""Cuts a JSON file into its elements without reading them: an export may be larger than memory.

A parser that is fed the whole file stops at the first thing it does not like, and everything behind that is lost. Here
brackets, commas and quotes are found in blocks, the elements are cut out between them, and each is parsed alone; a
broken one is a fault of its own. Memory holds one block and one element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from skilltrail.importers.contract import Readable

MAX_DEPTH = 64
"""Levels of nesting; an export needs about a dozen."""

MAX_ELEMENT = 64 * 1024 * 1024
"""Bytes of one element: far more than a page of a chat site could show."""

MAX_SIGNS = 1_000_000
"""Brackets and commas of one element; each is a value that takes many times its own byte in memory."""

_BLOCK = 512 * 1024
_BLANKS = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_WRAPPER = b'"conversations"'
_KEY_REACH = 64
_STEP = np.zeros(256, dtype=np.int8)
_STEP[list(b"[{")] = 1
_STEP[list(b"]}")] = -1
_IS_SIGN = _STEP != 0
_IS_SIGN[ord(",")] = True
_COMMA, _QUOTE, _BACKSLASH, _OPEN_LIST = ord(","), ord('"'), ord("\\"), ord("[")

Array = np.ndarray[Any, np.dtype[Any]]


class NotJsonError(ValueError):
    """The file does not begin as a JSON array or object."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one element, or the ``fault`` for which there are none; ``at`` is where it ends in the file."""

    index: int
    data: bytes | bytearray
    at: int
    fault: str | None = None


class _Structure:
    """Finds brackets and commas outside strings, block by block."""

    def __init__(self) -> None:
        self._in_string = False
        self._escaped = False
        self.depth = 0

    @property
    def in_string(self) -> bool:
        return self._in_string

    def signs(self, block: bytes) -> tuple[Array, Array, Array]:
        """Return positions, bytes and the depth after each bracket and comma of ``block`` outside strings."""
        data = np.frombuffer(block, dtype=np.uint8)
        quotes = self._quotes(data)
        places = np.flatnonzero(_IS_SIGN[data])
        outside = ((np.searchsorted(quotes, places) & 1) == 1) == self._in_string
        places = places[outside]
        kinds = data[places]
        depths = self.depth + np.cumsum(_STEP[kinds], dtype=np.int64)
        if len(depths):
            self.depth = int(depths[-1])
        if len(quotes) & 1:
            self._in_string = not self._in_string
        return places, kinds, depths

    def _quotes(self, data: Array) -> Array:
        """Return where strings begin and end: the quotes that no backslash escapes."""
        quotes = np.flatnonzero(data == _QUOTE)
        slashes = np.flatnonzero(data == _BACKSLASH)
        escaped_first, self._escaped = self._escaped, False
        if not len(slashes):
            return quotes[1:] if escaped_first and len(quotes) and quotes[0] == 0 else quotes
        firsts = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
        begins = slashes[firsts]
        lengths = np.diff(firsts, append=len(slashes))
        ends = begins + lengths
        if escaped_first:
            # The block before ended within an escape: its first byte is a plain one, whatever it is.
            if begins[0] == 0:
                lengths[0] -= 1
            else:
                ends, lengths = np.append(ends, 0), np.append(lengths, 1)
        escaped = np.zeros(len(data) + 1, dtype=bool)
        escaped[ends[(lengths & 1) == 1]] = True
        self._escaped = bool(escaped[len(data)])
        return quotes[~escaped[quotes]]


class Splitter:
    """Yields the elements of a top-level array, of ``{"conversations": […]}``, or the one bare object of a file."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._structure = _Structure()
        self._held = bytearray()
        self._signs = 0
        self._fault: str | None = None
        self._index = 0
        self._read = 0
        self._last = 0
        self._level = 1
        self._closing = b"]"
        self._begin = 0
        self._done = False
        self._bare = False

    def pieces(self) -> Iterator[Piece]:
        """Yield the pieces in order; after a fault that hides where the next one begins, that fault is the last.

        Raises
        ------
        NotJsonError
            If the file does not begin with an array or an object.
        """
        block = self._first_block()
        while block:
            yield from self._of_block(block)
            if self._bare and self._fault:
                break
            block = self._source.read(_BLOCK)
        if not self._done:
            yield Piece(self._index, b"", self._read, self._fault or "cut_off")

    def _first_block(self) -> bytes:
        block = self._source.read(_BLOCK).removeprefix(_MARK)
        self._read = 0
        while block and not block.strip(_BLANKS):
            self._read += len(block)
            block = self._source.read(_BLOCK)
        opening = block.lstrip(_BLANKS)[:1]
        if opening not in (b"[", b"{"):
            raise NotJsonError
        self._bare = opening == b"{"
        self._closing = b"}" if self._bare else b"]"
        self._begin = 0 if self._bare else block.index(b"[") + 1
        return block

    def _of_block(self, block: bytes) -> Iterator[Piece]:
        if self._done:
            yield from self._after(block)
            return
        places, kinds, depths = self._structure.signs(block)
        begin = self._unwrap(block, places, kinds, depths) if self._bare else self._begin
        self._begin = 0
        yield from self._cut(block, begin, places, kinds, depths)
        self._read += len(block)

    def _unwrap(self, block: bytes, places: Array, kinds: Array, depths: Array) -> int:
        """Look for the array of a ``{"conversations": […]}``; if it begins here, its elements are the elements."""
        reach = bytes(self._held[-_KEY_REACH:])
        if _WRAPPER not in reach + block:
            return 0
        lists = places[(kinds == _OPEN_LIST) & (depths == 2)]
        for place in lists.tolist():
            before = (reach + block[max(0, place - _KEY_REACH) : place])[-_KEY_REACH:]
            if before.rstrip(_BLANKS).removesuffix(b":").rstrip(_BLANKS).endswith(_WRAPPER):
                self._held.clear()
                self._bare, self._level, self._closing = False, 2, b"]"
                self._signs = 0
                return int(place) + 1
        return 0

    def _cut(self, block: bytes, begin: int, places: Array, kinds: Array, depths: Array) -> Iterator[Piece]:
        level = self._level
        after_begin = places >= begin
        ends = after_begin & (kinds != _COMMA) & (depths == level - 1)
        if not self._bare:
            ends |= after_begin & (kinds == _COMMA) & (depths == level)
        first = int(np.searchsorted(places, begin))
        for number in np.flatnonzero(ends).tolist():
            place = int(places[number])
            closes = kinds[number] != _COMMA
            self._take(block, begin, place + (1 if self._bare else 0), depths[first:number])
            if closes and block[place : place + 1] != self._closing:
                self._fault = self._fault or "broken_json"
            if not (closes and not self._bare and self._is_empty()):
                yield self._piece(place)
            begin, first = place + 1, number + 1
            if closes:
                self._done = True
                # What follows the array within a wrapping object is of no interest, but must end.
                yield from self._after(block[begin:])
                return
        self._take(block, begin, len(block), depths[first:])

    def _is_empty(self) -> bool:
        return self._index == 0 and not self._fault and not self._held.strip(_BLANKS)

    def _take(self, block: bytes, begin: int, end: int, depths: Array) -> None:
        self._signs += len(depths)
        if self._fault is None:
            if len(depths) and int(depths.max()) > MAX_DEPTH:
                self._fault = "too_deep"
            elif len(self._held) + end - begin > MAX_ELEMENT or self._signs > MAX_SIGNS:
                self._fault = "too_large"
        if self._fault is None:
            self._held += memoryview(block)[begin:end]
        else:
            self._held = bytearray()

    def _piece(self, place: int) -> Piece:
        self._last = self._read + place + 1
        piece = Piece(self._index, self._held, self._last, self._fault)
        self._index += 1
        self._held, self._signs, self._fault = bytearray(), 0, None
        return piece

    def _after(self, rest: bytes) -> Iterator[Piece]:
        if self._level == 1 and rest.strip(_BLANKS) and self._fault is None:
            self._fault = "broken_json"
            yield Piece(self._index, b"", self._last, "broken_json")
