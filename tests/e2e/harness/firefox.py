"""Firefox as it is installed, driven by its own protocol (Marionette): for pages that are opened from the disk.

Playwright drives only a Firefox of its own. https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

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

import pytest

_WAIT = 60.0  # seconds that a start may take


class Firefox:
    """One window."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._held = b""
        self._number = 0
        self._receive()
        self._call("WebDriver:NewSession", {"capabilities": {}})

    def visit(self, address: str) -> None:
        """Open a page and wait until it is there."""
        self._call("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """Run a function's body in the page and return what it returns."""
        return self._call("WebDriver:ExecuteScript", {"script": script, "args": list(arguments)})["value"]

    def until(self, script: str, *, seconds: float = 10) -> Any:
        """Run a script until it returns something, and return that."""
        end = time.monotonic() + seconds
        while not (found := self.run(script)):
            assert time.monotonic() < end, script
            time.sleep(0.05)
        return found

    def offline(self) -> None:
        """Let the browser reach nothing."""
        self._call("Marionette:SetContext", {"value": "chrome"})
        self.run("Services.io.offline = true;")
        self._call("Marionette:SetContext", {"value": "content"})

    def _call(self, name: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        body = json.dumps([0, self._number, name, parameters]).encode()
        self._line.sendall(b"%d:%s" % (len(body), body))
        _kind, _number, error, result = self._receive()
        assert error is None, error
        return result

    def _receive(self) -> Any:
        while b":" not in self._held:
            self._more()
        size, _colon, self._held = self._held.partition(b":")
        while len(self._held) < int(size):
            self._more()
        body, self._held = self._held[: int(size)], self._held[int(size) :]
        return json.loads(body)

    def _more(self) -> None:
        got = self._line.recv(65_536)
        assert got, "Firefox has gone"
        self._held += got


@contextmanager
def firefox(profile: Path) -> Iterator[Firefox]:
    """Start Firefox with a new profile, offline; skips the test where it is not installed."""
    program = shutil.which("firefox")
    if program is None:
        pytest.skip("Firefox is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    profile.mkdir()
    (profile / "user.js").write_text(f'user_pref("marionette.port", {port});\n', encoding="utf-8")
    command = [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
    started = subprocess.Popen(
        [*command, "--profile", str(profile)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with _line(port, started) as line:
            driver = Firefox(line)
            driver.offline()
            yield driver
    finally:
        started.terminate()
        started.wait(30)


def _line(port: int, started: subprocess.Popen[bytes]) -> socket.socket:
    end = time.monotonic() + _WAIT
    while True:
        assert started.poll() is None, "Firefox ended"
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=_WAIT)
        except OSError:
            assert time.monotonic() < end, "Firefox does not answer"
            time.sleep(0.1)
