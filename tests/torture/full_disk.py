"""A disk that fills up under a running server: what is answered, what is lost, how soon it goes on."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from callers import item
from torture.disk import SmallDisk
from torture.nursery import Server

READS = (
    "/api/v1/hello",
    "/api/v1/status",
    "/api/v1/exchanges",
    "/api/v1/timeline",
    "/api/v1/topics",
    "/api/v1/process",
    "/api/v1/ledger",
    "/api/v1/exchanges/1",
)


@dataclass
class Story:
    """What a sender lived through; ``seconds`` are from the free space to the first capture that was stored again."""

    acknowledged: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    words: str = ""
    failed_reads: list[str] = field(default_factory=list)
    reads: int = 0
    seconds: float = 0.0
    lost: set[str] = field(default_factory=set)


class Sender:
    """Sends captures of some kilobytes, one after the other."""

    def __init__(self, server: Server, story: Story) -> None:
        self._server = server
        self._story = story
        self._number = 0

    def send(self, *, size: int) -> bool:
        """Send one exchange; returns whether it was acknowledged."""
        self._number += 1
        name = f"p-disk-{self._number}"
        row = item(
            self._number,
            prompt_id=name,
            reply_id=f"r-disk-{self._number}",
            conversation_id=f"disk-{self._number // 20}",
            reply=f"{self._number} " + "many words " * (size // 11),
            origin="import",
        )
        body = {"schema": 1, "extension_version": "0.1.0", "items": [row]}
        status, answer = self._server.ask("POST", "/api/v1/exchanges", body)
        if status == 200:
            assert answer["results"][0]["outcome"] in {"stored", "known"}, answer
            self._story.acknowledged.add(name)
            return True
        self._story.refused[f"{status} {answer['code']}"] += 1
        self._story.words = answer["detail"]
        return False

    def read_everything(self) -> None:
        """Ask all that only reads; each must be answered."""
        for path in READS:
            self._story.reads += 1
            status = _status(self._server, path)
            if status != 200:
                self._story.failed_reads.append(f"{path}: {status}")


def live_through(server: Server, disk: SmallDisk, *, size: int, leave: int) -> Story:
    """Fill the disk under a server, go on until writing is refused, give the space back, and count what is there."""
    story = Story()
    sender = Sender(server, story)
    for _number in range(20):
        assert sender.send(size=2_000)
    disk.fill(leave=leave)
    while not story.refused:
        sender.send(size=size)
    for _number in range(10):
        sender.send(size=size)
        sender.read_everything()
    status, answer = server.ask("GET", "/api/v1/status")
    assert (status, answer["home"]["alert"]["code"]) == (200, "storage_full")
    disk.free()
    freed = time.monotonic()
    while not sender.send(size=size):
        assert time.monotonic() - freed < 60
        time.sleep(0.1)
    story.seconds = time.monotonic() - freed
    assert server.ask("GET", "/api/v1/status")[1]["home"]["alert"] is None
    story.lost = story.acknowledged - stored(server)
    return story


def stored(server: Server) -> set[str]:
    """Return the prompt ids of all exchanges."""
    found: set[str] = set()
    cursor: Any = None
    while True:
        query = "?limit=200" + (f"&cursor={cursor}" if cursor else "")
        _status_code, page = server.ask("GET", f"/api/v1/exchanges{query}")
        found |= {row["prompt_id"] for row in page["items"]}
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def _status(server: Server, path: str) -> int:
    link = server.connection()
    try:
        link.request("GET", path, headers={"Authorization": f"Bearer {server.token}"})
        answer = link.getresponse()
        answer.read()
        return answer.status
    finally:
        link.close()
