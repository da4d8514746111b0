"""The open database: one writer, many readers, transactions as context managers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from skilltrail.errors import DatabaseDamaged, DatabaseReplaced, KeyUnavailable, StorageError
from skilltrail.i18n import _
from skilltrail.storage.endings import Ending, judge_ending, mark_closed, mark_closing, mark_open
from skilltrail.storage.engine import reader_engine, writer_engine
from skilltrail.storage.faults import damaged, translated
from skilltrail.storage.file_watch import FileWatch
from skilltrail.storage.migrate import prepare


class Database:
    """Gives out sessions; ``open_database`` makes it."""

    def __init__(self, *, path: Path, writer: Engine, reader: Engine, ending: Ending = Ending.CLOSED) -> None:
        self.path = path
        self.ending = ending
        self._writer = writer
        self._reader = reader
        self._watch = FileWatch(path)
        self._trouble: StorageError | None = None
        self._stopped: StorageError | None = None
        # SQLite has one writer; waiting here is fairer than its busy loop and never fails.
        self._turn = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that may change things; it is on the disk when the block is left without an error.

        Raises
        ------
        StorageFull, DatabaseDamaged, DatabaseReplaced, StorageError
            As SQLite and the file system report; nothing of the block is kept then.
        """
        with self._turn, self._noticing():
            self._refuse_if_stopped()
            with translated(), Session(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
            # Written into a file that lost its name meanwhile: that is not saved, and must not be acknowledged.
            self._refuse_if_stopped()
            self._trouble = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that sees one state of the database and changes nothing."""
        with self._noticing(), translated(), Session(self._reader, autoflush=False) as session:
            yield session

    def trouble(self) -> StorageError | None:
        """Return what keeps the database from being written, as far as it is known; None when nothing does."""
        if self._stopped is None and self._watch.moved():
            self._stopped = _replaced()
        return self._stopped or self._trouble

    def is_sound(self, *, given_up: Callable[[], bool] | None = None) -> bool:
        """Check every table, index and page that is in use; when it is not sound, nothing is written any more.

        Parameters
        ----------
        given_up
            Asked now and then; once it tells True the check ends, and nothing counts as found.
        """
        try:
            with self.read() as session:
                driver = session.connection().connection.dbapi_connection
                if driver is not None:
                    driver.set_progress_handler(given_up, _INSTRUCTIONS)
                try:
                    found = session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                finally:
                    if driver is not None:
                        driver.set_progress_handler(None, 0)
        except StorageError:
            return given_up is not None and given_up()
        if found != "ok":
            self._stopped = self._stopped or damaged()
        return bool(found == "ok")

    def is_whole(self) -> bool:
        """Check as ``is_sound`` does, and the seal of every page in the file, used or not; nobody writes meanwhile."""
        if not self.is_sound():
            return False
        with self._turn:
            try:
                with self.read() as session:
                    # A page of zeros passes for an empty one where SQLite reads it; only its seal tells.
                    broken = session.connection().exec_driver_sql("PRAGMA cipher_integrity_check").first()
            except StorageError:
                return False
        if broken is not None:
            self._stopped = self._stopped or damaged()
        return broken is None

    def _refuse_if_stopped(self) -> None:
        if self._stopped is None and self._watch.moved():
            self._stopped = _replaced()
        if self._stopped is not None:
            raise self._stopped

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Remember what goes wrong; on a damaged database every further write could only make it worse."""
        try:
            yield
        except KeyUnavailable:
            # The key fitted when it was opened: what no longer opens is no longer what was written.
            self._stopped = damaged()
            raise self._stopped from None
        except (DatabaseDamaged, DatabaseReplaced) as error:
            self._stopped = error
            raise
        except StorageError as error:
            self._trouble = error
            raise

    def close(self) -> None:
        """Close all connections; the writer goes last and folds the log into the database."""
        with self._turn:
            mark_closing(self.path)
            self._reader.dispose()
            self._writer.dispose()
            mark_closed(self.path)


_INSTRUCTIONS = 20_000
"""Steps of SQLite's machine between two questions whether a check was given up."""


def _replaced() -> DatabaseReplaced:
    words = _(
        "Another file was put in the place of the database while Skilltrail was running, for example by a program that "
        "syncs folders. Nothing is saved until you start Skilltrail again; your browser keeps new chats meanwhile."
    )
    return DatabaseReplaced(words)


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
    # Before anything is opened: SQLite would tidy away what shows how the database was left.
    ending = judge_ending(path)
    with translated():
        prepare(path, key)
    mark_open(path)
    return Database(path=path, writer=writer_engine(path, key), reader=reader_engine(path, key), ending=ending)
