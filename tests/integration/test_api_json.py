"""Bodies that are no JSON of ours, at every route that takes a body: an answer in the four hundreds, never 500."""

from __future__ import annotations

import pytest
from flask import Flask

from callers import Caller
from skilltrail.web.api import ROUTES
from skilltrail.web.schemas import Nothing

BODIES = [
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"1",
    b"{}",
    b"{",
    b"NaN",
    b'{"items": NaN}',
    b'{"key": "\\ud800"}',
    b"[" * 70 + b"]" * 70,
    b'{"schema": 1e999}',
    b'{"paths": [""]}',
    b'{"on": "yes"}',
    b'{"key": 1}',
]
WITH_BODY = [route for route in ROUTES if route.takes not in (None, Nothing)]


def _fits(route: object, body: bytes) -> bool:
    # Additions of a newer sender are ignored, so what asks for nothing takes any object.
    try:
        route.takes.model_validate_json(body)  # type: ignore[attr-defined]
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: f"{route.method} {route.path}")
def test_a_body_that_does_not_fit_is_refused_and_never_a_fault_of_ours(
    service: Flask, page: Caller, command_line: Caller, worker: Caller, route: object
) -> None:
    path = f"/api/v1{route.path}".replace("<request_id>", "none")  # type: ignore[attr-defined]
    for caller in (page, command_line, worker):
        for body in BODIES:
            answer = caller.send(route.method, path, body, Content_Type="application/json")  # type: ignore[attr-defined]
            assert _fits(route, body) or 400 <= answer.status_code < 500, (path, body, answer.status_code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"{", 400, "json_invalid"), (b"[" * 65 + b"]" * 65, 400, "json_invalid"), (b"[]", 422, "request_invalid")],
)
def test_no_json_and_the_wrong_json_are_told_apart(command_line: Caller, body: bytes, status: int, code: str) -> None:
    answer = command_line.send("POST", "/api/v1/imports", body, Content_Type="application/json")

    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_what_does_not_fit_is_said_in_words_and_names_the_field(command_line: Caller) -> None:
    answer = command_line.send(
        "POST",
        "/api/v1/evidence-log/anchors/pushed",
        b'{"address": "https://x.example", "size": 0}',
        Content_Type="application/json",
    )

    assert answer.status_code == 422
    assert answer.json["detail"] == "Something is missing, or does not fit (size: greater_than_equal)."
