"""Elements of a JSON file, one by one: an export may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from skilltrail.errors import ImportFailed
from skilltrail.i18n import _
from skilltrail.importers.shallow import ShallowReader, StrayBlankError, TooDeepError
from skilltrail.importers.surrogates import RepairedReader

_HEAD_BYTES = 65_536


def elements(path: Path) -> Iterator[Any]:
    """Yield the elements of a top-level array, of ``{"conversations": […]}``, or the one bare object of ``path``.

    Raises
    ------
    ImportFailed
        If the file cannot be read, is not complete JSON or nested too deeply. The message names the file, never what
        stands in it.
    """
    try:
        with path.open("rb") as source:
            yield from ijson.items(ShallowReader(RepairedReader(source)), _prefix(source), use_float=True)
    except OSError as error:
        raise ImportFailed(_("{name} could not be opened: {why}").format(name=path.name, why=error.strerror)) from error
    except TooDeepError:
        raise ImportFailed(_("{name} is nested too deeply to be an export.").format(name=path.name)) from None
    except (ijson.JSONError, UnicodeDecodeError, StrayBlankError) as error:
        # Not chained into the message: a parser's words can hold a piece of the text.
        raise ImportFailed(_("{name} is not a complete JSON file.").format(name=path.name)) from error


def _prefix(source: BinaryIO) -> str:
    """Tell by the first bytes where the elements stand, and leave ``source`` behind a byte order mark."""
    head = source.read(_HEAD_BYTES)
    start = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    source.seek(start)
    stripped = head[start:].lstrip()
    if stripped.startswith(b"["):
        return "item"
    return "conversations.item" if b'"conversations"' in head[:4096] else ""
