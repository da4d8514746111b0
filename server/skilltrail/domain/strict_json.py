"""JSON from others, read so that two readers cannot read two things: no member twice, UTF-8, a size, no NaN."""

from __future__ import annotations

import json
from typing import Any

from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _


def read_strict(data: bytes, *, most: int) -> Any:
    """Return the value of a JSON text of at most ``most`` bytes; raises EvidenceInvalid."""
    refused = EvidenceInvalid(_("What is shown has not the form that it must have."))
    if len(data) > most:
        raise refused
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise refused from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)
