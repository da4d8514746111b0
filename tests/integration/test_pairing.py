"""Pairing and proof: the honest path, and those who try another one."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from flask import Flask

from callers import (
    EXTENSION,
    STRANGER,
    Caller,
    PairingExtension,
    decode,
    encode,
    envelope,
    extension,
    hkdf,
    item,
    paired,
)
from conftest import SteppingClock
from skilltrail.application import Application
from skilltrail.services import handshake


@pytest.fixture
def asking(service: Flask, application: Application) -> PairingExtension:
    """An extension that has not asked yet."""
    return PairingExtension(extension(service), application.instance_id)


def test_an_extension_is_connected_with_one_click(
    asking: PairingExtension, page: Caller, application: Application
) -> None:
    asking.start("Chrome on this computer")
    asking.exchange()
    waiting = page.get("/api/v1/pairings").json["pairings"]
    before = asking.status().json
    approved = page.post(f"/api/v1/pairings/{asking.request_id}/approve")
    after = asking.status().json

    assert [(row["label"], row["origin"], row["digits"]) for row in waiting] == [
        ("Chrome on this computer", EXTENSION, asking.digits)
    ]
    assert before == {"state": "pending", "device_id": None, "mark_key": None}
    assert approved.json == {"ok": True}
    assert after["state"] == "approved"
    assert [device.label for device in application.pairing.devices()] == ["Chrome on this computer"]


def test_the_server_keeps_its_commitment(asking: PairingExtension) -> None:
    asking.start()
    asking.exchange()

    assert hashlib.sha256(asking.server_public + asking.server_nonce).digest() == asking.commitment
    assert len(asking.server_public) == 65
    assert len(asking.server_nonce) == 16


def test_a_paired_extension_may_deliver_and_read_nothing(worker: Caller) -> None:
    delivered = worker.post("/api/v1/exchanges", envelope(item()))
    read = worker.get("/api/v1/exchanges")

    assert delivered.json["results"][0]["outcome"] == "stored"
    assert read.status_code == 403


def test_every_device_gets_the_same_key_for_its_marks_sealed_for_it_alone(
    service: Flask, command_line: Caller, application: Application
) -> None:
    first = paired(service, command_line, instance_id=application.instance_id)
    second = paired(service, command_line, instance_id=application.instance_id, origin=STRANGER)
    keys = {device.open_mark_key(device.status().json["mark_key"]) for device in (first, second)}

    assert len(keys) == 1
    assert len(keys.pop()) == 32


def test_the_proof_is_bound_to_nonce_instance_and_port(service: Flask, device: PairingExtension) -> None:
    nonce = bytes(range(32))

    answer = extension(service).post("/api/v1/proof", {"device_id": device.device_id, "nonce": encode(nonce)})

    key = hkdf(device.shared, "skilltrail proof v1")
    text = b"skilltrail proof v1" + nonce + device.instance_id.encode() + (8731).to_bytes(2, "big")
    assert decode(answer.json["proof"]) == hmac.new(key, text, hashlib.sha256).digest()


def test_the_arithmetic_gives_the_same_as_ever() -> None:
    """Fixed values: a change of any label or order would break every paired extension."""
    shared = bytes(range(32))
    digits = handshake.pairing_digits(
        "request", extension_public=b"\x04" + b"e" * 64, server_public=b"\x04" + b"s" * 64, nonce=b"n" * 16
    )

    assert handshake.bearer_token(shared) == "fNAg792FgbMkAEAMnk8xvvxdUrR86bsVw7v4eb3-Vdk"
    assert (
        handshake.proof(shared, nonce=b"n" * 16, instance_id="home", port=8731).hex()
        == "aea85c5081bc1639ad7339db41ee0faf1406b906c55f91533e1e3975c77153d4"
    )
    assert digits == "45 32 30"


@pytest.mark.parametrize("nonce", [encode(b"short"), encode(b"x" * 65), "not base64 !", ""])
def test_a_proof_needs_a_real_nonce(service: Flask, device: PairingExtension, nonce: str) -> None:
    answer = extension(service).post("/api/v1/proof", {"device_id": device.device_id, "nonce": nonce})

    assert (answer.status_code, answer.json["code"]) == (409, "pairing_failed")


def test_a_disconnected_extension_is_told_so_and_may_do_nothing(
    service: Flask, page: Caller, device: PairingExtension, worker: Caller
) -> None:
    revoked = page.send("DELETE", f"/api/v1/devices/{device.device_id}")
    proof = extension(service).post("/api/v1/proof", {"device_id": device.device_id, "nonce": encode(b"n" * 16)})
    sent = worker.post("/api/v1/exchanges", envelope(item()))

    assert revoked.status_code == 204
    assert (proof.status_code, proof.json["code"]) == (401, "not_paired")
    assert sent.status_code == 403
    assert page.get("/api/v1/devices").json == {"devices": []}


def test_a_device_can_be_disconnected_once(page: Caller, device: PairingExtension) -> None:
    page.send("DELETE", f"/api/v1/devices/{device.device_id}")

    again = page.send("DELETE", f"/api/v1/devices/{device.device_id}")

    assert again.status_code == 404


def test_not_mine_turns_the_extension_away(asking: PairingExtension, page: Caller, application: Application) -> None:
    asking.start()
    asking.exchange()
    page.post(f"/api/v1/pairings/{asking.request_id}/reject")
    after = page.post(f"/api/v1/pairings/{asking.request_id}/approve")

    assert asking.status().json["state"] == "rejected"
    assert after.json["code"] == "pairing_failed"
    assert application.pairing.devices() == ()


def test_a_wrong_secret_learns_and_changes_nothing(asking: PairingExtension, page: Caller) -> None:
    asking.start()
    asked = asking.exchange(request_secret="guess")
    status = asking.status(request_secret="guess")

    assert asked.json["code"] == status.json["code"] == "pairing_failed"
    assert page.get("/api/v1/pairings").json["pairings"][0]["digits"] is None


def test_the_key_can_be_sent_once(asking: PairingExtension, page: Caller) -> None:
    """A relay that swaps the key after the digits stand would be trying digits until they fit."""
    asking.start()
    asking.exchange()
    before = page.get("/api/v1/pairings").json["pairings"][0]["digits"]
    again = PairingExtension(asking.caller, asking.instance_id, request_id=asking.request_id, secret=asking.secret)

    answer = again.exchange()

    assert (answer.status_code, answer.json["code"]) == (409, "pairing_failed")
    assert page.get("/api/v1/pairings").json["pairings"][0]["digits"] == before


@pytest.mark.parametrize("key", [b"", b"\x04" + b"\x00" * 64, b"\x02" + b"\x11" * 32, b"\x05" + b"\x11" * 64])
def test_a_key_that_is_no_point_is_refused(asking: PairingExtension, page: Caller, key: bytes) -> None:
    asking.start()

    answer = asking.exchange(public_key=encode(key))

    assert answer.json["code"] == "pairing_failed"
    assert page.get("/api/v1/pairings").json["pairings"][0]["digits"] is None


def test_nothing_is_approved_before_the_digits_stand(asking: PairingExtension, page: Caller) -> None:
    asking.start()

    answer = page.post(f"/api/v1/pairings/{asking.request_id}/approve")

    assert answer.json["code"] == "pairing_failed"


def test_a_request_dies_after_two_minutes(asking: PairingExtension, page: Caller, clock: SteppingClock) -> None:
    asking.start()
    asking.exchange()
    clock.move(seconds=120)

    assert asking.status().json["state"] == "expired"
    assert page.get("/api/v1/pairings").json == {"pairings": []}
    assert page.post(f"/api/v1/pairings/{asking.request_id}/approve").json["code"] == "pairing_failed"
    assert asking.exchange().json["code"] == "pairing_failed"


def test_a_request_that_nobody_knows_has_expired(asking: PairingExtension) -> None:
    asking.request_id, asking.secret = "unknown", "whatever"

    assert asking.status().json["state"] == "expired"


def test_the_key_of_the_marks_is_told_for_two_minutes_only(
    asking: PairingExtension, page: Caller, clock: SteppingClock
) -> None:
    asking.start()
    asking.exchange()
    page.post(f"/api/v1/pairings/{asking.request_id}/approve")
    clock.move(seconds=121)

    assert asking.status().json == {"state": "expired", "device_id": None, "mark_key": None}


def test_three_may_wait_and_a_fourth_is_told_when_to_come_back(
    service: Flask, application: Application, clock: SteppingClock
) -> None:
    waiting = [PairingExtension(extension(service), application.instance_id) for _ in range(4)]
    codes = [one.start().status_code for one in waiting]
    refused = application.pairing.pending()
    clock.move(seconds=121)

    assert codes == [201, 201, 201, 429]
    assert len(refused) == 3
    assert waiting[3].start().status_code == 201


def test_an_approval_that_cannot_be_stored_leaves_the_request_waiting(
    asking: PairingExtension, page: Caller, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skilltrail.errors import StorageFull
    from skilltrail.storage import access_queries

    def full(*_arguments: object, **_named: object) -> None:
        raise StorageFull("The disk is full.")

    asking.start()
    asking.exchange()
    monkeypatch.setattr(access_queries, "add_device", full)
    failed = page.post(f"/api/v1/pairings/{asking.request_id}/approve")
    monkeypatch.undo()
    approved = page.post(f"/api/v1/pairings/{asking.request_id}/approve")

    assert (failed.status_code, failed.json["code"]) == (507, "storage_full")
    assert approved.status_code == 200
    assert len(application.pairing.devices()) == 1


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("Firefox", "Firefox"),
        ("", "A browser extension"),
        ("  two\nlines\x00 ", "two lines"),
        ("evil \u202eleft", "evil left"),
        ("x" * 300, "x" * 80),
    ],
)
def test_labels_are_shown_as_one_short_line(asking: PairingExtension, page: Caller, label: str, shown: str) -> None:
    asking.start(label)

    assert page.get("/api/v1/pairings").json["pairings"][0]["label"] == shown


def test_tokens_and_keys_are_stored_hashed_or_not_at_all(
    application: Application, device: PairingExtension, page: Caller
) -> None:
    from skilltrail.services.credentials import token_hash
    from skilltrail.storage.access_queries import device_credentials, session_credentials

    with application._database.read() as session:
        devices, sessions = device_credentials(session), session_credentials(session)

    assert [row.token_hash for row in devices] == [hashlib.sha256(device.token.encode()).digest()]
    page_token = page.headers["Authorization"].removeprefix("Bearer ")
    assert [row.token_hash for row in sessions] == [token_hash(page_token)]
