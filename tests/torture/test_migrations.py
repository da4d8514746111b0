"""P7, goal G20: migrations from every earlier version, killed at every statement, and on disks too small for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from integration.test_migrations_killed import KEY, NEXT, check_and_finish, make_filled, rebuild_parents, shared
from migrating import content, killed_at_statement, version_of, versions
from skilltrail.errors import StorageFull
from skilltrail.storage import migrate
from skilltrail.storage.database import open_database
from torture.disk import small_disk

STATEMENTS_MOST = 5_000
STEP_BYTES = 8_192
DISK_MEGABYTES = 8
ENOUGH = 4


def killed_everywhere(
    folder: Path,
    version: str,
    check: Callable[[Path, dict[str, dict[str, str]]], None],
    begin: Callable[[], None] = lambda: None,
) -> int:
    """Kill a migration at its first, second, … statement until it comes to its end; return how often it was killed."""
    model = folder / "model.db"
    before = make_filled(model, version)
    begin()
    for number in range(1, STATEMENTS_MOST):
        path = folder / "killed.db"
        for file in folder.glob("killed.db*"):
            file.unlink()
        path.write_bytes(model.read_bytes())
        path.chmod(0o600)
        died = killed_at_statement(path, KEY, number)
        check(path, before)
        if not died:
            return number - 1
    raise AssertionError("the migration does not end")


@pytest.mark.parametrize("version", versions()[:-1])
def test_killed_at_every_statement_from_every_version(
    tmp_path: Path, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    points = killed_everywhere(tmp_path, version, lambda path, before: check_and_finish(path, before, version))

    with capsys.disabled():
        print(f"\nG20 {version} to {migrate.HEAD}: killed at {points} statements, 0 rows lost, all back or forward")
    assert points > 20


def test_killed_at_every_statement_of_a_rebuild_of_parents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(path: Path, before: dict[str, dict[str, str]]) -> None:
        assert version_of(path, KEY) in ((versions()[-1], int(versions()[-1])), (NEXT, int(NEXT)))
        assert content(path, KEY, shared(before)) == before
        migrate.prepare(path, KEY)
        assert content(path, KEY, shared(before)) == before

    points = killed_everywhere(tmp_path, versions()[-1], check, lambda: rebuild_parents(monkeypatch))

    with capsys.disabled():
        print(f"\nG20 rebuild of two parents: killed at {points} statements, 0 children lost")
    assert points > 40


@pytest.mark.parametrize("version", versions()[:-1])
def test_on_disks_that_fill_up_at_every_size_the_old_one_stays(
    tmp_path: Path, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    full = done = leave = 0
    with small_disk(tmp_path / "disk", megabytes=DISK_MEGABYTES) as disk:
        model = tmp_path / "model.db"
        before = make_filled(model, version)
        # Up to where four have room, however much today's tables need; never past the end of the disk itself.
        while done < ENOUGH and leave < DISK_MEGABYTES * 500_000:
            disk.free()
            for file in disk.folder.glob("full.db*"):
                file.unlink()
            path = disk.folder / "full.db"
            path.write_bytes(model.read_bytes())
            disk.fill(leave=leave)
            try:
                open_database(path, KEY).close()
                done += 1
            except StorageFull:
                full += 1
            disk.free()
            assert content(path, KEY, shared(before)) == before
            open_database(path, KEY).close()
            assert version_of(path, KEY)[0] == migrate.HEAD
            leave += STEP_BYTES

    with capsys.disabled():
        print(
            f"\nG20 {version} on {full + done} disks: {full} too small, old one kept; {done} done; 0 rows lost; ",
            end="",
        )
        print(f"the last had {(leave - STEP_BYTES) // 1024} KiB of room")
    assert full > 3
    assert done > 3
