"""A database that is damaged, replaced or badly left: noticed, said in words, and never made worse."""

from __future__ import annotations

import os
import shutil
import struct
import sys
import time
import traceback
from pathlib import Path

import pytest

from callers import envelope, item
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.application.health import HealthFacade
from skilltrail.application.imports import ImportsFacade
from skilltrail.config import Settings
from skilltrail.errors import DatabaseDamaged, DatabaseReplaced, KeyUnavailable, StorageError, StorageFull
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.endings import MARK, Ending, judge_ending, sound_frames
from skilltrail.storage.faults import storage_error
from torture.fixtures import nursery
from torture.nursery import Nursery

__all__ = ["nursery"]

DATABASE = "skilltrail.db"


@pytest.fixture
def cut_off(tmp_path: Path) -> Path:
    """A data folder whose program was killed: 40 exchanges, all of them in the log alone."""
    home = tmp_path / "cut-off"
    child = os.fork()
    if child == 0:
        try:
            opened(home).exchanges.capture(items(history(40)))
        except BaseException:  # noqa: BLE001 - told here, for the parent sees a status alone
            traceback.print_exc()
            os._exit(3)
        os._exit(9)
    _child, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    return home


def opened(home: Path) -> Application:
    return Application.open(Settings(home=home, keyring=False), model=HashEmbedder())


def test_damage_that_shows_after_the_database_is_open_gives_the_folder_free(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_facade: object) -> None:
        raise DatabaseDamaged("found while it looked for imports")

    with monkeypatch.context() as broken:
        broken.setattr(ImportsFacade, "recover", damaged)
        with pytest.raises(DatabaseDamaged) as refused:
            Application.open(settings, model=HashEmbedder())

    # The error, and with it all that was half open, is still held here.
    assert refused.value
    assert list(settings.home.glob(DATABASE + "-wal")) == []
    Application.open(settings, model=HashEmbedder()).close()


def test_a_good_end_leaves_no_mark(application: Application, settings: Settings) -> None:
    application.exchanges.capture(items([captured(1)]))
    during = {path.name for path in settings.home.iterdir()}
    application.close()

    left = {path.name for path in settings.home.iterdir()}

    assert DATABASE + MARK in during
    assert not {name for name in left if name.startswith(DATABASE + "-")}
    assert judge_ending(settings.home / DATABASE) is Ending.CLOSED


def test_a_bad_end_is_known_and_nothing_is_missing(cut_off: Path) -> None:
    assert judge_ending(cut_off / DATABASE) is Ending.CUT

    with opened(cut_off) as application:
        assert application.exchanges.page().total == 40
        assert application.health.check in {"waiting", "running", "sound"}
        assert application.health.alert() is None

    assert judge_ending(cut_off / DATABASE) is Ending.CLOSED


def test_the_check_after_a_bad_end_finds_nothing_where_all_is_well(cut_off: Path) -> None:
    with opened(cut_off) as application:
        health = HealthFacade(database=application._database, first_seconds=0)
        health.begin()
        wait_for(lambda: health.check == "sound")

        assert health.alert() is None


def test_the_check_after_a_bad_end_finds_damage_stops_writing_and_says_so(cut_off: Path) -> None:
    opened(cut_off).close()
    flip(cut_off / DATABASE, page=-2)

    with opened(cut_off) as application:
        application._database.ending = Ending.CUT
        health = HealthFacade(database=application._database, first_seconds=0)
        health.begin()
        wait_for(lambda: health.check == "damaged")
        alert = health.alert()

        with pytest.raises(DatabaseDamaged):
            application.exchanges.capture(items([captured(900)]))
        assert application.trail.revision() > 0  # what is whole can still be read
        assert alert is not None
        assert (alert.code, "restore a backup" in alert.words) == ("database_damaged", True)


def test_a_check_is_given_up_when_the_program_ends(cut_off: Path) -> None:
    application = opened(cut_off)
    began = time.monotonic()
    application.close()

    assert time.monotonic() - began < 2
    assert not application._database.is_sound(given_up=lambda: True) or application.health.check != "damaged"


def test_damage_that_reading_meets_stops_writing(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    error = storage_error(type("Driver", (), {"sqlite_errorcode": 11})())

    with pytest.raises(DatabaseDamaged), application._database.read():
        raise error

    with pytest.raises(DatabaseDamaged):
        application.exchanges.capture(items([captured(900)]))
    assert application.trail.home().alert is not None


@pytest.mark.parametrize("gone", ["-wal", "-wal and -shm", "the database"])
def test_what_is_missing_is_missed_at_every_start(cut_off: Path, gone: str) -> None:
    for ending in {"-wal": ["-wal"], "-wal and -shm": ["-wal", "-shm"], "the database": ["", "-wal"]}[gone]:
        (cut_off / (DATABASE + ending)).unlink()
    before = sorted(path.name for path in cut_off.iterdir())

    for _start in range(3):
        with pytest.raises(DatabaseDamaged) as caught:
            opened(cut_off)

    assert sorted(path.name for path in cut_off.iterdir()) == before
    assert "backup" in str(caught.value)


def test_a_backup_that_was_put_in_place_by_hand_opens_as_the_words_say(cut_off: Path, tmp_path: Path) -> None:
    backup = shutil.copytree(cut_off, tmp_path / "backup")
    opened(backup).close()
    shutil.copyfile(backup / DATABASE, cut_off / DATABASE)
    (cut_off / f"{DATABASE}-wal").unlink()
    with pytest.raises(DatabaseDamaged) as caught:
        opened(cut_off)

    for name in (f"{DATABASE}-shm", f"{DATABASE}{MARK}"):
        assert name in str(caught.value)
        (cut_off / name).unlink()

    with opened(cut_off) as application:
        assert application.exchanges.page().total == 40


def test_a_folder_that_was_copied_with_its_log_opens(cut_off: Path, tmp_path: Path) -> None:
    with opened(shutil.copytree(cut_off, tmp_path / "copy")) as application:
        assert application.exchanges.page().total == 40


def test_an_index_of_before_a_power_cut_is_no_reason_to_refuse(cut_off: Path) -> None:
    """The index is not synced: after a power cut it may be of the log before the last one."""
    index = cut_off / f"{DATABASE}-shm"
    data = bytearray(index.read_bytes())
    first, second = struct.unpack_from(">II", data, 32)
    for start in (0, 48):
        struct.pack_into(">II", data, start + 32, first - 3, second ^ 0x5555)
        struct.pack_into("=II", data, start + 40, *checksum(bytes(data[start : start + 40])))
    index.write_bytes(bytes(data))

    with opened(cut_off) as application:
        assert application.exchanges.page().total == 40


def test_frames_are_counted_up_to_the_first_that_is_broken(cut_off: Path) -> None:
    log = (cut_off / f"{DATABASE}-wal").read_bytes()
    whole = (len(log) - 32) // (24 + 4096)
    broken = bytearray(log)
    broken[32 + 5 * (24 + 4096) + 700] ^= 1

    assert sound_frames(log) == whole
    assert sound_frames(bytes(broken)) == 5
    assert sound_frames(log[: 32 + 3 * (24 + 4096) + 99]) == 3
    assert sound_frames(b"") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be replaced there")
class TestReplacing:
    def test_it_is_noticed_at_once_stops_writing_and_what_was_saved_is_kept(
        self, nursery: Nursery, tmp_path: Path
    ) -> None:
        server = nursery.start(tmp_path / "home")
        rows = [item(number, origin="import") for number in range(30)]
        assert server.ask("POST", "/api/v1/exchanges", envelope(*rows))[0] == 200
        shutil.copyfile(server.home / DATABASE, tmp_path / "synced.db")
        (tmp_path / "synced.db").replace(server.home / DATABASE)

        alert = server.ask("GET", "/api/v1/status")[1]["home"]["alert"]
        status, problem = server.ask("POST", "/api/v1/exchanges", envelope(item(99, origin="import")))
        read = server.ask("GET", "/api/v1/exchanges")[1]["total"]
        server.stop()
        again = nursery.start(server.home, ready=False)

        assert alert["code"] == "database_replaced"
        assert (status, problem["code"]) == (503, "database_replaced")
        assert "your browser keeps new chats meanwhile" in problem["detail"]
        assert read == 30
        assert again.wait_gone(20)
        assert "a log that is not its own" in again.log()
        rescued = server.home / "skilltrail-rescued-1.db"
        assert rescued.name in problem["detail"]
        assert self.exchanges_in(rescued, server.home, tmp_path / "rescued") == 30

    def exchanges_in(self, database: Path, home: Path, folder: Path) -> int:
        folder.mkdir()
        shutil.copyfile(database, folder / DATABASE)
        shutil.copyfile(home / "database.key", folder / "database.key")
        (folder / "database.key").chmod(0o600)
        with opened(folder) as application:
            return application.exchanges.page().total

    def test_a_database_that_was_deleted_is_not_made_anew(self, application: Application, settings: Settings) -> None:
        application.exchanges.capture(items([captured(1)]))
        (settings.home / DATABASE).unlink()

        with pytest.raises(DatabaseReplaced):
            application.exchanges.capture(items([captured(2)]))

        assert application.exchanges.page().total == 1
        assert not (settings.home / DATABASE).exists()

    def test_a_log_that_was_deleted_is_noticed(self, application: Application, settings: Settings) -> None:
        application.exchanges.capture(items([captured(1)]))
        (settings.home / f"{DATABASE}-wal").unlink()

        with pytest.raises(DatabaseReplaced):
            application.exchanges.capture(items([captured(2)]))


def test_what_the_disk_reports_is_told_apart() -> None:
    def error(code: int, *, opened: bool = True, writing: bool = False) -> StorageError:
        return storage_error(type("Driver", (), {"sqlite_errorcode": code})(), opened=opened, writing=writing)

    assert isinstance(error(13, writing=True), StorageFull)
    assert isinstance(error(10, writing=True), StorageFull)
    assert not isinstance(error(10), StorageFull)
    assert "could not be read" in str(error(10))
    assert isinstance(error(26), DatabaseDamaged)
    assert isinstance(error(26, opened=False), KeyUnavailable)


def checksum(data: bytes) -> tuple[int, int]:
    first = second = 0
    words = struct.unpack(f"={len(data) // 4}I", data)
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def flip(path: Path, *, page: int) -> None:
    """Turn over a bit in a page, counted from the end."""
    data = bytearray(path.read_bytes())
    data[len(data) + page * 4096 + 500] ^= 4
    path.write_bytes(bytes(data))


def wait_for(condition: object, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.02)
