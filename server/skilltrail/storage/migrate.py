"""From no file, or an older one, to today's tables; whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from skilltrail.errors import DatabaseDamaged, SchemaTooNew
from skilltrail.i18n import _
from skilltrail.storage.backup import sync_folder
from skilltrail.storage.engine import APPLICATION_ID, closed_reader, raw_connection, writer_engine
from skilltrail.storage.faults import translated
from skilltrail.storage.unchanged import changed_values

HEAD = "0014"
"""The newest migration; a test compares it with the files."""

SCHEMA_VERSION = 14
"""SQLite's user_version, raised with every migration: an older Skilltrail sees at once that it must not write."""

PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class _Found:
    """What a database says about itself."""

    application_id: int
    schema_version: int
    revision: str | None


def prepare(path: Path, key: bytes, *, before_migration: Callable[[], object] = lambda: None) -> None:
    """See to it that a database of today's form stands at ``path``; raises as ``open_database`` does.

    ``before_migration`` makes the backup that a migration needs; when it fails, nothing is migrated.
    """
    if not path.exists():
        _refuse_remains(path)
        _make(path, key)
        return
    found = _examine(path, key)
    _judge(found)
    # Importing Alembic costs more than the rest of the start together; most starts have nothing to migrate.
    if found.revision != HEAD:
        before_migration()
        with translated(opened=True, writing=True):
            _migrate(path, key)


def _refuse_remains(path: Path) -> None:
    # A log without its database holds acknowledged captures: an empty database beside it would bury them.
    if any(
        _sibling(path, ending).exists() and _sibling(path, ending).stat().st_size for ending in ("-wal", "-journal")
    ):
        raise DatabaseDamaged(
            _("The database file is gone, but its log is still there. Put the file back or restore a backup.")
        )


def _examine(path: Path, key: bytes) -> _Found:
    size = path.stat().st_size
    if size == 0 or size % PAGE_BYTES:
        raise DatabaseDamaged(_("The database file was cut off or emptied. It was left as it is; restore a backup."))
    # Read-only: a wrong key or a newer database must not even have its log folded in. Where a log is, its index must be
    # made, and a full disk has no room for that.
    with translated(writing=True):
        return _read_marks(path, key)


def _read_marks(path: Path, key: bytes) -> _Found:
    connection = closed_reader(path, key)
    try:
        application_id = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        named = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if named else None
    finally:
        connection.close()
    return _Found(application_id=application_id, schema_version=version, revision=row[0] if row else None)


def _judge(found: _Found) -> None:
    if found.application_id != APPLICATION_ID or found.revision is None:
        raise DatabaseDamaged(_("The file is not a database of Skilltrail. It was left as it is."))
    if found.schema_version > SCHEMA_VERSION:
        raise SchemaTooNew(
            _("The database was written by a newer Skilltrail. Install that version; nothing was changed.")
        )
    # Every migration raises both; a database in which they differ was not left by any Skilltrail.
    if found.schema_version < 1 or found.revision != f"{found.schema_version:04}":
        words = _("The database names two different versions of itself. It was left as it is; restore a backup.")
        raise DatabaseDamaged(words)


def _make(path: Path, key: bytes) -> None:
    """Make the database aside and rename it: a crash in between leaves no half database under the real name."""
    aside = path.with_name(path.name + ".new")
    for ending in ("", "-wal", "-shm", "-journal"):
        _sibling(aside, ending).unlink(missing_ok=True)
    # Made with its mode, so that no other account can open it in between.
    os.close(os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with translated(writing=True):
        _migrate(aside, key)
    aside.replace(path)
    sync_folder(path.parent)


def _migrate(path: Path, key: bytes) -> None:
    engine = writer_engine(path, key)
    try:
        with engine.connect() as connection:
            _pragma(connection, "foreign_keys = OFF")
            with connection.begin():
                allowed = _upgrade(connection)
                _check_values(connection, path, key, allowed)
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> frozenset[str]:
    """Run the migrations; return the tables and columns that they name as changed on purpose."""
    from alembic import command  # noqa: PLC0415 - see prepare
    from alembic.config import Config  # noqa: PLC0415 - see prepare
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 - see prepare
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see prepare

    before = row_counts(connection)
    config = Config()
    config.set_main_option("script_location", "skilltrail.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    standing = MigrationContext.configure(connection).get_current_revision()
    steps = ScriptDirectory.from_config(config).iterate_revisions("heads", standing or "base")
    allowed = frozenset[str]().union(*(getattr(step.module, "CHANGES", ()) for step in steps))
    command.upgrade(config, "head")
    _check(connection, before, allowed=allowed)
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return allowed


def _check(connection: Connection, before: dict[str, int], *, allowed: frozenset[str] = frozenset()) -> None:
    """Refuse a migration that lost rows: with foreign keys on, a batch change would have deleted all children."""
    after = row_counts(connection)
    kept = before.keys() - {"alembic_version"} - allowed
    lost = sorted(table for table in kept if after.get(table) != before[table])
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if lost or broken:
        words = _("The database could not be brought to the new version without loss ({tables}); nothing was changed.")
        raise DatabaseDamaged(words.format(tables=", ".join(lost) or "references"))


def _check_values(connection: Connection, path: Path, key: bytes, allowed: frozenset[str]) -> None:
    """Refuse a migration that changed a value which it did not name in its CHANGES."""
    reader = raw_connection(path, key, mode="ro")
    try:
        changed = changed_values(reader, connection, allowed=allowed)
    finally:
        reader.close()
    if changed:
        words = _("The database could not be brought to the new version unchanged ({tables}); nothing was changed.")
        raise DatabaseDamaged(words.format(tables=", ".join(changed)))


def row_counts(connection: Connection) -> dict[str, int]:
    """Return the number of rows of every table."""
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    ).scalars()
    return {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for name in names.all()}  # noqa: S608 - names of our own tables


def _pragma(connection: Connection, words: str) -> None:
    # Inside a transaction SQLite ignores this setting without a word, and SQLAlchemy begins one at the first statement.
    driver = connection.connection.dbapi_connection
    if driver is not None:
        driver.cursor().execute(f"PRAGMA {words}")


def _sibling(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
