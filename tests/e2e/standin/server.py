"""Runs the stand-in in a thread of its own, beside the synchronous test."""

import asyncio
import threading
from pathlib import Path
from typing import Self

from e2e.standin.certificates import HOSTS, make_identity
from e2e.standin.connection import start_server
from e2e.standin.routes import Routes
from e2e.standin.site import Site

ASSETS = Path(__file__).parent / "page"


class StandIn:
    """chatgpt.com on a free loopback port. Use as a context manager."""

    def __init__(self, *, folder: Path, site: Site) -> None:
        self.site = site
        self.port = 0
        self._identity = make_identity(folder)
        self._routes = Routes(site=site, assets=ASSETS)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="standin", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    @property
    def browser_arguments(self) -> list[str]:
        """Chromium flags that lead the site's names here, and all other names nowhere."""
        rules = [f"MAP {host} 127.0.0.1:{self.port}" for host in HOSTS]
        rules += ["MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1"]
        return [
            f"--host-resolver-rules={', '.join(rules)}",
            f"--ignore-certificate-errors-spki-list={self._identity.spki_pin}",
        ]

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(start_server(self._routes.handle, context=self._identity.context))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(_wind_up(server))
        self._loop.close()


async def _wind_up(server: asyncio.Server) -> None:
    """Cut what is open; every test has ended."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
