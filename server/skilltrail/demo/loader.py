"""Reads the history of Lena Okafor, an invented freelance web developer, as exchanges dated relative to now.

The texts stand in ``history/*.jsonl``, one exchange a line, one file for the skill that its conversations began with.
``day`` counts back from the last Friday before today, so that working days stay working days whenever this is read.
The keys ``skill``, ``intent``, ``learning``, ``filler`` and ``client`` are a person's labels; benchmarks compare
with them, and nothing else may read them.
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin, Status

EXTRACTOR = "invented-history@1"
_IDS = uuid.UUID("6d0c5b7e-3a57-5f0e-9b55-6f2a3b1f4c11")
_MARK = re.compile(r"\[secret:([a-z0-9_-]{1,40}):[0-9a-f]{4}\]")
_FRIDAY = 4
_CHARACTERS_PER_SECOND = 70


@dataclass(frozen=True, slots=True)
class HistoryLabels:
    """What a reader said about an exchange; for measurements only, never shown."""

    skill: str
    intent: str
    learning: bool
    filler: bool
    client: str | None


@dataclass(frozen=True, slots=True)
class LabelledExchange:
    """An exchange of the invented history with its labels."""

    captured: CapturedExchange
    labels: HistoryLabels


def invented_history(now: datetime) -> Iterator[CapturedExchange]:
    """Yield the invented exchanges in the order in which they were asked; ids never depend on ``now``.

    Parameters
    ----------
    now
        The present, aware. Times of day are meant in its time zone; exchanges carry UTC. The last one lies one to
        seven days before ``now``, the first about a year.
    """
    for labelled in labelled_history(now):
        yield labelled.captured


def labelled_history(now: datetime) -> Iterator[LabelledExchange]:
    """Yield the same exchanges with the labels that measurements compare with."""
    found = [item for turns in _conversations() for item in _exchanges(turns, now)]
    found.sort(key=lambda item: (item.captured.asked_at, item.captured.conversation_id))
    yield from found


def _conversations() -> Iterable[list[dict[str, Any]]]:
    """Return the lines of the data files by conversation, in the order of their turns."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    folder = files("skilltrail.demo").joinpath("history")
    for source in sorted(folder.iterdir(), key=lambda member: member.name):
        if source.name.endswith(".jsonl"):
            for line in source.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                grouped.setdefault(row["conversation"], []).append(row)
    for rows in grouped.values():
        rows.sort(key=lambda row: int(row["turn"]))
    return grouped.values()


def _exchanges(rows: list[dict[str, Any]], now: datetime) -> Iterator[LabelledExchange]:
    """Yield a conversation's exchanges; a row with a branch lies off the path, and the next row took its place."""
    parent: str | None = None
    regenerated: tuple[str, datetime] | None = None
    for row in rows:
        prompt_id, asked_at = regenerated or (_id(row, "prompt"), _moment(row, now))
        captured = _captured(row, now=now, prompt_id=prompt_id, asked_at=asked_at, parent_id=parent)
        labels = HistoryLabels(row["skill"], row["intent"], row["learning"], row["filler"], row["client"])
        yield LabelledExchange(captured, labels)
        regenerated = (prompt_id, asked_at) if row.get("branch") == "regenerated" else None
        parent = captured.reply_id if captured.on_current_path else parent


def _captured(
    row: dict[str, Any], *, now: datetime, prompt_id: str, asked_at: datetime, parent_id: str | None
) -> CapturedExchange:
    reply = str(row["reply"])
    written = timedelta(seconds=2 + len(reply) // _CHARACTERS_PER_SECOND)
    return CapturedExchange(
        provider="chatgpt",
        conversation_id=str(uuid.uuid5(_IDS, row["conversation"])),
        prompt=row["prompt"],
        reply=reply,
        asked_at=asked_at,
        captured_at=now.astimezone(UTC),
        origin=Origin.IMPORT,
        fidelity=Fidelity.EXPORT,
        status=Status.INTERRUPTED if row.get("interrupted") else Status.COMPLETE,
        prompt_id=prompt_id,
        reply_id=_id(row, "reply"),
        parent_id=parent_id,
        answered_at=_moment(row, now) + written,
        model=row["model"],
        title=row["title"],
        on_current_path="branch" not in row,
        extractor=EXTRACTOR,
        redactions=dict(Counter(_MARK.findall(f"{row['prompt']}\n{reply}"))),
    )


def _id(row: dict[str, Any], part: str) -> str:
    return str(uuid.uuid5(_IDS, f"{row['conversation']}/{row['turn']}/{part}"))


def _moment(row: dict[str, Any], now: datetime) -> datetime:
    """Return when a row happened, in UTC; its day counts from the last Friday before ``now``."""
    today = now.date()
    friday = today - timedelta(days=(today.weekday() - _FRIDAY - 1) % 7 + 1)
    day = friday + timedelta(days=int(row["day"]))
    return datetime.combine(day, time.fromisoformat(row["time"]), tzinfo=now.tzinfo).astimezone(UTC)
