"""The gate before the credential: Host, site, Origin, body. Walked over every route of the application."""

from __future__ import annotations

import pytest
from flask import Flask

from callers import EXTENSION, OWN, STRANGER, Caller
from route_walk import body_for, requests, rules, state
from skilltrail.application import Application
from skilltrail.web.access import Origins, access_of


def test_every_route_declares_what_it_asks(service: Flask) -> None:
    closed = [
        rule.rule
        for rule in rules(service)
        if rule.endpoint != "static" and access_of(service.view_functions[rule.endpoint]) is None
    ]

    assert closed == []
    assert len(rules(service)) > 40


def test_a_route_without_a_declaration_is_closed(service: Flask) -> None:
    service.add_url_rule("/forgotten", "forgotten", lambda: "open")

    answer = Caller(service).get("/forgotten")

    assert answer.status_code == 500
    assert answer.json["code"] == "undeclared"


def test_every_api_and_fragment_route_but_the_named_few_needs_a_credential(service: Flask) -> None:
    open_routes = {
        f"{method} {path}"
        for method, path, access in requests(service)
        if not access.scopes and path.startswith(("/api/", "/fragments"))
    }

    assert open_routes == {
        "GET /api/v1/hello",
        "GET /api/v1/openapi.json",
        "OPTIONS /api/v1/exchanges",
        "POST /api/v1/pairings",
        "POST /api/v1/pairings/none/key",
        "POST /api/v1/pairings/none/status",
        "POST /api/v1/proof",
        "POST /api/v1/sessions",
    }


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(service: Flask) -> None:
    visit = Caller(service, {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"})

    person, program = visit.get("/no-such-page"), Caller(service).get("/no-such-page")

    assert (person.status_code, person.mimetype) == (404, "text/html")
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "evil.example:8731",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:8732",
        "127.0.0.1:8731, evil.example",
        "127.0.0.1:8731.evil.example",
        "0.0.0.0:8731",
        "[::1]:8731",
        "127.1:8731",
        "localhost.evil.example:8731",
        "127.0.0.1:8731@evil.example",
    ],
)
def test_a_foreign_host_gets_nothing_anywhere(service: Flask, page: Caller, host: str | None) -> None:
    for method, path, _access in requests(service):
        answer = page.send(method, path, body_for(method), Host=host if host is not None else "")
        assert (answer.status_code, answer.json["code"]) == (421, "host_refused"), (method, path)


def test_localhost_leads_visits_to_the_true_name_and_answers_nothing_else(service: Flask, page: Caller) -> None:
    for method, path, access in requests(service):
        answer = page.send(method, path, body_for(method), Host="localhost:8731")
        if access.page:
            assert answer.status_code == 307
            assert answer.headers["Location"] == f"http://127.0.0.1:8731{path}"
        else:
            assert answer.json["code"] == "host_refused", (method, path)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "weird", "none, cross-site"])
def test_requests_that_another_site_caused_get_nothing(
    service: Flask, page: Caller, application: Application, site: str
) -> None:
    before = state(application)

    for method, path, _access in requests(service):
        answer = page.send(method, path, body_for(method), Sec_Fetch_Site=site, Sec_Fetch_Mode="cors")
        assert answer.status_code in (403, 421), (method, path, answer.status_code)
        assert answer.json["code"] in ("cross_site", "origin_refused"), (method, path)

    assert state(application) == before


def test_other_sites_may_link_to_the_shell_page_only(service: Flask) -> None:
    visitor = Caller(
        service, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    )

    for method, path, access in requests(service):
        if method == "GET":
            assert (visitor.get(path).status_code == 200) is access.page, path


def test_other_sites_may_not_frame_the_shell_page(service: Flask) -> None:
    frame = Caller(service, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"})

    assert frame.get("/").json["code"] == "cross_site"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://chatgpt.com",
        "http://127.0.0.1:8732",
        "http://localhost:8731",
        "http://127.0.0.1:8731.evil.example",
        "https://127.0.0.1:8731",
        "file://",
        "chrome-extension://short",
        "moz-extension://*",
        f"{OWN}, {OWN}",
        "",
    ],
)
def test_foreign_origins_get_nothing(service: Flask, page: Caller, application: Application, origin: str) -> None:
    before = state(application)

    for method, path, _access in requests(service):
        answer = page.send(method, path, body_for(method), Origin=origin)
        assert (answer.status_code, answer.json["code"]) == (403, "origin_refused"), (method, path)
        assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]

    assert state(application) == before


def test_an_unknown_extension_reaches_only_what_gives_nothing_away(service: Flask) -> None:
    stranger = Caller(service, {"Origin": STRANGER, "Sec-Fetch-Site": "none"})
    reached = {
        f"{method} {path}"
        for method, path, _access in requests(service)
        if stranger.send(method, path, body_for(method)).json.get("code") != "origin_refused"
    }

    assert reached == {
        "GET /api/v1/hello",
        "GET /api/v1/openapi.json",
        "POST /api/v1/pairings",
        "POST /api/v1/pairings/none/key",
        "POST /api/v1/pairings/none/status",
        "POST /api/v1/proof",
    }


@pytest.mark.parametrize(
    ("origin", "site"),
    [(OWN, "same-origin"), (None, None), (EXTENSION, None), (EXTENSION, "cross-site"), ("https://chatgpt.com", "none")],
)
def test_pairing_starts_only_from_an_extension_that_was_granted_access(
    service: Flask, application: Application, origin: str | None, site: str | None
) -> None:
    caller = Caller(service)

    answer = caller.post("/api/v1/pairings", {"label": "x"}, Origin=origin, Sec_Fetch_Site=site)

    assert answer.status_code == 403
    assert application.pairing.pending() == ()


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/json-patch+json",
        None,
    ],
)
def test_bodies_that_are_not_json_are_refused_everywhere(
    service: Flask, command_line: Caller, kind: str | None
) -> None:
    for method, path, _access in requests(service):
        if method in ("POST", "PUT"):
            answer = command_line.send(method, path, b'{"schema": 1}', Content_Type=kind)
            assert answer.json["code"] in ("unsupported_media_type", "origin_refused"), (method, path)
            assert answer.status_code in (415, 403)


def test_parameters_of_the_content_type_are_allowed(command_line: Caller) -> None:
    answer = command_line.send("POST", "/api/v1/launch-keys", b"{}", Content_Type="application/json; charset=utf-8")

    assert answer.status_code == 201


def test_oversized_bodies_are_refused_by_every_route(service: Flask, command_line: Caller) -> None:
    for method, path, access in requests(service):
        if method in ("POST", "PUT") and access.origins is not Origins.EXTENSION_ONLY:
            answer = command_line.send(method, path, b" " * (access.max_bytes + 1), Content_Type=access.media)
            assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large"), (method, path)
