"""The data folder is private, and files in it are whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from skilltrail.errors import StorageError
from skilltrail.platform.folders import prepare_home, read_private, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    report = prepare_home(tmp_path / "deep" / "home")

    assert mode(report.home) == 0o700
    assert (report.repaired, report.warnings) == (0, ())


def test_modes_that_were_opened_up_are_set_right(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "backups").mkdir(parents=True)
    (home / "skilltrail.db").write_text("x")
    home.chmod(0o755)
    (home / "backups").chmod(0o777)
    (home / "skilltrail.db").chmod(0o644)

    report = prepare_home(home)

    assert (mode(home), mode(home / "backups"), mode(home / "skilltrail.db")) == (0o700, 0o700, 0o600)
    assert report.repaired == 3


def test_links_are_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "link").symlink_to(outside)

    prepare_home(home)

    assert mode(outside) == 0o644


def test_a_file_in_the_folders_place_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("x")

    with pytest.raises(StorageError) as refused:
        prepare_home(tmp_path / "home")

    assert str(tmp_path / "home") in str(refused.value)


@pytest.mark.parametrize(
    "name", ["Dropbox", "OneDrive - Company", "Nextcloud", "Dropbox (Personal)", "Mobile Documents", "CloudStorage"]
)
def test_a_synced_folder_is_warned_about(tmp_path: Path, name: str) -> None:
    assert len(prepare_home(tmp_path / name / "skilltrail").warnings) == 1


@pytest.mark.parametrize("name", ["Documents", "mega-project-notes", "boxes", "dropboxes"])
def test_other_folders_are_not_warned_about(tmp_path: Path, name: str) -> None:
    assert prepare_home(tmp_path / name / "skilltrail").warnings == ()


def test_private_files_are_written_whole_and_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_private(path, b"first")
    write_private(path, b"second")

    assert read_private(path) == b"second"
    assert mode(path) == 0o600
    assert [child.name for child in tmp_path.iterdir()] == ["secret"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_private(path, b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_private(path, b"new")
    monkeypatch.undo()

    assert read_private(path) == b"old"
    assert [child.name for child in tmp_path.iterdir()] == ["secret"]


def test_a_file_that_others_can_read_is_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_private(path, b"x")
    path.chmod(0o640)

    with pytest.raises(StorageError):
        read_private(path)
