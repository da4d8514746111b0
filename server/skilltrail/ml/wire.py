"""Messages between Skilltrail and its model process: a length, then a pickle, over a private pipe."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import IO, Any

_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Request:
    """One call: a name that the child knows, and its arguments."""

    call: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave, or the class name and message of what went wrong (never any captured text)."""

    value: Any = None
    error: str | None = None
    message: str = ""


def write_message(stream: IO[bytes], message: Request | Answer) -> None:
    """Write one message and flush.

    Raises
    ------
    OSError
        If the other side has gone.
    """
    body = pickle.dumps(message, protocol=5)
    stream.write(_LENGTH.pack(len(body)))
    stream.write(body)
    stream.flush()


def read_message(stream: IO[bytes]) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        If the other side has gone, before or within a message.
    """
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
