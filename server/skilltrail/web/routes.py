"""The API as a table: each row says what a route asks, takes and gives; views hold only what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel

from skilltrail.errors import JsonInvalid
from skilltrail.web.access import Access, asks
from skilltrail.web.json_door import JsonRefusedError, dump_json, load_json
from skilltrail.web.schemas import Nothing, Query, read_model

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class Route:
    """One row. ``path`` is below the prefix, in Flask's syntax; ``gives`` is a dataclass, or None for other bytes."""

    method: str
    path: str
    view: Callable[..., Any]
    access: Access
    summary: str
    takes: type[BaseModel] | None = None
    query: type[Query] | None = None
    gives: type[Any] | None = None
    status: int = 200
    media_types: tuple[str, ...] = ("application/json",)

    @property
    def endpoint(self) -> str:
        """Return the route's name, as Flask and OpenAPI know it."""
        return str(self.view.__name__)


def blueprint(routes: Iterable[Route]) -> Blueprint:
    """Return a blueprint that serves ``routes``."""
    made = Blueprint("api", __name__, url_prefix=PREFIX)
    for route in routes:
        made.add_url_rule(route.path, route.endpoint, _served(route), methods=[route.method])
    return made


def _served(route: Route) -> Callable[..., Response]:
    @asks(route.access)
    def view(**named: Any) -> Response:
        if route.takes is not None:
            body = _body(route.takes)
            if route.takes is not Nothing:
                named["body"] = body
        if route.query is not None:
            named["query"] = read_model(route.query, request.args.to_dict())
        answer = route.view(**named)
        if isinstance(answer, Response):
            return answer
        return Response(dump_json(answer), status=route.status, content_type="application/json")

    view.__name__ = route.endpoint
    return view


def _body(kind: type[BaseModel]) -> BaseModel:
    data = request.get_data(cache=False)
    if not data and kind is Nothing:
        return Nothing()
    try:
        return read_model(kind, load_json(data))
    except JsonRefusedError as error:
        raise JsonInvalid(str(error)) from None
