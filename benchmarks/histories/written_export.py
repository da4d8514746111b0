"""A history written by hand as a ChatGPT data export, so that the product imports it like anybody's.

`python -m benchmarks.histories.written_export web-developer conversations.json` writes one. Day 0 of its rows is the last
Friday that is over, so that working days stay working days.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.histories.chatgpt_export import write_chatgpt_export
from benchmarks.histories.written import History, written

from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin

MODEL = "gpt-4o"
THINKING = timedelta(seconds=9)
_FRIDAY = 4


def exchanges(history: History, now: datetime) -> Iterator[CapturedExchange]:
    """Yield the rows as exchanges, conversation by conversation; ``now`` is aware, times of day are UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    friday = midnight - timedelta(days=(midnight.weekday() - _FRIDAY - 1) % 7 + 1)
    before: dict[str, str] = {}
    for talk, row in sorted(zip(history.talks, history.rows, strict=True), key=_in_order):
        said = _exchange(talk, row, friday, parent=before.get(talk))
        before[talk] = said.reply_id or ""
        yield said


def _in_order(pair: tuple[str, dict[str, Any]]) -> tuple[str, int]:
    return pair[0], pair[1]["turn"]


def _exchange(talk: str, row: dict[str, Any], friday: datetime, *, parent: str | None) -> CapturedExchange:
    hours, minutes, seconds = (int(part) for part in row["time"].split(":"))
    asked = friday + timedelta(days=row["day"], hours=hours, minutes=minutes, seconds=seconds)
    return CapturedExchange(
        provider="chatgpt",
        conversation_id=_id(talk),
        prompt=row["prompt"],
        reply=row["reply"],
        asked_at=asked,
        answered_at=asked + THINKING,
        captured_at=asked + THINKING,
        origin=Origin.IMPORT,
        fidelity=Fidelity.EXPORT,
        prompt_id=_id(talk, row["turn"], "prompt"),
        reply_id=_id(talk, row["turn"], "reply"),
        parent_id=parent,
        model=MODEL,
        title=row["title"],
    )


def _id(*parts: object) -> str:
    return str(uuid5(NAMESPACE_URL, "skilltrail-written/" + "/".join(map(str, parts))))


def write(trade: str, path: Path) -> int:
    """Write the history of ``trade`` to ``path``; return how many conversations it has."""
    return write_chatgpt_export(path, exchanges(written(trade), datetime.now(UTC)))


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
