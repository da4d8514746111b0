"""The OpenAPI document says what the routes do."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from pydantic import TypeAdapter

from callers import Caller, envelope, item
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.web.api import ROUTES
from skilltrail.web.openapi import document, markdown


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return document(ROUTES)


def fields(described: dict[str, Any], path: str, method: str, status: str) -> set[str]:
    """Return the names that the document gives the answer of a route."""
    content = described["paths"][path][method]["responses"][status]["content"]
    name = next(iter(content.values()))["schema"]["$ref"].rsplit("/", 1)[1]
    return set(described["components"]["schemas"][name]["properties"])


def kind_of(path: str, method: str = "GET") -> TypeAdapter[Any]:
    """Return what reads the answers of a route, with no key more than it knows."""
    return TypeAdapter(next(route.gives for route in ROUTES if (route.path, route.method) == (path, method)))


def test_every_api_route_of_the_application_is_described_and_none_more(
    service: Flask, described: dict[str, Any]
) -> None:
    served = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in service.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, methods in described["paths"].items() for method in methods}

    assert told == served


def test_the_document_is_served_to_anyone(service: Flask, described: dict[str, Any]) -> None:
    answer = Caller(service).get("/api/v1/openapi.json")

    assert answer.json["openapi"] == "3.1.0"
    assert answer.json["paths"].keys() == described["paths"].keys()


def test_no_two_models_may_have_one_name() -> None:
    @dataclass(frozen=True, slots=True)
    class Problem:
        other: str

    with pytest.raises(ValueError, match="Problem"):
        document((*ROUTES, replace(ROUTES[0], gives=Problem)))


def test_every_schema_is_one_and_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    names = set(described["components"]["schemas"])
    references = set(re.findall(r"#/components/schemas/(\w+)", str(described)))

    assert references <= names
    assert all(schema["type"] in ("object", "string") for schema in described["components"]["schemas"].values())


def test_every_route_names_its_scopes(described: dict[str, Any]) -> None:
    for route in ROUTES:
        path = "/api/v1" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)
        named = {name for rule in described["paths"][path][route.method.lower()]["security"] for name in rule}
        assert named == {scope.value for scope in route.access.scopes}


READS = ["hello", "status", "revision", "timeline", "topics", "exchanges", "process", "ledger", "devices", "pairings"]


@pytest.mark.parametrize("name", [*READS, "autostart"])
def test_answers_are_what_the_document_says(
    application: Application, page: Caller, worker: Caller, described: dict[str, Any], name: str
) -> None:
    worker.post("/api/v1/exchanges", envelope(item()))
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()

    answer = page.get(f"/api/v1/{name}")

    assert set(answer.json) == fields(described, f"/api/v1/{name}", "get", "200")
    kind_of(f"/{name}").validate_json(answer.data)


def test_one_topic_and_one_exchange_are_what_the_document_says(
    application: Application, page: Caller, described: dict[str, Any]
) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()
    topic = page.get(f"/api/v1/topics/{page.get('/api/v1/topics').json['topics'][0]['id']}").json
    exchange = page.get("/api/v1/exchanges/1").json

    assert set(topic) == fields(described, "/api/v1/topics/{topic_id}", "get", "200")
    assert set(exchange) == fields(described, "/api/v1/exchanges/{exchange_id}", "get", "200")
    assert set(exchange["captured"]) == set(described["components"]["schemas"]["CapturedExchange"]["properties"])


def test_a_captured_item_is_what_the_document_says(worker: Caller, described: dict[str, Any]) -> None:
    sent = envelope(item())

    answer = worker.post("/api/v1/exchanges", sent)

    schemas = described["components"]["schemas"]
    assert set(sent) == set(schemas["CaptureEnvelope"]["properties"])
    assert set(sent["items"][0]) == set(schemas["CaptureItem"]["properties"])
    assert set(answer.json) == fields(described, "/api/v1/exchanges", "post", "200")
    assert set(answer.json["results"][0]) == set(schemas["CaptureResult"]["properties"])


def test_problems_are_what_the_document_says(service: Flask, described: dict[str, Any]) -> None:
    problem = Caller(service).get("/api/v1/timeline").json

    assert set(problem) == fields(described, "/api/v1/timeline", "get", "default")


def test_the_page_lists_every_route() -> None:
    text = markdown()

    for route in ROUTES:
        path = re.sub(r"<(?:int:)?(\w+)>", r"{\1}", route.path)
        assert f"| `{route.method} /api/v1{path}` |" in text
