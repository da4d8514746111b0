"""How Skilltrail talks to SQLite: encrypted, every commit on the disk, one writer, readers apart."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlcipher3 import dbapi2

APPLICATION_ID = 0x534B5452  # "SKTR": tells `file` and us whose database this is
BUSY_MILLISECONDS = 5_000
READERS = 4
READERS_MOST = 16
JOURNAL_LIMIT = 64 * 1024 * 1024  # bytes that a write-ahead log may keep after a checkpoint


def writer_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of the one connection that writes and checkpoints.

    One connection for both takes away the condition of SQLite's WAL-reset fault (two connections, one of them
    checkpointing while the other restarts the log).
    """
    engine = _engine(lambda: _connect(path, key, _WRITER), size=1, overflow=0)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reader_engine(path: Path, key: bytes) -> Engine:
    """Return the engine of the connections that only read; each transaction sees one state of the database."""
    engine = _engine(lambda: _connect(path, key, _READER), size=READERS, overflow=READERS_MOST - READERS)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def scrub(engine: Engine) -> bool:
    """Write the writer's database anew without free pages and empty its log; return False if a reader held the log.

    Deleting with secure_delete overwrites rows, but SQLite also leaves copies of them where it moved rows between
    pages before; only pages that are written anew hold nothing but what is there.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        row = cursor.fetchone()
        return row is not None and row[0] == 0
    finally:
        connection.close()


def raw_connection(path: Path, key: bytes, *, mode: str) -> Any:
    """Return a bare connection in URI ``mode`` ("ro" changes nothing in the database or its log)."""
    connection = dbapi2.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    unlock(connection, key)
    return connection


def closed_reader(path: Path, key: bytes) -> Any:
    """Return a bare connection that only reads a database which nobody has open, and leaves nothing beside it.

    In log mode even a reader makes an index and an empty log, unless it may take the file for one that nobody changes.
    A file with a log of its own is not whole without it.
    """
    alone = not path.with_name(path.name + "-wal").exists()
    return raw_connection(path, key, mode="ro&immutable=1" if alone else "ro")


def unlock(connection: Any, key: bytes) -> None:
    """Give the raw key; whether it fits shows at the first read."""
    # SQLCipher writes a wrong key's failure to standard error; we say it ourselves, once and in words.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")


_COMMON = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA temp_store = MEMORY",  # sorting must not leave captured text in a temporary file
)
_WRITER = (
    *_COMMON,
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    f"PRAGMA journal_size_limit = {JOURNAL_LIMIT}",
)
_READER = (*_COMMON, "PRAGMA query_only = ON", "PRAGMA wal_autocheckpoint = 0", "PRAGMA cache_size = -16000")
# Only macOS's fsync leaves data in the drive's cache.
_MACOS = ("PRAGMA fullfsync = ON", "PRAGMA checkpoint_fullfsync = ON")


def _engine(connect: Callable[[], Any], *, size: int, overflow: int) -> Engine:
    # Parameters hold captured text; they must not stand in an error's message.
    return create_engine(
        "sqlite://",
        module=dbapi2,
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=overflow,
        hide_parameters=True,
    )


def _connect(path: Path, key: bytes, pragmas: tuple[str, ...]) -> Any:
    # mode=rw: opening never makes a file, so a database that is gone is noticed and not replaced by an empty one.
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = dbapi2.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    try:
        unlock(connection, key)
        for pragma in pragmas + (_MACOS if sys.platform == "darwin" else ()):
            connection.execute(pragma)
    except dbapi2.Error:
        connection.close()
        raise
    return connection


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
