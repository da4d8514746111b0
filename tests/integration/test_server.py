"""The running service: its own process, real sockets, real signals."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from callers import envelope, item

SERVER = Path(__file__).resolve().parents[2] / "server"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A server process on a home of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        environment = {**os.environ, "SKILLTRAIL_KEYRING": "off", "PYTHONPATH": str(SERVER), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--home", str(home), "--port", str(port)]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def wait_until_up(self) -> None:
        for _attempt in range(300):
            try:
                if self.ask("GET", "/api/v1/hello")[0] == 200:
                    return
            except OSError:
                assert self.process.poll() is None, self.output()
                time.sleep(0.1)
        raise AssertionError("the server did not start")

    @property
    def token(self) -> str:
        return (self.home / "cli-token").read_text(encoding="ascii")

    def ask(self, method: str, path: str, body: object = None, *, token: str | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def output(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read().decode(errors="replace")

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(15)
        finally:
            if self.process.stdout is not None:
                self.process.stdout.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def begin(home: Path | None = None, *, port: int | None = None) -> Running:
        started.append(Running(home or tmp_path / "home", port or free_port()))
        return started[-1]

    yield begin
    for running in started:
        running.end(signal.SIGKILL)


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    server = start()
    server.wait_until_up()
    return server


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for all tests that leave it as it was; starting one takes longer than what they are about."""
    server = Running(tmp_path_factory.mktemp("shared") / "home", free_port())
    server.wait_until_up()
    yield server
    server.end(signal.SIGKILL)


def raw(port: int, data: bytes, *, seconds: float = 5) -> bytes:
    """Send bytes as they are and return the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(data)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def test_the_files_of_a_running_server_are_private_and_go_with_it(running: Running) -> None:
    noted = json.loads((running.home / "server.json").read_bytes())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in running.home.iterdir()}
    status = running.end()

    assert (noted["port"], noted["pid"]) == (running.port, running.process.pid)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(running.home.stat().st_mode) == 0o700
    assert status == 0
    assert not (running.home / "server.json").exists()
    assert not (running.home / "cli-token").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_end_answers_what_is_under_way(running: Running, number: int) -> None:
    batch = envelope(*(item(n, reply=f"Answer {n}. " + "word " * 900) for n in range(200)))
    answers: list[tuple[int, bytes]] = []
    sender = threading.Thread(
        target=lambda: answers.append(running.ask("POST", "/api/v1/exchanges", batch, token=token))
    )
    token = running.token

    sender.start()
    time.sleep(0.15)
    began = time.monotonic()
    status = running.end(number)
    sender.join(10)

    assert status == 0
    assert time.monotonic() - began < 10
    assert answers
    assert answers[0][0] in (200, 503)
    if answers[0][0] == 200:
        assert len(json.loads(answers[0][1])["results"]) == 200


def test_what_was_acknowledged_is_there_after_kill_9_and_the_folder_is_free(
    start: Callable[..., Running], running: Running
) -> None:
    status, _body = running.ask("POST", "/api/v1/exchanges", envelope(item(1), item(2)), token=running.token)
    running.end(signal.SIGKILL)

    again = start(running.home)
    again.wait_until_up()

    assert status == 200
    assert json.loads(again.ask("GET", "/api/v1/exchanges", token=again.token)[1])["total"] == 2


def test_a_second_server_on_the_same_data_is_refused_with_words(start: Callable[..., Running], shared: Running) -> None:
    second = start(shared.home)

    assert second.process.wait(20) == 1
    assert "already running" in second.output()


def test_a_taken_port_is_refused_with_words(start: Callable[..., Running], shared: Running, tmp_path: Path) -> None:
    second = start(tmp_path / "other", port=shared.port)

    assert second.process.wait(20) == 1
    assert str(shared.port) in second.output()


def test_two_host_headers_are_refused(shared: Running) -> None:
    host = f"127.0.0.1:{shared.port}".encode()
    answer = raw(
        shared.port,
        b"GET /api/v1/hello HTTP/1.1\r\nHost: " + host + b"\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    )

    assert answer.startswith(b"HTTP/1.1 421")


@pytest.mark.parametrize(
    "line", [b"GET /api/v1/hello HTTP/1.0\r\n\r\n", b"GET http://evil.example/ HTTP/1.1\r\nConnection: close\r\n\r\n"]
)
def test_a_request_without_a_host_is_refused(shared: Running, line: bytes) -> None:
    assert b" 421 " in raw(shared.port, line).splitlines()[0]


def test_no_answer_names_the_server(shared: Running) -> None:
    good = raw(shared.port, f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\nConnection: close\r\n\r\n".encode())
    bad = raw(shared.port, b"nonsense\r\n\r\n")

    assert b"\r\nserver:" not in (good + bad).lower()


def test_a_huge_body_is_cut_off_early(shared: Running) -> None:
    with socket.create_connection(("127.0.0.1", shared.port), timeout=5) as connection:
        head = f"POST /api/v1/exchanges HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\nContent-Length: 50000000\r\n"
        connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + b" " * 4096)
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 413")


def test_stalled_uploads_do_not_hold_up_the_others(shared: Running) -> None:
    head = (
        f"POST /api/v1/exchanges HTTP/1.1\r\nHost: 127.0.0.1:{shared.port}\r\nContent-Length: 1000\r\n\r\n{{".encode()
    )
    stalled = [socket.create_connection(("127.0.0.1", shared.port)) for _ in range(60)]
    for connection in stalled:
        connection.sendall(head)

    began = time.monotonic()
    status, _body = shared.ask("GET", "/api/v1/hello")
    took = time.monotonic() - began
    for connection in stalled:
        connection.close()

    assert status == 200
    assert took < 1.0


def test_only_this_computer_can_reach_it(shared: Running) -> None:
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:] if Path("/proc/net/tcp").exists() else []
    listening = {
        line.split()[1] for line in lines if line.split()[3] == "0A" and line.split()[1].endswith(f"{shared.port:04X}")
    }

    assert listening <= {f"0100007F:{shared.port:04X}"}


def test_the_web_process_stays_light() -> None:
    code = (
        "import sys, pathlib, tempfile\n"
        "from skilltrail.application import Application\n"
        "from skilltrail.config import Settings\n"
        "import skilltrail.web.server\n"
        "from skilltrail.web.app import create_app\n"
        "home = pathlib.Path(tempfile.mkdtemp())\n"
        "Application.open(Settings(home=home, keyring=False)).close()\n"
        "for name in [n for n in sys.modules if n.split('.')[0] in ('alembic', 'mako')]: del sys.modules[name]\n"
        "application = Application.open(Settings(home=home, keyring=False))\n"
        "app = create_app(application, port=8731)\n"
        "answer = app.test_client().get('/', headers={'Host': '127.0.0.1:8731'})\n"
        "assert answer.status_code == 200\n"
        "heavy = {'torch', 'sklearn', 'scipy', 'transformers', 'sentence_transformers', 'altair'}\n"
        "heavy |= {'alembic', 'vl_convert', 'numba', 'pandas'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SERVER)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


def test_the_same_application_can_be_made_for_another_port(service: Flask) -> None:
    answer = service.test_client().get("/api/v1/hello", headers={"Host": "127.0.0.1:8731"})

    assert answer.json["port"] == 8731
