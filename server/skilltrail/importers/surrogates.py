r"""Repairs halves of surrogate pairs while JSON is read: ``\ud83d`` without its other half becomes ``\ufffd``.

Exports hold them where a title was cut in the middle of an emoji; the parser would refuse the whole file for one.
"""

from __future__ import annotations

import re
from typing import BinaryIO

_SUSPECT = re.compile(rb"\\u[dD][89a-fA-F]")
_FIRST_HALF = re.compile(rb"\\u[dD][89abAB]")
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_UNIT = 6
"""Bytes of one escaped half."""


class RepairedReader:
    """A binary file that is read with every lone half of a pair replaced; no other byte is changed."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        """Return some bytes, about ``size``; none at the end of the file."""
        while True:
            data = self._source.read(size)
            whole = self._held + data
            end = _safe_end(whole) if data else len(whole)
            ready, self._held = whole[:end], whole[end:]
            if ready or not data:
                return _ESCAPE.sub(_repaired, ready) if _SUSPECT.search(ready) else ready


def _repaired(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape.group(1) else escape.group()


def _safe_end(data: bytes) -> int:
    """Return where ``data`` can be cut without cutting an escape, or a pair of them, in two."""
    last = data.rfind(b"\\", max(0, len(data) - 2 * _UNIT))
    if last < 0 or not _begins_escape(data, last):
        return len(data)
    before = last - _UNIT
    paired = before >= 0 and _FIRST_HALF.match(data, before) and _begins_escape(data, before)
    return before if paired else last


def _begins_escape(data: bytes, at: int) -> bool:
    """Tell whether the backslash at ``at`` begins an escape, or is itself the escaped sign of one."""
    run = at - len(data[: at + 1].rstrip(b"\\")) + 1
    return run % 2 == 1
