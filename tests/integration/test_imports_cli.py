"""`skilltrail import`: what it says, in words and as JSON, and its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chatgpt_exports import chat, write
from skilltrail.cli import main

KEYS_OF_BEFORE = {
    "ok",
    "import_id",
    "files",
    "conversations",
    "found",
    "stored",
    "known",
    "revised",
    "refused",
    "skipped",
    "problems",
    "agrees",
}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLTRAIL_KEYRING", "off")
    monkeypatch.setenv("SKILLTRAIL_HOME", str(tmp_path / "home"))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path, [chat("a", 3), chat("b", 2), 5])


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def answer(*words: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*words, "--json").stdout)
    return found


def test_the_answer_holds_what_it_always_held_and_the_account(export: Path) -> None:
    found = answer("import", export)

    assert found.keys() >= KEYS_OF_BEFORE
    assert (found["state"], found["stored"], found["conversation_counts"]["found"]) == ("done", 5, 3)
    assert found["message_counts"]["agrees"] is True


def test_the_words_hold_the_account(export: Path) -> None:
    said = run("import", export)

    assert said.exit_code == 0
    assert "5 exchanges in 2 conversations: 5 new" in said.output
    assert "Chats in the files: 3 = 2 new + 1 left out" in said.output
    assert "entry that is no chat" in said.output


def test_a_dry_run_stores_nothing(export: Path) -> None:
    found = answer("import", export, "--dry-run")

    assert (found["ok"], found["sources"][0]["fresh"]) == (True, 5)
    assert answer("import", "--list")["imports"] == []


def test_imports_are_listed_shown_and_undone(export: Path) -> None:
    number = answer("import", export, "--account", "work")["import_id"]

    [line] = answer("import", "--list")["imports"]
    shown = answer("import", "--show", str(number))
    undone = answer("import", "--undo", str(number), "--yes")

    assert (line["import_id"], line["account"]) == (number, "work")
    assert shown["elements"][0]["reason"] == "not_an_object"
    assert (undone["state"], undone["undo"]["removed"]) == ("undone", 5)


def test_undoing_asks_first(export: Path) -> None:
    number = answer("import", export)["import_id"]

    assert run("import", "--undo", str(number), "--json").exit_code == 1
    assert answer("import", "--show", str(number))["held"] == 5


def test_a_complete_import_has_nothing_to_go_on_with(export: Path) -> None:
    number = answer("import", export)["import_id"]

    assert run("import", "--resume", str(number)).exit_code == 1


@pytest.mark.parametrize("words", [("import",), ("import", "--list", "--undo", "1"), ("import", "nowhere.zip")])
def test_wrong_usage_is_status_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
