"""Nothing goes out, and what was captured is told nowhere (T17, T30; G29, G30): the whole product, from outside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callers import envelope
from e2e.harness.service import Service
from skilltrail.application import Application
from skilltrail.web.app import create_app
from torture.canaries_hostile import attempts, hostile_items, sung, sung_by_processes, sung_in_files
from torture.connections_hostile import outside, outside_by_strace, watched_environment
from torture.whole_run import export_file

ROOT = Path(__file__).resolve().parents[2]
NO_NETWORK = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c"]
ALONE = 'ip link set lo up && exec "$@"'


def without_network(command: list[str]) -> list[str]:
    """Return ``command`` to be run where there is no network but this computer's own address."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("unshare and ip are needed (util-linux, iproute2)")
    probe = subprocess.run([*NO_NETWORK, ALONE, "sh", "true"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this system lets nobody make a network namespace")
    return [*NO_NETWORK, ALONE, "sh", *command]


def whole_run(folder: Path) -> list[str]:
    return [sys.executable, "-m", "torture.whole_run", str(folder)]


def environment(folder: Path, **more: str) -> dict[str, str]:
    tests = os.pathsep.join([str(ROOT / "tests"), str(ROOT), more.pop("PYTHONPATH", "")])
    person = {"HOME": str(folder / "person"), "XDG_CONFIG_HOME": str(folder / "person"), "TMPDIR": str(folder / "tmp")}
    (folder / "tmp").mkdir(exist_ok=True)
    return {**os.environ, **person, **more, "PYTHONPATH": tests, "SKILLTRAIL_KEYRING": "off"}


def test_everything_works_without_a_network_and_asks_nobody(tmp_path: Path) -> None:
    notes = tmp_path / "connections.txt"
    watched = watched_environment(tmp_path, notes)

    done = subprocess.run(
        without_network(whole_run(tmp_path)),
        cwd=ROOT, env=environment(tmp_path, **watched), capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    started = notes.read_text(encoding="utf-8").count("start ")
    calls = outside(notes)
    print(f"G29 without network: {len(report['used'])} commands, {started} processes, calls outside: {calls[:5]}")
    assert report["missing"] == []
    assert started > 12
    assert calls == []


def test_the_kernel_sees_no_call_to_another_computer(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is needed")
    trace = tmp_path / "trace.txt"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]

    done = subprocess.run(
        [*command, *without_network(whole_run(tmp_path))],
        cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-3000:]
    found, seen = outside_by_strace(trace)
    print(f"G29 strace: {seen} calls with an address, {len(found)} to another computer")
    assert seen > 20
    assert found == []


def test_the_kernel_would_see_one(tmp_path: Path) -> None:
    """The control; without a network the knock reaches nobody."""
    if shutil.which("strace") is None:
        pytest.skip("strace is needed")
    trace = tmp_path / "trace.txt"
    knock = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(trace)]

    subprocess.run([*command, *without_network([sys.executable, "-c", knock])], capture_output=True, check=False)

    assert len(outside_by_strace(trace)[0]) == 1


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "served").mkdir()
    running = Service(home=tmp_path / "served" / "home", port=8733)
    running.start()
    yield running
    running.stop()


def test_no_canary_sings_anywhere(service: Service, application: Application, tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {service.cli_token}", "Content-Type": "application/json"}
    status, body = service.ask("POST", "/api/v1/exchanges", headers, json.dumps(envelope(*hostile_items())).encode())
    assert status == 200, body
    imported = export_file(tmp_path)
    service.run("import", str(imported))
    service.run("process")
    loud, refused, processes = _refusals(service, application, headers)

    commands = [["topics"], ["exchanges", "--csv", str(tmp_path / "t.csv")], ["doctor"], ["open", "--print"]]
    commands += [
        ["export", "--format", "html", "--out", str(tmp_path / "t.html")],
        ["process"],
        ["autostart", "status"],
    ]
    stderr = b"".join(_stderr(service, command) for command in commands)
    broken = tmp_path / "broken.json"
    broken.write_bytes(imported.read_bytes()[:-40])
    stderr += _stderr(service, ["import", str(broken)])
    stderr += _stderr(service, ["exchanges", "--csv", str(tmp_path)])

    places = [service.home, tmp_path / "tmp", tmp_path / "person"]
    files = sung_in_files([place for place in places if place.exists()])
    service.stop()
    log = sung(service.log.encode())
    print(f"G30: {refused} refusals, {len(loud)} repeat a canary; log {len(service.log)} characters, {len(log)}; "
          f"stderr {len(sung(stderr))}; files {len(files)}; processes {len(processes)}")  # fmt: skip
    assert (loud, log, sung(stderr), files, processes) == ([], [], [], {}, {})
    assert refused > 300
    assert "Traceback" not in service.log


def _refusals(
    service: Service, application: Application, headers: dict[str, str]
) -> tuple[list[tuple[str, str, bytes]], int, dict[str, list[str]]]:
    loud, refused, processes = [], 0, {}
    # The routes are those of the application; what would end the server or make it another one is tried elsewhere.
    for number, attempt in enumerate(attempts(create_app(application, port=service.port))):
        status, body = service.ask(attempt.method, attempt.path, headers | attempt.headers, attempt.body)
        refused += status >= 400
        if status >= 400 and sung(body):
            loud.append((attempt.method, attempt.path, body[:200]))
        if number % 100 == 0:
            processes |= sung_by_processes()
    return loud, refused, processes


def _stderr(service: Service, command: list[str]) -> bytes:
    run = [sys.executable, "-m", "skilltrail", *command, "--home", str(service.home)]
    return subprocess.run(run, capture_output=True, timeout=120, check=False).stderr


def test_the_search_would_find_one(tmp_path: Path) -> None:
    """The control: a canary in a file, in its name, and in a process's words is found."""
    canary = hostile_items()[7]["extractor"]
    (tmp_path / f"{canary}.txt").write_text("x", encoding="utf-8")
    (tmp_path / "inside.bin").write_bytes(b"\x00" + canary.encode() + b"\x00")
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)", canary]) as process:
        found = sung_by_processes()
        process.kill()

    assert len(sung_in_files([tmp_path])) == 2
    assert str(process.pid) in found
