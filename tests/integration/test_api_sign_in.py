"""Signing in: a link good once for ten minutes, a session good for 90 days or until it is locked."""

from __future__ import annotations

from flask import Flask

from callers import OWN, Caller
from conftest import SteppingClock


def visitor(service: Flask) -> Caller:
    return Caller(service, {"Origin": OWN, "Sec-Fetch-Site": "same-origin"})


def test_the_command_line_makes_a_link_that_signs_in_once(service: Flask, command_line: Caller) -> None:
    link = command_line.post("/api/v1/launch-keys").json
    first = visitor(service).post("/api/v1/sessions", {"key": link["key"]})
    second = visitor(service).post("/api/v1/sessions", {"key": link["key"]})
    home = visitor(service).get("/api/v1/status", Authorization=f"Bearer {first.json['token']}")

    assert link["url"] == f"http://127.0.0.1:8731/#k={link['key']}"
    assert first.status_code == 201
    assert home.status_code == 200
    assert (second.status_code, second.json["code"]) == (401, "not_paired")


def test_a_link_is_good_for_ten_minutes(service: Flask, command_line: Caller, clock: SteppingClock) -> None:
    early, late = (command_line.post("/api/v1/launch-keys").json["key"] for _ in range(2))
    clock.move(minutes=9, seconds=59)
    in_time = visitor(service).post("/api/v1/sessions", {"key": early})
    clock.move(seconds=1)
    too_late = visitor(service).post("/api/v1/sessions", {"key": late})

    assert in_time.status_code == 201
    assert too_late.status_code == 401


def test_lock_ends_this_session_and_no_other(service: Flask, page: Caller, command_line: Caller) -> None:
    key = command_line.post("/api/v1/launch-keys").json["key"]
    other = visitor(service).post("/api/v1/sessions", {"key": key}).json["token"]

    locked = page.send("DELETE", "/api/v1/sessions")

    assert locked.status_code == 204
    assert page.get("/api/v1/status").status_code == 401
    assert visitor(service).get("/api/v1/status", Authorization=f"Bearer {other}").status_code == 200


def test_a_session_ends_after_90_days(page: Caller, clock: SteppingClock) -> None:
    clock.move(days=89, hours=23)
    before = page.get("/api/v1/status").status_code
    clock.move(hours=1)

    assert before == 200
    assert page.get("/api/v1/status").status_code == 401


def test_the_key_of_a_link_is_no_credential_by_itself(service: Flask, command_line: Caller) -> None:
    key = command_line.post("/api/v1/launch-keys").json["key"]

    assert visitor(service).get("/api/v1/status", Authorization=f"Bearer {key}").status_code == 401
