"""Firefox as people have it, without a driver: it opens an address, and the pages themselves tell what they found."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutConfig.showWarning": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    # An add-on of our own, which no shop has signed: only builds for enterprises and developers take one.
    "xpinstall.signatures.required": False,
    "extensions.autoDisableScopes": 0,
    "extensions.enabledScopes": 15,
}


class Stranger:
    """A web server on a port of its own; what its pages post to it is handed on."""

    def __init__(self, folder: Path) -> None:
        self.told: queue.Queue[Any] = queue.Queue()
        handler = partial(type("Handler", (_Handler,), {"told": self.told}), directory=str(folder))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    told: ClassVar[queue.Queue[Any]]

    def do_POST(self) -> None:
        self.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


@contextmanager
def firefox(folder: Path, address: str, *, addons: tuple[Path, ...] = ()) -> Iterator[None]:
    """Open ``address`` in a Firefox of its own; ``addons`` are folders with a manifest that names its id."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program is not None
    profile = folder / "profile"
    (profile / "extensions").mkdir(parents=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    for addon in addons:
        manifest = json.loads((addon / "manifest.json").read_text(encoding="utf-8"))
        name = manifest["browser_specific_settings"]["gecko"]["id"]
        with zipfile.ZipFile(profile / "extensions" / f"{name}.xpi", "w") as packed:
            for file in sorted(addon.iterdir()):
                packed.write(file, file.name)
    command = [program, "--headless", "--no-remote", "--profile", str(profile), address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
