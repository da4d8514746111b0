"""Kill -9 under load: clients that send as the extension does, and a supervisor that kills."""

from __future__ import annotations

import http.client
import random
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from torture.history import Gateway, Log, Verdict, judge, numbered
from torture.nursery import Nursery, Server, free_port

CLIENTS = 8
BATCH = 40
WORKER_EVERY = 4
"""Every so many rounds a worker embeds meanwhile: in this process, so it takes much of the captures' time."""
COLD_EVERY = 25
"""Every so many rounds the server starts as a fresh program instead of by a fork."""
EARLY_EVERY = 10
"""Every so many rounds there is one more kill while the server is still starting."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What happened: ``starts`` are seconds from start to first answer."""

    verdict: Verdict
    kills: int
    early_kills: int
    invoked: int
    unknown: int
    repeated: int
    wrong: tuple[str, ...]
    starts: tuple[float, ...]
    seconds: float


class Client(threading.Thread):
    """Sends batches; an unanswered one is mostly sent again, as the extension does, and sometimes given up."""

    def __init__(self, number: int, gateway: Gateway, folder: Path, seed: int) -> None:
        super().__init__(name=f"client-{number}", daemon=True)
        self.log = Log(number, folder / f"client-{number}.jsonl")
        self._gateway = gateway
        self._random = random.Random(f"{seed}/{number}")
        self._next = 0
        self._link: http.client.HTTPConnection | None = None
        self._at: Server | None = None

    def run(self) -> None:
        pending: list[int] = []
        while (server := self._gateway.wait()) is not None:
            pending = pending or self._choose()
            pending = self._send(server, pending)
        self._hang_up()

    def _choose(self) -> list[int]:
        if self.log.acknowledged and self._random.random() < 0.05:
            # What was given up without an answer stays so: sent now, it would rightly stand behind later ones.
            known = sorted(self.log.acknowledged)
            start = self._random.randrange(len(known))
            return known[start : start + BATCH]
        numbers = list(range(self._next, self._next + self._random.randint(1, BATCH)))
        self._next = numbers[-1] + 1
        return numbers

    def _send(self, server: Server, numbers: list[int]) -> list[int]:
        """Send once; return what is to be sent again."""
        new = [number for number in numbers if number not in self.log.invoked]
        self.log.note("invoke", numbers)
        try:
            status, answer = self._post(server, numbers)
        except (OSError, http.client.HTTPException, ValueError):
            self._hang_up()
            self.log.note("unknown", numbers)
            again = self._random.random() < 0.7
            time.sleep(self._random.uniform(0.001, 0.02))
            return numbers if again else []
        if status == 200:
            self._heed(numbers, new, answer)
            self.log.note("ok", numbers)
            return []
        if status in (429, 503):
            time.sleep(0.1)
            return numbers
        self.log.wrong.append(f"status {status}: {answer}")
        return []

    def _post(self, server: Server, numbers: list[int]) -> tuple[int, Any]:
        if self._link is None or self._at is not server:
            self._hang_up()
            self._link, self._at = server.connection(seconds=10), server
        items = [numbered(self.log.client, number) for number in numbers]
        body = {"schema": 1, "extension_version": "0.1.0", "items": items}
        return server.ask("POST", "/api/v1/exchanges", body, over=self._link)

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None

    def _heed(self, numbers: list[int], new: list[int], answer: Any) -> None:
        """Notice an answer that contradicts what was sent."""
        outcomes = {result["capture_id"]: result["outcome"] for result in answer["results"]}
        expected = {f"{self.log.client}-{number}" for number in numbers}
        fresh = {f"{self.log.client}-{number}" for number in new}
        if outcomes.keys() != expected or not set(outcomes.values()) <= {"stored", "known"}:
            self.log.wrong.append(f"answer {answer['results'][:3]}")
        elif any(outcomes[name] != "stored" for name in fresh):
            self.log.wrong.append("something sent for the first time was known already")


def kill_under_load(nursery: Nursery, *, rounds: int, least: int, seed: int, most_seconds: float = 3600) -> Campaign:
    """Kill the server ``rounds`` times, and on until ``least`` captures were acknowledged; then judge its database."""
    chance = random.Random(seed)
    gateway, home, port = Gateway(), nursery.folder / f"kill-{seed}-{rounds}", free_port()
    clients = [Client(number, gateway, nursery.folder, seed) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    kills, early, starts, began = 0, 0, [], time.monotonic()
    try:
        while kills < rounds or sum(len(client.log.acknowledged) for client in clients) < least:
            if kills % EARLY_EVERY == EARLY_EVERY - 1:
                early += _kill_while_starting(nursery, home, port, chance)
            starts.append(_live_and_die(nursery, gateway, home, port, chance, number=kills))
            kills += 1
            assert time.monotonic() - began < most_seconds, f"{kills} kills after {most_seconds} s"
    finally:
        gateway.closed(over=True)
        for client in clients:
            client.join(30)
    logs = [client.log for client in clients]
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as application:
        verdict = judge(application, logs)
    return Campaign(
        verdict=verdict,
        kills=kills,
        early_kills=early,
        invoked=sum(log.counts["invoke"] for log in logs),
        unknown=sum(log.counts["unknown"] for log in logs),
        repeated=sum(log.counts["invoke"] - log.counts["ok"] for log in logs),
        wrong=tuple(words for log in logs for words in log.wrong),
        starts=tuple(starts),
        seconds=time.monotonic() - began,
    )


def _live_and_die(
    nursery: Nursery, gateway: Gateway, home: Path, port: int, chance: random.Random, *, number: int
) -> float:
    began = time.monotonic()
    if number % COLD_EVERY == 1:
        server = nursery.start_cold(home, port=port, SKILLTRAIL_EMBEDDER=str(home / "no-model"))
    else:
        server = nursery.start(home, port=port, worker=number % WORKER_EVERY == 0)
    started = time.monotonic() - began
    gateway.opened(server)
    time.sleep(chance.uniform(0.08, 0.3))
    server.kill()
    gateway.closed()
    return started


def _kill_while_starting(nursery: Nursery, home: Path, port: int, chance: random.Random) -> int:
    server = nursery.start(home, port=port, ready=False)
    time.sleep(chance.uniform(0.0, 0.15))
    server.kill()
    return 1
