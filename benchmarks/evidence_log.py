"""The evidence log measured: adding an entry, a checkpoint, proofs and their checks, and how all of it grows.

``python -m benchmarks.evidence_log [SIZES…]`` makes an encrypted history (1,000, 10,000 and 100,000 exchanges by default),
and prints one table; every number is the median of what was repeated.
"""

# ruff: noqa: SLF001 - parts are measured one by one
from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.contexts import NothingHidden
from benchmarks.histories.generate import generate
from sqlalchemy import text

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.checkpoint import check_checkpoint, check_extension, check_proof
from skilltrail.domain.exchange import CapturedExchange, Origin
from skilltrail.domain.log_leaf import check_disclosures, read_leaf
from skilltrail.domain.merkle import leaf_hash
from skilltrail.platform.signing import is_signed
from skilltrail.services import evidence_log as services
from skilltrail.storage import log_queries

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SIZES = (1_000, 10_000, 100_000)
REPEAT = 60
_BATCH = 400
_NUMBERS = count(1)


def fill(application: Application, exchanges: list[CapturedExchange]) -> float:
    """Capture exchanges in batches; return the seconds that took."""
    started = time.perf_counter()
    for start in range(0, len(exchanges), _BATCH):
        part = [CapturedItem(str(next(_NUMBERS)), one) for one in exchanges[start : start + _BATCH]]
        application.exchanges.capture(part, origin_allowed=(Origin.IMPORT,))
    return time.perf_counter() - started


def median_ms(work: Callable[[int], object], repeat: int = REPEAT) -> float:
    """Return the median of what ``work`` takes, in milliseconds."""
    taken = []
    for turn in range(repeat):
        started = time.perf_counter()
        work(turn)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def one_more(application: Application, like: CapturedExchange) -> Callable[[int], object]:
    """Return what captures one exchange in a chat of its own."""

    def capture(_turn: int) -> object:
        number = str(next(_NUMBERS))
        one = replace(like, conversation_id=f"one-{number}", prompt_id=f"p-{number}", reply_id=f"r-{number}")
        return application.exchanges.capture([CapturedItem(number, one)], origin_allowed=(Origin.IMPORT,))

    return capture


def without_log(work: Callable[[int], object]) -> Callable[[int], object]:
    """Return ``work`` as it would be if nothing were appended; what is due is left for later."""

    def run(turn: int) -> object:
        real = services.keep_up
        services.keep_up = lambda *_given, **_named: 0
        try:
            return work(turn)
        finally:
            services.keep_up = real

    return run


def measured(application: Application, like: CapturedExchange) -> dict[str, float]:
    """Return everything that is measured of a history, in milliseconds."""
    log = application.evidence_log
    plain = median_ms(without_log(one_more(application, like)))
    log.checkpoint()
    logged = median_ms(one_more(application, like))
    again = one_more(application, like)
    old = log.checkpoint()

    def signed(turn: int) -> object:
        again(turn)
        started = time.perf_counter()
        log.checkpoint()
        return taken.append((time.perf_counter() - started) * 1000)

    taken: list[float] = []
    median_ms(signed)
    held = log.standing().log
    key = held.key()
    checkpoint = log.checkpoint()
    size = check_checkpoint(checkpoint, key, is_signed).size
    step = max(size // REPEAT, 1)
    shown = [log.show(1 + turn * step % (size - 1), everything=True) for turn in range(REPEAT)]
    extension = log.extension(old)

    def path(turn: int) -> object:
        with application._database.read() as session:
            return services.inclusion(session, held, 1 + turn * step % (size - 1), size)

    def check(turn: int) -> object:
        leaf = shown[turn].leaf or b""
        check_proof(shown[turn].proof, leaf_hash(leaf), key, is_signed)
        return check_disclosures(read_leaf(leaf), shown[turn].disclosures)

    return {
        "store one exchange, no log": plain,
        "store one exchange, logged": logged,
        "sign a checkpoint": statistics.median(taken),
        "inclusion proof": median_ms(path),
        "show one entry whole": median_ms(lambda turn: log.show(1 + turn * step % (size - 1), everything=True)),
        "consistency proof file": median_ms(lambda _turn: log.extension(old)),
        "check one entry whole": median_ms(check),
        "check an extension": median_ms(lambda _turn: check_extension(extension, old, key, is_signed)),
    }


def bytes_each(application: Application, size: int) -> tuple[float, float]:
    """Return the bytes for each exchange that go with it, and those that stay."""
    with application._database.read() as session:
        goes = session.execute(text("SELECT sum(length(leaf) + length(key) + 12) FROM log_leaf")).scalar_one()
        stays = session.execute(text("SELECT sum(length(hash) + 10) FROM log_node")).scalar_one()
    return goes / size, stays / size


def backlog_seconds(application: Application) -> tuple[int, float]:
    """Log the whole history anew, as after an update or a restore; return how many entries and seconds."""
    with application._database.write() as session:
        session.execute(text("INSERT OR IGNORE INTO log_due SELECT id FROM exchange"))
        due = log_queries.count_due(session)
    started = time.perf_counter()
    while application.evidence_log.step():
        continue
    return due, time.perf_counter() - started


def run(size: int, exchanges: list[CapturedExchange]) -> dict[str, Any]:
    """Measure a history of ``size``."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", keyring=False, open_browser=False)
        with Application.open(settings) as application:
            application.exchanges._redactor = NothingHidden()
            seconds = fill(application, exchanges[:size])
            goes, stays = bytes_each(application, size)
            found: dict[str, Any] = {
                name: f"{value:.2f} ms" for name, value in measured(application, exchanges[0]).items()
            }
            entries, backlog = backlog_seconds(application)
    found["store the history"] = f"{seconds:.1f} s"
    found["log a whole history later"] = f"{backlog:.1f} s ({backlog / entries * 1000:.2f} ms each)"
    found["bytes that go with an exchange / stay"] = f"{goes:.0f} / {stays:.0f}"
    return found


def main() -> None:
    """Print the table."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    exchanges = [made.captured for made in generate(max(sizes), 7, NOW)]
    columns = [run(size, exchanges) for size in sizes]
    print("| | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("| --- |" + " ---: |" * len(sizes))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(str(column[name]) for column in columns) + " |")


if __name__ == "__main__":
    main()
