"""The gate from the credential on: scopes, binding, rates, headers, refusals. Walked over every route."""

from __future__ import annotations

import pytest
from flask import Flask

from callers import EXTENSION, HOST, OWN, STRANGER, Caller, PairingExtension, envelope, item
from route_walk import body_for, requests, state
from skilltrail.application import Application
from skilltrail.domain.access import Scope
from skilltrail.web.access import Origins
from skilltrail.web.security import HEADERS, POLICY


def test_without_a_credential_no_guarded_route_answers(
    service: Flask, application: Application, seconds: object
) -> None:
    before = state(application)

    for method, path, access in requests(service):
        if access.scopes:
            answer = Caller(service).send(method, path, body_for(method))
            assert answer.status_code in (401, 429), (method, path)
            assert answer.json["code"] in ("not_paired", "rate_limited")

    assert state(application) == before


@pytest.mark.parametrize("scheme", ["Basic", "bearer", "Token", ""])
def test_a_wrong_credential_is_no_credential(service: Flask, scheme: str) -> None:
    answer = Caller(service).get("/api/v1/timeline", Authorization=f"{scheme} not-a-token")

    assert (answer.status_code, answer.json["code"]) == (401, "not_paired")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_each_scope_reaches_its_own_routes_only(
    service: Flask, page: Caller, command_line: Caller, worker: Caller, seconds: object
) -> None:
    # Callers without browser headers, so that nothing but the scope decides.
    senders = {
        scope: Caller(service, {"Authorization": caller.headers["Authorization"]})
        for scope, caller in ((Scope.DASHBOARD, page), (Scope.CLI, command_line), (Scope.CAPTURE, worker))
    }

    for method, path, access in requests(service):
        for scope, sender in senders.items():
            if access.scopes and scope not in access.scopes:
                answer = sender.send(method, path, body_for(method))
                assert (answer.status_code, answer.json["code"]) == (403, "scope"), (method, path, scope)


def test_a_token_is_of_no_use_to_another_extension(service: Flask, device: PairingExtension) -> None:
    thief = Caller(service, {"Origin": STRANGER, "Sec-Fetch-Site": "none", "Authorization": f"Bearer {device.token}"})

    answer = thief.post("/api/v1/exchanges", envelope(item()))

    assert answer.json["code"] == "origin_refused"


def test_the_command_lines_token_is_of_no_use_to_a_page_or_extension(
    service: Flask, command_line: Caller, device: PairingExtension
) -> None:
    for origin in (OWN, EXTENSION):
        answer = command_line.post("/api/v1/exchanges", envelope(item()), Origin=origin, Sec_Fetch_Site="same-origin")
        assert (answer.status_code, answer.json["code"]) == (401, "not_paired")


def test_no_answer_sets_a_cookie_or_names_the_server_and_all_carry_the_headers(service: Flask, page: Caller) -> None:
    for method, path, _access in requests(service):
        answer = page.send(method, path, body_for(method))
        assert "Set-Cookie" not in answer.headers
        assert "Server" not in answer.headers
        for name, value in HEADERS.items():
            assert answer.headers.get_all(name) == [value], (method, path, name)


def test_the_policy_allows_no_inline_script_and_no_foreign_source() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "default-src 'none'" in POLICY
    assert "require-trusted-types-for 'script'" in POLICY


def test_access_control_headers_go_to_paired_extensions_only(
    service: Flask, page: Caller, command_line: Caller, worker: Caller
) -> None:
    with_permission = set()
    for method, path, _access in requests(service):
        for name, caller in (("page", page), ("cli", command_line), ("extension", worker)):
            answer = caller.send(method, path, body_for(method))
            if any(header.startswith("Access-Control") for header, _value in answer.headers):
                with_permission.add((name, method, path))

    assert with_permission == {
        ("extension", "OPTIONS", "/api/v1/exchanges"),
        ("extension", "POST", "/api/v1/exchanges"),
    }


def test_a_paired_extension_without_host_permission_may_still_deliver(service: Flask, worker: Caller) -> None:
    asked = Caller(service, {"Origin": EXTENSION, "Sec-Fetch-Site": "cross-site"}).send(
        "OPTIONS",
        "/api/v1/exchanges",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization, content-type",
    )
    sent = worker.post("/api/v1/exchanges", envelope(item()), Sec_Fetch_Site="cross-site")

    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == EXTENSION
    assert asked.headers["Access-Control-Allow-Methods"] == "POST"
    assert "Access-Control-Allow-Credentials" not in asked.headers
    assert sent.json["results"][0]["outcome"] == "stored"
    assert sent.headers["Access-Control-Allow-Origin"] == EXTENSION


def test_a_disconnected_extension_loses_the_cross_origin_permission(
    service: Flask, command_line: Caller, worker: Caller, device: PairingExtension
) -> None:
    command_line.send("DELETE", f"/api/v1/devices/{device.device_id}")

    answer = worker.post("/api/v1/exchanges", envelope(item()), Sec_Fetch_Site="cross-site")

    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_flood_with_one_credential_is_held_back_and_others_go_on(
    service: Flask, page: Caller, command_line: Caller, seconds: object
) -> None:
    codes = [command_line.get("/api/v1/revision").status_code for _ in range(401)]
    held = command_line.get("/api/v1/revision")
    other = page.get("/api/v1/revision")
    seconds.now = 1.0  # type: ignore[attr-defined]
    later = command_line.get("/api/v1/revision")

    assert codes[:400] == [200] * 400
    assert held.status_code == 429
    assert held.headers["Retry-After"] == "1"
    assert other.status_code == later.status_code == 200


def test_guessing_is_held_back_and_never_locks_the_learner_out(service: Flask, page: Caller) -> None:
    guesser = Caller(service, {"Origin": OWN, "Sec-Fetch-Site": "same-origin"})

    codes = [guesser.get("/api/v1/timeline", Authorization=f"Bearer guess-{n}").status_code for n in range(12)]

    assert codes == [401] * 10 + [429] * 2
    assert page.get("/api/v1/timeline").status_code == 200


def test_pairing_is_started_five_times_a_minute_at_most(service: Flask) -> None:
    caller = Caller(service, {"Origin": EXTENSION, "Sec-Fetch-Site": "none"})

    codes = [caller.post("/api/v1/pairings", {}).json.get("code", "") for _ in range(6)]

    assert codes[:3] == ["", "", ""]
    assert codes[3:] == ["rate_limited"] * 3


def test_refusals_are_counted_by_code(service: Flask, page: Caller) -> None:
    Caller(service).get("/api/v1/timeline", Host="evil.example")
    Caller(service).get("/api/v1/timeline", Host="evil.example")
    page.get("/api/v1/timeline", Origin="null")

    refused = page.get("/api/v1/ledger").json["refused"]

    assert refused == {"host_refused": 2, "origin_refused": 1}


def test_counted_refusals_survive_a_restart_of_the_count(
    application: Application, service: Flask, page: Caller
) -> None:
    Caller(service).get("/", Host="evil.example")
    application.ledger.flush_refusals()
    Caller(service).get("/", Host="evil.example")

    assert application.ledger.read().refused == {"host_refused": 2}


def test_the_invented_history_can_only_be_looked_at(service: Flask, page: Caller, command_line: Caller) -> None:
    for method, path, access in requests(service):
        if not access.demo and access.origins is not Origins.EXTENSION_ONLY and method != "OPTIONS":
            caller = page if Scope.DASHBOARD in access.scopes else command_line
            if access.scopes and not access.scopes & {Scope.DASHBOARD, Scope.CLI}:
                continue
            answer = caller.send(method, path, body_for(method), Skilltrail_Space="demo")
            assert answer.json["code"] in ("scope", "not_paired", "origin_refused"), (method, path)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_methods_that_a_route_does_not_know_are_refused_with_those_it_knows(page: Caller, method: str) -> None:
    answer = page.send(method, "/api/v1/timeline", body_for("GET"))

    assert (answer.status_code, answer.json["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


def test_unknown_addresses_are_problems_too(service: Flask) -> None:
    answer = Caller(service).get("/api/v2/anything")

    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert set(answer.json) == {"type", "title", "status", "detail", "code", "request_id"}


def test_every_refusal_has_the_shape_of_a_problem(service: Flask, page: Caller) -> None:
    for method, path, _access in requests(service):
        answer = page.send(method, path, body_for(method), Host="evil.example")
        assert answer.content_type == "application/problem+json"
        assert answer.json["status"] == answer.status_code
        assert answer.json["type"] == f"urn:skilltrail:problem:{answer.json['code']}"
        assert len(answer.json["request_id"]) == 12


def test_the_host_is_compared_without_regard_to_case(service: Flask) -> None:
    assert Caller(service).get("/", Host=HOST.upper()).status_code == 200


def test_while_the_server_ends_every_request_is_told_to_come_back(application: Application) -> None:
    from skilltrail.web.app import create_app

    ending = create_app(application, port=8731, draining=lambda: True)

    answer = Caller(ending).get("/api/v1/hello")

    assert (answer.status_code, answer.json["code"]) == (503, "shutting_down")
    assert answer.headers["Retry-After"] == "5"
