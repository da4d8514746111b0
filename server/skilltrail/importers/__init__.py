"""One file per export format: a file in, captured exchanges out, nothing written anywhere.

To add a format, write a module with ``read(source, *, now)`` that yields ``ImportedConversation`` and let ``detect``
name it. Formats are told by the keys of an element, never by the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from skilltrail.importers import chatgpt
from skilltrail.importers.contract import ImportedConversation, Skip
from skilltrail.importers.stream import elements

__all__ = ["ImportedConversation", "Skip", "read"]


def read(path: Path, *, now: datetime) -> Iterator[ImportedConversation]:
    """Read one export file, conversation by conversation, in bounded memory.

    Parameters
    ----------
    path
        A ``conversations.json`` of a ChatGPT data export.
    now
        The time of the import (aware, UTC); it becomes ``captured_at``.

    Raises
    ------
    ImportFailed
        If the file cannot be opened or is not JSON.
    UnsupportedFormat
        If its elements are of no known format.
    """
    for index, element in enumerate(elements(path)):
        yield chatgpt.conversation(element, index=index, now=now)
