"""Backups: made while captures go on, verified, private, few; and never at the cost of what is there."""

from __future__ import annotations

import json
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import SteppingClock
from crashing import killed_at_each_step
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.backups import Reason
from skilltrail.errors import BackupUnusable, NotFound, StorageFull
from skilltrail.storage import backup as storage
from skilltrail.storage.backup import Contents, copy_database, look_into
from skilltrail.storage.engine import raw_connection
from skilltrail.web.keeping import Keeper

CANARY = "canary-7f3a-of-the-client-Okapi"


def key_of(application: Application) -> bytes:
    return application._held.raw


def contents(application: Application, name: str) -> Contents:
    return look_into(application.backups.folder / name, key_of(application))


def test_a_backup_holds_every_row_and_names_what_it_holds(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()

    made = application.backups.make()

    held = contents(application, made.name)
    now = storage.contents_of(application.settings.home / "skilltrail.db", key_of(application))
    assert held.tables == now.tables
    assert held.tables["exchange"] == made.exchanges == 30
    assert held.tables["embedding"] == 60
    assert (made.newest_at, made.schema_version) == (held.newest_at, held.schema_version)
    assert application.backups.listing() == (made,)


def test_backups_are_private_single_files_and_hold_no_plain_word(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt=f"About {CANARY}", reply=CANARY * 50, title=CANARY)]))
    application.keys.make_recovery_key()
    application.keys.move("passphrase", new_passphrase="a long passphrase")
    application.backups.make()
    application.keys.change_key(passphrase="a long passphrase")
    application.backups.bring_under_key()
    application.backups.restore(application.backups.listing()[0].name)

    found = list(application.settings.home.rglob("*"))
    raw = key_of(application)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_file()}
    assert modes == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in found if path.is_dir()} == {0o700}
    for path in found:
        data = path.read_bytes() if path.is_file() else b""
        assert CANARY.encode() not in data, path.name
        assert raw not in data, path.name
        assert raw.hex().encode() not in data, path.name
    assert {path.suffix for path in application.backups.folder.iterdir()} == {".db", ".json"}


def test_captures_go_on_during_a_backup_and_those_before_it_are_inside(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.exchanges.capture(items(history(200)))
    monkeypatch.setattr(storage, "PAGES_A_STEP", 1)
    acknowledged: list[int] = []
    ending = threading.Event()

    def capture() -> None:
        number = 10_000
        while not ending.is_set():
            report = application.exchanges.capture(items([captured(number, conversation_id=f"c-{number}")]))
            acknowledged.extend(result.exchange_id or 0 for result in report.results)
            number += 1

    writer = threading.Thread(target=capture)
    writer.start()
    while len(acknowledged) < 20:
        pass
    before = len(acknowledged)
    known = set(acknowledged)
    made = application.backups.make()
    ending.set()
    writer.join()

    connection = raw_connection(application.backups.folder / made.name, key_of(application), mode="ro")
    inside = {row[0] for row in connection.execute("SELECT id FROM exchange")}
    connection.close()
    assert known <= inside
    assert len(acknowledged) > before, "captures waited for the backup"
    assert len(inside) <= 200 + len(acknowledged)


def test_a_backup_that_is_not_what_the_history_is_is_not_kept(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.exchanges.capture(items(history(5)))
    real = storage._checked
    monkeypatch.setattr(
        storage, "_checked", lambda connection: connection.execute("DELETE FROM exchange") and real(connection)
    )

    with pytest.raises(BackupUnusable):
        application.backups.make()

    assert list(application.backups.folder.iterdir()) == []
    assert application.backups.problem is not None
    assert application.trail.home().exchanges == 5


def test_without_room_nothing_is_begun_and_the_learner_is_told(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.backups.make()
    before = application.backups.listing()
    usage = storage.shutil.disk_usage("/")
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _path: usage._replace(free=1_000_000))

    with pytest.raises(StorageFull, match="1 MB are free"):
        application.backups.make()

    assert application.backups.listing() == before
    assert "room" in str(application.backups.problem)
    monkeypatch.undo()
    application.backups.make()
    assert application.backups.problem is None


def test_a_disk_that_fills_up_on_the_way_leaves_no_half_backup(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.exchanges.capture(items(history(100)))
    real = storage.raw_connection

    def tight(path: Path, key: bytes, *, mode: str) -> object:
        connection = real(path, key, mode=mode)
        if mode == "rw":
            connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(storage, "raw_connection", tight)
    with pytest.raises(StorageFull):
        application.backups.make()

    assert list(application.backups.folder.iterdir()) == []


def test_every_day_with_a_change_leaves_a_backup_and_only_few_stay(
    application: Application, clock: SteppingClock
) -> None:
    made = []
    for day in range(60):
        application.exchanges.capture(items([captured(day, conversation_id=f"c-{day}")]))
        made.append(application.backups.make_if_due())
        clock.move(hours=5)
        assert application.backups.make_if_due() is None
        clock.move(hours=19)

    kept = application.backups.listing()
    assert None not in made
    assert 7 <= len(kept) <= 11
    assert kept[0] == made[-1]
    assert all(backup.reason is Reason.DAILY for backup in kept)
    assert len(list(application.backups.folder.iterdir())) == 2 * len(kept)


def test_nothing_new_makes_no_backup(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items(history(3)))
    assert application.backups.make_if_due() is not None
    clock.move(days=3)
    application.sessions.mint_launch_key()

    assert application.backups.make_if_due() is None

    application.exchanges.capture(items([captured(99, conversation_id="new")]))
    assert application.backups.make_if_due() is not None


def test_after_forgetting_the_fresh_backup_is_the_only_one(application: Application, clock: SteppingClock) -> None:
    for day in range(5):
        application.exchanges.capture(items([captured(day, conversation_id=f"c-{day}")]))
        application.backups.make()
        clock.move(days=1)
    application.backups.restore(application.backups.listing()[2].name)
    (application.backups.folder / "skilltrail-20260101T000000Z.db.part").write_bytes(b"left by a crash")

    fresh = application.backups.replace_all(clock())

    assert application.backups.listing() == (fresh,)
    assert {path.stem for path in application.backups.folder.iterdir()} == {Path(fresh.name).stem}
    assert contents(application, fresh.name).exchanges == application.trail.home().exchanges


def test_when_the_fresh_one_cannot_be_made_the_others_stay(
    application: Application, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.backups.make()
    before = application.backups.listing()
    usage = storage.shutil.disk_usage("/")
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _path: usage._replace(free=0))

    with pytest.raises(StorageFull):
        application.backups.replace_all(clock())

    assert application.backups.listing() == before


def test_killed_at_any_step_a_backup_is_whole_or_not_there(settings: Settings) -> None:
    with Application.open(settings) as application:
        application.exchanges.capture(items(history(5)))
        application.backups.make()

    def work() -> None:
        with Application.open(settings) as application:
            application.backups.replace_all(NOON + timedelta(days=2))

    points = 0
    for _point in killed_at_each_step(settings.home, work):
        with Application.open(settings) as application:
            application.backups.tidy()
            listed = application.backups.listing()
            assert [contents(application, one.name).exchanges for one in listed] == [5] * len(listed)
            assert listed
            assert len(list(application.backups.folder.iterdir())) in (2 * len(listed), 2 * len(listed) - 1)
        points += 1
    assert points > 6


def test_the_keeper_makes_what_is_due_and_ends_at_once(application: Application) -> None:
    application.exchanges.capture(items(history(3)))
    keeper = Keeper(application, first_seconds=0.01, every_seconds=3600)
    keeper.start()
    for _wait in range(500):
        if application.backups.listing():
            break
        threading.Event().wait(0.02)

    keeper.stop()

    assert [backup.reason for backup in application.backups.listing()] == [Reason.DAILY]


def test_the_keeper_survives_what_goes_wrong(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = threading.Semaphore(0)

    def broken() -> None:
        calls.release()
        raise StorageFull("no room")

    monkeypatch.setattr(application.backups, "tend", broken)
    keeper = Keeper(application, first_seconds=0.01, every_seconds=0.01)
    keeper.start()

    assert calls.acquire(timeout=5)
    assert calls.acquire(timeout=5)
    keeper.stop()


def test_a_copy_under_way_is_given_up_when_the_service_ends(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.exchanges.capture(items(history(50)))
    monkeypatch.setattr(storage, "PAGES_A_STEP", 1)
    asked = iter([False, False, True])

    with pytest.raises(storage.GivenUpError):
        copy_database(
            application.settings.home / "skilltrail.db",
            application.settings.home / "aside.db",
            key=key_of(application),
            given_up=lambda: next(asked),
        )

    assert not (application.settings.home / "aside.db").exists()


@pytest.mark.parametrize("name", ["", "..", "../skilltrail.db", "skilltrail.db", "skilltrail-20260101T000000Z.db"])
def test_only_backups_are_found_by_name(application: Application, name: str) -> None:
    with pytest.raises(NotFound):
        application.backups.plan(name)


@pytest.mark.parametrize("description", [None, "", "[]", "{}", '{"made_at": 5, "reason": 7, "keys": []}', "\ud800"])
def test_a_backup_without_a_readable_description_is_still_one(
    application: Application, description: str | None
) -> None:
    made = application.backups.make()
    file = (application.backups.folder / made.name).with_suffix(".json")
    file.unlink() if description is None else file.write_text(description, errors="surrogatepass")

    (listed,) = application.backups.listing()

    assert (listed.name, listed.exchanges) == (made.name, None)
    assert application.backups.restore(made.name).exchanges == 0


def test_the_command_makes_one_here_or_elsewhere(settings: Settings, tmp_path: Path) -> None:
    environment = {"SKILLTRAIL_KEYRING": "off"}
    with Application.open(settings) as application:
        application.exchanges.capture(items(history(4)))
    run = CliRunner(env=environment)
    home = ["--home", str(settings.home)]

    here = run.invoke(main, ["backup", *home, "--json"])
    there = run.invoke(main, ["backup", *home, "--out", str(tmp_path / "disk")])

    assert (here.exit_code, there.exit_code) == (0, 0), there.output
    answer = json.loads(here.output)
    assert answer["exchanges"] == 4
    assert Path(answer["path"]).stat().st_size == answer["bytes"]
    (file,) = (tmp_path / "disk").glob("*.db")
    assert str(file) in there.output
    assert "4 exchanges" in there.output
