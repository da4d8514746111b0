"""The open database: one writer, many readers, transactions as context managers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from skilltrail.errors import StorageError
from skilltrail.storage.engine import reader_engine, writer_engine
from skilltrail.storage.faults import translated
from skilltrail.storage.migrate import prepare


class Database:
    """Gives out sessions; ``open_database`` makes it."""

    def __init__(self, *, path: Path, writer: Engine, reader: Engine) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        # SQLite has one writer; waiting here is fairer than its busy loop and never fails.
        self._turn = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that may change things; it is on the disk when the block is left without an error.

        Raises
        ------
        StorageFull, DatabaseDamaged, StorageError
            As SQLite reports; nothing of the block is kept then.
        """
        with self._turn, translated(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that sees one state of the database and changes nothing."""
        with translated(), Session(self._reader, autoflush=False) as session:
            yield session

    def is_sound(self) -> bool:
        """Check every page and index; reads the whole file."""
        try:
            with self.read() as session:
                found = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                return bool(found == "ok")
        except StorageError:
            return False

    def close(self) -> None:
        """Close all connections; the writer goes last and folds the log into the database."""
        with self._turn:
            self._reader.dispose()
            self._writer.dispose()


def open_database(path: Path, key: bytes) -> Database:
    """Open the database at ``path``, making or migrating it as needed.

    Raises
    ------
    KeyUnavailable
        If the key does not fit.
    SchemaTooNew
        If a newer Skilltrail wrote it.
    DatabaseDamaged
        If it is no database of ours, or parts of it are missing.
    StorageError
        For everything else; in every case the file is left untouched.
    """
    with translated():
        prepare(path, key)
    return Database(path=path, writer=writer_engine(path, key), reader=reader_engine(path, key))
