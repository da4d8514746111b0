"""How fast exports are read, and in how much memory.

``python -m benchmarks.imports`` reads a 3,000-conversation export (about 8,300 exchanges of 1.6 kB) and compares with
``json.load`` of the same file in the same run. ``--large 1.5e9`` reads an export of so many bytes, as an archive of parts
and as one file, each in a process of its own, and tells its largest size and whether the last tenth is read as fast as the
first. Nothing is stored here.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.exports.generate import write

from skilltrail.importers import look, read

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_RUNS = 3
_TENTHS = 10


def read_whole(path: Path) -> dict[str, Any]:
    """Read an export and return its counts, seconds of work, and bytes a second in each tenth of it."""
    found = look([path])
    size = sum(source.size for source in found.sources)
    exchanges = messages = before = 0
    balanced = True
    marks = [(0, time.process_time())]
    for source in found.sources:
        at = 0
        for conversation in read(source, now=NOW):
            exchanges += len(conversation.exchanges)
            messages += conversation.messages
            balanced = balanced and conversation.balanced
            at = conversation.at_bytes
            if before + at >= len(marks) * size / _TENTHS:
                marks.append((before + at, time.process_time()))
        before += at
    marks.append((before, time.process_time()))
    rates = [(b[0] - a[0]) / max(1e-9, b[1] - a[1]) for a, b in itertools.pairwise(marks) if b[0] > a[0]]
    return {
        "exchanges": exchanges,
        "messages": messages,
        "balanced": balanced,
        "seconds": marks[-1][1] - marks[0][1],
        "first": rates[0],
        "last": rates[_TENTHS - 1] if len(rates) >= _TENTHS else rates[-1],
        "peak": _largest(),
    }


def _largest() -> int | None:
    """Return this process's largest size in kB, where the system tells it without the size of its parent."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), None)


def in_a_process(path: Path) -> dict[str, Any]:
    """Read an export in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "benchmarks.imports", "--read", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def small(folder: Path) -> None:
    """Print the figures of an export of 3,000 conversations; the best of three runs each."""
    made = write(folder / "conversations.json", conversations=3_000)
    write(folder / "export.zip", conversations=3_000, pictures=2_000)
    print(f"{made.conversations} conversations, {made.exchanges} exchanges, {made.size / 1e6:.1f} MB of JSON")
    baseline = min(_seconds_to_load(folder / "conversations.json") for _ in range(_RUNS))
    print(f"json.load                {baseline:6.2f} s")
    for name in ("conversations.json", "export.zip"):
        told = min((read_whole(folder / name) for _ in range(_RUNS)), key=lambda one: float(one["seconds"]))
        rate = told["exchanges"] / told["seconds"]
        print(
            f"read {name:19} {told['seconds']:6.2f} s = {told['seconds'] / baseline:.2f} × json.load, {rate:,.0f} exchanges/s"
        )


def large(folder: Path, size: int) -> None:
    """Print memory and steadiness for an export of ``size`` bytes."""
    for name in ("export.zip", "conversations.json"):
        path = folder / name
        made = write(path, size=size)
        told = in_a_process(path)
        print(
            f"{name}: {made.size / 1e9:.2f} GB, {told['exchanges']:,} exchanges, {told['messages']:,} messages, "
            f"all accounted for: {told['balanced']}; {told['seconds']:.0f} s, "
            f"last tenth at {told['last'] / told['first']:.2f} of the first, peak {(told['peak'] or 0) / 1000:.0f} MB"
        )
        path.unlink()


def _seconds_to_load(path: Path) -> float:
    begun = time.process_time()
    with path.open("rb") as file:
        json.load(file)
    return time.process_time() - begun


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--large", type=float, help="bytes of a large export, such as 1.5e9")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.read is not None:
        print(json.dumps(read_whole(given.read)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if given.large:
            large(Path(folder), int(given.large))
        else:
            small(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
