"""The OpenAPI 3.1 document, made from the route table and the very models that check the requests.

``python -m skilltrail.web.openapi`` prints it; ``--markdown`` prints docs/api.md.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from skilltrail import __version__
from skilltrail.domain.access import Scope
from skilltrail.web import answers
from skilltrail.web.json_door import dump_json
from skilltrail.web.problems import MEDIA_TYPE
from skilltrail.web.routes import PREFIX, Route
from skilltrail.web.schemas import CaptureItem

_REF = "#/components/schemas/{model}"
_SPACE = {
    "name": "Skilltrail-Space",
    "in": "header",
    "required": False,
    "description": "`demo` asks the invented history.",
    "schema": {"type": "string", "enum": ["demo"]},
}
_PATH_TYPES = {"int": {"type": "integer", "minimum": 0}, "": {"type": "string"}}
_SCHEME = {
    Scope.CAPTURE: "A paired extension's bearer token; it is bound to the extension's origin.",
    Scope.DASHBOARD: "A dashboard session's bearer token.",
    Scope.CLI: "The command line's bearer token, in the file `cli-token` of the data folder.",
}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """Return the OpenAPI document of ``routes``."""
    routes = tuple(routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(_path(route), {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Skilltrail",
            "version": __version__,
            "description": "The service on the learner's computer. Errors are problems (RFC 9457) with stable codes.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "http://127.0.0.1:8731"}],
        "paths": paths,
        "components": {"schemas": _schemas(routes), "securitySchemes": _security_schemes()},
    }


def _path(route: Route) -> str:
    return PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path)


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.endpoint,
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route), *([_SPACE] if route.access.demo else [])],
        "responses": {str(route.status): _success(route), "default": _problem()},
        "security": [{scope.value: []} for scope in sorted(route.access.scopes)],
    }
    if route.takes is not None:
        schema = {"$ref": _REF.format(model=route.takes.__name__)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    found = re.findall(r"<(?:(\w+):)?(\w+)>", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": _PATH_TYPES[kind]} for kind, name in found]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = route.query.model_json_schema()
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": rule}
        for name, rule in schema["properties"].items()
    ]


def _success(route: Route) -> dict[str, Any]:
    if route.status == 204:
        return {"description": "Done."}
    schema = {"$ref": _REF.format(model=route.gives.__name__)} if route.gives is not None else {}
    return {"description": route.summary, "content": {kind: {"schema": schema} for kind in route.media_types}}


def _problem() -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="Problem")}
    return {"description": "A problem (RFC 9457).", "content": {MEDIA_TYPE: {"schema": schema}}}


def _schemas(routes: tuple[Route, ...]) -> dict[str, Any]:
    takes = {route.takes for route in routes if route.takes is not None} | {CaptureItem}
    _places, incoming = models_json_schema(
        [(model, "validation") for model in sorted(takes, key=lambda model: model.__name__)], ref_template=_REF
    )
    found: dict[str, Any] = dict(incoming.get("$defs", {}))
    for kind in {route.gives for route in routes if route.gives is not None} | {answers.Problem}:
        schema = TypeAdapter(kind).json_schema(mode="serialization", ref_template=_REF)
        for name, one in {**schema.pop("$defs", {}), kind.__name__: schema}.items():
            if found.setdefault(name, one) != one:
                raise ValueError(f"two models of the API are called {name}")
    return dict(sorted(found.items()))


def _security_schemes() -> dict[str, Any]:
    return {scope.value: {"type": "http", "scheme": "bearer", "description": words} for scope, words in _SCHEME.items()}


def markdown() -> str:
    """Return the API as a page of Markdown."""
    from skilltrail.web.api import ROUTES

    lines = [
        "# API",
        "",
        "The service listens on 127.0.0.1 only. Generated from the route table by `make fix`; the full description,",
        "with every field, is the OpenAPI 3.1 document at `/api/v1/openapi.json`.",
        "",
        "Bodies are `application/json`. Errors are problems (RFC 9457) with a stable `code`; see `errors.md`.",
        "Credentials are bearer tokens of one of three scopes: `capture` (a paired extension), `dashboard` (a",
        "session), `cli` (the command line). Routes marked *demo* answer for the invented history when the header",
        "`Skilltrail-Space: demo` is sent.",
        "",
        "| route | what it does | credential | takes | gives |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [_markdown_row(route) for route in ROUTES]
    lines += ["", "## What requests hold", ""]
    schemas = _schemas(ROUTES)
    for name in sorted({route.takes.__name__ for route in ROUTES if route.takes} | {"CaptureItem"}):
        lines += _markdown_model(name, schemas[name])
    return "\n".join(lines).rstrip() + "\n"


def _markdown_row(route: Route) -> str:
    scopes = ", ".join(f"`{scope.value}`" for scope in sorted(route.access.scopes)) or "none"
    takes = (
        f"`{route.takes.__name__}`" if route.takes else ", ".join(f"`{name}`" for name in _query_names(route)) or "–"
    )
    gives = (
        f"`{route.gives.__name__}`" if route.gives else ("–" if route.status == 204 else ", ".join(route.media_types))
    )
    demo = " *demo*" if route.access.demo else ""
    return f"| `{route.method} {_path(route)}` | {route.summary}{demo} | {scopes} | {takes or '–'} | {gives or '–'} |"


def _query_names(route: Route) -> list[str]:
    return [parameter["name"] for parameter in _query_parameters(route)]


def _markdown_model(name: str, schema: dict[str, Any]) -> list[str]:
    fields = schema.get("properties", {})
    if not fields:
        return []
    required = set(schema.get("required", []))
    rows = [
        f"| `{field}` | {_type_words(rule)} | {'yes' if field in required else 'no'} |"
        for field, rule in fields.items()
    ]
    return [
        f"### {name}",
        "",
        schema.get("description", ""),
        "",
        "| field | type | needed |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]


def _type_words(rule: dict[str, Any]) -> str:
    if "anyOf" in rule:
        return " or ".join(_type_words(part) for part in rule["anyOf"])
    if "$ref" in rule:
        return f"`{rule['$ref'].rsplit('/', 1)[1]}`"
    if "enum" in rule:
        return ", ".join(f"`{value}`" for value in rule["enum"])
    words = str(rule.get("format") or rule.get("type", "any"))
    if "items" in rule:
        words += f" of {_type_words(rule['items'])}"
    most = rule.get("maxLength") or rule.get("maxItems")
    return f"{words}, at most {most}" if most else words


if __name__ == "__main__":
    from skilltrail.web import api

    sys.stdout.write(markdown() if "--markdown" in sys.argv[1:] else dump_json(document(api.ROUTES)).decode() + "\n")
