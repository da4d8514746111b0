"""The learner's routes: timeline, topics, exchanges, exports, processing, imports, the invented history."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from callers import Caller, envelope, item
from chatgpt_exports import chat, write
from databases import BeginWith, in_topics
from exchanges import history, items
from skilltrail.application import Application

READS = ("/status", "/revision", "/timeline", "/topics", "/exchanges", "/process", "/ledger")


@pytest.fixture
def filled(begin_with: BeginWith) -> Application:
    """A history with topics."""
    return begin_with(in_topics(60))


@pytest.mark.parametrize("path", READS)
def test_an_empty_history_can_be_read(page: Caller, path: str) -> None:
    assert page.get(f"/api/v1{path}").status_code == 200


def test_the_timeline_shows_topics_with_their_months(filled: Application, page: Caller) -> None:
    answer = page.get("/api/v1/timeline").json

    assert answer["exchanges"] == 60
    assert answer["topics"]
    assert {"id", "name", "terms", "months", "first_at"} <= set(answer["topics"][0])


def test_a_part_of_the_timeline_holds_that_part(filled: Application, page: Caller) -> None:
    answer = page.get("/api/v1/timeline?since=2026-11-25&until=2026-11-26").json

    assert 0 < answer["exchanges"] < 60
    assert answer["filter"] == {
        "since": "2026-11-25",
        "until": "2026-11-26",
        "area": None,
        "client": None,
        "source": None,
        "learning": False,
    }
    assert answer["scale"] == "days"
    assert page.get("/api/v1/timeline?source=none").json["exchanges"] == 0


@pytest.mark.parametrize("query", ["since=soon", "until=2026-13-01"])
def test_a_date_that_is_none_is_refused(page: Caller, query: str) -> None:
    answer = page.get(f"/api/v1/timeline?{query}")

    assert (answer.status_code, answer.json["code"]) == (422, "request_invalid")


def test_a_topic_and_its_exchanges_can_be_read_in_pages(filled: Application, page: Caller) -> None:
    topic = page.get("/api/v1/topics").json["topics"][0]
    first = page.get(f"/api/v1/exchanges?topic={topic['id']}&limit=3").json
    second = page.get(f"/api/v1/exchanges?topic={topic['id']}&limit=3&cursor={first['next_cursor']}").json

    assert page.get(f"/api/v1/topics/{topic['id']}").json["line"]["name"] == topic["name"]
    assert len(first["items"]) == len(second["items"]) == 3
    assert not {row["id"] for row in first["items"]} & {row["id"] for row in second["items"]}


@pytest.mark.parametrize("path", ["/topics/none", "/exchanges/999999"])
def test_what_does_not_exist_is_not_found(page: Caller, path: str) -> None:
    answer = page.get(f"/api/v1{path}")

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("format_", "media_type", "ending"),
    [
        ("markdown", "text/markdown", "md"),
        ("json", "application/json", "json"),
        ("html", "text/html", "html"),
        ("csv", "text/csv", "csv"),
    ],
)
def test_exports_come_as_files(filled: Application, page: Caller, format_: str, media_type: str, ending: str) -> None:
    answer = page.get(f"/api/v1/exports?format={format_}")

    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
    assert answer.headers["Content-Disposition"].endswith(f'.{ending}"')
    assert len(answer.data) > 100


def test_an_export_can_hold_a_part(filled: Application, page: Caller) -> None:
    whole = json.loads(page.get("/api/v1/exports?format=json").data)
    part = json.loads(page.get("/api/v1/exports?format=json&since=2026-11-25&until=2026-11-26").data)

    assert len(json.dumps(part)) < len(json.dumps(whole))


@pytest.mark.parametrize("query", ["", "format=docx", "format="])
def test_an_unknown_format_is_refused(page: Caller, query: str) -> None:
    assert page.get(f"/api/v1/exports?{query}").status_code == 422


def test_processing_can_be_asked_for_and_watched(application: Application, command_line: Caller) -> None:
    application.exchanges.capture(items(history(5)))

    asked = command_line.post("/api/v1/process").json
    application.processing.run_until_done()
    after = command_line.get("/api/v1/process").json

    assert asked["pending"] == 5
    assert (after["pending"], after["embedded"], after["state"]) == (0, 5, "idle")


def test_the_command_line_imports_by_path(command_line: Caller, tmp_path: Path) -> None:
    export = write(tmp_path, [chat("a", 2)])

    answer = command_line.post("/api/v1/imports", {"paths": [str(export)]})

    assert answer.status_code == 200
    assert (answer.json["files"], answer.json["found"], answer.json["agrees"]) == (1, 2, True)


def test_a_file_that_is_no_export_is_a_problem(command_line: Caller, tmp_path: Path) -> None:
    export = tmp_path / "conversations.json"
    export.write_text("no json", encoding="utf-8")

    answer = command_line.post("/api/v1/imports", {"paths": [str(export)]})

    assert answer.status_code == 422


def test_the_invented_history_is_kept_apart(service: Flask, page: Caller, application: Application) -> None:
    before = page.get("/api/v1/timeline", Skilltrail_Space="demo")
    made = page.post("/api/v1/demo")
    shown = page.get("/api/v1/timeline", Skilltrail_Space="demo")
    own = page.get("/api/v1/timeline")
    deleted = page.send("DELETE", "/api/v1/demo")
    after = page.get("/api/v1/timeline", Skilltrail_Space="demo")

    assert before.status_code == 404
    assert made.status_code == 201
    assert made.json["exchanges"] >= 300
    assert shown.json["exchanges"] > own.json["exchanges"] == 0
    assert deleted.status_code == 204
    assert after.status_code == 404
    assert not application.demo.exists()


def test_the_start_at_sign_in_can_be_switched(page: Caller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda _name: None)

    on = page.send("PUT", "/api/v1/autostart", {"on": True}).json
    read = page.get("/api/v1/autostart").json
    off = page.send("PUT", "/api/v1/autostart", {"on": False}).json

    assert (on, read, off) == ({"on": True}, {"on": True}, {"on": False})


def test_the_revision_grows_when_something_is_stored(worker: Caller, page: Caller) -> None:
    before = page.get("/api/v1/revision").json["revision"]
    answer = worker.post("/api/v1/exchanges", envelope(item()))

    assert page.get("/api/v1/revision").json["revision"] == answer.json["revision"] > before


def test_a_fault_of_ours_tells_nothing_but_its_request_id(
    page: Caller, application: Application, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Any:
        raise ValueError("CANARY of captured text")

    monkeypatch.setattr(application.trail, "topics", broken)

    answer = page.get("/api/v1/topics")

    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "CANARY" not in answer.text + caplog.text
    assert answer.json["request_id"] in caplog.text
    assert "ValueError" in caplog.text
