"""Restoring, rehearsed: the backup comes back whole, what was there is kept, nothing revoked returns."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from callers import Caller
from conftest import SteppingClock
from crashing import killed_at_each_step
from dashboard import Dashboard
from exchanges import captured, history, items
from grouping import put_topics
from skilltrail.application import Application
from skilltrail.application.opening import restore_closed
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.backups import Reason, Restored
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.timeline import Timeline
from skilltrail.errors import (
    BackupUnusable,
    DatabaseDamaged,
    DataFolderInUse,
    KeyUnavailable,
    NotFound,
    SchemaTooNew,
    SecretRefused,
    StorageFull,
)
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services.backups import Secret
from skilltrail.storage import backup as storage
from skilltrail.storage.engine import raw_connection
from skilltrail.web import timeline_pages

WORDS = "a long passphrase"


def prompts(application: Application) -> set[str]:
    return {application.exchanges.get(row.id).captured.prompt for row in application.exchanges.rows()}


def count(application: Application) -> int:
    return application.trail.home().exchanges


class TestWhileItRuns:
    def test_no_chart_of_the_other_history_is_shown(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def drawn(_app: Application, timeline: Timeline, *, narrow: bool) -> str:
            return f'<svg xmlns="http://www.w3.org/2000/svg"><text>{timeline.topics[0].name}</text></svg>'

        monkeypatch.setattr(timeline_pages, "_drawn", drawn)
        application.exchanges.capture(items(history(3)))
        put_topics(application, {"sql": [1, 2, 3]})
        made, dashboard = application.backups.make(), Dashboard(application)
        application.corrections.rename("sql", "Secret")
        assert "Secret" in dashboard.picture("/fragments/timeline-chart").text
        then = application.trail.revision()

        application.backups.restore(made.name)
        application.corrections.rename("sql", "Other")

        assert application.trail.revision() == then
        assert "Other" in dashboard.picture("/fragments/timeline-chart").text

    def test_the_backup_comes_back_whole_and_the_rest_of_the_application_knows(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        topics, before = application.trail.topics(), prompts(application)
        made = application.backups.make()
        application.exchanges.capture(items(history(60, prefix="later")))
        application.processing.run_until_done()
        assert (count(application), len(application.trail.timeline().topics)) == (90, len(application.trail.topics()))

        done = application.backups.restore(made.name)

        assert done.exchanges == count(application) == 30
        assert prompts(application) == before
        assert application.trail.topics() == topics
        assert {topic.id for topic in application.trail.timeline().topics} == {topic.id for topic in topics}
        assert application.is_sound()

    def test_what_was_there_is_kept_and_undoes_it(self, application: Application) -> None:
        made = application.backups.make()
        application.exchanges.capture(items(history(9)))
        now = prompts(application)

        done = application.backups.restore(made.name)
        replaced = next(one for one in application.backups.listing() if one.name == done.replaced)
        assert (count(application), replaced.exchanges, replaced.reason) == (0, 9, Reason.REPLACED)
        application.backups.restore(str(done.replaced))

        assert prompts(application) == now
        assert len(application.backups.listing()) == 3

    def test_capturing_and_processing_go_on_afterwards(self, application: Application) -> None:
        application.exchanges.capture(items(history(6)))
        made = application.backups.make()
        application.exchanges.capture(items(history(6, prefix="later")))
        application.processing.run_until_done()
        application.backups.restore(made.name)

        report = application.exchanges.capture(items(history(6, prefix="later")))
        application.processing.run_until_done()

        assert [result.outcome.value for result in report.results] == ["stored"] * 6
        assert (count(application), application.processing.progress().pending) == (12, 0)

    def test_the_plan_says_what_would_change(self, application: Application) -> None:
        application.exchanges.capture(items(history(3)))
        made = application.backups.make()
        application.exchanges.capture(items([captured(5, conversation_id="new")]))

        plan = application.backups.plan(made.name)

        assert (plan.backup.exchanges, plan.exchanges_now, plan.locked) == (3, 4, False)
        assert plan.newest_now == application.trail.timeline().last_at or plan.newest_now is not None

    def test_sessions_and_browsers_stay_and_a_revoked_one_stays_revoked(
        self, application: Application, page: Caller, device: object, worker: Caller
    ) -> None:
        made = application.backups.make()
        (connected,) = application.pairing.devices()
        application.pairing.revoke(connected.id)

        application.backups.restore(made.name)

        assert application.pairing.devices() == ()
        assert worker.post("/api/v1/exchanges", {}).status_code in (401, 403)
        assert page.get("/api/v1/status").status_code == 200

    def test_a_browser_connected_since_the_backup_stays_connected(
        self, application: Application, page: Caller, request: pytest.FixtureRequest
    ) -> None:
        made = application.backups.make()
        worker: Caller = request.getfixturevalue("worker")

        application.backups.restore(made.name)

        assert len(application.pairing.devices()) == 1
        assert (
            worker.post("/api/v1/exchanges", {"schema": 1, "extension_version": "0.1.0", "items": []}).json["results"]
            == []
        )

    def test_what_was_forgotten_does_not_come_back_with_an_old_copy(
        self, application: Application, tmp_path: Path, clock: SteppingClock
    ) -> None:
        canary = "canary-of-the-forgotten-client"
        secret = captured(7, conversation_id="secret", prompt=f"{canary}?", reply=f"{canary}.", title=canary)
        application.exchanges.capture(items([*history(4), secret]))
        copy = application.backups.make(folder=tmp_path / "disk")
        application.forgetting.ask(ForgetWish(conversation="secret"), wait=timedelta())
        clock.move(seconds=20)
        application.forgetting.run_due()
        assert count(application) == 4

        application.backups.restore_file(tmp_path / "disk" / copy.name)

        assert count(application) == 4
        assert not [text for text in prompts(application) if canary in text]
        assert canary.encode() not in decrypted(application)
        report = application.exchanges.capture(items([secret]))
        assert report.results[0].outcome.value == "refused"

    @pytest.mark.parametrize("damage", ["cut", "page", "noise", "gone", "plain"])
    def test_a_damaged_backup_is_refused_and_the_history_stays(self, application: Application, damage: str) -> None:
        application.exchanges.capture(items(history(60)))
        made = application.backups.make()
        path = application.backups.folder / made.name
        spoil(path, damage)
        application.exchanges.capture(items(history(5, prefix="later")))

        with pytest.raises((BackupUnusable, NotFound)):
            application.backups.restore(made.name)

        assert count(application) == 65
        assert application.exchanges.capture(items(history(6, prefix="after"))).results
        assert not list(application.settings.home.glob("*restoring*"))

    def test_without_room_it_is_refused_and_the_history_stays(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = application.backups.make()
        application.exchanges.capture(items(history(5)))
        usage = storage.shutil.disk_usage("/")
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda _path: usage._replace(free=0))

        with pytest.raises(StorageFull):
            application.backups.restore(made.name)

        assert count(application) == 5

    def test_a_backup_of_a_newer_skilltrail_is_refused(self, application: Application) -> None:
        application.exchanges.capture(items(history(2)))
        made = application.backups.make()
        connection = raw_connection(application.backups.folder / made.name, application._held.raw, mode="rw")
        connection.execute("PRAGMA user_version = 999")
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
        connection.close()

        with pytest.raises(SchemaTooNew):
            application.backups.restore(made.name)

        assert count(application) == 2


def decrypted(application: Application) -> bytes:
    """Return every page of the database in clear, used or free: a copy without encryption."""
    home = application.settings.home
    connection = raw_connection(home / "skilltrail.db", application._held.raw, mode="ro")
    connection.execute(f"ATTACH DATABASE '{home.parent / 'plain.db'}' AS plain KEY ''")
    connection.execute("SELECT sqlcipher_export('plain')")
    connection.close()
    return (home.parent / "plain.db").read_bytes()


def spoil(path: Path, damage: str) -> None:
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "page":
        middle = len(content) // 8192 * 4096
        content[middle : middle + 64] = bytes(64)
    elif damage == "noise":
        content = bytearray(os.urandom(len(content)))
    elif damage == "plain":
        content = bytearray(b"SQLite format 3\x00" + bytes(4080))
    path.write_bytes(bytes(content))
    if damage == "gone":
        path.unlink()


def damage_table(path: Path, key: bytes, table: str) -> None:
    connection = raw_connection(path, key, mode="rw")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : (page - 1) * 4096 + 64] = os.urandom(64)
    path.write_bytes(bytes(content))


class TestWhileItIsClosed:
    @pytest.fixture
    def wanted(self, settings: Settings) -> Settings:
        with Application.open(settings) as application:
            application.exchanges.capture(items(history(8)))
            application.backups.make()
        return settings

    @pytest.fixture
    def backup(self, wanted: Settings) -> Path:
        (path,) = (wanted.home / "backups").glob("*.db")
        return path

    @pytest.mark.parametrize("damage", ["gone", "emptied", "noise", "page", "log left", "nothing"])
    def test_it_comes_back_whatever_became_of_the_history(self, wanted: Settings, backup: Path, damage: str) -> None:
        path = wanted.home / "skilltrail.db"
        if damage == "gone":
            path.unlink()
        elif damage == "emptied":
            path.write_bytes(b"")
        elif damage in ("noise", "page"):
            spoil(path, damage)
        elif damage == "log left":
            (wanted.home / "skilltrail.db-wal").write_bytes(b"a log of another database" * 100)
        before = path.read_bytes() if path.exists() else None

        done = restore_closed(wanted, backup)

        with Application.open(wanted) as application:
            assert (done.exchanges, count(application)) == (8, 8)
            assert application.is_sound()
        if before is None:
            assert done.replaced is None
        elif damage != "nothing":
            assert (wanted.home / "backups" / str(done.replaced)).read_bytes() == before

    def test_what_was_forgotten_since_stays_forgotten_though_another_table_is_damaged(
        self, wanted: Settings, backup: Path
    ) -> None:
        outside = wanted.home.parent / "outside.db"
        shutil.copy(backup, outside)
        with Application.open(wanted) as application:
            gone = next(iter(application.exchanges.rows())).id
            application.forgetting.ask(ForgetWish(exchange=gone), wait=timedelta())
            application.forgetting.run_due()
            key = application._held.raw
        damage_table(wanted.home / "skilltrail.db", key, "ledger_row")

        done = restore_closed(wanted, outside)

        with Application.open(wanted) as application:
            assert count(application) == 7
            assert application.is_sound()
        assert done.exchanges == 8

    def test_a_lost_key_and_no_recovery_key_end_in_words_and_change_nothing(
        self, wanted: Settings, backup: Path
    ) -> None:
        (wanted.home / "database.key").unlink()
        before = {path: path.read_bytes() for path in wanted.home.rglob("*.db")}

        with pytest.raises((BackupUnusable, KeyUnavailable)):
            restore_closed(wanted, backup)

        assert {path: path.read_bytes() for path in wanted.home.rglob("*.db")} == before
        assert not (wanted.home / "database.key").exists()

    def test_a_running_server_is_not_run_over(self, wanted: Settings, backup: Path) -> None:
        with Application.open(wanted), pytest.raises(DataFolderInUse):
            restore_closed(wanted, backup)

    @pytest.mark.parametrize("how", ["recovery", "passphrase"])
    def test_a_copy_opens_on_another_computer_with_what_the_learner_knows(
        self, wanted: Settings, tmp_path: Path, how: str
    ) -> None:
        with Application.open(wanted) as application:
            paper = application.keys.make_recovery_key()
            application.keys.move("passphrase", new_passphrase=WORDS)
            copy = application.backups.make(folder=tmp_path / "disk")
        other = wanted.changed(home=tmp_path / "other")
        path = tmp_path / "disk" / copy.name
        with pytest.raises(BackupUnusable, match="passphrase or the recovery key"):
            restore_closed(other, path)
        with pytest.raises(SecretRefused):
            restore_closed(other, path, secret=Secret(passphrase="a wrong passphrase"))

        secret = Secret(recovery_key=paper) if how == "recovery" else Secret(passphrase=WORDS)
        done = restore_closed(other, path, secret=secret)

        with Application.open(other) as application:
            assert (done, count(application)) == (Restored(8, None), 8)

    def test_a_copy_from_before_the_key_was_changed_opens_with_the_recovery_key(
        self, wanted: Settings, tmp_path: Path
    ) -> None:
        with Application.open(wanted) as application:
            paper = application.keys.make_recovery_key()
            old = tmp_path / "disk" / application.backups.make(folder=tmp_path / "disk").name
            application.keys.change_key()
            application.backups.bring_under_key()
            with pytest.raises(BackupUnusable):
                application.backups.restore_file(old)

            done = application.backups.restore_file(old, Secret(recovery_key=paper))

            assert (done.exchanges, count(application)) == (8, 8)

    def test_a_backup_taken_before_a_change_of_the_key_opens_until_and_after_it_was_closed_anew(
        self, wanted: Settings, backup: Path
    ) -> None:
        with Application.open(wanted) as application:
            application.keys.change_key()
            assert application.backups.restore(backup.name).exchanges == 8
            assert application.backups.bring_under_key() == 0
            assert application.backups.restore(backup.name).exchanges == 8

    @pytest.mark.parametrize("work", ["open", "closed"])
    def test_killed_at_any_step_there_is_one_whole_history_and_none_is_lost(
        self, wanted: Settings, backup: Path, work: str
    ) -> None:
        with Application.open(wanted) as application:
            application.exchanges.capture(items(history(4, prefix="later")))

        def restore_open() -> None:
            with Application.open(wanted) as application:
                application.backups.restore(backup.name)

        points, seen = 0, set()
        act: Callable[[], object] = restore_open if work == "open" else lambda: restore_closed(wanted, backup)
        for _point in killed_at_each_step(wanted.home, act):
            with Application.open(wanted) as application:
                now = count(application)
                application.backups.tidy()
                others = {one.exchanges for one in application.backups.listing()}
                assert now in (8, 12)
                assert 12 in {now, *others}
                assert 8 in {now, *others}
                assert application.is_sound()
            seen.add(now)
            points += 1
        assert seen == {8, 12}
        assert points > 8


class TestCommand:
    @pytest.fixture
    def run(self) -> CliRunner:
        return CliRunner(env={"SKILLTRAIL_KEYRING": "off"})

    @pytest.fixture
    def wanted(self, settings: Settings) -> Settings:
        with Application.open(settings) as application:
            application.exchanges.capture(items(history(8)))
            application.backups.make()
            application.exchanges.capture(items(history(2, prefix="later")))
        return settings

    def test_the_newest_comes_back_and_the_way_back_is_named(self, run: CliRunner, wanted: Settings) -> None:
        home = ["--home", str(wanted.home)]

        done = run.invoke(main, ["restore", "--latest", *home], input="y\n")
        undo = next(line for line in done.output.splitlines() if "To undo" in line).rsplit(" ", 1)[-1]
        again = run.invoke(main, ["restore", undo, "--yes", "--json", *home])

        assert (done.exit_code, again.exit_code) == (0, 0), done.output + again.output
        assert "8 exchanges" in done.output
        assert json.loads(again.output)["exchanges"] == 10

    def test_no_is_no(self, run: CliRunner, wanted: Settings) -> None:
        done = run.invoke(main, ["restore", "--latest", "--home", str(wanted.home)], input="n\n")

        assert done.exit_code == 1
        with Application.open(wanted) as application:
            assert count(application) == 10

    @pytest.mark.parametrize("arguments", [[], ["--latest", __file__]])
    def test_one_backup_must_be_named(self, run: CliRunner, wanted: Settings, arguments: list[str]) -> None:
        assert run.invoke(main, ["restore", *arguments, "--home", str(wanted.home)]).exit_code == 2

    def test_without_a_backup_it_says_so(self, run: CliRunner, tmp_path: Path) -> None:
        done = run.invoke(main, ["restore", "--latest", "--yes", "--home", str(tmp_path / "none")])

        assert done.exit_code == 1
        assert "no backup" in done.output

    def test_a_damaged_history_is_named_by_doctor_and_mended_by_restore(self, run: CliRunner, wanted: Settings) -> None:
        home = ["--home", str(wanted.home)]
        spoil(wanted.home / "skilltrail.db", "noise")
        with pytest.raises((KeyUnavailable, DatabaseDamaged)):
            Application.open(wanted)

        sick = run.invoke(main, ["doctor", *home])
        mended = run.invoke(main, ["restore", "--latest", "--yes", *home])
        well = run.invoke(main, ["topics", *home])

        assert (sick.exit_code, mended.exit_code, well.exit_code) == (1, 0, 0), mended.output
        assert "restore" in sick.output


def test_an_older_backup_is_brought_to_todays_tables(settings: Settings, tmp_path: Path) -> None:
    """A backup of the first version, with rows in every table, restored today."""
    from migrating import fill, make_version

    with Application.open(settings) as application:
        key = application._held.raw
    old = tmp_path / "old.db"
    make_version(old, key, "0001")
    rows = fill(old, key)
    content = old.read_bytes()

    done = restore_closed(settings, old)

    assert done.exchanges == rows["exchange"]
    assert old.read_bytes() == content
    with Application.open(settings, model=HashEmbedder()) as application:
        assert count(application) <= rows["exchange"]
        assert application.is_sound()
    shutil.rmtree(settings.home)
