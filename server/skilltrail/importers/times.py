"""Points in time as exports write them: seconds, milliseconds, ISO 8601, or a database's own way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MILLISECONDS_FROM = 1e12
"""A number above this is an epoch time in milliseconds: in seconds it would lie beyond the year 33,000."""

_LATEST = 32_503_680_000.0
"""The year 3000 in epoch seconds: what lies beyond, or before 1970, is no time at which anyone wrote."""


def moment(value: Any) -> datetime | None:
    """Return the point in time that ``value`` says, in UTC; None if it says none that can be.

    Taken are epoch seconds and milliseconds, as number or digits, ISO 8601 (without an offset: UTC), and
    ``{"$date": …}`` around any of them.
    """
    if isinstance(value, dict):
        inner = value.get("$date", value.get("$numberLong"))
        return moment(inner) if not isinstance(inner, dict) else moment(inner.get("$numberLong"))
    seconds = _of_text(value) if isinstance(value, str) else _of_number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 < seconds < _LATEST else None


def _of_text(value: str) -> float | None:
    if len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        try:
            return _of_number(float(value))
        except ValueError:
            return None
    try:
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None


def _of_number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e14:
        return None
    return value / 1000 if value > MILLISECONDS_FROM else float(value)
