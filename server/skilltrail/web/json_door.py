"""The one door for JSON: every body that comes in and every answer that goes out passes here.

In: UTF-8 only, no NaN, no lone surrogates, no numbers that browsers round (beyond 2^53) or cannot hold, at most 64
levels. Of equal names in one object the last counts, as in every browser (RFC 8259, section 4, leaves it open); there
is one parser, so nobody can be told two things.
"""

from __future__ import annotations

import math
from typing import Any

import orjson

MAX_DEPTH = 64
MAX_INTEGER = 2**53


class JsonRefusedError(ValueError):
    """The bytes are no JSON that is taken; the message says why and quotes nothing."""


def load_json(data: bytes) -> Any:
    """Return the value of ``data``.

    Raises
    ------
    JsonRefusedError
        If it is no JSON, nested too deeply, or holds a number out of range.
    """
    try:
        value = orjson.loads(data)
    except (orjson.JSONDecodeError, RecursionError):
        raise JsonRefusedError("the body is not valid JSON") from None
    _check(value)
    return value


def dump_json(value: Any) -> bytes:
    """Return ``value`` (dataclasses, enums and aware times included) as JSON; times end in Z."""
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _check(value: Any) -> None:
    # A stack of our own: 64 levels are ours to count, and recursion in Python would be the slower way.
    level = [value]
    depth = 0
    while level:
        below: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
            elif isinstance(item, int | float):
                _check_number(item)
        depth += any(isinstance(item, dict | list) for item in level)
        if depth > MAX_DEPTH:
            raise JsonRefusedError(f"the body is nested more than {MAX_DEPTH} levels deep")
        level = below


def _check_number(number: int | float) -> None:  # noqa: PYI041 - the two are told apart
    if not math.isfinite(number):
        raise JsonRefusedError("the body holds a number that is too large")
    if type(number) is int and not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise JsonRefusedError("the body holds a whole number beyond 2^53, which browsers round")
