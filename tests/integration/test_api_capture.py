"""Exchanges and the ledger over HTTP: items are judged one by one, envelopes as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from callers import Caller, PairingExtension, envelope, item
from conftest import SteppingClock
from skilltrail.application import Application

PATH = "/api/v1/exchanges"


def test_items_are_answered_in_order_each_for_itself(worker: Caller) -> None:
    batch = envelope(item(1), item(2, prompt=7), item(3), item(1))

    answer = worker.post(PATH, batch).json

    assert [row["outcome"] for row in answer["results"]] == ["stored", "refused", "stored", "known"]
    assert [row["capture_id"] for row in answer["results"]] == [row["capture_id"] for row in batch["items"]]
    refused = answer["results"][1]
    assert (refused["code"], refused["detail"], refused["exchange_id"]) == ("item_invalid", "prompt: string_type", None)


def test_what_was_sent_is_what_is_kept(worker: Caller, page: Caller) -> None:
    sent = item(
        prompt="Wie geht „das“? \U0001f600",
        attachments=[{"name": "plan.pdf", "mime": "application/pdf", "size": 12}],
        citations=[{"title": None, "url": "https://docs.example/"}],
        answered_at=None,
        redactions={"password": 2},
    )
    stored = worker.post(PATH, envelope(sent)).json["results"][0]["exchange_id"]

    kept = page.get(f"{PATH}/{stored}").json["captured"]

    assert kept["prompt"] == sent["prompt"]
    assert kept["asked_at"] == "2026-11-20T12:00:00Z"
    assert kept["answered_at"] is None
    assert kept["attachments"] == [{"name": "plan.pdf", "mime": "application/pdf", "size": 12}]
    assert kept["citations"] == [{"url": "https://docs.example/", "title": None}]
    assert kept["redactions"] == {"password": 2}


def test_secrets_that_the_extension_missed_are_replaced_before_they_are_stored(worker: Caller, page: Caller) -> None:
    secret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT" + "1vW4yZ7bC0eF3hJ6"
    stored = worker.post(PATH, envelope(item(prompt=f"why is {secret} refused?"))).json["results"][0]["exchange_id"]

    kept = page.get(f"{PATH}/{stored}").json["captured"]

    assert secret not in kept["prompt"]
    assert kept["prompt"].startswith("why is [secret:github-token:")
    assert kept["redactions"] == {"github-token": 1}


def test_unknown_extra_keys_are_ignored_and_kept_out(worker: Caller, page: Caller) -> None:
    stored = worker.post(PATH, envelope(item(thoughts="hidden", extra=1), more="x")).json["results"][0]

    assert stored["outcome"] == "stored"
    assert "hidden" not in page.get(f"{PATH}/{stored['exchange_id']}").text


@pytest.mark.parametrize(
    "change",
    [
        {"asked_at": "yesterday"},
        {"asked_at": "2026-11-20T12:00:00"},
        {"asked_at": 1763640000},
        {"conversation_id": ""},
        {"conversation_id": "x" * 201},
        {"conversation_id": "WEB:7f"},
        {"prompt": None},
        {"provider": "myspace"},
        {"origin": "import"},
        {"fidelity": "perfect"},
        {"status": "failed"},
        {"on_current_path": "yes"},
        {"attachments": [{"name": 1}]},
        {"redactions": {"password": -1}},
        {"reply": ""},
    ],
    ids=str,
)
def test_a_bad_item_is_refused_and_its_neighbours_are_kept(worker: Caller, change: dict[str, Any]) -> None:
    answer = worker.post(PATH, envelope(item(1), item(2, **change), item(3))).json

    assert [row["outcome"] for row in answer["results"]] == ["stored", "refused", "stored"]
    assert answer["results"][1]["code"]


@pytest.mark.parametrize("thing", [None, 1, "x", [], {}, [[]]])
def test_an_item_that_is_no_item_is_refused_alone(worker: Caller, thing: Any) -> None:
    answer = worker.post(PATH, envelope(thing, item(2))).json

    assert [row["outcome"] for row in answer["results"]] == ["refused", "stored"]
    assert answer["results"][0]["capture_id"] == ""


def test_details_name_fields_and_never_values(worker: Caller) -> None:
    answer = worker.post(PATH, envelope(item(prompt=["CANARY"]), item(2, redactions={"CANARY\n": "x"})))

    assert "CANARY\\n" not in answer.text
    assert '"CANARY"' not in answer.text


def test_the_command_line_may_bring_imports(command_line: Caller) -> None:
    answer = command_line.post(PATH, envelope(item(origin="import", fidelity="export")))

    assert answer.json["results"][0]["outcome"] == "stored"


def test_an_exchange_knows_the_device_that_brought_it_only_by_its_session(worker: Caller, page: Caller) -> None:
    worker.post(PATH, envelope(item()))

    assert page.get(PATH).json["total"] == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"schema": 2}, 426, "extension_too_old"),
        ({"extension_version": "0.0.9"}, 426, "extension_too_old"),
        ({"extension_version": "new"}, 426, "extension_too_old"),
        ({"schema": "1"}, 422, "request_invalid"),
        ({"items": {}}, 422, "request_invalid"),
        ({"items": [1] * 201}, 422, "request_invalid"),
    ],
    ids=str,
)
def test_an_envelope_that_is_none_is_refused_whole(
    worker: Caller, change: dict[str, Any], status: int, code: str
) -> None:
    answer = worker.post(PATH, envelope(item()) | change)

    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_two_hundred_items_go_in_one_batch(worker: Caller) -> None:
    answer = worker.post(PATH, envelope(*(item(number) for number in range(200))))

    assert [row["outcome"] for row in answer.json["results"]] == ["stored"] * 200


def test_a_very_long_text_is_kept_cut_and_marked(worker: Caller, page: Caller) -> None:
    answer = worker.post(PATH, envelope(item(reply="word " * 240_000)))

    kept = page.get(f"{PATH}/{answer.json['results'][0]['exchange_id']}").json["captured"]
    assert len(kept["reply"]) == 1_000_000
    assert kept["truncated"] is True


def test_more_citations_than_are_kept_do_not_cost_the_exchange(worker: Caller, page: Caller) -> None:
    many = [{"title": None, "url": f"https://docs.example/{n}"} for n in range(130)]

    stored = worker.post(PATH, envelope(item(citations=many))).json["results"][0]

    assert len(page.get(f"{PATH}/{stored['exchange_id']}").json["captured"]["citations"]) == 100


LEDGER = {
    "schema": 1,
    "extension_version": "0.1.0",
    "state": "ok",
    "outbox": {"waiting": 2, "rejected": 0, "bytes": 900, "oldest_at": "2026-11-22T08:00:00Z"},
    "rows": [
        {
            "provider": "chatgpt",
            "conversation_id": "c-1",
            "sends_seen": 3,
            "replies_finished": 3,
            "turns_in_page": 3,
            "captured": 3,
            "stored": 1,
            "waiting": 2,
            "rejected": 0,
            "failed": 0,
            "degraded": False,
            "updated_at": "2026-11-22T08:59:00Z",
        }
    ],
}


def test_the_ledger_stands_beside_what_the_database_holds(worker: Caller, page: Caller) -> None:
    worker.post(PATH, envelope(item(1)))
    reported = worker.post("/api/v1/ledger", LEDGER)

    view = page.get("/api/v1/ledger").json

    assert reported.json == {"ok": True, "forgotten": [], "reset": []}
    assert view["devices"][0]["state"] == "ok"
    assert view["devices"][0]["outbox"]["waiting"] == 2
    assert view["rows"][0]["sends_seen"] == 3
    assert view["in_database"] == {"c-1": 1}
    assert view["totals"]["waiting"] == 2


def test_a_late_report_does_not_undo_a_newer_one(worker: Caller, page: Caller) -> None:
    row = LEDGER["rows"][0]  # type: ignore[index]
    worker.post("/api/v1/ledger", LEDGER | {"rows": [row | {"stored": 3, "waiting": 0}]})
    worker.post("/api/v1/ledger", LEDGER | {"rows": [row | {"updated_at": "2026-11-22T08:00:00Z"}]})

    assert page.get("/api/v1/ledger").json["rows"][0]["stored"] == 3


def test_conversations_that_miss_replies_come_first(worker: Caller, page: Caller) -> None:
    row = LEDGER["rows"][0] | {"stored": 0, "waiting": 0, "replies_finished": 0}  # type: ignore[index]
    fine = row | {"conversation_id": "fine", "updated_at": "2026-11-22T08:59:30Z"}
    lost = row | {"conversation_id": "lost", "replies_finished": 2}
    worker.post("/api/v1/ledger", LEDGER | {"rows": [fine, lost]})

    assert [row["conversation_id"] for row in page.get("/api/v1/ledger").json["rows"]] == ["lost", "fine"]


def test_the_rows_of_a_disconnected_device_are_gone_from_view(
    worker: Caller, page: Caller, device: PairingExtension
) -> None:
    worker.post("/api/v1/ledger", LEDGER)
    page.send("DELETE", f"/api/v1/devices/{device.device_id}")

    view = page.get("/api/v1/ledger").json

    assert view["devices"] == []
    assert view["rows"] == []


def test_refusals_are_written_every_half_minute_at_most(
    application: Application, service: Flask, clock: SteppingClock
) -> None:
    from skilltrail.storage.access_queries import refusals

    def written() -> dict[str, int]:
        with application._database.read() as session:
            return refusals(session)

    for _ in range(50):
        application.ledger.count_refused("host_refused")
    before = written()
    clock.move(seconds=31)
    application.ledger.count_refused("host_refused")

    assert before == {}
    assert written() == {"host_refused": 51}
