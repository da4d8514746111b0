"""What can happen to a running server: stopped processes, stalled and flooding clients, signals, a second server."""

from __future__ import annotations

import json
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import pytest

from callers import envelope, item
from torture.fixtures import nursery
from torture.nursery import Nursery, Server, move_clock

__all__ = ["nursery"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

STALLED = 60


@pytest.fixture
def server(nursery: Nursery, tmp_path: Path) -> Server:
    return nursery.start(tmp_path / "home")


def sends(server: Server, *numbers: int, seconds: float = 20) -> tuple[int, list[str]]:
    """Send exchanges and return the status and the outcomes."""
    body = envelope(*(item(number, origin="import") for number in numbers))
    status, answer = server.ask("POST", "/api/v1/exchanges", body, seconds=seconds)
    return status, [result["outcome"] for result in answer["results"]] if status == 200 else [answer["code"]]


def total(server: Server) -> int:
    return int(server.ask("GET", "/api/v1/exchanges")[1]["total"])


def test_a_process_that_stood_still_takes_what_was_sent_again_once(server: Server) -> None:
    assert sends(server, 1) == (200, ["stored"])
    server.send(signal.SIGSTOP)
    for _try in range(3):
        with pytest.raises(TimeoutError):
            sends(server, 2, 3, seconds=0.3)
    server.send(signal.SIGCONT)

    # Those that waited and this one are answered side by side: which of them comes first is open.
    status, outcomes = sends(server, 2, 3)

    assert status == 200
    assert set(outcomes) <= {"stored", "known"}
    assert sends(server, 2, 3) == (200, ["known", "known"])
    assert total(server) == 3


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_jumps_neither_loses_nor_reorders(nursery: Nursery, tmp_path: Path, years: int) -> None:
    server = nursery.start(tmp_path / "home", worker=True)
    sends(server, 1, 2)
    move_clock(server.home, years * 365 * 86_400)
    assert sends(server, 3, 4) == (200, ["stored", "stored"])
    server.stop()
    move_clock(server.home, -years * 365 * 86_400)
    again = nursery.start(server.home, worker=True)
    assert sends(again, 1, 2, 5) == (200, ["known", "known", "stored"])

    page = again.ask("GET", "/api/v1/exchanges")[1]["items"]
    until = time.monotonic() + 20
    while (progress := again.ask("GET", "/api/v1/process")[1])["pending"]:
        assert time.monotonic() < until, progress
        time.sleep(0.1)

    assert [(row["seq"], row["prompt_id"]) for row in page] == [(n, f"p-{n}") for n in (5, 4, 3, 2, 1)]
    assert progress["embedded"] == 5


def test_stalled_uploads_hold_nobody_up(server: Server) -> None:
    head = (
        f"POST /api/v1/exchanges HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 1000\r\n\r\n{{".encode()
    )
    with ExitStack() as stack:
        for _number in range(STALLED):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port))).sendall(head)
        times = []
        for _try in range(20):
            began = time.perf_counter()
            assert server.ask("GET", "/api/v1/hello")[0] == 200
            times.append(time.perf_counter() - began)
        stored = sends(server, 1)

    assert sorted(times)[len(times) // 2] < 0.1
    assert stored == (200, ["stored"])


def test_a_flood_is_told_to_wait_and_the_learner_goes_on(server: Server) -> None:
    statuses: Counter[int] = Counter()
    waits: list[str | None] = []
    refused: list[float] = []
    lock = threading.Lock()
    batch = json.dumps(envelope(item(1, origin="import")))

    def flood() -> None:
        link = server.connection()
        for _request in range(40):
            began = time.perf_counter()
            headers = {"Authorization": "Bearer guessed", "Content-Type": "application/json"}
            link.request("POST", "/api/v1/exchanges", batch, headers)
            answer = link.getresponse()
            answer.read()
            with lock:
                statuses[answer.status] += 1
                if answer.status == 429:
                    refused.append(time.perf_counter() - began)
                    waits.append(answer.headers["Retry-After"])
        link.close()

    senders = [threading.Thread(target=flood) for _sender in range(16)]
    for sender in senders:
        sender.start()
    own = [sends(server, number) for number in range(20)]
    for sender in senders:
        sender.join(120)

    assert own == [(200, ["stored"])] * 20
    assert set(statuses) == {401, 429}
    assert sum(statuses.values()) == 16 * 40
    assert all(wait is not None and 1 <= int(wait) <= 60 for wait in waits)
    assert sorted(refused)[len(refused) // 2] < 1


def test_only_one_of_two_servers_starts_also_right_after_a_kill(nursery: Nursery, server: Server) -> None:
    second = nursery.start(server.home, ready=False)
    assert second.wait_gone(20)
    assert "already running" in second.log()
    sends(server, 1)

    server.kill()
    rivals = [nursery.start(server.home, ready=False) for _rival in range(2)]
    until = time.monotonic() + 20
    while all(rival.is_alive() for rival in rivals):
        assert time.monotonic() < until
        time.sleep(0.01)
    winner = next(rival for rival in rivals if rival.is_alive())

    assert total(winner.wait_ready()) == 1


def test_a_server_that_is_told_to_end_answers_what_it_took(nursery: Nursery, server: Server) -> None:
    outcomes: Counter[str] = Counter()
    token, lock = server.token, threading.Lock()

    def send(first: int) -> None:
        for number in range(first, first + 400):
            try:
                status, answers = sends(server, number)
            except OSError:
                status, answers = 0, ["no answer"]
            with lock:
                outcomes[f"{status} {answers[0]}"] += 1
            if status != 200:
                return

    senders = [threading.Thread(target=send, args=(first * 1000,)) for first in range(1, 5)]
    for sender in senders:
        sender.start()
    time.sleep(0.4)
    began = time.monotonic()
    server.send(signal.SIGTERM)
    assert server.wait_gone(10)
    took = time.monotonic() - began
    for sender in senders:
        sender.join(20)

    assert token
    assert took < 10
    # Who was answered was answered whole; who came later was told so, or met a closed door.
    assert set(outcomes) <= {"200 stored", "503 shutting_down", "429 rate_limited", "0 no answer"}
    assert total(nursery.start(server.home)) >= outcomes["200 stored"] > 0


def test_without_the_models_files_captures_are_kept_and_the_state_says_so(nursery: Nursery, tmp_path: Path) -> None:
    server = nursery.start_cold(tmp_path / "home", SKILLTRAIL_EMBEDDER=str(tmp_path / "nothing-here"))
    assert sends(server, *range(1, 12)) == (200, ["stored"] * 11)

    until = time.monotonic() + 30
    while (progress := server.ask("GET", "/api/v1/process")[1])["state"] != "blocked":
        assert time.monotonic() < until, progress
        time.sleep(0.2)

    assert (progress["pending"], progress["embedded"]) == (11, 0)
    assert "nothing-here" in progress["problem"]
    assert sends(server, 12) == (200, ["stored"])
    server.stop()


def test_every_file_is_the_learners_alone_also_while_running_and_after_a_kill(nursery: Nursery, server: Server) -> None:
    sends(server, *range(1, 50))

    running = modes(server.home)
    server.kill()
    killed = modes(server.home)
    for path in server.home.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    server.home.chmod(0o755)
    again = nursery.start(server.home)

    assert set(running.values()) <= {0o600, 0o700}
    assert set(killed.values()) <= {0o600, 0o700}
    assert set(modes(again.home).values()) <= {0o600, 0o700}
    assert stat.S_IMODE(again.home.stat().st_mode) == 0o700


def modes(home: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*")}


@pytest.mark.skipif(sys.platform != "linux", reason="needs a mount that can be made read-only")
def test_a_folder_that_cannot_be_written_is_refused_with_words(nursery: Nursery, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        server = nursery.start(folder / "home")
        sends(server, 1, 2)
        server.stop()
        subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)

        refused = nursery.start(folder / "home", ready=False)

        assert refused.wait_gone(20)
        assert "cannot be written (Read-only file system)" in refused.log()
        assert str(folder / "home") in refused.log()
        assert "Traceback" not in refused.log()
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        again = nursery.start(folder / "home")
        assert total(again) == 2
        again.stop()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
