"""Whether the open database is still the one that has its name: sync programs and restores put others in its place."""

from __future__ import annotations

from pathlib import Path


class FileWatch:
    """Remembers a database's files; ``moved`` asks the file system, which costs a few microseconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(path.name + "-wal")
        self._known = {path: _number(path)}

    def moved(self) -> bool:
        """Tell whether the database or its log is gone or another file than before."""
        if self._log not in self._known and (number := _number(self._log)) is not None:
            # SQLite makes the log at the first transaction and keeps it until the last connection closes.
            self._known[self._log] = number
        return any(_number(path) != number for path, number in self._known.items())


def _number(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
