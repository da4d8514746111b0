"""Load and faults as figures: a fixed rate while embedding, the peak, stalled uploads, restart after kill -9, memory.

`python -m benchmarks.load` runs all; name parts to run only those: `python -m benchmarks.load rate peak`. With a long
history: `python -m benchmarks.load restart --exchanges 200000` (making it takes some minutes).
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.capture import acknowledge_times
from benchmarks.service import ROOT, Service, envelope, free_port, item, percentile, start

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import Origin
from skilltrail.web.schemas import CaptureItem

CONNECTIONS = 16
STALLED = 60
LIMIT_LIFTED = (
    "import skilltrail.web.security as gate; from skilltrail.web.rates import Rate; "
    "gate.RATES['credential'] = Rate(per_second=1e6, burst=10**6); "
    "from skilltrail.cli import main; main()"
)
"""One credential gets 200 requests a second; to see what the server itself can do, that limit is taken away."""


def rate(folder: Path, options: argparse.Namespace) -> None:
    """Captures at a fixed rate while the models embed: the times count from when each was due."""
    service = start(folder / "rate")
    for batch in range(20):
        items = [item(1_000_000 + batch * 100 + n, words=f"report {batch} part {n}") for n in range(100)]
        service.call("POST", "/api/v1/exchanges", envelope(items))
    until = time.monotonic() + 60
    while service.call("GET", "/api/v1/process")["state"] != "embedding" and time.monotonic() < until:
        time.sleep(0.2)
    state = service.call("GET", "/api/v1/process")
    times, failures = acknowledge_times(service, rate=options.rate, seconds=options.seconds, first=0)
    after = service.call("GET", "/api/v1/process")
    p50, p95, p99 = (percentile(times, share) for share in (0.50, 0.95, 0.99))
    print(f"{options.rate} captures/s for {options.seconds} s, state {state['state']}, then {after['state']}:", end=" ")
    print(f"p50 {p50:.1f} · p95 {p95:.1f} · p99 {p99:.1f} · max {max(times):.1f} ms · {failures} errors")
    service.stop()


def peak(folder: Path, options: argparse.Namespace) -> None:
    """Captures as fast as they go, one and ten to a request, over 16 connections from two processes."""
    for lifted, size in ((True, 1), (False, 10)):
        service = _start_lifted(folder / f"peak-{size}") if lifted else start(folder / f"peak-{size}")
        stored, refused, seconds = _press(service, size=size, seconds=options.peak_seconds)
        words = "the limit of 200 requests/s lifted" if lifted else "with the limit of 200 requests/s"
        print(f"peak, {CONNECTIONS} connections, {size} to a request, {words}:", end=" ")
        print(f"{stored / seconds:.0f} captures/s, {refused} requests told to wait")
        service.stop()


def stalled(folder: Path, _options: argparse.Namespace) -> None:
    """How soon health is answered beside uploads that never go on."""
    service = start(folder / "stalled")
    head = (
        f"POST /api/v1/exchanges HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nContent-Length: 1000\r\n\r\n{{".encode()
    )
    with ExitStack() as stack:
        for _number in range(STALLED):
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port))).sendall(head)
        times = []
        for _request in range(200):
            began = time.perf_counter()
            service.call("GET", "/api/v1/hello")
            times.append((time.perf_counter() - began) * 1000)
            time.sleep(0.01)
    print(
        f"{STALLED} stalled uploads: health p50 {percentile(times, 0.5):.1f} · max {max(times):.1f} ms of {len(times)}"
    )
    service.stop()


def restart(folder: Path, options: argparse.Namespace) -> None:
    """From start to the first good answer after kill -9, and the length of a graceful end."""
    home = folder / "restart"
    _make_history(home, options.exchanges)
    times = []
    for number in range(5):
        service = start(home)
        answer = service.call("GET", "/api/v1/exchanges?limit=1")
        times.append(service.seconds_to_first_page)
        assert answer["total"] >= options.exchanges
        batch = [item(5_000_000 + number * 50 + n) for n in range(50)]
        service.call("POST", "/api/v1/exchanges", envelope(batch))
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
    print(
        f"start after kill -9 with {options.exchanges} exchanges: median {percentile(times[1:], 0.5):.2f} s,", end=" "
    )
    print(f"worst {max(times[1:]):.2f} s")
    service = start(home)
    began = time.perf_counter()
    service.stop()
    print(f"graceful end: {time.perf_counter() - began:.2f} s, exit status {service.process.returncode}")


def memory(folder: Path, _options: argparse.Namespace) -> None:
    """Resident memory ten seconds after a start with 1,000 exchanges that are all processed, without the model."""
    _make_history(folder / "memory", 1_000)
    environment = os.environ.copy()
    os.environ["SKILLTRAIL_EMBEDDER"] = str(folder / "no-model")
    service = start(folder / "memory")
    os.environ.clear()
    os.environ.update(environment)
    service.call("GET", "/api/v1/timeline")
    time.sleep(10)
    print(f"memory idle without model: {service.memory_mb(with_children=True):.0f} MB")
    service.stop()


PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "rate": rate,
    "peak": peak,
    "stalled": stalled,
    "restart": restart,
    "memory": memory,
}


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="default: all")
    parser.add_argument("--rate", type=int, default=100, help="captures a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--peak-seconds", type=int, default=10)
    parser.add_argument("--exchanges", type=int, default=20_000, help="history of the restart")
    options = parser.parse_args()
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder), options)


def _start_lifted(home: Path) -> Service:
    port = free_port()
    environment = {**os.environ, "SKILLTRAIL_KEYRING": "off", "PYTHONPATH": str(ROOT / "server")}
    command = [sys.executable, "-c", LIMIT_LIFTED, "serve", "--no-open", "--home", str(home), "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    service = Service(process, home, port, 0.0)
    until = time.monotonic() + 60
    while True:
        try:
            service.call("GET", "/api/v1/hello")
            return service
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _press(service: Service, *, size: int, seconds: float) -> tuple[int, int, float]:
    """Return how many captures were stored, how many requests were refused, and the seconds it took."""
    context = multiprocessing.get_context("spawn")
    half = CONNECTIONS // 2
    arguments = [(service.home, service.port, size, seconds, number, half) for number in range(2)]
    with context.Pool(2) as pool:
        results = pool.starmap(_press_half, arguments)
    return sum(each[0] for each in results), sum(each[1] for each in results), seconds


def _press_half(home: Path, port: int, size: int, seconds: float, part: int, connections: int) -> tuple[int, int]:
    token = (home / "cli-token").read_text(encoding="ascii").strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    counts = [[0, 0] for _connection in range(connections)]
    begin = time.monotonic() + 1.0

    def press(number: int) -> None:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        first = (part * connections + number) * 1_000_000
        time.sleep(max(0.0, begin - time.monotonic()))
        while time.monotonic() < begin + seconds:
            body = json.dumps(envelope([item(first + offset) for offset in range(size)]))
            link.request("POST", "/api/v1/exchanges", body, headers)
            answer = link.getresponse()
            answer.read()
            counts[number][0 if answer.status == 200 else 1] += size if answer.status == 200 else 1
            first += size if answer.status == 200 else 0
        link.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(count[0] for count in counts), sum(count[1] for count in counts)


def _make_history(home: Path, count: int) -> None:
    """Fill a data folder in this process; two hundred at once, as an import does."""
    with Application.open(Settings(home=home, keyring=False)) as application:
        for start_at in range(0, count, 200):
            rows = [CaptureItem.model_validate(item(number)) for number in range(start_at, min(count, start_at + 200))]
            items = [CapturedItem(row.capture_id, row.exchange()) for row in rows]
            application.exchanges.capture(items, origin_allowed=(Origin.IMPORT,))


if __name__ == "__main__":
    main()
