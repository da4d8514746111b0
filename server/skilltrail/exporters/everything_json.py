"""Everything that is kept of the learner as one JSON document; ``schemas/everything-1.schema.json`` describes it.

It is written piece by piece: a history of years does not fit into memory twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from skilltrail import __version__
from skilltrail.domain.data_rights import FullExchange
from skilltrail.i18n import _

SCHEMA_ID = "urn:skilltrail:schema:everything:1"
"""Names the format; a change that old readers would misread gets a new number."""

_STATED = ("id", "seq", "received_at", "revision", "topic_id", "topic_name", "area", "restricted", "text_removed")
_CAPTURED = (
    "provider", "account", "conversation_id", "title", "project_id", "gizmo_id", "prompt_id", "reply_id", "parent_id",
    "prompt", "reply", "asked_at", "asked_at_source", "answered_at", "captured_at", "model", "origin", "fidelity",
    "status", "on_current_path", "attachments", "citations", "extractor", "redactions", "truncated",
)  # fmt: skip


def everything_json(
    exchanges: Iterable[FullExchange], rest: Iterable[tuple[str, list[dict[str, Any]]]], *, made_at: datetime
) -> Iterator[bytes]:
    """Yield the document in pieces: ``exchanges`` one by one, then each list of ``rest`` under its name."""
    head = {
        "schema": SCHEMA_ID,
        "product": {"name": "Skilltrail", "version": __version__},
        "generated_at": made_at,
        "statement": _("Everything Skilltrail keeps of you, secrets already hidden. It holds your chats in clear."),
    }
    yield _dumped(head)[:-1] + b',\n"exchanges":['
    apart = b"\n"
    for exchange in exchanges:
        yield apart + _dumped(_exchange(exchange))
        apart = b",\n"
    yield b"\n]"
    for name, rows in rest:
        yield b",\n" + _dumped(name) + b":" + _dumped(rows)
    yield b"}\n"


def _exchange(full: FullExchange) -> dict[str, Any]:
    detail = full.detail
    stated = {name: getattr(detail, name) for name in _STATED}
    captured = {name: getattr(detail.captured, name) for name in _CAPTURED}
    return stated | captured | {"revisions": full.revisions, "log_entry": full.log_entry}


def _dumped(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS)
