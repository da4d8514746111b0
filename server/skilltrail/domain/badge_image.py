"""The credential inside a baked PNG (Open Badges 3.0): one iTXt chunk with its keyword."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

SIGNATURE = b"\x89PNG\r\n\x1a\n"
IMAGE_MOST = 16 * 1024 * 1024
CREDENTIAL_MOST = 256 * 1024

_KEYWORD = b"openbadgecredential"
_CHUNKS_MOST = 100_000


def png_credential(image: bytes) -> bytes | None:
    """Return the credential that a PNG carries, None if it carries none.

    Raises
    ------
    EvidenceInvalid
        If the file is damaged, or carries two.
    """
    found = [text for kind, data in _chunks(image) if kind == b"iTXt" and (text := _text(data)) is not None]
    if len(found) > 1:
        raise EvidenceInvalid(_("The picture carries more than one credential."))
    return found[0] if found else None


def picture_of(image: bytes, *, most: int) -> list[tuple[bytes, bytes]]:
    """Return everything in a PNG but its credential: kind and data of each part, the picture itself unpacked.

    Raises
    ------
    EvidenceInvalid
        If the file is damaged, or unpacks to more than ``most`` bytes.
    """
    parts = [(kind, data) for kind, data in _chunks(image) if kind != b"iTXt" or _text(data) is None]
    packed = b"".join(data for kind, data in parts if kind == b"IDAT")
    return [part for part in parts if part[0] != b"IDAT"] + [(b"IDAT", _inflated(packed, most))]


def _chunks(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    damaged = EvidenceInvalid(_("The picture is damaged."))
    if not image.startswith(SIGNATURE) or len(image) > IMAGE_MOST:
        raise damaged
    at = len(SIGNATURE)
    for _number in range(_CHUNKS_MOST):
        if at + 12 > len(image):
            raise damaged
        size, kind = struct.unpack_from(">I4s", image, at)
        data = image[at + 8 : at + 8 + size]
        at += size + 12
        if at > len(image) or struct.unpack_from(">I", image, at - 4)[0] != zlib.crc32(kind + data):
            raise damaged
        yield kind, data
        if kind == b"IEND":
            if at != len(image):
                raise damaged
            return
    raise damaged


def _text(data: bytes) -> bytes | None:
    keyword, _null, rest = data.partition(b"\0")
    if keyword != _KEYWORD or len(rest) < 2:
        return None
    packed, parts = rest[0], rest[2:].split(b"\0", 2)
    if len(parts) != 3:
        raise EvidenceInvalid(_("The picture is damaged."))
    return _inflated(parts[2]) if packed else parts[2]


def _inflated(data: bytes, most: int = CREDENTIAL_MOST) -> bytes:
    opened = zlib.decompressobj()
    try:
        text = opened.decompress(data, most + 1)
    except zlib.error:
        text = b"x" * (most + 1)
    if len(text) > most or not opened.eof or opened.unused_data:
        raise EvidenceInvalid(_("The picture is damaged."))
    return text
