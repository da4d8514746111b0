"""A history of operations in the manner of Jepsen: what each client asked for, what it was told, what must follow.

An operation is a batch. It is ``invoke``d, then ``ok`` (acknowledged) or ``unknown`` (no answer: it may have happened
or not). Clients write this down before and after each request, so the checker needs only the database's word.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from callers import item
from skilltrail.application import Application

BEGINNING = datetime(2026, 11, 1, tzinfo=UTC)
TALK = 40
"""Exchanges of a conversation."""


def numbered(client: int, number: int) -> dict[str, Any]:
    """Return exchange ``number`` of a client, as it is sent; the same at each call."""
    mark = hashlib.sha256(f"{client}/{number}".encode()).hexdigest()
    first = number % TALK == 0
    return item(
        number,
        capture_id=f"{client}-{number}",
        conversation_id=f"talk-{client}-{number // TALK}",
        prompt_id=f"p-{client}-{number}",
        reply_id=f"r-{client}-{number}",
        parent_id=None if first else f"r-{client}-{number - 1}",
        prompt=f"Question {number} of client {client}: what does {mark[:12]} mean?",
        reply=f"Answer {mark}: " + "it depends on the plan. " * (1 + number % 9),
        asked_at=f"{BEGINNING + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
        answered_at=None,
        captured_at="2026-11-29T12:00:00Z",
        title=None,
        origin="import",
    )


@dataclass
class Log:
    """One client's log, in memory and in a file."""

    client: int
    file: Path
    acknowledged: set[int] = field(default_factory=set)
    invoked: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, kind: str, numbers: Iterable[int]) -> None:
        """Write down an event of an operation."""
        numbers = list(numbers)
        self.counts[kind] += 1
        (self.acknowledged if kind == "ok" else self.invoked).update(numbers)
        with self.file.open("a", encoding="ascii") as file:
            file.write(json.dumps({"type": kind, "client": self.client, "items": numbers}) + "\n")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checker found; all but ``acknowledged``, ``present`` and ``uncertain`` must be 0."""

    acknowledged: int
    present: int
    uncertain: int
    lost: int
    doubled: int
    strange: int
    altered: int
    out_of_order: int
    gaps: int
    damaged: bool

    @property
    def good(self) -> bool:
        """Tell whether every promise held."""
        wrong = (self.lost, self.doubled, self.strange, self.altered, self.out_of_order, self.gaps)
        return not any(wrong) and not self.damaged


def judge(application: Application, logs: Iterable[Log]) -> Verdict:
    """Compare the database with what the clients were told."""
    logs = list(logs)
    rows = list(_rows(application))
    keys = [(client, number) for _seq, client, number, _same in rows]
    times = Counter(keys)
    told = {(log.client, number) for log in logs for number in log.acknowledged}
    asked = {(log.client, number) for log in logs for number in log.invoked}
    seqs = [seq for seq, _client, _number, _same in rows]
    return Verdict(
        acknowledged=len(told),
        present=len(rows),
        uncertain=len(times.keys() - told),
        lost=len(told - times.keys()),
        doubled=sum(count - 1 for count in times.values()),
        strange=len(times.keys() - asked),
        altered=sum(not same for *_key, same in rows),
        out_of_order=_out_of_order(keys),
        gaps=len(set(range(1, len(rows) + 1)).symmetric_difference(seqs)),
        damaged=application.damage(),
    )


def _rows(application: Application) -> Iterator[tuple[int, int, int, bool]]:
    statement = text(
        "SELECT e.seq, e.prompt_id, e.reply_id, c.source_id, t.prompt, t.reply, e.revision FROM exchange e "
        "JOIN exchange_text t ON t.exchange_id = e.id JOIN conversation c ON c.id = e.conversation_id ORDER BY e.seq"
    )
    with application._database.read() as session:
        for seq, prompt_id, reply_id, talk, prompt, reply, revision in session.execute(statement):
            _p, client, number = prompt_id.split("-")
            sent = numbered(int(client), int(number))
            same = (reply_id, talk, prompt, reply.rstrip()) == (
                sent["reply_id"],
                sent["conversation_id"],
                sent["prompt"],
                sent["reply"].rstrip(),
            )
            yield seq, int(client), int(number), same and revision == 0


def _out_of_order(keys: list[tuple[int, int]]) -> int:
    """Count exchanges that stand before an earlier one of their client: each waits for the answer before the next."""
    highest: dict[int, int] = {}
    wrong = 0
    for client, number in keys:
        wrong += number < highest.get(client, -1)
        highest[client] = max(number, highest.get(client, -1))
    return wrong


class Gateway:
    """Where the server is now; clients wait here while it is away."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._server: Any = None
        self._over = False

    def opened(self, server: Any) -> None:
        """Let the clients in."""
        with self._changed:
            self._server = server
            self._changed.notify_all()

    def closed(self, *, over: bool = False) -> None:
        """Hold the clients back, or send them home."""
        with self._changed:
            self._server, self._over = None, over
            self._changed.notify_all()

    def wait(self) -> Any:
        """Return the server once there is one; None when all is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._server is not None or self._over)
            return self._server
