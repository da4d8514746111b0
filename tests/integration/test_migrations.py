"""From nothing to today's tables, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from skilltrail.errors import DatabaseDamaged
from skilltrail.storage import access_models, migrate
from skilltrail.storage.database import open_database
from skilltrail.storage.engine import raw_connection, writer_engine
from skilltrail.storage.meta_queries import get_value, set_value
from skilltrail.storage.models import Base

KEY = b"k" * 32
pytestmark = pytest.mark.usefixtures("real_migrations")
NEXT = f"{migrate.SCHEMA_VERSION + 1:04}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "skilltrail.db"


def test_the_first_migration_makes_exactly_the_tables_of_the_models(path: Path) -> None:
    assert access_models.DeviceRow.metadata is Base.metadata
    database = open_database(path, KEY)

    with database.write() as session:
        context = MigrationContext.configure(
            session.connection(),
            opts={"compare_type": _same_kind, "compare_server_default": True, "include_name": _is_ours},
        )
        differences = compare_metadata(context, Base.metadata)

    database.close()
    assert differences == []


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Tell whether a model stands for it; the word index is SQLite's own."""
    return kind != "table" or not str(name).startswith("search_words")


def _same_kind(_context: Any, _column: Any, _meta: Any, inspected: Any, declared: Any) -> bool:
    """Compare by what SQLite keeps; our own types stand on plain ones."""
    plain = getattr(declared, "impl_instance", declared)
    return type(inspected)._type_affinity is not type(plain)._type_affinity


def test_every_constraint_has_a_name(path: Path) -> None:
    unnamed = [
        (table.name, type(constraint).__name__)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]

    assert unnamed == []


def test_the_head_named_in_the_code_is_the_newest_file() -> None:
    script = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))

    assert script.get_heads() == [migrate.HEAD]
    assert len(list(script.walk_revisions())) == migrate.SCHEMA_VERSION


def test_an_older_database_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_with_rows(path)
    monkeypatch.setattr(migrate, "HEAD", NEXT)
    monkeypatch.setattr(migrate, "SCHEMA_VERSION", int(NEXT))
    steps = run_instead(monkeypatch, ["CREATE TABLE newer (id INTEGER PRIMARY KEY)"])

    database = open_database(path, KEY)

    assert steps == ["upgrade"]
    with database.read() as session:
        assert get_value(session, "kept") == "yes"
        assert session.execute(text("SELECT count(*) FROM newer")).scalar() == 0
        assert session.connection().exec_driver_sql("PRAGMA user_version").scalar() == int(NEXT)
    database.close()


@pytest.mark.parametrize(
    "statements",
    [
        ["DELETE FROM exchange_text"],
        ["CREATE TABLE newer (id INTEGER)", "INSERT INTO newer VALUES (1)", "SELECT * FROM no_such_table"],
        [
            "INSERT INTO exchange_text VALUES (99, 'p', 'r', '[]', '[]')",
            "DELETE FROM exchange_text WHERE exchange_id = 1",
        ],
        ["UPDATE exchange SET conversation_id = 77"],
    ],
    ids=["rows lost", "fails half-way", "rows exchanged", "reference broken"],
)
def test_a_migration_that_fails_or_loses_rows_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, statements: list[str]
) -> None:
    make_with_rows(path)
    monkeypatch.setattr(migrate, "HEAD", NEXT)
    run_instead(monkeypatch, statements)

    with pytest.raises(Exception) as failed:
        open_database(path, KEY)

    assert not isinstance(failed.value, AssertionError)
    monkeypatch.undo()
    database = open_database(path, KEY)
    with database.read() as session:
        assert session.execute(text("SELECT prompt FROM exchange_text")).scalars().all() == ["p"]
        assert session.execute(text("SELECT conversation_id FROM exchange")).scalars().all() == [1]
        assert not session.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'newer'")).all()
    database.close()


def test_rebuilding_a_parent_table_keeps_its_children(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With foreign keys on, a batch change of a parent deletes all its children (security-reliability, section 1.2)."""
    make_with_rows(path)
    monkeypatch.setattr(migrate, "HEAD", NEXT)
    run_instead(
        monkeypatch,
        [
            "CREATE TABLE conversation_new AS SELECT * FROM conversation",
            "DROP TABLE conversation",
            """CREATE TABLE conversation (id INTEGER PRIMARY KEY, provider VARCHAR, source_id VARCHAR, account VARCHAR,
            title VARCHAR, titled_at BIGINT, project_id VARCHAR, gizmo_id VARCHAR, extra VARCHAR)""",
            "INSERT INTO conversation SELECT *, NULL FROM conversation_new",
            "DROP TABLE conversation_new",
        ],
    )

    database = open_database(path, KEY)

    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM exchange_text")).scalar() == 1
    database.close()


def test_a_lost_row_is_told(path: Path) -> None:
    make_with_rows(path)
    engine = writer_engine(path, KEY)

    with engine.connect() as connection, connection.begin():
        before = migrate.row_counts(connection)
        connection.execute(text("DELETE FROM exchange_text"))
        with pytest.raises(DatabaseDamaged, match="exchange_text"):
            migrate._check(connection, before)
    engine.dispose()


def make_with_rows(path: Path) -> None:
    """Make a database with a conversation, an exchange and its text."""
    database = open_database(path, KEY)
    with database.write() as session:
        set_value(session, "kept", "yes")
    database.close()
    connection = raw_connection(path, KEY, mode="rw")
    connection.execute("INSERT INTO conversation (id, provider, source_id, account) VALUES (1, 'chatgpt', 'c', '')")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(exchange)") if row[3]]
    values = dict.fromkeys(columns, "1")
    connection.execute(f"INSERT INTO exchange ({', '.join(values)}) VALUES ({', '.join(values.values())})")
    connection.execute("INSERT INTO exchange_text VALUES (1, 'p', 'r', '[]', '[]')")
    connection.close()


def run_instead(monkeypatch: pytest.MonkeyPatch, statements: list[str]) -> list[str]:
    """Make Alembic's upgrade run ``statements`` on our connection, as a later migration would."""
    from alembic import command

    calls: list[str] = []

    def upgrade(config: Any, _target: str) -> None:
        calls.append("upgrade")
        connection: Connection = config.attributes["connection"]
        for statement in statements:
            connection.execute(text(statement))

    monkeypatch.setattr(command, "upgrade", upgrade)
    return calls
