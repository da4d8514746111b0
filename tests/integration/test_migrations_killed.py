"""Migrations are whole or not at all: killed at statements, with a full disk, from wrong beginnings; a backup is first.

The long form, every statement of every version, is ``tests/torture/test_migrations.py``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.pool import Pool

from migrating import ROWS, content, fill, killed_at_statement, make_version, tables, version_of, versions
from skilltrail.application import Application
from skilltrail.application.opening import DATABASE_FILE
from skilltrail.config import Settings
from skilltrail.domain.backups import Reason
from skilltrail.errors import DatabaseDamaged, SchemaTooNew, StorageFull
from skilltrail.storage import backup, migrate
from skilltrail.storage.backup import look_into
from skilltrail.storage.engine import raw_connection

pytestmark = pytest.mark.usefixtures("real_migrations")
KEY = b"k" * 32
OLD = versions()[:-1]
NEXT = f"{migrate.SCHEMA_VERSION + 1:04}"


def make_filled(path: Path, version: str) -> dict[str, dict[str, str]]:
    make_version(path, KEY, version)
    fill(path, KEY)
    return content(path, KEY)


class Versions:
    """Filled databases of the older versions, each made once and copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contents: dict[str, dict[str, dict[str, str]]] = {}
        self._statements: dict[str, int] = {}

    def put(self, path: Path, version: str) -> dict[str, dict[str, str]]:
        """Put a database of a version at ``path`` and return what it holds."""
        kept = self._folder / f"{version}.db"
        if version not in self._contents:
            self._contents[version] = make_filled(kept, version)
        shutil.copy(kept, path)
        return self._contents[version]

    def statements(self, version: str) -> int:
        """Return how many statements a migration from ``version`` runs."""
        if version not in self._statements:
            path = self._folder / f"count-{version}.db"
            self.put(path, version)
            self._statements[version] = count_statements(path)
        return self._statements[version]


@pytest.fixture(scope="module")
def old_versions(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    return Versions(tmp_path_factory.mktemp("versions"))


def shared(before: dict[str, dict[str, str]]) -> dict[str, list[str]]:
    return {table: list(columns) for table, columns in before.items()}


@pytest.mark.parametrize("version", OLD)
def test_every_older_version_comes_to_todays_tables_with_every_value(
    tmp_path: Path, old_versions: Versions, version: str
) -> None:
    path = tmp_path / "old.db"
    before = old_versions.put(path, version)

    migrate.prepare(path, KEY)

    assert version_of(path, KEY) == (migrate.HEAD, migrate.SCHEMA_VERSION)
    assert content(path, KEY, shared(before)) == before
    held = look_into(path, KEY)
    assert {table: held.tables[table] for table in before} == dict.fromkeys(before, ROWS)


@pytest.mark.parametrize("version", OLD)
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_killed_on_the_way_it_is_the_old_one_or_the_new_one(
    tmp_path: Path, old_versions: Versions, version: str, share: float
) -> None:
    path = tmp_path / "old.db"
    before = old_versions.put(path, version)
    number = max(1, round(share * old_versions.statements(version)))

    assert killed_at_statement(path, KEY, number)

    check_and_finish(path, before, version)


def count_statements(path: Path) -> int:
    """Migrate a database and return how many statements that took."""
    seen: list[str] = []

    def watch(driver: Any, _record: Any) -> None:
        driver.set_trace_callback(seen.append)

    event.listen(Pool, "connect", watch)
    try:
        migrate.prepare(path, KEY)
    finally:
        event.remove(Pool, "connect", watch)
    return len(seen)


def check_and_finish(path: Path, before: dict[str, dict[str, str]], version: str) -> None:
    """After a death: one of the two versions, whole; and the next start comes to the new one."""
    standing = version_of(path, KEY)
    assert standing in ((version, int(version)), (migrate.HEAD, migrate.SCHEMA_VERSION))
    assert content(path, KEY, shared(before)) == before
    connection = raw_connection(path, KEY, mode="ro")
    names = tables(connection)
    connection.close()
    if standing[0] == version:
        assert set(names) == set(before)
    migrate.prepare(path, KEY)
    assert version_of(path, KEY) == (migrate.HEAD, migrate.SCHEMA_VERSION)
    assert content(path, KEY, shared(before)) == before


# --- an artificial migration that rebuilds a parent of many children ------------------------------------------------


def rebuild_parents(monkeypatch: pytest.MonkeyPatch, *, after: Callable[[Connection], None] = lambda _c: None) -> None:
    """Make the next migration rebuild two parent tables, as a batch change does."""
    import sqlalchemy as sa
    from alembic import command
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    def upgrade(config: Any, _target: str) -> None:
        connection: Connection = config.attributes["connection"]
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        for table in ("conversation", "exchange"):
            with operations.batch_alter_table(table, recreate="always") as batch:
                batch.add_column(sa.Column("added", sa.Integer(), server_default="7"))
        connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{NEXT}'"))
        after(connection)

    monkeypatch.setattr(migrate, "HEAD", NEXT)
    monkeypatch.setattr(migrate, "SCHEMA_VERSION", int(NEXT))
    monkeypatch.setattr(command, "upgrade", upgrade)


@pytest.fixture
def full(tmp_path: Path, old_versions: Versions) -> Path:
    path = tmp_path / "full.db"
    old_versions.put(path, versions()[-1])
    return path


def test_rebuilding_parents_keeps_all_children(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(full, KEY)
    rebuild_parents(monkeypatch)

    migrate.prepare(full, KEY)

    assert content(full, KEY, shared(before)) == before
    assert version_of(full, KEY) == (NEXT, int(NEXT))


def test_with_foreign_keys_on_it_would_have_lost_them_and_is_refused(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the check can fail: this is the trap of security-reliability, section 1.2."""
    before = content(full, KEY)
    rebuild_parents(monkeypatch)
    monkeypatch.setattr(migrate, "_pragma", lambda _connection, _words: None)

    with pytest.raises(DatabaseDamaged, match="exchange_text"):
        migrate.prepare(full, KEY)

    assert content(full, KEY) == before


@pytest.mark.parametrize("number", range(2, 60, 6))
def test_killed_while_it_rebuilds_nothing_is_lost(full: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    before = content(full, KEY)
    rebuild_parents(monkeypatch)

    died = killed_at_statement(full, KEY, number)

    assert died or number > 30
    assert content(full, KEY, shared(before)) == before
    migrate.prepare(full, KEY)
    assert content(full, KEY, shared(before)) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exchange_text SET reply = 'changed' WHERE exchange_id = 2",
        "UPDATE exchange SET model = NULL WHERE id = 1",
        "UPDATE embedding SET vector = x'00' WHERE exchange_id = 3",
        "DROP TABLE topic_run",
        "ALTER TABLE exchange DROP COLUMN extractor",
        "UPDATE area SET id = id + 10",
    ],
)
def test_a_value_that_a_migration_did_not_name_may_not_change(
    full: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    before = content(full, KEY)
    rebuild_parents(monkeypatch, after=lambda connection: connection.exec_driver_sql(statement) and None)

    with pytest.raises(DatabaseDamaged):
        migrate.prepare(full, KEY)

    assert content(full, KEY) == before
    assert version_of(full, KEY) == (f"{int(NEXT) - 1:04}", int(NEXT) - 1)


def test_what_a_migration_names_may_change() -> None:
    from skilltrail.storage.unchanged import changed_values

    class Named:
        """One table with one row."""

        def __init__(self, value: str) -> None:
            self.value = value

        def execute(self, question: str) -> Rows:
            return self.exec_driver_sql(question)

        def exec_driver_sql(self, question: str) -> Rows:
            if "pragma_table_list" in question:
                return Rows([("t",)])
            if "table_info" in question:
                return Rows([(0, "id", "", 0, None, 1), (1, "a", "", 0, None, 0)])
            return Rows([(1, self.value)] if '"a"' in question else [(1,)])

    one, other = Named("before"), Named("after")
    assert changed_values(one, other, allowed=frozenset()) == ["t"]  # type: ignore[arg-type]
    assert changed_values(one, other, allowed=frozenset({"t.a"})) == []  # type: ignore[arg-type]
    assert changed_values(one, other, allowed=frozenset({"t"})) == []  # type: ignore[arg-type]


class Rows:
    """The part of a cursor that is asked for."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def fetchmany(self, _size: int) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows, []
        return rows

    def scalars(self) -> list[Any]:
        return [row[0] for row in self._rows]


# --- full disk, wrong beginnings ------------------------------------------------------------------------------------


def test_a_disk_that_fills_up_inside_leaves_the_old_one(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(full, KEY)
    pages = full.stat().st_size // 4096
    rebuild_parents(monkeypatch)

    def tight(driver: Any, _record: Any) -> None:
        driver.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Pool, "connect", tight)
    try:
        with pytest.raises(StorageFull):
            open_translated(full)
    finally:
        event.remove(Pool, "connect", tight)

    assert content(full, KEY) == before
    migrate.prepare(full, KEY)
    assert content(full, KEY, shared(before)) == before


def open_translated(path: Path) -> None:
    from skilltrail.storage.database import open_database

    open_database(path, KEY).close()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("revision", "number", "error"),
    [
        ("9999", 9999, SchemaTooNew),
        (versions()[0], 9999, SchemaTooNew),
        (versions()[0], 0, DatabaseDamaged),
        ("0000", 0, DatabaseDamaged),
        ("nonsense", 1, DatabaseDamaged),
        ("", 1, DatabaseDamaged),
        (versions()[-1], 1, DatabaseDamaged),
        (versions()[0], migrate.SCHEMA_VERSION, DatabaseDamaged),
    ],
)
def test_a_newer_or_impossible_beginning_is_refused_and_left_untouched(
    tmp_path: Path, revision: str, number: int, error: type[Exception]
) -> None:
    path = tmp_path / "odd.db"
    make_filled(path, versions()[0])
    connection = raw_connection(path, KEY, mode="rw")
    connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.execute(f"PRAGMA user_version = {number}")
    connection.close()
    before = digest(path)

    with pytest.raises(error):
        migrate.prepare(path, KEY)

    assert digest(path) == before


# --- the backup before ----------------------------------------------------------------------------------------------


@pytest.fixture
def old_home(settings: Settings) -> Settings:
    """A data folder that an older Skilltrail left."""
    with Application.open(settings) as application:
        key = application._held.raw
    path = settings.home / DATABASE_FILE
    path.unlink()
    make_version(path, key, versions()[0])
    fill(path, key)
    return settings


def test_a_verified_backup_is_made_before_the_migration(old_home: Settings) -> None:
    with Application.open(old_home) as application:
        (made,) = application.backups.listing()
        held = look_into(application.backups.folder / made.name, application._held.raw)

    assert (made.reason, made.schema_version) == (Reason.MIGRATION, int(versions()[0]))
    assert held.tables["exchange"] == ROWS


def test_without_room_for_the_backup_nothing_is_migrated(old_home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(old_home.home / DATABASE_FILE)
    usage = backup.shutil.disk_usage("/")
    monkeypatch.setattr(backup.shutil, "disk_usage", lambda _path: usage._replace(free=0))

    with pytest.raises(StorageFull):
        Application.open(old_home)

    assert digest(old_home.home / DATABASE_FILE) == before
    monkeypatch.undo()
    with Application.open(old_home) as application:
        assert application.is_sound()
