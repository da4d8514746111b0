"""How quickly a capture is acknowledged: idle, and while the models embed. Fixed rate, start times fixed in advance.

`python -m benchmarks.capture --seconds 60 --rate 50`
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.service import Service, envelope, item, percentile, start


def acknowledge_times(
    service: Service, *, rate: int, seconds: int, first: int, clients: int = 8
) -> tuple[list[float], int]:
    """Return milliseconds from each due time to its answer, and the number of failures.

    A late start counts as waiting: measuring from the due time keeps a stall from hiding behind a slow client.
    """
    times: list[float] = []
    failures = 0
    lock = threading.Lock()
    begin = time.perf_counter() + 0.5

    def client(number: int) -> None:
        nonlocal failures
        link = service.connection()
        for index in range(number, rate * seconds, clients):
            due = begin + index / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            try:
                answer = service.call("POST", "/api/v1/exchanges", envelope([item(first + index)]), over=link)
                good = answer["results"][0]["outcome"] == "stored"
            except (OSError, RuntimeError):
                good, link = False, service.connection()
            with lock:
                times.append((time.perf_counter() - due) * 1000)
                failures += not good

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, failures


def main() -> None:
    """Print percentiles of a request that stores nothing, and of captures while the models embed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=50, help="captures a second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        service = start(Path(folder) / "home")
        try:
            _report("baseline: GET /api/v1/hello at the same rate", _hello_times(service, arguments.rate, 10), 0)
            # Work for the models first, so that they embed during the whole measurement.
            for batch in range(20):
                items = [item(1_000_000 + batch * 100 + n, words=f"report {batch} part {n}") for n in range(100)]
                service.call("POST", "/api/v1/exchanges", envelope(items))
            time.sleep(15)
            state = service.call("GET", "/api/v1/process")
            print(f"while embedding: state {state['state']}, {state['pending']} pending")
            times, failures = acknowledge_times(service, rate=arguments.rate, seconds=arguments.seconds, first=0)
            _report(f"capture at {arguments.rate}/s for {arguments.seconds} s while embedding", times, failures)
            state = service.call("GET", "/api/v1/process")
            print(f"afterwards: state {state['state']}, {state['pending']} pending")
        finally:
            service.stop()


def _hello_times(service: Service, rate: int, seconds: int) -> list[float]:
    times, link, begin = [], service.connection(), time.perf_counter()
    for index in range(rate * seconds):
        due = begin + index / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        service.call("GET", "/api/v1/hello", over=link)
        times.append((time.perf_counter() - due) * 1000)
    return times


def _report(name: str, times: list[float], failures: int) -> None:
    p50, p95, p99 = (percentile(times, share) for share in (0.50, 0.95, 0.99))
    print(f"{name}: p50 {p50:.1f} · p95 {p95:.1f} · p99 {p99:.1f} · max {max(times):.1f} ms · {failures} failures")


if __name__ == "__main__":
    main()
