"""A real server in a process of its own, for measuring it from outside."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """Return a port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Service:
    """A started server; ``seconds_to_first_page`` is from process start to the first answered GET /."""

    process: subprocess.Popen[bytes]
    home: Path
    port: int
    seconds_to_first_page: float

    @property
    def token(self) -> str:
        return (self.home / "cli-token").read_text(encoding="ascii").strip()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def call(self, method: str, path: str, body: object | None = None, *, over: Any = None) -> Any:
        link = over or self.connection()
        data = None if body is None else json.dumps(body)
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": "application/json"} if data else {})
        try:
            link.request(method, path, data, headers)
            answer = link.getresponse()
            content = answer.read()
        finally:
            if over is None:
                link.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content)

    def memory_mb(self, *, with_children: bool = False) -> float:
        """Return resident memory in MB (proportional share where the system tells it)."""
        pids = [self.process.pid, *(_descendants(self.process.pid) if with_children else ())]
        return sum(_resident_mb(pid) for pid in pids)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def start(home: Path) -> Service:
    """Start `skilltrail serve` on ``home`` and wait for its first page."""
    port = free_port()
    environment = {**os.environ, "SKILLTRAIL_KEYRING": "off", "PYTHONPATH": str(ROOT / "server")}
    command = [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--home", str(home), "--port", str(port)]
    started = time.perf_counter()
    with (home.parent / f"{home.name}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as link:
                link.request("GET", "/")
                with link.getresponse() as answer:
                    if answer.status == 200:
                        return Service(process, home, port, time.perf_counter() - started)
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"the server ended with status {process.returncode}") from None
            time.sleep(0.01)


def item(index: int, *, words: str = "") -> dict[str, Any]:
    """Return one capture item of about 2 kB with ids of its own."""
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=30 * index)
    stamp = at.isoformat().replace("+00:00", "Z")
    prompt = f"Question {index}: how do I make {words or 'a query'} faster when the table has {index} thousand rows?"
    reply = f"Answer {index}. " + "Look at the plan first, then add an index that fits the filter. " * 28
    return {
        "capture_id": str(uuid4()),
        "provider": "chatgpt",
        "account": "",
        "conversation_id": f"bench-{index // 8}",
        "prompt_id": f"bench-u-{index}",
        "reply_id": f"bench-a-{index}",
        "parent_id": None,
        "prompt": prompt,
        "reply": reply,
        "asked_at": stamp,
        "answered_at": stamp,
        "asked_at_source": "message",
        "model": "gpt-5",
        "title": "Slow query",
        "project_id": None,
        "gizmo_id": None,
        "origin": "import",
        "fidelity": "stream_complete",
        "status": "complete",
        "on_current_path": True,
        "attachments": [],
        "citations": [],
        "extractor": "bench@1",
        "captured_at": stamp,
        "redactions": {},
        "truncated": False,
    }


def envelope(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of POST /api/v1/exchanges."""
    return {"schema": 1, "extension_version": "0.1.0", "items": items}


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def _resident_mb(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        return 0.0
    return 0.0


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = task.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if int(fields[1]) == pid:
            child = int(task.parent.name)
            found += [child, *_descendants(child)]
    return found
