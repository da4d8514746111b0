"""Starts real servers quickly: one process has everything imported, and forks a server for each start.

What runs in the child is ``skilltrail.web.server.serve`` as `skilltrail serve` calls it: own process, real socket, real
files, so a kill -9 hits what a learner runs. Only the second of imports is saved, 500 times over. The embedder is the
hashing one, and the clock can be moved through a file.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
CLOCK_FILE = "clock-offset"
"""In the folder above a home: seconds by which its server's clock is off."""


@dataclass
class Server:
    """One server process."""

    home: Path
    port: int
    pid: int
    log_file: Path
    poll: Callable[[], bool]
    """Tells whether the process is still there. Only after its no may the system give the number to another process."""
    gone: bool = False
    _token: str | None = field(default=None, repr=False)

    @property
    def token(self) -> str:
        """The CLI credential of this run."""
        if self._token is None:
            self._token = (self.home / "cli-token").read_text(encoding="ascii")
        return self._token

    def is_alive(self) -> bool:
        """Tell whether the process is still there."""
        self.gone = self.gone or not self.poll()
        return not self.gone

    def send(self, number: int) -> None:
        """Send a signal; a process that is gone already is no error."""
        if self.is_alive():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill -9 and wait until the process is gone."""
        self.send(signal.SIGKILL)
        assert self.wait_gone(30)

    def stop(self) -> None:
        """End it as a sign-out does, and wait."""
        self.send(signal.SIGTERM)
        assert self.wait_gone(30)

    def wait_gone(self, seconds: float) -> bool:
        """Wait for the end of the process."""
        until = time.monotonic() + seconds
        while self.is_alive():
            if time.monotonic() > until:
                return False
            time.sleep(0.002)
        return True

    def wait_ready(self, seconds: float = 60) -> Self:
        """Wait for the first answer of this very process."""
        until = time.monotonic() + seconds
        while not self._answers():
            assert self.is_alive(), f"the server did not start: {self.log()[-2000:]}"
            assert time.monotonic() < until, "the server did not answer"
            time.sleep(0.005)
        return self

    def _answers(self) -> bool:
        try:
            # The file of the killed server before may still be there: it must be this one's.
            noted = json.loads((self.home / "server.json").read_bytes())
            return noted["pid"] == self.pid and self.ask("GET", "/api/v1/hello", seconds=5)[0] == 200
        except (OSError, ValueError, http.client.HTTPException):
            return False

    def log(self) -> str:
        """Return what it wrote."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def connection(self, *, seconds: float = 20) -> http.client.HTTPConnection:
        """Return a connection to it, not opened yet."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def ask(
        self, method: str, path: str, body: object = None, *, seconds: float = 20, over: Any = None
    ) -> tuple[int, Any]:
        """Send a request with the CLI credential (but for hello) and return status and JSON."""
        link = over or self.connection(seconds=seconds)
        headers = {"Host": f"127.0.0.1:{self.port}", "Content-Type": "application/json"}
        if not path.endswith("/hello"):
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            link.request(method, path, None if body is None else json.dumps(body), headers)
            answer = link.getresponse()
            data = answer.read()
            return answer.status, json.loads(data) if data else None
        finally:
            if over is None:
                link.close()


class Nursery:
    """The process that forks servers; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[Server] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._line = threading.Lock()

    def __enter__(self) -> Self:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT / "server"), str(ROOT / "tests"))),
            "OPENBLAS_NUM_THREADS": "1",
        }
        command = [sys.executable, "-m", "torture.nursery"]
        self._process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._started:
            server.send(signal.SIGCONT)
            server.send(signal.SIGKILL)
        if self._process is not None and self._process.stdin is not None and self._process.stdout is not None:
            self._process.stdin.close()
            self._process.wait(30)
            self._process.stdout.close()

    def start(self, home: Path, *, port: int | None = None, worker: bool = False, ready: bool = True) -> Server:
        """Fork a server on ``home``; with ``ready`` wait for its first answer."""
        port = port or free_port()
        pid = self._ask({"home": str(home), "port": port, "worker": worker, "log": str(self._log_file(home))})
        server = Server(home, port, pid, self._log_file(home), poll=lambda: bool(self._ask({"poll": pid})))
        self._started = [known for known in self._started if known.is_alive()] + [server]
        return server.wait_ready() if ready else server

    def start_cold(self, home: Path, *, port: int | None = None, ready: bool = True, **settings: str) -> Server:
        """Start `skilltrail serve` from nothing; ``settings`` are environment variables."""
        port = port or free_port()
        environment = {**os.environ, "SKILLTRAIL_KEYRING": "off", "PYTHONPATH": str(ROOT / "server"), **settings}
        command = [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--home", str(home), "--port", str(port)]
        with self._log_file(home).open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        server = Server(home, port, process.pid, self._log_file(home), poll=lambda: process.poll() is None)
        self._started.append(server)
        return server.wait_ready() if ready else server

    def _ask(self, question: Mapping[str, Any]) -> int:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._line:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())

    def _log_file(self, home: Path) -> Path:
        # Not beside the home: that may be a disk that is full.
        return self.folder / f"{home.parent.name}-{home.name}.log"


def free_port() -> int:
    """Return a port on 127.0.0.1 that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def move_clock(home: Path, seconds: float) -> None:
    """Set by how much the clock of the server on ``home`` is off, from now on."""
    aside = home.parent / f"{CLOCK_FILE}.new"
    aside.write_text(str(seconds), encoding="ascii")
    aside.replace(home.parent / CLOCK_FILE)


# --- the forking process -----------------------------------------------------------------------------------------


class _Clock:
    """The system's clock, off by what the file beside the home says."""

    def __init__(self) -> None:
        self.file: Path | None = None

    def __call__(self) -> datetime:
        try:
            offset = float(self.file.read_text(encoding="ascii")) if self.file else 0.0
        except FileNotFoundError:
            offset = 0.0
        return datetime.now(UTC) + timedelta(seconds=offset)


def _main() -> None:
    from skilltrail.platform import clock

    # Before anything else takes it from there.
    movable = _Clock()
    clock.utc_now = movable  # type: ignore[assignment]

    import skilltrail.application.processing
    import skilltrail.ml.hash_embedder
    import skilltrail.services.placement
    import skilltrail.services.processing
    import skilltrail.services.topic_run
    import skilltrail.web.server
    import skilltrail.worker  # noqa: F401 - imported here once instead of in every child

    for line in sys.stdin.buffer:
        wish = json.loads(line)
        if "poll" in wish:
            # An ended child keeps its number until it is asked for here: no stranger can get it, and a signal.
            answer = int(os.waitpid(wish["poll"], os.WNOHANG) == (0, 0))
        else:
            answer = os.fork()
            if answer == 0:
                _end_with_parent()
                movable.file = Path(wish["home"]).parent / CLOCK_FILE
                os._exit(_serve(wish))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    """Leave no server behind when the campaign itself is killed; Linux alone offers that."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _serve(wish: Mapping[str, Any]) -> int:
    from skilltrail.config import Settings
    from skilltrail.errors import SkilltrailError
    from skilltrail.ml.hash_embedder import HashEmbedder
    from skilltrail.web.server import serve
    from skilltrail.worker import Worker

    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for number, target in enumerate((null, log, log)):
        os.dup2(target, number)
    hire = (lambda application: Worker(application, HashEmbedder())) if wish["worker"] else None
    settings = Settings(
        home=Path(wish["home"]), port=wish["port"], keyring=False, open_browser=False, topics_due_after=10**9
    )
    try:
        serve(settings, announce=lambda _url, _link: None, worker=hire)
    except SkilltrailError as error:
        print(f"skilltrail: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    _main()
