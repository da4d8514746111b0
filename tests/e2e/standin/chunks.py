"""Cuts a byte stream at odd, repeatable places, as a network would at its worst."""

import random
from collections.abc import Iterator


class Chopper:
    """Holds bytes back until a piece of the drawn size is full.

    A piece that spans a place which a careless decoder gets wrong (inside a UTF-8 sequence, between
    CR and LF) is cut there every other time, whatever the size drawn.
    """

    def __init__(self, *, seed: int, largest: int) -> None:
        self._draw = random.Random(seed)
        self._largest = largest
        self._held = b""
        self._size = self._draw.randint(1, largest)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take ``data`` in and yield the pieces that are full."""
        self._held += data
        while len(self._held) >= self._size:
            yield self._cut()

    def flush(self) -> bytes:
        """Return what is still held back."""
        rest, self._held = self._held, b""
        return rest

    def _cut(self) -> bytes:
        stop = self._size
        traps = [place for place in range(1, stop) if is_trap(self._held, place)]
        if traps and self._draw.random() < 0.5:
            stop = self._draw.choice(traps)
        piece, self._held = self._held[:stop], self._held[stop:]
        self._size = self._draw.randint(1, self._largest)
        return piece


def is_trap(data: bytes, place: int) -> bool:
    """Tell whether a cut before ``data[place]`` splits a character or a CR LF pair."""
    inside_character = data[place] & 0xC0 == 0x80
    inside_line_end = data[place - 1 : place + 1] == b"\r\n"
    return inside_character or inside_line_end
