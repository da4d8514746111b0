"""`skilltrail verify`: words, JSON and exit status, without a data folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from identities import bundle, really_signed
from skilltrail.cli import main


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, words), "--home", "/nowhere/at/all"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in bundle(really_signed()).items():
        file = tmp_path / "portfolio" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "portfolio"


def test_a_folder_that_is_whole(folder: Path) -> None:
    done = run(folder)
    told = json.loads(run(folder, "--json").output)

    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if line.startswith(("Integrity:", "Time:", "Issuer:"))] == (
        done.output.splitlines()[-3:]
    )
    assert told["ok"] is True
    assert {name: told[name]["outcome"] for name in ("integrity", "time", "issuer")} == {
        "integrity": "passed",
        "time": "open",
        "issuer": "open",
    }
    open_lines = [line["text"] for line in told["lines"] if line["outcome"] != "passed"]
    assert all("only the learner" in one for one in open_lines)


def test_a_file_that_was_altered(folder: Path) -> None:
    leaf = folder / "evidence" / "000001.leaf"
    leaf.write_bytes(leaf.read_bytes().replace(b"extension", b"manual"))
    done = run(folder)

    assert done.exit_code == 1
    assert "FAILED evidence/000001.leaf:" in done.output
    assert json.loads(run(folder, "--json").output)["ok"] is False


def test_a_file_in_which_nothing_can_be_checked(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello")

    assert run(tmp_path / "x.txt").exit_code == 1
    assert "nothing that could be checked" in run(tmp_path / "x.txt").output
    assert run(tmp_path / "gone").exit_code == 2


def test_names_of_files_cannot_drive_the_terminal(folder: Path) -> None:
    (folder / "a\x1b[2J\nIntegrity: fine.md").write_text("x")
    done = run(folder)

    assert "\x1b" not in done.output
    assert done.output.count("\nIntegrity:") == 1


def test_links_out_of_the_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (folder / "leak.json").symlink_to(tmp_path / "secret")

    assert run(folder).exit_code == 0
    assert "leak" not in run(folder).output
