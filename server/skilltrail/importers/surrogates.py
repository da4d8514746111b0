r"""Repairs halves of surrogate pairs in JSON: ``\ud83d`` without its other half becomes ``\ufffd``.

Exports hold them where a title was cut in the middle of an emoji; the parser would refuse a whole conversation for one.
"""

from __future__ import annotations

import re

_FIRST = rb"\\u[dD][89abAB][0-9a-fA-F]{2}"
_SECOND = rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_FIRST_HALF, _SECOND_HALF = re.compile(_FIRST), re.compile(_SECOND)
_FIRST_ALONE = re.compile(_FIRST + rb"(?!" + _SECOND + rb")")
_SECOND_ALONE = re.compile(rb"(?<!" + _FIRST + rb")" + _SECOND)
_REPLACED = rb"\\ufffd"
_PAIR, _STAND_IN = rb"\\", b"\0\0"
_PIECE = 1024 * 1024
_REACH = 4096
_UNIT = 6
"""Bytes of one escaped half."""

_BACKSLASH = ord("\\")


def repaired_escapes(data: bytes | bytearray) -> bytearray:
    """Return JSON ``data`` with every lone half of a pair replaced; no other byte is changed.

    In pieces: a file of nothing but halves would need many times its length.
    """
    done, at = bytearray(), 0
    while at < len(data):
        end = _safe_end(data, min(at + _PIECE, len(data)), at)
        done += _repaired(bytes(data[at:end]))
        at = end
    return done


def _repaired(piece: bytes) -> bytes:
    # An escaped backslash begins no escape: it is out of the way while halves are looked for. JSON holds no plain NUL.
    if b"\0" in piece:
        return piece
    piece = _FIRST_ALONE.sub(_REPLACED, piece.replace(_PAIR, _STAND_IN))
    return _SECOND_ALONE.sub(_REPLACED, piece).replace(_STAND_IN, _PAIR)


def _safe_end(data: bytes | bytearray, end: int, begin: int) -> int:
    """Return a place near ``end`` at which no escape, no pair of halves and no run of backslashes is cut, if any."""
    if end == len(data):
        return end
    for place in range(end, max(begin + _UNIT, end - _REACH), -1):
        before, after = bytes(data[place - _UNIT : place]), bytes(data[place : place + _UNIT])
        cuts_pair = _FIRST_HALF.match(before) and _SECOND_HALF.match(after)
        if data[place - 1] != _BACKSLASH and b"\\u" not in before[1:] and not cuts_pair:
            return place
    return end
