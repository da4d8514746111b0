"""Messages between Skilltrail and a helper process of its own: a length, then a pickle, over a private pipe."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


def send(stream: IO[bytes], message: object) -> None:
    """Write one message and flush; raises OSError if the other side has gone."""
    body = pickle.dumps(message, protocol=5)
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; raises EOFError if the other side has gone, before or within a message."""
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    # Both ends are this program, and nobody else can open the pipe: the usual warning about pickle does not apply.
    return pickle.loads(_read(stream, length))  # noqa: S301


def _read(stream: IO[bytes], size: int) -> bytes:
    parts = []
    while size:
        part = stream.read(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
