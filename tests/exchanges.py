"""Makes captured exchanges for tests; every argument has a plain default."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def captured(number: int = 1, **changes: Any) -> CapturedExchange:
    """Return exchange ``number`` of conversation "c-1"; each hangs under the one before it."""
    values: dict[str, Any] = {
        "provider": "chatgpt",
        "conversation_id": "c-1",
        "prompt": f"How do I write query number {number}?",
        "reply": f"Answer {number}: select the columns you need.",
        "asked_at": NOON + timedelta(minutes=number),
        "answered_at": NOON + timedelta(minutes=number, seconds=20),
        "captured_at": NOON + timedelta(minutes=number, seconds=30),
        "origin": Origin.EXTENSION,
        "fidelity": Fidelity.STREAM_COMPLETE,
        "status": Status.COMPLETE,
        "prompt_id": f"p-{number}",
        "reply_id": f"r-{number}",
        "parent_id": f"r-{number - 1}" if number > 1 else "root",
        "title": "Queries",
    }
    return CapturedExchange(**(values | changes))


def items(exchanges: Iterable[CapturedExchange]) -> list[CapturedItem]:
    """Return exchanges as a batch; capture ids are their positions."""
    return [CapturedItem(f"capture-{number}", exchange) for number, exchange in enumerate(exchanges)]


SUBJECTS = {
    "sql": "database query index table join sql select rows transaction",
    "spanish": "spanish verb grammar translate sentence conjugation word",
    "logo": "logo design colour font brand vector shape palette",
}


def history(count: int, *, start: datetime = NOON, prefix: str = "h") -> list[CapturedExchange]:
    """Return ``count`` exchanges on three subjects in turn, one conversation each, a day apart."""
    names = sorted(SUBJECTS)
    found = []
    for number in range(count):
        name = names[number % len(names)]
        words = SUBJECTS[name].split()
        asked_at = start + timedelta(days=number // len(names), minutes=number)
        found.append(
            captured(
                number,
                conversation_id=f"{prefix}-{number}",
                prompt_id=f"{prefix}-p-{number}",
                reply_id=f"{prefix}-r-{number}",
                parent_id=None,
                prompt=f"Explain {words[number % 7]} with {words[(number + 1) % 7]}: {SUBJECTS[name]} {number}",
                reply=f"In {name}: {SUBJECTS[name]}",
                asked_at=asked_at,
                answered_at=asked_at + timedelta(seconds=20),
                captured_at=asked_at + timedelta(seconds=30),
                title=name.title(),
            )
        )
    return found
