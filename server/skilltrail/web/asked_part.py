"""What part of the history an address asks for, and how it stands in an address."""

from __future__ import annotations

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


def asked_days() -> TimelineFilter:
    """Return the days that the query names alone."""
    return TimelineFilter(since=_day("since"), until=_day("until"))


def days_query(days: TimelineFilter) -> str:
    """Return these days as they follow in an address, "&since=…&until=…"."""
    query = urlencode(query_of(since=days.since, until=days.until))
    return f"&{query}" if query else ""


def query_of(**named: Any) -> dict[str, Any]:
    """Return what of a filter stands in an address."""
    return {name: "1" if value is True else value for name, value in named.items() if value}


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
