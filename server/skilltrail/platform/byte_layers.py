"""Opens the layers in which a file can carry a text: parts of archives, chunks of pictures, streams, encodings.

For looking through finished files of our own before they are handed out, not for reading anybody else's.
"""

from __future__ import annotations

import base64
import html
import re
import struct
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

DEPTH = 4
"""Layers that are opened in each other: a page in an archive that holds base64 of JSON."""

INFLATED_MOST = 64_000_000
"""Bytes that one compressed stream may become."""

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2}){6,}")
_STREAM = re.compile(rb"stream\r?\n")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\(.)", re.DOTALL)
_PDF_TEXT = re.compile(rb"\(((?:[^()\\]|\\.){1,4000})\)", re.DOTALL)
_PNG = b"\x89PNG\r\n\x1a\n"


def layers(data: bytes, depth: int = DEPTH) -> Iterator[bytes]:
    """Yield the bytes themselves, and whatever is found within them, opened and decoded."""
    yield data
    if depth:
        for found in _opened(data):
            if found and found != data:
                yield from layers(found, depth - 1)


def texts(data: bytes) -> Iterator[str]:
    """Yield a layer as text, in each way in which it may be meant."""
    plain = data.decode("utf-8", "replace")
    yield plain
    if "&" in plain:
        yield html.unescape(plain)
    if "\\" in plain:
        yield _ESCAPE.sub(_unescaped, plain)
    if "%" in plain:
        yield unquote_to_bytes(plain).decode("utf-8", "replace")
    if b"\0" in data:
        yield data.decode("utf-16-le", "replace")
        yield data.decode("utf-16-be", "replace")


def _unescaped(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits:
        return chr(int(digits, 16))
    return {"n": "\n", "t": "\t", "r": "\r"}.get(match[3], match[3])


def _opened(data: bytes) -> Iterator[bytes]:
    if data.startswith(_PNG):
        yield from _png(data)
    elif data.startswith(b"PK\x03\x04"):
        yield from _zip(data)
    elif data.startswith(b"%PDF-"):
        yield from _pdf(data)
    yield from _base64(data)
    for found in _HEX.finditer(data):
        yield bytes.fromhex(found[0].decode())


def _base64(data: bytes) -> Iterator[bytes]:
    for found in _BASE64.finditer(data):
        text = found[0].rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        # A run may begin anywhere in what was encoded: with each of the four places one decoding fits.
        for skip in range(4 if len(text) < 4_000 else 1):
            part = text[skip:]
            if len(part) % 4 != 1:
                found_bytes = base64.b64decode(part + b"=" * (-len(part) % 4))
                if _means_something(found_bytes):
                    yield found_bytes


_SEEN = bytes(range(0x20, 0x7F)) + b"\0\n\r\t"
_MAGIC = (_PNG, b"PK\x03\x04", b"%PDF-", b"x\x9c", b"x\xda", b"\x1f\x8b")


def _means_something(data: bytes) -> bool:
    """Tell whether bytes are text, or a file of a known kind, and not what a wrong place of decoding makes of any."""
    if data.startswith(_MAGIC) or len(data.translate(None, _SEEN)) * 20 <= len(data) * 9:
        return True
    text = data.decode("utf-8", "replace")
    return text.count("\N{REPLACEMENT CHARACTER}") * 20 <= len(text)


def _png(data: bytes) -> Iterator[bytes]:
    at = len(_PNG)
    while at + 12 <= len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 8 : at + 8 + size]
        yield body
        keyword, _zero, rest = body.partition(b"\0")
        if data[at + 4 : at + 8] in (b"zTXt", b"iTXt", b"iCCP"):
            for start in (1, rest.find(b"\0", 2) + 1):
                yield _inflated(rest[start:])
            yield _inflated(rest[2:].split(b"\0", 2)[-1])
        yield keyword
        at += 12 + size


def _zip(data: bytes) -> Iterator[bytes]:
    """Yield every member, by its local header: sizes stand there in archives of ours."""
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and at + 30 <= len(data):
        method, packed, names, extra = struct.unpack("<8xH8xI4xHH", data[at : at + 30])
        begin = at + 30 + names + extra
        yield data[at + 30 : at + 30 + names]
        body = data[begin : begin + packed]
        yield body if method == 0 else _inflated(body, raw=True)
        at = begin + packed
    yield data[at:]


def _pdf(data: bytes) -> Iterator[bytes]:
    """Yield streams as they are once inflated, and the texts in brackets put together without their kerning."""
    for found in _STREAM.finditer(data):
        end = data.find(b"endstream", found.end())
        body = data[found.end() : end if end >= 0 else len(data)]
        inflated = _inflated(body)
        yield inflated or body
        yield b"".join(match[1] for match in _PDF_TEXT.finditer(inflated))
    yield b"".join(match[1] for match in _PDF_TEXT.finditer(data))


def _inflated(data: bytes, *, raw: bool = False) -> bytes:
    try:
        return zlib.decompressobj(-15 if raw else 15).decompress(data, INFLATED_MOST)
    except zlib.error:
        return b""
