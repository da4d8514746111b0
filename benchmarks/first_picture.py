"""From an export file to its topics: when the first are seen, when all is read, memory, and one more exchange.

`python -m benchmarks.first_picture [EXCHANGES …]` makes invented histories (by default 341, 2,000, 8,600 and 10,000
exchanges), drops each on a fresh server and prints one line per picture. V-measure compares topics with the skills that
the invented exchanges are about.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.histories.chatgpt_export import write_chatgpt_export
from benchmarks.histories.generate import generate
from benchmarks.service import ROOT, Service, envelope, item, percentile, start
from sklearn.metrics import v_measure_score

SIZES = (341, 2_000, 8_600, 10_000)
SEED = 7
NEWCOMERS = 10
LONGEST = 3_600.0
"""Seconds after which a run is given up."""


@dataclass(slots=True)
class Memory:
    """Peaks in MB, of the server alone and with its model process."""

    server: float = 0.0
    both: float = 0.0
    _done: threading.Event = field(default_factory=threading.Event)

    def watch(self, service: Service) -> None:
        """Look twice a second until ``end``."""
        while not self._done.wait(0.5):
            self.server = max(self.server, service.memory_mb())
            self.both = max(self.both, service.memory_mb(with_children=True))

    def end(self) -> None:
        """Stop looking."""
        self._done.set()


def main() -> None:
    """Run the sizes one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES), metavar="EXCHANGES")
    parser.add_argument("--first", action="store_true", help="end when the first picture is there")
    chosen = parser.parse_args()
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), size, first_only=chosen.first)


def _measure(folder: Path, size: int, *, first_only: bool) -> None:
    made = list(generate(size, SEED, datetime.now(UTC)))
    skills = {one.captured.reply_id or "": one.skill for one in made}
    export = folder / "conversations.json"
    write_chatgpt_export(export, (one.captured for one in made))
    service = start(folder / "home")
    memory = Memory()
    watcher = threading.Thread(target=memory.watch, args=(service,))
    watcher.start()
    try:
        print(f"{size:,} exchanges, {export.stat().st_size / 1e6:.1f} MB", flush=True)
        _pictures(service, folder, export, skills, first_only=first_only)
        if not first_only:
            _newcomers(service)
    finally:
        memory.end()
        watcher.join()
        service.stop()
    print(f"  peak memory: server {memory.server:.0f} MB, with its model process {memory.both:.0f} MB", flush=True)


def _pictures(service: Service, folder: Path, export: Path, skills: dict[str, str], *, first_only: bool) -> None:
    """Drop the export, and tell each new picture with the seconds since the drop."""
    began = time.perf_counter()
    importing = subprocess.Popen([*_skilltrail(service), "import", str(export)], stdout=subprocess.DEVNULL)
    shown: tuple[str, ...] = ()
    imported, first_estimate = 0.0, None
    while (passed := time.perf_counter() - began) < LONGEST:
        if not imported and importing.poll() is not None:
            imported = passed
            print(f"  {passed:7.1f} s  stored (exit status {importing.returncode})", flush=True)
        state = service.call("GET", "/api/v1/process")
        if state["picture"] != "none":
            timeline = service.call("GET", "/api/v1/timeline")
            topics = tuple(sorted(line["id"] for line in timeline["topics"]))
            if topics != shown:
                shown = topics
                print(f"  {passed:7.1f} s  {state['picture']} picture: {_words(timeline, state)}", flush=True)
                _quality(service, folder, skills)
                if first_only and imported:
                    return
        if first_estimate is None and state["seconds_left"] and state["embedded"] * 10 > state["total"]:
            first_estimate = (passed, state["seconds_left"])
        if imported and not state["pending"] and not state["topics_due"]:
            break
        time.sleep(0.2)
    passed = time.perf_counter() - began
    print(f"  {passed:7.1f} s  all read and grouped; {state['embedded'] / passed:.1f} a second since the drop")
    if first_estimate is not None:
        said_at, said = first_estimate
        print(f"  at {said_at:.0f} s it said: {said:.0f} s left; it took {passed - said_at:.0f} s")
    _quality(service, folder, skills)


def _words(timeline: Any, state: Any) -> str:
    placed = timeline["exchanges"] - timeline["unassigned"]
    read = f"{state['embedded']:,} read closely"
    return f"{len(timeline['topics'])} topics, {placed:,} of {timeline['exchanges']:,} exchanges in one, {read}"


def _quality(service: Service, folder: Path, skills: dict[str, str]) -> None:
    table = folder / "exchanges.csv"
    subprocess.run([*_skilltrail(service), "exchanges", "--csv", str(table)], check=True, stdout=subprocess.DEVNULL)
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["on_current_path"] in {"1", "true", "True", "yes"}]
    told = [skills[row["reply_id"]] for row in rows]
    found = [row["topic"] or f"none {number}" for number, row in enumerate(rows)]
    print(f"             V-measure {v_measure_score(told, found):.3f}", flush=True)


def _newcomers(service: Service) -> None:
    """Send exchanges one by one; tell how long until each stands in a topic."""
    seconds = []
    for number in range(NEWCOMERS):
        began = time.perf_counter()
        answer = service.call("POST", "/api/v1/exchanges", envelope([item(9_000_000 + number)]))
        wanted = answer["results"][0]["exchange_id"]
        while time.perf_counter() - began < 60:
            if service.call("GET", f"/api/v1/exchanges/{wanted}").get("topic_id"):
                seconds.append(time.perf_counter() - began)
                break
            time.sleep(0.01)
    if seconds:
        print(
            f"  a new exchange has its topic after {percentile(seconds, 0.5):.2f} s, at most {max(seconds):.2f} s",
            end="",
        )
    print(f" ({len(seconds)} of {NEWCOMERS})", flush=True)


def _skilltrail(service: Service) -> list[str]:
    os.environ["PYTHONPATH"] = str(ROOT / "server")
    os.environ["SKILLTRAIL_HOME"] = str(service.home)
    return [sys.executable, "-m", "skilltrail"]


if __name__ == "__main__":
    main()
