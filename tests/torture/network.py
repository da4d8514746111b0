"""Clients behind a bad line: each repeats until it is acknowledged; then model and database are compared."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from callers import item
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from torture.nursery import Nursery, Server
from torture.proxy import Proxy

CLIENTS = 8
TALK = 30
RANKS = {"stream_complete": 0, "api_window": 1, "api_full": 2}
"""Fidelities in rising order."""

Key = tuple[str, str]


@dataclass
class Model:
    """What was sent and acknowledged: of each exchange the texts with the best fidelity they came with."""

    texts: dict[Key, dict[str, int]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key: Key, reply: str, fidelity: str) -> None:
        """Note a copy."""
        with self.lock:
            known = self.texts.setdefault(key, {})
            known[reply] = max(known.get(reply, 0), RANKS[fidelity])

    def differences(self, stored: dict[Key, tuple[str, set[str]]]) -> list[str]:
        """Return where the database is not what must follow from the copies, in whatever order they came."""
        found = [f"lost {key}" for key in self.texts.keys() - stored.keys()]
        found += [f"strange {key}" for key in stored.keys() - self.texts.keys()]
        for key in self.texts.keys() & stored.keys():
            copies, (current, others) = self.texts[key], stored[key]
            best = max((rank, len(reply)) for reply, rank in copies.items())
            if current not in copies or (copies[current], len(current)) != best:
                found.append(f"{key}: the text that stands is not the best one")
            # A poorer copy that comes late is rightly dropped; one as good as the best never is.
            if not {reply for reply, rank in copies.items() if rank == best[0]} <= {current, *others}:
                found.append(f"{key}: a text is missing")
            if not others <= copies.keys():
                found.append(f"{key}: a text nobody sent")
        return found


@dataclass(frozen=True, slots=True)
class NetworkRun:
    """What happened."""

    operations: int
    requests: int
    faults: dict[str, int]
    exchanges: int
    revisions: int
    differences: tuple[str, ...]
    doubled: int
    gaps: int
    damaged: bool
    seconds: float


class Caller(threading.Thread):
    """One client; it repeats each operation until it is acknowledged."""

    def __init__(self, number: int, server: Server, proxy: Proxy, model: Model, *, operations: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._number = number
        self._server = server
        self._proxy = proxy
        self._model = model
        self._random = random.Random(f"{seed}/{number}")
        self._operations = operations
        self._sent: list[dict[str, Any]] = []
        self.requests = 0
        self.failure: str | None = None

    def run(self) -> None:
        for index in range(self._operations):
            batch = [self._exchange(f"{index}-{part}") for part in range(self._random.choice((1, 1, 1, 4)))]
            for sent in batch:
                self._model.add((sent["conversation_id"], sent["prompt_id"]), sent["reply"], sent["fidelity"])
            if not self._until_acknowledged(batch):
                return

    def _exchange(self, name: str) -> dict[str, Any]:
        kind = self._random.random()
        if self._sent and kind < 0.4:
            known = self._random.choice(self._sent)
            if kind < 0.15:
                return known
            changes: dict[str, Any] = {"fidelity": self._random.choice(list(RANKS))}
            if kind < 0.33:
                changes["reply"] = f"{known['reply']} Edited: {name}."
            again = known | changes
            self._sent.append(again)
            return again
        # Half of the talks belong to all clients: copies of one exchange meet from several sides.
        owner = self._number if self._random.random() < 0.5 else "all"
        number = self._random.randrange(self._operations) if owner == "all" else len(self._sent)
        made = item(
            number,
            conversation_id=f"net-{owner}-{number // TALK}",
            prompt_id=f"p-{owner}-{number}",
            reply_id=f"r-{owner}-{number}",
            prompt=f"Question {number} of {owner}?",
            reply=f"Answer {number} of {owner}, which is long enough to be told apart.",
            origin="import",
        )
        self._sent.append(made)
        return made

    def _until_acknowledged(self, batch: list[dict[str, Any]]) -> bool:
        for _try in range(200):
            self.requests += 1
            link = http.client.HTTPConnection("127.0.0.1", self._proxy.port, timeout=20)
            try:
                body = {"schema": 1, "extension_version": "0.1.0", "items": batch}
                status, answer = self._server.ask("POST", "/api/v1/exchanges", body, over=link)
            except (OSError, ValueError, http.client.HTTPException):
                continue
            finally:
                link.close()
            if status == 200 and answer is None:
                continue  # cut off within its head
            if status == 200:
                return self._judge(answer)
            if status not in (429, 503):
                self.failure = f"status {status}: {answer}"
                return False
            time.sleep(0.2)
        self.failure = "never acknowledged"
        return False

    def _judge(self, answer: Any) -> bool:
        refused = [result for result in answer["results"] if result["outcome"] == "refused"]
        self.failure = f"refused {refused[:2]}" if refused else None
        return not refused


def run_behind_a_bad_line(nursery: Nursery, *, operations: int, seed: int) -> NetworkRun:
    """Send ``operations`` through the proxy and compare what is stored with the model."""
    home, model, began = nursery.folder / f"network-{seed}-{operations}", Model(), time.monotonic()
    server = nursery.start(home)
    share = -(-operations // CLIENTS)
    with Proxy(server.port, seed=seed) as proxy:
        callers = [Caller(number, server, proxy, model, operations=share, seed=seed) for number in range(CLIENTS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(3600)
        proxy.settle()
    server.stop()
    assert [caller.failure for caller in callers if caller.failure] == []
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as application:
        stored, rows, seqs = _stored(application)
        return NetworkRun(
            operations=share * CLIENTS,
            requests=sum(caller.requests for caller in callers),
            faults=dict(proxy.done),
            exchanges=len(stored),
            revisions=sum(len(others) for _current, others in stored.values()),
            differences=tuple(model.differences(stored)),
            doubled=rows - len(stored),
            gaps=len(set(range(1, rows + 1)).symmetric_difference(seqs)),
            damaged=application.damage(),
            seconds=time.monotonic() - began,
        )


def _stored(application: Application) -> tuple[dict[Key, tuple[str, set[str]]], int, list[int]]:
    with application._database.read() as session:
        rows = session.execute(
            text(
                "SELECT e.id, e.seq, c.source_id, e.prompt_id, t.reply FROM exchange e JOIN conversation c "
                "ON c.id = e.conversation_id JOIN exchange_text t ON t.exchange_id = e.id"
            )
        ).all()
        others: dict[int, set[str]] = {}
        for exchange_id, reply in session.execute(text("SELECT exchange_id, reply FROM exchange_revision")):
            others.setdefault(exchange_id, set()).add(reply)
    stored = {(row[2], row[3]): (row[4], others.get(row[0], set())) for row in rows}
    return stored, len(Counter(row[0] for row in rows)), [row[1] for row in rows]
