"""A baked badge: a picture of ours with an Open Badges 3.0 credential inside (one iTXt chunk, uncompressed)."""

from __future__ import annotations

import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, Any

from skilltrail.domain.badge_image import picture_of
from skilltrail.errors import EvidenceInvalid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIDE = 320
"""Pixels."""

_PIXELS_MOST = SIDE * (4 * SIDE + 1)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"openbadgecredential"

_TEAL, _PALE, _DARK = (15, 148, 136), (236, 253, 250), (17, 94, 89)
# Our mark, in a square of 32: the trail, and the three places on it.
_TRAIL = (((5, 25), (11, 25), (10, 18), (16, 16)), ((16, 16), (22, 14), (21, 8), (27, 6)))
_PLACES = ((5, 25, 3.0), (16, 16, 3.5), (27, 6, 4.0))
_STEPS = 24


def badge_png(credential: bytes) -> bytes:
    """Return a PNG that carries a signed credential, byte for byte as it was signed."""
    # No language and no translated keyword; not compressed, as Open Badges asks.
    text = _chunk(b"iTXt", _KEYWORD + b"\0\0\0\0\0" + credential)
    picture, end = _picture(), _chunk(b"IEND", b"")
    return picture[: -len(end)] + text + end


def is_drawn_here(image: bytes) -> bool:
    """Tell whether a baked PNG shows the picture that ours show, and holds nothing beside it and the credential."""
    try:
        return picture_of(image, most=_PIXELS_MOST) == picture_of(_picture(), most=_PIXELS_MOST)
    except EvidenceInvalid:
        return False


@cache
def _picture() -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    rows = _drawn()
    lines = b"".join(b"\0" + rows[y].tobytes() for y in range(SIDE))
    whole = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    return _SIGNATURE + whole


def _drawn() -> NDArray[np.uint8]:
    """Return the picture, shape (SIDE, SIDE, 4): a ring, and the mark in it, with soft edges."""
    import numpy as np  # noqa: PLC0415 - whoever makes no badge does without

    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    middle = np.hypot(x - SIDE / 2, y - SIDE / 2)
    colour = np.zeros((SIDE, SIDE, 3)) + _PALE
    for distance, paint in (
        (np.abs(middle - SIDE * 0.45) - SIDE * 0.035, _TEAL),
        (np.abs(middle - SIDE * 0.395) - SIDE * 0.006, _DARK),
        (_trail(np, x, y), _TEAL),
        (_places(np, x, y), _DARK),
    ):
        share = np.clip(0.5 - distance, 0, 1)[..., None]
        colour = colour * (1 - share) + np.array(paint) * share
    opaque = np.clip(SIDE * 0.485 - middle + 0.5, 0, 1)[..., None] * 255
    return np.concatenate([colour, opaque], axis=2).round().astype(np.uint8)


def _trail(np: Any, x: Any, y: Any) -> Any:
    points = [_curve(curve, step / _STEPS) for curve in _TRAIL for step in range(_STEPS + 1)]
    return np.min([np.hypot(x - _at(px), y - _at(py)) for px, py in points], axis=0) - _scaled(1.1)


def _places(np: Any, x: Any, y: Any) -> Any:
    return np.min([np.hypot(x - _at(px), y - _at(py)) - _scaled(radius) for px, py, radius in _PLACES], axis=0)


def _curve(ends: tuple[tuple[int, int], ...], t: float) -> tuple[float, float]:
    """Return a point of a cubic Bézier curve."""
    shares = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    pairs = list(zip(shares, ends, strict=True))
    return sum(share * end[0] for share, end in pairs), sum(share * end[1] for share, end in pairs)


def _at(place: float) -> float:
    return SIDE / 2 + _scaled(place - 16)


def _scaled(length: float) -> float:
    return length * SIDE * 0.55 / 32


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
