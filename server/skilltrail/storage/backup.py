"""Whole copies of a database, made while it is in use, and checked before anyone relies on them.

SQLite's backup interface copies page by page from one read transaction: writers go on, and the copy is the state of one
moment. The copy may have another key: pages are opened with the one and closed with the other.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from skilltrail.errors import BackupUnusable, DatabaseDamaged, KeyUnavailable, StorageError, StorageFull
from skilltrail.i18n import _
from skilltrail.storage.endings import MARK
from skilltrail.storage.engine import APPLICATION_ID, closed_reader, raw_connection
from skilltrail.storage.faults import translated
from skilltrail.storage.meta_queries import INSTANCE, REVISION
from skilltrail.storage.types import from_microseconds

PAGES_A_STEP = 2_000
"""8 MB: between two steps the copy can be given up."""

SPARE_BYTES = 16 * 1024 * 1024
"""Left free beside a copy: the history in use must go on growing."""

CARRIED_TABLES = (
    *("device", "session", "device_report", "ledger_row"),
    *("own_word", "allowance", "own_data", "preference"),
    *("tombstone", "forget_pass", "forget_target", "forget_entry", "forget_client", "forget_portfolio"),
    *("export_log", "export_member"),
)
"""What is about now, not about the history, so that a restore does not turn it back: who may come in, what the learner
wants hidden, what was forgotten and must stay so."""

CARRIED_VALUES = ("forget_key", "forget_epoch")
"""Named values of the same kind."""

_SIBLINGS = ("", "-wal", "-shm", "-journal", MARK)


class GivenUpError(Exception):
    """The caller wanted the copy no longer."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: rows by table, and what tells the learner which state it is."""

    tables: dict[str, int]
    schema_version: int
    revision: int
    instance_id: str | None
    exchanges: int
    newest_at: datetime | None
    identity: str | None = None

    def identity_instead(self, before: Contents | None) -> str | None:
        """Return the address of the key that signs here, where another did in ``before``."""
        known = None if before is None else before.identity
        return self.identity if known is not None and known != self.identity else None


def copy_database(
    source: Path,
    target: Path,
    *,
    key: bytes,
    target_key: bytes | None = None,
    closed: bool = False,
    given_up: Callable[[], bool] = lambda: False,
) -> Contents:
    """Write a verified copy of ``source`` to ``target``, which must be a name that nothing relies on yet.

    The copy is on the disk when this returns, mode 0600, and was compared with the source: quick_check and the rows of
    every table. ``target_key`` closes it; by default the source's key. ``closed``: nobody has the source open, so that
    it is read without leaving anything beside it.

    Raises
    ------
    StorageFull
        If there is no room for it.
    BackupUnusable
        If the copy is not what the source is.
    GivenUpError
        If ``given_up`` tells so between two steps.
    KeyUnavailable, DatabaseDamaged, StorageError
        If the source cannot be read. In every case nothing is left at ``target``.
    """
    try:
        with translated(writing=True):
            reader = _reader(source, key, closed=closed)
            try:
                contents = _copy(reader, target, target_key or key, given_up)
            finally:
                reader.close()
        _sync_file(target)
    except BaseException:
        remove_database(target)
        raise
    return contents


def _copy(reader: Any, target: Path, target_key: bytes, given_up: Callable[[], bool]) -> Contents:
    # One read transaction for everything: what is written meanwhile is not in the copy, and does not hold it up.
    reader.execute("BEGIN")
    before = _contents(reader)
    _refuse_if_tight(reader, target)
    _create_private(target)
    writer = raw_connection(target, target_key, mode="rw")
    try:
        # Nothing relies on the file before it was synced, so it needs no journal of its own.
        writer.execute("PRAGMA synchronous = OFF")
        writer.execute("PRAGMA journal_mode = OFF")
        _copy_pages(reader, writer, given_up)
        writer.execute("PRAGMA journal_mode = DELETE")
        _compare(before, _checked(writer))
    finally:
        writer.close()
    return before


def _copy_pages(reader: Any, writer: Any, given_up: Callable[[], bool]) -> None:
    try:
        reader.backup(writer, pages=PAGES_A_STEP, progress=_watch(given_up))
    except dbapi2.Error as error:
        # The driver gives these errors their words alone, not their number.
        match str(error):
            case "database or disk is full" | "disk I/O error":
                words = _("The disk is full, or does not take what is written. The copy was not kept.")
                raise StorageFull(words) from None
            case "database disk image is malformed" | "file is not a database":
                words = _("The database file is damaged. It was left as it is; restore a backup.")
                raise DatabaseDamaged(words) from None
        raise


def look_into(path: Path, key: bytes) -> Contents:
    """Check a closed database and return what it holds; the file is left as it is.

    Raises
    ------
    KeyUnavailable
        If the key does not open it.
    BackupUnusable
        If it is damaged, or no database of Skilltrail.
    """
    with translated():
        connection = _reader(path, key, closed=True)
        try:
            return _checked(connection)
        finally:
            connection.close()


def contents_of(path: Path, key: bytes) -> Contents:
    """Return what a database holds, open or not, without checking its pages."""
    with translated():
        connection = raw_connection(path, key, mode="ro")
        try:
            connection.execute("BEGIN")
            return _contents(connection)
        finally:
            connection.close()


def instance_of(path: Path, key: bytes) -> str | None:
    """Return which history a database is of; None where that cannot be read. Other parts of it may be damaged."""
    try:
        with translated(opened=True):
            connection = raw_connection(path, key, mode="ro")
            try:
                found = connection.execute("SELECT value FROM meta WHERE name = ?", (INSTANCE,)).fetchone()
            finally:
                connection.close()
    except StorageError:
        return None
    return None if found is None else str(found[0])


def fits(path: Path, key: bytes, *, closed: bool = False) -> bool:
    """Tell whether ``key`` opens the database at ``path``; changes nothing. ``closed``: nobody has it open."""
    try:
        with translated():
            connection = _reader(path, key, closed=closed)
            try:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            finally:
                connection.close()
    except KeyUnavailable:
        return False
    return True


def carry_over(source: Path, target: Path, *, key: bytes) -> frozenset[int]:
    """Put what is about now from ``source`` in place of what ``target`` holds of it; both have today's tables.

    Returns the ids of exchanges of ``source`` whose texts were removed: they are still counted there. What cannot be
    read for damage stays as ``target`` has it, each table by itself: above all the marks of what was forgotten come
    over.
    """
    with translated(writing=True):
        source_of_now, writer = _Readable(source, key), raw_connection(target, key, mode="rw")
        try:
            writer.execute("PRAGMA foreign_keys = OFF")
            writer.execute("BEGIN IMMEDIATE")
            for table in CARRIED_TABLES:
                found = source_of_now.read(f"SELECT * FROM {table}")  # noqa: S608 - names of our own tables
                if found is not None:
                    writer.execute(f"DELETE FROM {table}")  # noqa: S608 - same
                    _carry_rows(*found, writer, table)
            marks = ", ".join("?" for _name in CARRIED_VALUES)
            named = f"SELECT name, value FROM meta WHERE name IN ({marks})"  # noqa: S608 - question marks
            values = source_of_now.read(named, CARRIED_VALUES)
            if values is not None:
                _carry_rows(*values, writer, "meta")
            writer.execute("COMMIT")
            removed = source_of_now.read("SELECT id FROM exchange WHERE text_removed = 1")
            return frozenset(row[0] for row in removed[1]) if removed is not None else frozenset()
        finally:
            writer.close()
            source_of_now.close()


class _Readable:
    """A database that may be damaged in parts, read in one state as long as nothing damaged is met."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path, self._key = path, key
        self._connection = self._open()

    def read(self, question: str, values: Sequence[str] = ()) -> tuple[list[str], list[Any]] | None:
        """Return column names and rows; None where a page of them is damaged."""
        try:
            with translated(opened=True):
                found = self._connection.execute(question, values)
                return [column[0] for column in found.description], found.fetchall()
        except DatabaseDamaged:
            # SQLCipher refuses all that a connection asks for after it has met a damaged page.
            self._connection.close()
            self._connection = self._open()
            return None

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def _open(self) -> Any:
        connection = raw_connection(self._path, self._key, mode="ro")
        connection.execute("BEGIN")
        return connection


def _carry_rows(columns: Sequence[str], rows: Sequence[Any], writer: Any, table: str) -> None:
    names = ", ".join(columns)
    marks = ", ".join("?" for _column in columns)
    writer.executemany(f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - same


def write_anew(path: Path, key: bytes) -> None:
    """Write a closed database anew: what was deleted from it is in no byte of the file."""
    with translated():
        connection = raw_connection(path, key, mode="rw")
        try:
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("VACUUM")
        finally:
            connection.close()


def put_value(path: Path, key: bytes, name: str, value: str) -> None:
    """Set a named value in a closed database."""
    with translated():
        connection = raw_connection(path, key, mode="rw")
        try:
            connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))
        finally:
            connection.close()


def settle(path: Path) -> None:
    """Make a closed database and its name durable."""
    _sync_file(path)
    sync_folder(path.parent)


def remove_database(path: Path) -> None:
    """Remove a database file with everything that SQLite may have put beside it."""
    for ending in _SIBLINGS:
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable; Windows cannot open folders and needs none of this."""
    if sys.platform != "win32":
        _sync(folder, os.O_RDONLY)


def _reader(path: Path, key: bytes, *, closed: bool) -> Any:
    return closed_reader(path, key) if closed else raw_connection(path, key, mode="ro")


def _checked(connection: Any) -> Contents:
    """Return the contents of a database that passes the check, else raise BackupUnusable."""
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    if application_id != APPLICATION_ID:
        raise BackupUnusable(_("The file is no database of Skilltrail."))
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupUnusable(_("The copy is damaged; it was not kept. Try again, or choose another one."))
    return _contents(connection)


def _contents(connection: Any) -> Contents:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    tables = {name: _count(connection, name) for (name,) in sorted(names.fetchall())}
    newest = _one(connection, "SELECT max(asked_at) FROM exchange") if "exchange" in tables else None
    meta = dict(connection.execute("SELECT name, value FROM meta")) if "meta" in tables else {}
    return Contents(
        tables=tables,
        schema_version=_one(connection, "PRAGMA user_version"),
        revision=int(meta.get(REVISION, 0)),
        instance_id=meta.get(INSTANCE),
        exchanges=tables.get("exchange", 0),
        newest_at=None if newest is None else from_microseconds(newest),
        identity=_identity(connection) if "identity_key" in tables else None,
    )


def _identity(connection: Any) -> str | None:
    found = connection.execute("SELECT did FROM identity_key WHERE ended_at IS NULL").fetchone()
    return None if found is None else str(found[0])


def _compare(before: Contents, after: Contents) -> None:
    if before != after:
        raise BackupUnusable(_("The copy does not hold what the history holds; it was not kept. Try again."))


def _count(connection: Any, table: str) -> int:
    return int(_one(connection, f'SELECT count(*) FROM "{table}"'))  # noqa: S608 - names of our own tables


def _one(connection: Any, question: str) -> Any:
    return connection.execute(question).fetchone()[0]


def _watch(given_up: Callable[[], bool]) -> Callable[[int, int, int], None]:
    def progress(_status: int, _left: int, _total: int) -> None:
        if given_up():
            raise GivenUpError

    return progress


def _refuse_if_tight(connection: Any, target: Path) -> None:
    # SQLCipher answers the second of the two with a text.
    pages, size = int(_one(connection, "PRAGMA page_count")), int(_one(connection, "PRAGMA page_size"))
    needed = pages * size + SPARE_BYTES
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        words = _("There is no room for a copy: it needs {needed} MB and {free} MB are free. Nothing was changed.")
        raise StorageFull(words.format(needed=needed // 1_000_000 + 1, free=free // 1_000_000))


def _create_private(path: Path) -> None:
    remove_database(path)
    # Made with its mode, so that no other account can open it in between.
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _sync_file(path: Path) -> None:
    _sync(path, os.O_RDWR)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
