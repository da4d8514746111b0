"""Start-up to first page, memory idle and while working, and time from stored to visible and grouped.

`python -m benchmarks.footprint`
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.service import Service, envelope, item, percentile, start

STARTS = 5


def main() -> None:
    """Print one line per figure."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        service = start(home)
        print(f"first start ever (creates the database): {service.seconds_to_first_page:.2f} s to the first page")
        for batch in range(10):
            service.call("POST", "/api/v1/exchanges", envelope([item(batch * 100 + n) for n in range(100)]))
        service.stop()
        bare = [_bare_python() for _ in range(STARTS)]
        starts = []
        for _ in range(STARTS):
            service = start(home)
            starts.append(service.seconds_to_first_page)
            service.stop()
        print(f"start with 1,000 exchanges: median {percentile(starts, 0.5):.2f} s, worst {max(starts):.2f} s")
        print(f"  baseline `python -c 'import flask, sqlalchemy'`: median {percentile(bare, 0.5):.2f} s")
        _memory(home)
        _visibility(home)


def _bare_python() -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flask, sqlalchemy"], check=True)
    return time.perf_counter() - begin


def _memory(home: Path) -> None:
    service = start(home)
    peak = {"server": 0.0, "both": 0.0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            peak["server"] = max(peak["server"], service.memory_mb())
            peak["both"] = max(peak["both"], service.memory_mb(with_children=True))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _wait_until_processed(service)
    done.set()
    watcher.join()
    print(f"memory while embedding and grouping: server {peak['server']:.0f} MB, with model {peak['both']:.0f} MB")
    service.stop()
    service = start(home)
    time.sleep(10)
    children = service.memory_mb(with_children=True) - service.memory_mb()
    print(f"memory idle, 10 s after start: {service.memory_mb():.0f} MB, children {children:.0f} MB")
    service.stop()


def _visibility(home: Path) -> None:
    service = start(home)
    visible, grouped = [], []
    service.call("POST", "/api/v1/exchanges", envelope([item(4_999)]))
    _wait_until_processed(service)
    for n in range(10):
        begin = time.perf_counter()
        answer = service.call("POST", "/api/v1/exchanges", envelope([item(5_000 + n)]))
        wanted = answer["results"][0]["exchange_id"]
        seen_at = None
        while time.perf_counter() - begin < 60:
            newest = service.call("GET", "/api/v1/timeline")["latest"]
            row = next((entry for entry in newest if entry["id"] == wanted), None)
            if row and seen_at is None:
                seen_at = time.perf_counter() - begin
            if row and row["topic_id"]:
                grouped.append(time.perf_counter() - begin)
                break
            time.sleep(0.02)
        visible.append(seen_at if seen_at is not None else float("inf"))
    print(f"stored to visible on the timeline: median {percentile(visible, 0.5):.2f} s, worst {max(visible):.2f} s")
    words = f"median {percentile(grouped, 0.5):.2f} s, worst {max(grouped):.2f} s" if grouped else "never"
    print(f"stored to grouped in a topic (model warm): {words} ({len(grouped)} of 10)")
    service.stop()


def _wait_until_processed(service: Service) -> None:
    while True:
        state = service.call("GET", "/api/v1/process")
        if not state["pending"] and not state["topics_due"]:
            return
        time.sleep(0.5)


if __name__ == "__main__":
    main()
