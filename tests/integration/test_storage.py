"""The encrypted database file: opened only with its key, never replaced, one writer, many readers."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from exchanges import NOON, captured, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.errors import DatabaseDamaged, DataFolderInUse, KeyUnavailable, SchemaTooNew, StorageError, StorageFull
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.access_models import Refusal
from skilltrail.storage.database import Database, open_database
from skilltrail.storage.engine import raw_connection
from skilltrail.storage.meta_queries import bump_revision, get_revision, get_value, set_value
from skilltrail.storage.migrate import SCHEMA_VERSION

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "skilltrail.db"


def made(path: Path) -> Path:
    open_database(path, KEY).close()
    return path


def fingerprint(folder: Path) -> dict[str, str]:
    """Return the digest of every file but SQLite's shared-memory index, which holds nothing."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and not file.name.endswith("-shm")]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.stat().st_size}


def execute(path: Path, *statements: str) -> None:
    connection = raw_connection(path, KEY, mode="rw")
    for statement in statements:
        connection.execute(statement)
    connection.close()


@pytest.mark.usefixtures("real_migrations")
class TestOpening:
    def test_a_new_database_is_private_and_encrypted(self, path: Path) -> None:
        made(path)

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not path.read_bytes().startswith(b"SQLite format 3")
        assert [file.name for file in path.parent.iterdir()] == ["skilltrail.db"]

    def test_settings_of_the_writer_and_the_readers(self, path: Path) -> None:
        database = open_database(path, KEY)
        wanted = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
            "trusted_schema": 0,
            "cell_size_check": 1,
            "busy_timeout": 5000,
            "journal_size_limit": 67108864,
            "application_id": 0x534B5452,
            "user_version": SCHEMA_VERSION,
        }

        with database.write() as session:
            found = {name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        with database.read() as session:
            reader = {name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            checkpoint = session.connection().exec_driver_sql("PRAGMA wal_autocheckpoint").scalar()
        database.close()

        assert found == wanted
        assert reader["foreign_keys"] == 1
        assert checkpoint == 0

    def test_readers_cannot_write(self, path: Path) -> None:
        database = open_database(path, KEY)

        with pytest.raises(StorageError), database.read() as session:
            set_value(session, "x", "1")

        database.close()

    @pytest.mark.parametrize("clean", [True, False])
    def test_a_wrong_key_is_refused_and_changes_nothing(self, path: Path, clean: bool) -> None:
        made(path)
        if not clean:
            leave_a_log(path)
        before = fingerprint(path.parent)

        with pytest.raises(KeyUnavailable):
            open_database(path, OTHER_KEY)

        assert fingerprint(path.parent) == before

    def test_a_newer_database_is_refused_and_left_untouched(self, path: Path) -> None:
        newer = SCHEMA_VERSION + 1
        named = f"UPDATE alembic_version SET version_num = '{newer:04}'"
        execute(made(path), f"PRAGMA user_version = {newer}", named)
        before = fingerprint(path.parent)

        with pytest.raises(SchemaTooNew):
            open_database(path, KEY)

        assert fingerprint(path.parent) == before

    @pytest.mark.parametrize("damage", ["emptied", "cut", "plain", "foreign", "scrambled"])
    def test_what_is_no_database_of_ours_is_never_replaced(self, path: Path, damage: str) -> None:
        made(path)
        content = path.read_bytes()
        if damage == "emptied":
            path.write_bytes(b"")
        elif damage == "cut":
            path.write_bytes(content[:6000])
        elif damage == "plain":
            path.write_bytes(b"SQLite format 3\x00" + bytes(4096 - 16))
        elif damage == "scrambled":
            path.write_bytes(os.urandom(len(content)))
        else:
            execute(path, "PRAGMA application_id = 7")
        before = fingerprint(path.parent)

        with pytest.raises((DatabaseDamaged, KeyUnavailable)):
            open_database(path, KEY)

        assert fingerprint(path.parent) == before

    def test_a_log_without_its_database_is_not_buried_under_a_new_one(self, path: Path) -> None:
        leave_a_log(made(path))
        path.unlink()

        with pytest.raises(DatabaseDamaged):
            open_database(path, KEY)

        assert not path.exists()

    def test_a_half_made_database_of_a_crash_is_made_anew(self, path: Path) -> None:
        path.with_name("skilltrail.db.new").write_bytes(b"half")

        made(path)

        assert [file.name for file in path.parent.iterdir()] == ["skilltrail.db"]

    def test_a_database_that_is_gone_while_open_is_not_made_again(self, path: Path) -> None:
        made(path)
        path.unlink()

        with pytest.raises(StorageError), open_existing(path).write() as session:
            set_value(session, "x", "1")

        assert not path.exists()

    def test_opening_again_needs_no_migration_tool(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made(path)
        monkeypatch.setitem(__import__("sys").modules, "alembic", None)

        open_database(path, KEY).close()

    def test_damage_inside_is_noticed_by_the_check(self, path: Path) -> None:
        database = open_database(path, KEY)
        assert database.is_sound()
        database.close()
        content = bytearray(path.read_bytes())
        content[4096 * 3 + 100] ^= 0xFF
        path.write_bytes(bytes(content))

        reopened = open_existing(path)

        assert not reopened.is_sound()
        reopened.close()


def open_existing(path: Path) -> Database:
    from skilltrail.storage.engine import reader_engine, writer_engine

    return Database(path=path, writer=writer_engine(path, KEY), reader=reader_engine(path, KEY))


def leave_a_log(path: Path) -> None:
    """Leave a write-ahead log beside the database, as a killed process does."""
    import subprocess
    import sys

    code = (
        "import os, sys; from pathlib import Path; from skilltrail.storage.engine import raw_connection\n"
        "c = raw_connection(Path(sys.argv[1]), b'k' * 32, mode='rw')\n"
        "c.execute(\"INSERT INTO meta VALUES ('left', '1')\"); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=60)
    assert path.with_name(path.name + "-wal").stat().st_size > 0


class TestTransactions:
    def test_an_error_keeps_nothing_of_the_block(self, path: Path) -> None:
        database = open_database(path, KEY)

        with pytest.raises(RuntimeError), database.write() as session:  # noqa: PT012 - the write before the error is the point
            set_value(session, "x", "1")
            raise RuntimeError

        with database.read() as session:
            assert get_value(session, "x") is None
        database.close()

    def test_a_reader_sees_one_state(self, path: Path) -> None:
        database = open_database(path, KEY)
        with database.read() as reader:
            before = get_revision(reader)
            with database.write() as writer:
                bump_revision(writer)

            assert get_revision(reader) == before

        with database.read() as reader:
            assert get_revision(reader) == before + 1
        database.close()

    def test_writers_of_many_threads_take_turns(self, path: Path) -> None:
        database = open_database(path, KEY)

        def work() -> None:
            for _ in range(25):
                with database.write() as session:
                    bump_revision(session)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with database.read() as session:
            assert get_revision(session) == 200
        database.close()

    def test_naive_times_are_refused_without_saying_the_row(self, path: Path) -> None:
        database = open_database(path, KEY)

        with pytest.raises(StatementError) as refused, database.write() as session:
            session.add(Refusal(code="captured words", count=1, last_at=NOON.replace(tzinfo=None)))

        assert "captured words" not in str(refused.value)
        database.close()

    def test_times_come_back_to_the_microsecond(self, path: Path) -> None:
        database = open_database(path, KEY)
        moment = NOON.replace(microsecond=123_457)

        with database.write() as session:
            session.add(Refusal(code="a", count=1, last_at=moment))
        with database.read() as session:
            found = session.get(Refusal, "a")
            assert found is not None
            assert found.last_at == moment
        database.close()

    def test_a_full_disk_is_said_and_passes(self, path: Path) -> None:
        database = open_database(path, KEY)
        with database.write() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StorageFull) as full, database.write() as session:  # noqa: PT012 - whichever write meets the limit
            for number in range(200):
                set_value(session, f"captured words {number}", "x" * 4000)

        assert "captured" not in str(full.value)
        with database.read() as session:
            assert get_revision(session) == 0
        with database.write() as session:
            session.connection().exec_driver_sql("PRAGMA max_page_count = 1000000")
            set_value(session, "room", "again")
        database.close()


class TestDataFolder:
    def test_a_second_application_is_refused(self, application: Application, settings: Settings) -> None:
        with pytest.raises(DataFolderInUse):
            Application.open(settings)

    def test_a_failed_start_gives_the_folder_free(self, settings: Settings) -> None:
        Application.open(settings, model=HashEmbedder()).close()
        file = settings.home / "skilltrail.db"
        content = file.read_bytes()
        file.write_bytes(content[:5000])

        for _ in range(2):
            with pytest.raises(DatabaseDamaged):
                Application.open(settings)

        file.write_bytes(content)
        Application.open(settings, model=HashEmbedder()).close()

    def test_no_captured_text_stands_in_any_file(self, settings: Settings) -> None:
        with Application.open(settings, model=HashEmbedder()) as application:
            exchange = captured(1, prompt="canary-prompt-7731", reply="canary-reply-7731", title="canary-title-7731")
            application.exchanges.capture(items([exchange]))
            application.processing.run_until_done()
            while_open = [file.read_bytes() for file in settings.home.rglob("*") if file.is_file()]
        after = [file.read_bytes() for file in settings.home.rglob("*") if file.is_file()]

        assert while_open
        assert not [content for content in while_open + after if b"canary" in content or b"-7731" in content]

    def test_folder_and_files_are_private(self, application: Application, settings: Settings) -> None:
        application.exchanges.capture(items([captured(1)]))

        modes = {stat.S_IMODE(file.stat().st_mode) for file in settings.home.rglob("*") if file.is_file()}

        assert stat.S_IMODE(settings.home.stat().st_mode) == 0o700
        assert modes == {0o600}

    def test_identity_and_marks_stay_the_same(self, settings: Settings) -> None:
        with Application.open(settings, model=HashEmbedder()) as first:
            known = first.instance_id
        with Application.open(settings, model=HashEmbedder()) as second:
            assert second.instance_id == known

    def test_the_check_finds_a_good_database_sound(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1)]))

        assert not application.damage()

    def test_deleting_an_exchange_takes_everything_of_it_along(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1), captured(2, prompt_id="p-1")]))
        application.exchanges.capture(items([captured(1, reply="Another and much longer text than before.")]))
        application.processing.run_until_done()
        database = application._database

        with database.write() as session:
            session.execute(text("DELETE FROM conversation"))

        with database.read() as session:
            for table in ("exchange", "exchange_text", "exchange_revision", "embedding", "topic_membership"):
                assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table
