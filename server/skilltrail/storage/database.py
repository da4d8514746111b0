"""The open database: one writer, many readers, transactions as context managers."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from skilltrail.errors import DatabaseDamaged, DatabaseReplaced, StorageError
from skilltrail.i18n import _
from skilltrail.storage.endings import Ending, judge_ending, mark_closed, mark_open, mark_passing
from skilltrail.storage.engine import reader_engine, scrub, writer_engine
from skilltrail.storage.faults import damaged, translated
from skilltrail.storage.file_watch import FileWatch, rescue
from skilltrail.storage.migrate import prepare
from skilltrail.storage.once import reading_info
from skilltrail.storage.passage import Passage
from skilltrail.storage.touched import TouchedLog


class Database:
    """Gives out sessions; ``open_database`` makes it."""

    def __init__(self, *, path: Path, writer: Engine, reader: Engine, ending: Ending = Ending.CLOSED) -> None:
        self.path = path
        self.ending = ending
        self.touched = TouchedLog()
        self._writer = writer
        self._reader = reader
        self._watch = FileWatch(path)
        self._marked = False
        self._trouble: StorageError | None = None
        self._stopped: StorageError | None = None
        # SQLite has one writer; waiting here is fairer than its busy loop and never fails.
        self._turn = threading.Lock()
        self._passage = Passage()
        self._view = threading.local()

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
            with (
                translated(opened=True, writing=True),
                Session(self._writer, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session
            self.touched.publish(session)
            # Written into a file that lost its name meanwhile: that is not saved, and must not be acknowledged.
            self._refuse_if_stopped()
            if self._trouble is not None and not _is_tight(self.path):
                self._trouble = None
            if not self._marked:
                mark_open(self.path)
                self._marked = True

    @contextmanager
    def one_view(self) -> Iterator[None]:
        """Let all that this thread reads within the block see one state of the database, in one transaction.

        What the thread writes meanwhile is not seen by what it reads; so only what changes nothing stands in a block.
        """
        with self.read() as session:
            self._view.session = session
            try:
                yield
            finally:
                self._view.session = None

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that sees one state of the database and changes nothing."""
        shared: Session | None = getattr(self._view, "session", None)
        if shared is None:
            with self._read() as session:
                yield session
        else:
            yield shared

    @contextmanager
    def _read(self) -> Iterator[Session]:
        # In this order: the engine is looked up when the passage is free, for it may have been replaced meanwhile.
        with (
            self._passage.shared(),
            self._noticing(),
            translated(opened=True),
            Session(self._reader, autoflush=False, info=reading_info()) as session,
        ):
            yield session

    def trouble(self) -> StorageError | None:
        """Return what keeps the database from being written, as far as it is known; None when nothing does."""
        if self._stopped is None and self._watch.moved():
            with self._turn:
                self._notice_replacement()
        return self._stopped or self._trouble

    def scrub(self) -> None:
        """Write the whole file anew and empty the log: what was deleted is in no byte of either. Writers wait.

        Raises
        ------
        StorageError
            If there is no room, or somebody read for too long; it can be tried again.
        """
        with self._turn, self._noticing():
            self._refuse_if_stopped()
            with translated():
                done = scrub(self._writer)
            # Idle readers keep pages of before in their memory. Not earlier: the last connection takes the log with it.
            self._reader.dispose()
            if not done:
                raise StorageError(_("The database is busy; try again in a moment."))

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
        """Check as ``is_sound`` does, and the seal of every page of the file; writers wait meanwhile."""
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
        self._notice_replacement()
        if self._stopped is not None:
            raise self._stopped

    def _notice_replacement(self) -> None:
        if self._stopped is None and self._watch.moved():
            # Ours has lost its name and would be gone with this process; as long as it is open it can be copied.
            self._stopped = _replaced(rescue(self._writer, self.path))

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Remember what goes wrong; on a damaged database every further write could only make it worse."""
        try:
            yield
        except (DatabaseDamaged, DatabaseReplaced) as error:
            self._stopped = error
            raise
        except StorageError as error:
            self._trouble = error
            raise

    def close(self) -> None:
        """Close all connections; the writer goes last and folds the log into the database."""
        with self._turn:
            self._close_all()

    def replace(self, put: Callable[[], bytes], *, before: Callable[[], None] = lambda: None) -> None:
        """Close the file, let ``put`` set another in its place, and go on with that one.

        Parameters
        ----------
        put
            Renames the other file; returns the key that opens it. When it fails, the file of before goes on.
        before
            Runs first, while nobody writes and everybody may still read.

        Raises
        ------
        StorageError
            If somebody reads without an end.
        """
        with self._turn:
            before()
            with self._passage.alone(seconds=_ALONE_SECONDS):
                self._close_all()
                try:
                    key = put()
                    self._writer, self._reader = writer_engine(self.path, key), reader_engine(self.path, key)
                    self._trouble = self._stopped = None
                    self.touched.clear()
                finally:
                    self._watch = FileWatch(self.path)
                    mark_passing(self.path)

    def _close_all(self) -> None:
        moved = self._watch.moved()
        if not moved:
            mark_passing(self.path)
        self._marked = False
        self._reader.dispose()
        self._writer.dispose()
        # Of another file the mark says nothing: it stays, and the next start sees that its log is not that file's.
        if not moved:
            mark_closed(self.path)


_BATCH_BYTES = 2_000_000
"""The largest batch that is sent at once."""


def _is_tight(path: Path) -> bool:
    """Tell whether something small may still be saved and a batch may not."""
    return shutil.disk_usage(path.parent).free < _BATCH_BYTES


_INSTRUCTIONS = 20_000
"""Steps of SQLite's machine between two questions whether a check was given up."""


_ALONE_SECONDS = 30.0
"""How long a replacement waits for those who read; a page takes milliseconds, a check of everything some seconds."""


def _replaced(copy: Path | None) -> DatabaseReplaced:
    words = _(
        "Another file was put in the place of the database while Skilltrail was running, for example by a program that "
        "syncs folders. Nothing is saved until you start Skilltrail again; your browser keeps new chats meanwhile."
    )
    if copy is not None:
        words += " " + _("What was saved until then lies beside it in {name}.").format(name=copy.name)
    return DatabaseReplaced(words)


def open_database(path: Path, key: bytes, *, before_migration: Callable[[], object] = lambda: None) -> Database:
    """Open the database at ``path``, making or migrating it as needed; ``before_migration`` makes a backup.

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
        prepare(path, key, before_migration=before_migration)
    mark_passing(path)
    return Database(path=path, writer=writer_engine(path, key), reader=reader_engine(path, key), ending=ending)
