"""How fast exports are stored: read, redacted and in the database, as `skilltrail import` does it.

``python -m benchmarks.imports_stored`` imports a 3,000-conversation export (about 8,300 exchanges of 1.6 kB) into an empty
history and tells exchanges a second, the last tenth as a share of the first, the ratio to ``json.load`` of the same file
in the same run, and how long captures waited that came meanwhile. ``--large 1.5e9`` imports an export of so many bytes
and tells the largest size of both processes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.exports.generate import write

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import CapturedItem, ImportReport
from skilltrail.domain.exchange import CapturedExchange, Fidelity, Origin
from skilltrail.domain.imports import ImportProgress
from skilltrail.ml.hash_embedder import HashEmbedder

_TENTHS = 10
_CAPTURE_EVERY = 0.1
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Marks:
    """When how many exchanges were in the database, from the first batch on."""

    begun: float = field(default_factory=time.perf_counter)
    seen: list[tuple[float, int]] = field(default_factory=list)

    def __call__(self, progress: ImportProgress) -> None:
        self.seen.append((time.perf_counter() - self.begun, progress.exchanges))

    def share(self) -> float:
        """Return the rate of the last tenth as a share of the first's; the start of the helper is not counted."""
        start, end = self.seen[0], self.seen[-1]
        span = (end[1] - start[1]) / _TENTHS
        first = next(at for at, count in self.seen if count - start[1] >= span) - start[0]
        last = end[0] - next(at for at, count in self.seen if count >= end[1] - span)
        return first / last if last else 1.0


class Capturing(threading.Thread):
    """Captures an exchange now and then, as the extension does, and notes how long each took."""

    def __init__(self, application: Application) -> None:
        super().__init__(daemon=True)
        self._application = application
        self._over = threading.Event()
        self.waits: list[float] = []

    def run(self) -> None:
        number = 0
        while not self._over.wait(_CAPTURE_EVERY):
            number += 1
            begun = time.perf_counter()
            self._application.exchanges.capture([CapturedItem("live", _live(number))])
            self.waits.append(time.perf_counter() - begun)

    def stop(self) -> None:
        """End and wait for the end."""
        self._over.set()
        self.join()


def _live(number: int) -> CapturedExchange:
    asked = NOW + timedelta(seconds=number)
    return CapturedExchange(
        provider="chatgpt",
        conversation_id="live",
        prompt=f"Question {number} asked during an import?",
        reply="An answer of some length. " * 20,
        asked_at=asked,
        captured_at=asked,
        origin=Origin.EXTENSION,
        fidelity=Fidelity.STREAM_COMPLETE,
        prompt_id=f"live-p-{number}",
        reply_id=f"live-r-{number}",
    )


def imported(path: Path, home: Path, *, captures: bool) -> tuple[ImportReport, float, Marks, list[float]]:
    """Import a file into an empty history; return the report, seconds, marks and the waits of captures."""
    settings = Settings(home=home, keyring=False, open_browser=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        capturing = Capturing(application)
        if captures:
            capturing.start()
        marks = Marks()
        report = application.imports.run([path], marks)
        seconds = time.perf_counter() - marks.begun
        if captures:
            capturing.stop()
        return report, seconds, marks, capturing.waits


def measured(path: Path, folder: Path, *, captures: bool) -> None:
    """Import a file and print the figures."""
    report, seconds, marks, waits = imported(path, folder / f"home-{captures}", captures=captures)
    counts = report.record
    print(
        f"{report.found:,} exchanges in {seconds:.1f} s = {report.found / seconds:,.0f} a second; "
        f"last tenth at {marks.share():.2f} of the first; accounted for: {report.agrees} "
        f"({counts.conversations.found:,} chats, {counts.messages.found:,} messages)"
    )
    if waits:
        print(
            f"  {len(waits)} captures meanwhile: median {statistics.median(waits) * 1000:.0f} ms, "
            f"longest {max(waits) * 1000:.0f} ms"
        )


def small(folder: Path) -> None:
    """Print the figures of an export of 3,000 conversations."""
    path = folder / "conversations.json"
    made = write(path, conversations=3_000)
    loading = min(_timed(lambda: _load(path)) for _ in range(3))
    print(f"{made.conversations} conversations, {made.size / 1e6:.1f} MB; json.load {loading:.2f} s")
    _report, seconds, _marks, _waits = imported(path, folder / "first", captures=False)
    print(f"{seconds / loading:.1f} × json.load")
    measured(path, folder, captures=False)
    measured(path, folder, captures=True)


def large(folder: Path, size: int) -> None:
    """Print speed and memory for an export of ``size`` bytes."""
    path = folder / "conversations.json"
    write(path, size=size)
    measured(path, folder, captures=False)
    own, helper = _peaks()
    print(f"peak {own / 1000:.0f} MB in the service, {helper / 1000:.0f} MB in the process that reads")


def _peaks() -> tuple[int, int]:
    import resource  # noqa: PLC0415 - not on Windows

    return (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    )


def _load(path: Path) -> None:
    with path.open("rb") as file:
        json.load(file)


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--large", type=float, help="bytes of a large export, such as 1.5e9")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if given.large:
            large(Path(folder), int(given.large))
        else:
            small(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
