"""The real server as a process of its own, and the real command line beside it."""

import csv
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PORTS = (8731, 8732, 8733)
START_SECONDS = 30
COMMAND = (sys.executable, "-m", "skilltrail")


def busy_ports() -> list[int]:
    """Return the ports of Skilltrail on which something listens already."""
    return [port for port in PORTS if _listens(port)]


def _wait_until_free(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Service:
    """One data folder with the server that may run on it; without ``model`` topics wait for one that never comes."""

    def __init__(self, *, home: Path, port: int = PORTS[0], model: bool = True) -> None:
        self.home = home
        self._model = model
        self.port = port
        self.launch_url = ""
        self._log = home.parent / "server.log"
        self._token = home / "cli-token"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        """The address of the dashboard."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything the server has written."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        """Start the server and wait until it answers."""
        # A server that was just ended may hold the port a moment longer.
        _wait_until_free(self.port)
        serve = [*COMMAND, "serve", "--home", str(self.home), "--port", str(self.port), "--no-open", "--json"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(serve, stdout=log, stderr=log, env=self._environment())
        deadline = time.monotonic() + START_SECONDS
        # The token tells that it is this server which answers, and not another one on its port.
        while self._hello() is None or not self._token.exists():
            alive = self._process.poll() is None
            if not alive or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{self.log[-3000:]}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._signal(signal.SIGKILL)
        self._wait()

    def stop(self) -> None:
        """End the server politely; does nothing when it is away."""
        if self._process is None:
            return
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        self._wait()

    def freeze(self) -> None:
        """Suspend the server: connections are taken, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen server go on."""
        self._signal(signal.SIGCONT)

    def run(self, *arguments: str, status: int = 0) -> dict[str, Any]:
        """Run a command with ``--json``, which must end with ``status``, and return its result."""
        command = [*COMMAND, *arguments, "--home", str(self.home), "--json"]
        done = subprocess.run(command, capture_output=True, env=self._environment(), timeout=180, check=False)
        assert done.returncode == status, (
            f"{arguments} gave {done.returncode}: {done.stdout[-2000:]!r} {done.stderr[-2000:]!r}"
        )
        result = json.loads(done.stdout)
        assert isinstance(result, dict)
        return result

    def sign_in_link(self) -> str:
        """Return a fresh link that opens the dashboard signed in, as ``skilltrail open --print`` asks for it."""
        headers = {"Authorization": f"Bearer {self.cli_token}", "Content-Type": "application/json"}
        status, body = self.ask("POST", "/api/v1/launch-keys", headers, b"{}")
        assert status == 201, f"no sign-in link: {status} {body[:300]!r}"
        return str(json.loads(body)["url"])

    def rows(self) -> list[dict[str, str]]:
        """Return the stored exchanges as the CSV of the running server lists them."""
        return list(csv.DictReader(io.StringIO(self._text("/api/v1/exports?format=csv"), newline="")))

    def written_rows(self) -> list[dict[str, str]]:
        """Return the stored exchanges as ``skilltrail exchanges --csv`` writes them, a process of its own."""
        target = self.home.parent / "exchanges.csv"
        self.run("exchanges", "--csv", str(target))
        with target.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def timeline(self) -> dict[str, Any]:
        """Return the exported timeline."""
        target = self.home.parent / "timeline.json"
        self.run("export", "--format", "json", "--out", str(target))
        exported = json.loads(target.read_bytes())
        assert isinstance(exported, dict)
        return exported

    def count(self) -> int:
        """Return how many exchanges the running server holds."""
        return int(self.get("/api/v1/exchanges?limit=1")["total"])

    def texts(self) -> dict[tuple[str, str, str | None], tuple[str, str]]:
        """Return prompt and reply of every stored exchange by conversation, prompt and reply id."""
        found = {}
        for number in self._numbers():
            captured = self.get(f"/api/v1/exchanges/{number}")["captured"]
            key = (captured["conversation_id"], captured["prompt_id"], captured["reply_id"])
            found[key] = (captured["prompt"], captured["reply"])
        return found

    def _numbers(self) -> Iterator[int]:
        cursor = ""
        while True:
            page = self.get(f"/api/v1/exchanges?limit=100{cursor}")
            yield from (item["id"] for item in page["items"])
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON that the running server answers to the command line's credential."""
        answer = json.loads(self._text(path))
        assert isinstance(answer, dict)
        return answer

    def _text(self, path: str) -> str:
        status, body = self.ask("GET", path, {"Authorization": f"Bearer {self.cli_token}"})
        assert status == 200, f"GET {path} gave {status}: {body[:300]!r}"
        return body.decode("utf-8-sig")

    @property
    def cli_token(self) -> str:
        """The credential of the command line."""
        return self._token.read_text(encoding="ascii").strip()

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Send one request and return status and body; a Host in ``headers`` replaces the true one."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _hello(self) -> dict[str, Any] | None:
        try:
            status, body = self.ask("GET", "/api/v1/hello")
        except OSError:
            return None
        answer = json.loads(body) if status == 200 else None
        return answer if isinstance(answer, dict) else None

    def _environment(self) -> dict[str, str]:
        # The keyring of the person who runs the tests is none of their business.
        own = {"SKILLTRAIL_KEYRING": "off", "SKILLTRAIL_OPEN_BROWSER": "off", "PYTHONUNBUFFERED": "1"}
        if not self._model:
            own["SKILLTRAIL_EMBEDDER"] = str(self.home.parent / "no-model")
        return {**os.environ, **own}

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _wait(self) -> None:
        if self._process is not None:
            self._process.wait(timeout=30)
            self._process = None
