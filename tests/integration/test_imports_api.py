"""Imports through the dashboard and the API: pieces, a look, the import, its pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callers import Caller
from chatgpt_exports import chat, write
from dashboard import Dashboard
from skilltrail.application import Application
from skilltrail.domain.imports import ImportState

BYTES = "application/octet-stream"


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)


def hand_over(page: Caller, data: bytes, name: str = "conversations.json", piece: int = 500) -> str:
    """Hand a file over in pieces and return the upload's id."""
    begun = page.post("/api/v1/uploads", {"files": [{"name": name, "size": len(data)}]})
    upload = str(begun.json["upload"]["id"])
    for offset in range(0, len(data), piece):
        sent = page.send(
            "PUT",
            f"/api/v1/uploads/{upload}/files/0?offset={offset}",
            data[offset : offset + piece],
            Content_Type=BYTES,
        )
        assert sent.status_code == 200, sent.json
    return upload


def look(page: Caller, upload: str) -> dict[str, Any]:
    """Look at an upload and return it when that is done."""
    assert page.post(f"/api/v1/uploads/{upload}/look").status_code == 202
    path = f"/api/v1/uploads/{upload}"
    wait_until(lambda: page.get(path).json["upload"]["state"] != "looking")
    found: dict[str, Any] = page.get(path).json["upload"]
    return found


@pytest.fixture
def export(tmp_path: Path) -> bytes:
    return write(tmp_path, [chat("a", 3), chat("b", 2), 5]).read_bytes()


def test_a_file_goes_from_pieces_to_exchanges(page: Caller, application: Application, export: bytes) -> None:
    upload = hand_over(page, export)
    found = look(page, upload)
    before = application.trail.home().exchanges
    started = page.post(f"/api/v1/uploads/{upload}/import", {"account": "work"})
    number = started.json["import_id"]
    wait_until(lambda: application.imports.running is None)
    done = page.get(f"/api/v1/imports/{number}").json

    assert (found["state"], found["preview"]["sources"][0]["fresh"], before) == ("ready", 5, 0)
    assert (done["state"], done["stored"], done["agrees"], done["account"]) == ("done", 5, True, "work")
    assert done["conversation_counts"] == {
        "found": 3,
        "stored": 2,
        "known": 0,
        "updated": 0,
        "skipped": {"not_an_object": 1},
        "agrees": True,
    }
    assert page.get(f"/api/v1/imports/{number}/skipped").json["elements"][0]["reason"] == "not_an_object"
    assert page.get("/api/v1/imports").json["imports"][0]["import_id"] == number


def test_no_copy_of_the_file_stays(page: Caller, application: Application, export: bytes) -> None:
    upload = hand_over(page, export)
    look(page, upload)
    page.post(f"/api/v1/uploads/{upload}/import")
    wait_until(lambda: application.imports.running is None)

    assert not (application.settings.home / "spool").exists()


def test_the_copy_is_private(page: Caller, application: Application, export: bytes) -> None:
    hand_over(page, export)

    [file] = [path for path in (application.settings.home / "spool").rglob("*") if path.is_file()]
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_piece_sent_twice_is_no_harm(page: Caller, export: bytes) -> None:
    begun = page.post("/api/v1/uploads", {"files": [{"name": "conversations.json", "size": len(export)}]})
    path = f"/api/v1/uploads/{begun.json['upload']['id']}/files/0"
    first = page.send("PUT", f"{path}?offset=0", export[:100], Content_Type=BYTES)
    again = page.send("PUT", f"{path}?offset=0", export[:100], Content_Type=BYTES)
    rest = page.send("PUT", f"{path}?offset=100", export[100:], Content_Type=BYTES)

    assert (first.json["received"], again.json["received"], rest.json["received"]) == (100, 100, len(export))


def test_bytes_beyond_the_end_are_refused(page: Caller, export: bytes) -> None:
    upload = hand_over(page, export)

    answer = page.send("PUT", f"/api/v1/uploads/{upload}/files/0?offset={len(export)}", b"x", Content_Type=BYTES)

    assert answer.status_code == 422


def test_half_a_file_is_not_looked_at(page: Caller, export: bytes) -> None:
    begun = page.post("/api/v1/uploads", {"files": [{"name": "conversations.json", "size": len(export)}]})

    assert page.post(f"/api/v1/uploads/{begun.json['upload']['id']}/look").status_code == 422


def test_more_than_the_disk_or_the_dashboard_takes_is_refused_at_once(page: Caller) -> None:
    answer = page.post("/api/v1/uploads", {"files": [{"name": "x.zip", "size": 5_000_000_000}]})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "name", ["../../escape.json", "..\\escape.json", "/etc/escape.json", "a\x00/b:c*.json", "." * 5]
)
def test_no_name_leads_out_of_the_spool(page: Caller, application: Application, tmp_path: Path, name: str) -> None:
    hand_over(page, b"[]", name=name)

    spool = application.settings.home / "spool"
    files = [path for path in application.settings.home.rglob("*escape*") if path.is_file()]
    assert all(spool in path.parents for path in files)
    assert not list(tmp_path.glob("escape*"))


def test_an_upload_can_be_dropped(page: Caller, application: Application, export: bytes) -> None:
    upload = hand_over(page, export)

    assert page.send("DELETE", f"/api/v1/uploads/{upload}").status_code == 204
    assert page.get(f"/api/v1/uploads/{upload}").status_code == 404
    assert not (application.settings.home / "spool").exists()


def test_forgetting_everything_takes_the_upload_too(page: Caller, application: Application, export: bytes) -> None:
    hand_over(page, export)

    page.post("/api/v1/forget", {"everything": True, "at_once": True})
    application.forgetting.run_due()

    assert not (application.settings.home / "spool").exists()


def test_what_is_no_export_is_refused_with_words(page: Caller) -> None:
    found = look(page, hand_over(page, b"PK\x03\x04 no archive at all", name="export.zip"))

    assert found["state"] == "refused"
    assert found["problem"].startswith("The archive is damaged")


def test_undo_is_planned_and_done(page: Caller, application: Application, tmp_path: Path) -> None:
    number = application.imports.run([write(tmp_path, [chat("a", 3)])]).import_id

    plan = page.get(f"/api/v1/imports/{number}/undo").json
    page.post(f"/api/v1/imports/{number}/undo")
    application.forgetting.run_due()

    assert plan == {"removed": 3, "restored": 0, "stay": {}}
    assert application.imports.get(number).state is ImportState.UNDONE


def test_rules_for_what_stays_out_are_kept(page: Caller) -> None:
    rules = {"titles": ["Acme", " ", "Acme"], "projects": [], "addresses": ["chatgpt.com/c/1"]}

    page.send("PUT", "/api/v1/import-exclusions", rules)

    assert page.get("/api/v1/import-exclusions").json == {
        "titles": ["Acme"],
        "projects": [],
        "addresses": ["chatgpt.com/c/1"],
    }


@pytest.mark.parametrize("media", ["application/json", "multipart/form-data", "text/plain"])
def test_a_piece_is_bytes_and_nothing_else(page: Caller, export: bytes, media: str) -> None:
    upload = hand_over(page, export)

    assert page.send("PUT", f"/api/v1/uploads/{upload}/files/0", b"{}", Content_Type=media).status_code == 415


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def fetch(application: Application) -> Dashboard:
    return Dashboard(application)


def test_the_page_offers_to_take_files(fetch: Dashboard) -> None:
    found = fetch("/fragments/imports")

    assert "drop" in found.attributes("id")
    assert {"import-files", "import-folder"} <= set(found.attributes("data-action"))


def test_the_page_shows_what_an_upload_holds(
    fetch: Dashboard, page: Caller, export: bytes, application: Application
) -> None:
    look(page, hand_over(page, export))

    found = fetch("/fragments/imports")

    assert "5 new exchanges" in found.text
    assert "ChatGPT export" in found.text
    assert application.trail.home().exchanges == 0


def test_the_page_says_why_a_file_could_not_be_read(fetch: Dashboard, page: Caller) -> None:
    look(page, hand_over(page, b"PK\x03\x04 no archive at all", name="export.zip"))

    found = fetch("/fragments/imports")

    assert "export.zip : this could not be read as an export" in found.text
    assert "alert" in found.attributes("role")


def test_the_account_adds_up_on_the_page(fetch: Dashboard, application: Application, tmp_path: Path) -> None:
    number = application.imports.run([write(tmp_path, [chat("a", 3), 5])]).import_id

    found = fetch(f"/fragments/imports/{number}")

    assert "Every one is accounted for: 2 chats and 6 messages." in found.text
    assert "In the files 2 6" in found.text
    assert "Together 2 6" in found.text
    assert "entry that is no chat" in found.text


def test_an_import_that_is_not_there_is_no_page(fetch: Dashboard) -> None:
    fetch("/fragments/imports/7", status=404)


def test_the_invented_history_has_no_imports(fetch: Dashboard, application: Application) -> None:
    application.demo.open()

    found = fetch("/fragments/imports", space="demo")

    assert "invented" in found.text
    assert "drop" not in found.attributes("id")


def test_hostile_names_are_shown_as_words(fetch: Dashboard, page: Caller, export: bytes) -> None:
    look(page, hand_over(page, export, name='<img src=x onerror="alert(1)">.json'))

    found = fetch("/fragments/imports")

    assert "img" not in found.tags
    assert not any(name.startswith("on") for _tag, attributes in found.elements for name in attributes)
