"""Counts how deep JSON is nested while it is read: the parser keeps a path for each level, and memory is its square.

100,000 opening brackets, one hundred kilobytes, made the parser ask for more than 20 GB.
"""

from __future__ import annotations

import re
from typing import Protocol

MAX_DEPTH = 64
"""An export needs about a dozen levels."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_WHOLE = re.compile(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
_INSIDE = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_OPENING = b"[{"
_NO_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))


class TooDeepError(ValueError):
    """The JSON is nested deeper than ``MAX_DEPTH``."""


class StrayBlankError(ValueError):
    """A form feed or vertical tab between values, which the parser would take for a blank; JSON knows neither."""


class Source(Protocol):
    """Whatever can be read from."""

    def read(self, size: int = -1, /) -> bytes: ...


class ShallowReader:
    """A binary file whose ``read`` fails as soon as what was read is nested too deeply, or holds a stray blank."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._depth = 0
        self._in_string = False
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes."""
        data = self._source.read(size)
        self._look(self._held + data)
        return data

    def _look(self, data: bytes) -> None:
        self._held = b""
        if self._in_string and not (data := self._after_string(data)):
            return
        whole = _WHOLE.match(data)
        end = whole.end() if whole else 0
        plain = _STRING.sub(b"", data[:end])
        if b"\f" in plain or b"\v" in plain:
            raise StrayBlankError
        self._count(plain.translate(None, _NO_BRACKETS))
        if end < len(data):
            # A string that goes on in what is read next.
            self._in_string = True
            self._after_string(data[end + 1 :])

    def _after_string(self, data: bytes) -> bytes:
        inside = _INSIDE.match(data)
        end = inside.end() if inside else 0
        if data[end : end + 1] == b'"':
            self._in_string = False
            return data[end + 1 :]
        self._held = data[end:]
        return b""

    def _count(self, brackets: bytes) -> None:
        for bracket in brackets:
            self._depth += 1 if bracket in _OPENING else -1
            if self._depth > MAX_DEPTH:
                raise TooDeepError
