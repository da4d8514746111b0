"""Databases of every version, with rows in every table, and migrations that are killed at a chosen statement."""

from __future__ import annotations

import hashlib
import os
import signal
import traceback
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.pool import Pool

from skilltrail.storage import migrate
from skilltrail.storage.engine import APPLICATION_ID, raw_connection, writer_engine

ROWS = 3
"""Rows in every table of a filled database."""


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", "skilltrail.storage:migrations")
    made.set_main_option("path_separator", "os")
    return made


def versions() -> list[str]:
    """Return all versions, the oldest first."""
    script = ScriptDirectory.from_config(config())
    return [step.revision for step in reversed(list(script.walk_revisions()))]


def make_version(path: Path, key: bytes, version: str) -> None:
    """Make a database as the Skilltrail of a version left it."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    engine = writer_engine(path, key)
    with engine.connect() as connection, connection.begin():
        wanted = config()
        wanted.attributes["connection"] = connection
        command.upgrade(wanted, version)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {int(version)}")
    engine.dispose()


def fill(path: Path, key: bytes) -> dict[str, int]:
    """Put rows into every table, with references that hold; return how many."""
    connection = raw_connection(path, key, mode="rw")
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN")
    counts = {}
    for table in tables(connection):
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        for row in range(1, ROWS + 1):
            values = [_value(connection, table, column, row) for column in columns]
            marks = ", ".join("?" for _column in columns)
            connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', values)
        counts[table] = ROWS
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.execute("COMMIT")
    connection.close()
    return counts


def _value(connection: Any, table: str, column: Any, row: int) -> object:
    parents = {key[3]: key[2] for key in connection.execute(f'PRAGMA foreign_key_list("{table}")')}
    if column[1] in parents:
        kind = _kind_of_key(connection, parents[column[1]])
        return _plain(kind, "id", row)
    return _plain(column[2], column[1], row)


def _kind_of_key(connection: Any, table: str) -> str:
    return next(column[2] for column in connection.execute(f'PRAGMA table_info("{table}")') if column[5])


def _plain(kind: str, name: str, row: int) -> object:
    kind = kind.upper()
    if kind == "BLOB":
        return f"{name}-{row}".encode()
    if kind == "TEXT":
        return "{}"
    if kind == "BOOLEAN":
        return row % 2
    if any(word in kind for word in ("INT", "DOUBLE", "FLOAT", "NUMERIC")):
        return row
    return f"{name}-{row}"


def tables(connection: Any) -> list[str]:
    names = connection.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    # Triggers fill the last four with the texts.
    others = ("alembic_version", "search_entry", "review_scan", "context_scan", "log_due")
    return sorted(name for (name,) in names if name not in others and not name.startswith("sqlite_"))


def content(path: Path, key: bytes, only: dict[str, list[str]] | None = None) -> dict[str, dict[str, str]]:
    """Return a digest of every column of every table; ``only`` names those that are asked for."""
    connection = raw_connection(path, key, mode="ro")
    found: dict[str, dict[str, str]] = {}
    for table in only or tables(connection):
        names = (only or {}).get(table) or [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        found[table] = {
            name: hashlib.sha256(
                repr(sorted(map(repr, connection.execute(f'SELECT "{name}" FROM "{table}"')))).encode()
            ).hexdigest()
            for name in names
        }
    connection.close()
    return found


def version_of(path: Path, key: bytes) -> tuple[str, int]:
    connection = raw_connection(path, key, mode="ro")
    revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    number = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    return revision, number


def killed_at_statement(path: Path, key: bytes, number: int, prepare: Callable[[], None] = lambda: None) -> bool:
    """Migrate in a child that dies by kill -9 before its statement ``number``; return whether it died."""
    child = os.fork()
    if child == 0:
        try:
            prepare()
            _die_at(number)
            migrate.prepare(path, key)
        except BaseException:  # noqa: BLE001 - told here, for the parent sees a status alone
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    _child, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.waitstatus_to_exitcode(status) == 0, f"the migration failed by itself ({status})"
    return killed


def _die_at(number: int) -> None:
    seen = count(1)

    def trace(_statement: str) -> None:
        if next(seen) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Pool, "connect", lambda driver, _record: driver.set_trace_callback(trace))
