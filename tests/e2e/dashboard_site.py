"""A served dashboard, a tab that signs in and listens for complaints, and axe-core: for tests of the pages."""

from __future__ import annotations

import base64
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.web.app import create_app

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


class Quiet(WSGIRequestHandler):
    """Keeps the test's output free of requests."""

    def log(self, *_arguments: object) -> None:
        """Say nothing."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Site:
    """A served application that can go away and come back on the same port."""

    application: Application
    port: int = 0
    _server: Any = None

    def up(self) -> None:
        self.port = self.port or free_port()
        # Not the product's server: this one can be taken away in the middle of a test and leaves no thread behind.
        app = create_app(self.application, port=self.port)
        self._server = make_server("127.0.0.1", self.port, app, threaded=True, request_handler=Quiet)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def down(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def sign_in_link(self) -> str:
        return f"{self.origin}/#k={self.application.sessions.mint_launch_key().key}"


def serve(home: Path, fill: Callable[[Application], None], *, model: HashEmbedder | None = None) -> Iterator[Site]:
    with Application.open(Settings(home=home, keyring=False), model=model or HashEmbedder()) as application:
        fill(application)
        site = Site(application)
        site.up()
        yield site
        site.down()


def serve_copy(made: Path, home: Path, *, model: HashEmbedder) -> Iterator[Site]:
    """Serve a copy of a data folder that was made before."""
    shutil.copytree(made, home)
    yield from serve(home, lambda _application: None, model=model)


class Tab:
    """A page in a browser of its own that notes everything the console complains of."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self._entering: Site | None = None
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def sign_in(self, site: Site) -> Page:
        self.page.goto(site.sign_in_link())
        expect(self.page.locator("#view article")).to_be_visible()
        return self.page

    def enter(self, site: Site) -> None:
        """Sign in with the first page that is visited: a link may lead to any, and loading two takes twice as long."""
        self._entering = site

    def visit(self, address: str) -> Page:
        if self._entering is not None and "#" not in address:
            address += "#" + self._entering.sign_in_link().partition("#")[2]
            self._entering = None
        self.page.goto(address)
        expect(self.page.locator("#view article")).to_be_visible()
        expect(self.page.locator(".loading")).to_have_count(0, timeout=20_000)
        return self.page


@lru_cache(maxsize=1)
def _axe() -> str:
    return AXE.read_text(encoding="utf-8") + ";0"


def violations(page: Page) -> list[str]:
    """Run axe-core; each violation with the elements it names."""
    if page.evaluate("typeof axe") == "undefined":
        # Through DevTools: the page's own policy lets no foreign script in, and must not be loosened for a test.
        session = page.context.new_cdp_session(page)
        session.send("Runtime.evaluate", {"expression": _axe()})
        session.detach()
    return page.evaluate(
        """async () => {
             // A target that is scrolled half under the header is not a small one.
             window.scrollTo(0, 0);
             // Half faded, everything has too little contrast; what turns for ever cannot be finished.
             const ends = (one) => one.effect?.getComputedTiming().endTime !== Infinity;
             for (const one of document.getAnimations()) if (ends(one)) one.finish();
             const wanted = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };
             return (await axe.run(document, wanted)).violations.map(
               (found) => `${found.id}: ${found.nodes.slice(0, 4).map((node) => node.target.join(" ")).join(" | ")}`);
           }"""
    )


def a_public_key() -> str:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
