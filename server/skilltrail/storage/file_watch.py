"""Whether the open database is still the one that has its name: sync programs and restores put others in its place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2


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


def rescue(writer: Engine, path: Path) -> Path | None:
    """Copy the database that ``writer`` still holds open to a new file beside ``path``; None if that cannot be done."""
    target = next(found for number in range(1, 1000) if not (found := _rescued(path, number)).exists())
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with _raw(writer) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
    except (OSError, dbapi2.Error, DBAPIError):
        target.unlink(missing_ok=True)
        return None
    return target


def _rescued(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-rescued-{number}{path.suffix}")


@contextmanager
def _raw(engine: Engine) -> Iterator[Any]:
    # Past SQLAlchemy, which would begin a transaction: VACUUM runs in none.
    borrowed = engine.raw_connection()
    try:
        yield borrowed.driver_connection
    finally:
        borrowed.close()
