"""The command line: a contract that scripts build on."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from skilltrail.cli import main
from skilltrail.cli.options import printable

COLUMNS = [
    "provider",
    "origin",
    "conversation_id",
    "prompt_id",
    "reply_id",
    "asked_at",
    "fidelity",
    "status",
    "on_current_path",
    "redactions",
    "topic_id",
    "topic",
    "area",
]


def export_file(folder: Path, *, exchanges: int = 3) -> Path:
    """Write a conversations.json of one conversation."""
    nodes: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    above = "root"
    for n in range(exchanges):
        for role, id_ in (("user", f"u{n}"), ("assistant", f"a{n}")):
            content = {
                "content_type": "text",
                "parts": [f"{role} {n}: password is Tr0ub4dor&3xyz" if n == 0 else f"{role} {n}"],
            }
            message = {"id": id_, "author": {"role": role}, "create_time": 1_790_000_000 + n, "content": content}
            nodes[id_] = {"id": id_, "parent": above, "message": message}
            above = id_
    path = folder / "conversations.json"
    path.write_text(json.dumps([{"conversation_id": "c", "title": "T", "mapping": nodes, "current_node": above}]))
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SKILLTRAIL_KEYRING", "off")
    monkeypatch.setenv("SKILLTRAIL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_an_import_says_what_became_of_everything(home: Path, tmp_path: Path) -> None:
    answer = json.loads(run("import", export_file(tmp_path), "--json").stdout)

    assert {key: answer[key] for key in ("ok", "found", "stored", "known", "agrees")} == {
        "ok": True,
        "found": 3,
        "stored": 3,
        "known": 0,
        "agrees": True,
    }


def test_importing_twice_changes_nothing(home: Path, tmp_path: Path) -> None:
    run("import", export_file(tmp_path))

    again = json.loads(run("import", export_file(tmp_path), "--json").stdout)

    assert (again["stored"], again["known"]) == (0, 3)


def test_the_table_of_exchanges_has_the_promised_columns_and_no_text(home: Path, tmp_path: Path) -> None:
    run("import", export_file(tmp_path))

    run("exchanges", "--csv", tmp_path / "x.csv")

    rows = list(csv.reader((tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == COLUMNS
    assert [row[3] for row in rows[1:]] == ["u0", "u1", "u2"]
    assert "assistant" not in (tmp_path / "x.csv").read_text(encoding="utf-8")


def test_a_redacted_secret_is_counted_in_the_table(home: Path, tmp_path: Path) -> None:
    run("import", export_file(tmp_path))

    run("exchanges", "--csv", tmp_path / "x.csv")

    [first, *_rest] = csv.DictReader((tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines())
    assert first["redactions"] == "2"


@pytest.mark.parametrize("format_", ["markdown", "json", "html"])
def test_the_timeline_is_written_in_every_format(home: Path, tmp_path: Path, format_: str) -> None:
    run("import", export_file(tmp_path))

    done = run("export", "--format", format_, "--out", tmp_path / "out")

    assert done.exit_code == 0, done.output
    assert "user 1" in (tmp_path / "out").read_text(encoding="utf-8")


def test_a_refusal_is_status_1_with_its_reason(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "conversations.json"
    broken.write_text("[{")

    done = run("import", broken, "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout)["code"] == "import_failed"


@pytest.mark.parametrize("words", [("import",), ("export", "--format", "pdf", "--out", "x"), ("nonsense",)])
def test_wrong_usage_is_status_2(home: Path, words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_a_bad_setting_is_named_with_its_variable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLTRAIL_PORT", "many")

    done = run("topics")

    assert done.exit_code == 2
    assert "SKILLTRAIL_PORT" in done.output


def test_topics_of_an_empty_history_say_what_to_do(home: Path) -> None:
    assert "import" in run("topics").output.lower()


def test_commands_for_the_service_say_how_to_start_it(home: Path) -> None:
    done = run("open")

    assert done.exit_code == 1
    assert "skilltrail serve" in done.output


def test_an_output_file_is_whole_or_the_old_one(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("old")
    run("import", export_file(tmp_path))
    (tmp_path / ".x.csv.part").mkdir()  # something is in the way of writing aside

    done = run("exchanges", "--csv", target)

    assert done.exit_code == 1
    assert target.read_text() == "old"


def test_captured_words_cannot_drive_the_terminal() -> None:
    assert "\x1b" not in printable("\x1b]0;owned\x07 name")


def test_the_extension_is_written_ready_to_load(home: Path, tmp_path: Path) -> None:
    done = run("extension", "--to", tmp_path / "ext", "--json")

    folder = Path(json.loads(done.stdout)["path"])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (folder / manifest["background"]["service_worker"]).is_file()


def test_doctor_finds_a_healthy_installation_healthy(home: Path, tmp_path: Path) -> None:
    run("import", export_file(tmp_path))

    done = run("doctor", "--json")

    assert done.exit_code == 0, done.output
    found = {finding["subject"]: finding["state"] for finding in json.loads(done.stdout)["findings"]}
    assert found["Database"] == found["Model"] == "ok"


def test_doctor_names_a_database_whose_key_is_gone_and_touches_nothing(home: Path, tmp_path: Path) -> None:
    run("import", export_file(tmp_path))
    (home / "database.key").unlink()
    before = (home / "skilltrail.db").read_bytes()

    done = run("doctor", "--json")

    assert done.exit_code == 1
    assert "key_unavailable" in done.stdout
    assert (home / "skilltrail.db").read_bytes() == before


class TestWhileAServerRuns:
    """The same commands go through the server that holds the data."""

    @pytest.fixture
    def server(self, home: Path) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--json", "--port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        assert process.stdout is not None
        for _line in range(20):
            if process.stdout.readline().startswith("}"):
                break
        yield process
        process.terminate()
        process.wait(20)
        process.stdout.close()

    def test_import_table_and_export_work_through_it(self, server: object, home: Path, tmp_path: Path) -> None:
        imported = json.loads(run("import", export_file(tmp_path), "--json").stdout)
        table = run("exchanges", "--csv", tmp_path / "x.csv")
        export = run("export", "--format", "json", "--out", tmp_path / "x.json")

        assert imported["stored"] == 3
        assert (table.exit_code, export.exit_code) == (0, 0)
        assert len((tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()) == 4

    def test_a_second_server_on_the_same_data_is_refused_with_words(self, server: object, home: Path) -> None:
        command = [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--port", "0"]

        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

        assert second.returncode == 1
        assert "already" in second.stderr.lower() or "another" in second.stderr.lower()

    def test_a_sign_in_link_has_its_key_in_the_fragment(self, server: object, home: Path) -> None:
        link = json.loads(run("open", "--print", "--json").stdout)["url"]

        assert link.startswith("http://127.0.0.1:")
        assert "/#k=" in link

    def test_doctor_says_where_it_runs(self, server: object, home: Path) -> None:
        found = {row["subject"]: row for row in json.loads(run("doctor", "--json").stdout)["findings"]}

        assert found["Service"]["words"].startswith("running on port")

    def test_a_killed_servers_files_do_not_mislead(
        self, server: subprocess.Popen[str], home: Path, tmp_path: Path
    ) -> None:
        server.kill()
        server.wait(20)
        time.sleep(0.2)

        assert json.loads(run("import", export_file(tmp_path), "--json").stdout)["stored"] == 3
