"""What part of the history an address asks for, and how it stands in an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request

from skilltrail.domain.timeline import TimelineFilter
from skilltrail.web.client_pages import wanted_client


def wanted_part() -> TimelineFilter:
    """Return the part of the history that the query names; a date that is none is left out."""
    return TimelineFilter(
        since=_day("since"),
        until=_day("until"),
        area=request.args.get("area") or None,
        client=wanted_client(),
        source=request.args.get("source") or None,
        learning=request.args.get("learning") == "1",
    )


def asked_of_topic() -> TimelineFilter:
    """Return the part of one topic that the query names: its area says nothing more."""
    return replace(wanted_part(), area=None)


def part_query(part: TimelineFilter) -> str:
    """Return a part of a topic as it follows in an address, "&since=…&until=…&client=…"."""
    query = urlencode(
        query_of(since=part.since, until=part.until, client=part.client, source=part.source, learning=part.learning)
    )
    return f"&{query}" if query else ""


def query_of(**named: Any) -> dict[str, Any]:
    """Return what of a filter stands in an address."""
    return {name: "1" if value is True else value for name, value in named.items() if value}


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
