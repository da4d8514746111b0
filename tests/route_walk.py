"""Walks every route of the application, so that tests cover routes that are not there yet."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from skilltrail.application import Application
from skilltrail.web.access import Access, access_of

VALUES = {
    "backup_name": "skilltrail-20260101T000000Z.db",
    "topic_id": "t-1",
    "exchange_id": "1",
    "pass_id": "1",
    "import_id": "1",
    "upload_id": "0123456789abcdef",
    "number": "0",
    "request_id": "none",
    "device_id": "none",
    "filename": "app.js",
}


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def requests(app: Flask) -> Iterator[tuple[str, str, Access]]:
    """Yield method, address and declared access of every route."""
    for rule in rules(app):
        if rule.endpoint == "static":
            access: Access | None = Access()
        else:
            access = access_of(app.view_functions[rule.endpoint])
        assert access is not None, f"{rule.rule} declares nothing"
        built = rule.build({name: _value(rule, name) for name in rule.arguments}, append_unknown=False)
        assert built is not None, f"VALUES lacks a value for {rule.rule}"
        path = built[1]
        for method in sorted((rule.methods or set()) - {"HEAD"}):
            yield method, path, access


def _value(rule: Rule, name: str) -> str:
    """Return what stands for an argument; one that nobody has named gets a value of its kind that leads nowhere."""
    return VALUES.get(name, "1" if isinstance(rule._converters[name], IntegerConverter) else "none")


def body_for(method: str) -> dict[str, object] | None:
    return None if method in ("GET", "OPTIONS", "DELETE") else {}


def state(application: Application) -> tuple[object, ...]:
    return (
        application.trail.home().exchanges,
        application.trail.revision(),
        application.pairing.pending(),
        application.pairing.devices(),
        application.demo.exists(),
    )
