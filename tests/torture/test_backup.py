"""P14, goal G22: a history of 1.2 GB is backed up while captures go on, and restored."""

from __future__ import annotations

import os
import random
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from exchanges import NOON, captured, items
from skilltrail.application import Application
from skilltrail.application.opening import restore_closed
from skilltrail.config import Settings
from skilltrail.domain.capture import Outcome
from skilltrail.storage.engine import raw_connection
from skilltrail.storage.types import to_microseconds

EXCHANGES = int(os.environ.get("SKILLTRAIL_TORTURE_EXCHANGES", "200000"))
SENDERS = 4
EVERY_SECONDS = 0.04
"""Of each sender: together 100 captures a second."""
CALM_SECONDS = 5

_CONVERSATION = 20


def large_history(settings: Settings) -> bytes:
    """Fill a new data folder with a history of the wanted size, by the shortest way; return its key."""
    with Application.open(settings) as application:
        application.exchanges.capture(items([captured(1)]))
        key: bytes = application._held.raw
    connection = raw_connection(settings.home / "skilltrail.db", key, mode="rw")
    connection.execute("PRAGMA synchronous = OFF")
    pattern = connection.execute("SELECT * FROM exchange").description
    row = dict(zip([one[0] for one in pattern], connection.execute("SELECT * FROM exchange").fetchone(), strict=True))
    connection.execute("BEGIN")
    draw = random.Random(7)
    for start in range(2, EXCHANGES + 1, 5_000):
        numbers = range(start, min(start + 5_000, EXCHANGES + 1))
        _add(connection, row, numbers, draw)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'last_seq'", (str(EXCHANGES),))
    connection.execute("COMMIT")
    connection.close()
    _enter_in_the_log(settings)
    return key


def _enter_in_the_log(settings: Settings) -> None:
    """Do what the worker does when it is quiet: what was written by hand waits for its entries in the evidence log."""
    with Application.open(settings) as application:
        while application.evidence_log.step():
            continue


def _add(connection: Any, row: dict[str, Any], numbers: range, draw: random.Random) -> None:
    talks = sorted({number // _CONVERSATION + 10 for number in numbers})
    connection.executemany(
        "INSERT OR IGNORE INTO conversation (id, provider, source_id, account) VALUES (?, 'chatgpt', ?, '')",
        [(talk, f"large-{talk}") for talk in talks],
    )
    rows = [
        row
        | {
            "id": number,
            "seq": number,
            "conversation_id": number // _CONVERSATION + 10,
            "prompt_id": f"p{number}",
            "reply_id": f"r{number}",
            "asked_at": to_microseconds(NOON - timedelta(minutes=10 * number)),
        }
        for number in numbers
    ]
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    connection.executemany(f"INSERT INTO exchange ({names}) VALUES ({marks})", rows)
    connection.executemany(
        "INSERT INTO exchange_text (exchange_id, prompt, reply, attachments, citations) VALUES (?, ?, ?, '[]', '[]')",
        [(number, draw.randbytes(250).hex(), draw.randbytes(1_700).hex()) for number in numbers],
    )
    connection.executemany(
        "INSERT INTO embedding (exchange_id, model, kind, vector) VALUES (?, 'model', ?, ?)",
        [
            (number, kind, draw.randbytes(size))
            for number in numbers
            for kind, size in (("dense", 768), ("static", 512))
        ],
    )


class Senders:
    """Capture at a fixed rate; remember what was acknowledged, when, and how long it took."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._ending = threading.Event()
        self.acknowledged: list[tuple[float, int]] = []
        self.seconds: list[float] = []
        self.failed: list[BaseException] = []
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(SENDERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def running(self) -> bool:
        """Tell whether every sender still sends; one that stopped by itself makes the load none."""
        return not self.failed and all(thread.is_alive() for thread in self._threads)

    def _send(self, sender: int) -> None:
        try:
            self._capture_on(sender)
        except BaseException as failure:  # a thread's end is silent
            self.failed.append(failure)
            raise

    def _capture_on(self, sender: int) -> None:
        number, due = 10_000_000 * (sender + 1), time.monotonic()
        while not self._ending.is_set():
            due += EVERY_SECONDS
            time.sleep(max(0.0, due - time.monotonic()))
            one = captured(number, conversation_id=f"load-{sender}-{number}", reply="x" * 3_000)
            report = self._application.exchanges.capture(items([one]))
            ended = time.monotonic()
            # From when it was due: a sender that is held up holds up what comes after, and that counts.
            self.seconds.append(ended - due)
            assert [result.outcome for result in report.results] == [Outcome.STORED], report
            self.acknowledged += [(ended, result.exchange_id or 0) for result in report.results]
            number += 1


def ids(path: Path, key: bytes) -> set[int]:
    connection = raw_connection(path, key, mode="ro")
    found = {row[0] for row in connection.execute("SELECT id FROM exchange")}
    connection.close()
    return found


def test_a_large_history_is_backed_up_under_load_and_restored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(home=tmp_path / "home", keyring=False, open_browser=False)
    key = large_history(settings)
    with Application.open(settings) as application, Senders(application) as senders:
        time.sleep(3)  # the first capture reads the redaction rules
        senders.seconds.clear()
        time.sleep(CALM_SECONDS)
        calm = list(senders.seconds)
        assert len(calm) >= CALM_SECONDS / EVERY_SECONDS * SENDERS / 2, "the senders do not keep up before the backup"
        began = time.monotonic()
        known = {number for _ended, number in list(senders.acknowledged)}
        made = application.backups.make()
        backed_up = time.monotonic() - began
        loaded = senders.seconds[len(calm) :]
        assert senders.running(), senders.failed
    inside = ids(application.backups.folder / made.name, key)

    began = time.monotonic()
    done = restore_closed(settings, application.backups.folder / made.name)
    restored = time.monotonic() - began

    with capsys.disabled():
        size = made.bytes / 1e9
        print(f"\nG22 {size:.2f} GB, {made.exchanges} exchanges: backed up and checked in {backed_up:.1f} s ", end="")
        print(f"while {len(loaded) / backed_up:.0f} captures/s went on (p99 {_p99(loaded) * 1000:.0f} ms, ", end="")
        print(
            f"before {_p99(calm) * 1000:.0f} ms); {len(known - inside)} of {len(known)} acknowledged are missing; ",
            end="",
        )
        print(f"restored and checked in {restored:.1f} s")
    assert known <= inside
    assert ids(settings.home / "skilltrail.db", key) == inside
    assert done.exchanges == made.exchanges
    assert known
    assert len(loaded) > 10


def _p99(seconds: list[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99) - 1] if seconds else 0.0
