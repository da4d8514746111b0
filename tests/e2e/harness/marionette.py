"""Firefox as people have it, driven by its own protocol (Marionette): opens an address, runs a script in the page."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    # Nothing but a proxy that is not there: no request gets out of the machine.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}


def program() -> str | None:
    """Return where Firefox is, None without one."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """A connection to a Firefox that runs."""

    def __init__(self, connection: socket.socket) -> None:
        self._stream = connection.makefile("rwb")
        self._number = 0
        self._read()
        self._ask("WebDriver:NewSession", {})

    def visit(self, address: str) -> None:
        """Open an address and wait until it has loaded."""
        self._ask("WebDriver:Navigate", {"url": address})

    def run(self, script: str) -> Any:
        """Run a script in the page and return what it returns."""
        return self._ask("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def _ask(self, command: str, given: dict[str, Any]) -> Any:
        self._number += 1
        sent = json.dumps([0, self._number, command, given]).encode()
        self._stream.write(f"{len(sent)}:".encode() + sent)
        self._stream.flush()
        _kind, _number, fault, found = self._read()
        assert fault is None, fault
        return found

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            sign = self._stream.read(1)
            assert sign, "Firefox has closed the connection"
            length += sign
        return json.loads(self._stream.read(int(length[:-1])))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Start a Firefox with a profile of its own."""
    found, port = program(), _free_port()
    assert found is not None
    profile = folder / "profile"
    profile.mkdir()
    preferences = {**_PREFERENCES, "marionette.port": port}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [found, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with _connected(port) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _connected(port: int) -> socket.socket:
    for _attempt in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("Firefox does not answer")
