"""One file per export format: files in, captured exchanges out, nothing written anywhere.

``look`` says what lies in files, folders and archives; ``read`` reads one of the sources it found. How to add a format
stands in docs/adding-a-format.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath

from skilltrail.errors import ImportFailed
from skilltrail.i18n import _
from skilltrail.importers.contract import ImportedConversation, LeftMember, Look, Reading, Skip, Source
from skilltrail.importers.formats import by_name
from skilltrail.importers.looking import look
from skilltrail.importers.splitter import NotJsonError
from skilltrail.importers.stream import NoExportError

__all__ = ["ImportedConversation", "LeftMember", "Look", "Skip", "Source", "look", "read"]


def read(source: Source | Path, *, now: datetime, start: int = 0) -> Iterator[ImportedConversation]:
    """Read one source, conversation by conversation, in bounded memory and the same order each time.

    Parameters
    ----------
    source
        One of ``look``'s sources; a path is looked at, and all of its sources are read one after the other.
    now
        The time of the import (aware, UTC); it becomes ``captured_at``.
    start
        Elements of a lower index are passed over: how an import goes on that was broken off.

    Raises
    ------
    ImportFailed
        If the file cannot be opened (any more), or is no export after all; ``ArchiveRefused`` if its archive is
        damaged or does not hold what its list says. The message names the file, never what stands in it.
    UnsupportedFormat
        If a path holds no known export.
    """
    if isinstance(source, Path):
        for found in look([source]).sources:
            yield from read(found, now=now)
        return
    name = PurePosixPath(source.key).name
    reading = Reading(name=name.rpartition(".")[0] or name, now=now, start=start)
    try:
        with source.place.open() as opened:
            yield from by_name(source.format).conversations(opened, reading)
    except NotJsonError:
        raise ImportFailed(_("{name} is not a JSON file.").format(name=name)) from None
    except NoExportError:
        raise ImportFailed(_("{name} holds no conversations.").format(name=name)) from None
