"""A real Chromium with a profile that outlives restarts, and the extension loaded the way a person loads it."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright
from playwright.sync_api import Error as PlaywrightError

from e2e.harness.processes import family, is_running, resident_bytes

REPOSITORY = Path(__file__).resolve().parents[3]
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # DevTools' form of "Load unpacked" needs this one; Playwright talks through the pipe it also needs.
    "--enable-unsafe-extension-debugging",
)

# Who loads an extension from a folder has this mode on; without it a reloaded one stays off.
RELOAD = """async (id) => {
  const { developerPrivate } = chrome;
  await developerPrivate.updateProfileConfiguration({ inDeveloperMode: true });
  const loaded = new Promise((resolve) => {
    developerPrivate.onItemStateChanged.addListener(({ event_type, item_id }) => {
      if (event_type === "LOADED" && item_id === id) resolve();
    });
  });
  await developerPrivate.reload(id, { failQuietly: true });
  await loaded;
}"""


def wait_until(
    condition: Callable[[], bool], *, seconds: float, what: str | Callable[[], str], every: float = 0.2
) -> None:
    """Poll until ``condition`` holds; fail with ``what`` was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        words = what if isinstance(what, str) else what()
        assert time.monotonic() < deadline, f"after {seconds} s still not: {words}"
        time.sleep(every)


class Chromium:
    """One profile; ``restart`` closes the browser and opens it again on the same profile."""

    def __init__(self, *, playwright: Playwright, profile: Path, arguments: Sequence[str]) -> None:
        self._playwright = playwright
        self._profile = profile
        self._arguments = [*FLAGS, *arguments]
        self._loaded: list[Path] = []
        self._context: BrowserContext | None = None

    @property
    def context(self) -> BrowserContext:
        """The open browser."""
        assert self._context is not None, "the browser is closed"
        return self._context

    def open(self) -> None:
        """Start the browser with the extensions that were loaded before."""
        own = shutil.which("chromium")
        self._context = self._playwright.chromium.launch_persistent_context(
            str(self._profile),
            executable_path=own,
            channel=None if own else "chromium",
            headless=True,
            args=self._arguments,
            ignore_default_args=["--disable-extensions"],
            viewport={"width": 1100, "height": 800},
        )
        # Chromium forgets extensions that DevTools loaded; their storage stays, as their id is made from the folder.
        for folder in self._loaded:
            self._load(folder)

    def close(self) -> None:
        """Close the browser in good order."""
        if self._context is not None:
            self._context.close()
            self._context = None

    def kill(self) -> None:
        """End every process of the browser at once, as a power cut would."""
        everyone = list(family(self._profile))
        for number in everyone:
            # Children end with their parent; some have gone before they are asked to.
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        wait_until(lambda: not any(map(is_running, everyone)), seconds=20, what="the end of a killed browser")
        with contextlib.suppress(PlaywrightError):
            self.context.close()
        self._context = None

    def memory(self, mark: str) -> int:
        """Return the resident bytes of the browser's processes that have ``mark`` on their command line."""
        return sum(resident_bytes(number) for number, words in family(self._profile).items() if mark in words)

    def load_unpacked(self, folder: Path) -> str:
        """Load an extension as "Load unpacked" does; return its id."""
        self._loaded.append(folder)
        return self._load(folder)

    def page(self, address: str = "about:blank") -> Page:
        """Open a tab."""
        page = self.context.new_page()
        page.goto(address)
        return page

    def find_page(self, prefix: str, *, seconds: float = 15) -> Page:
        """Return the tab that shows an address with this beginning, waiting for it to open."""
        found: list[Page] = []

        def there() -> bool:
            self.context.pages[0].wait_for_timeout(50)  # lets Playwright take note of new tabs
            found[:] = [page for page in self.context.pages if page.url.startswith(prefix)]
            return bool(found)

        wait_until(there, seconds=seconds, what=f"a tab with {prefix}")
        return found[-1]

    def _load(self, folder: Path) -> str:
        browser = self.context.browser
        assert browser is not None
        session = browser.new_browser_cdp_session()
        answer = session.send("Extensions.loadUnpacked", {"path": str(folder)})
        session.detach()
        return str(answer["id"])


class Extension:
    """Our extension in a running browser, seen through its own pages."""

    def __init__(self, *, browser: Chromium, extension_id: str) -> None:
        self._browser = browser
        self.id = extension_id

    @property
    def origin(self) -> str:
        """The extension's origin."""
        return f"chrome-extension://{self.id}"

    def address(self, path: str) -> str:
        """Return the address of one of the extension's own files."""
        return f"{self.origin}/extension/{path}"

    def popup(self) -> Page:
        """Return the popup, opened as a tab; the same tab each time."""
        address = self.address("popup/popup.html")
        for page in self._browser.context.pages:
            if page.url == address and not page.is_closed():
                return page
        return self._browser.page(address)

    def tell(self, kind: str, **fields: object) -> dict[str, Any]:
        """Send a message as the extension's own pages do and return the answer."""
        answer = self.popup().evaluate("message => chrome.runtime.sendMessage(message)", {"type": kind, **fields})
        assert isinstance(answer, dict), f"{kind} was answered with {answer!r}"
        return answer

    def tell_without_waiting(self, kind: str) -> None:
        """Send a message and do not wait for what comes of it."""
        self.popup().evaluate("message => void chrome.runtime.sendMessage(message)", {"type": kind})

    def status(self) -> dict[str, Any]:
        """Return what the popup is told."""
        return self.tell("status.get")

    def badge(self) -> str:
        """Return the words on the toolbar button."""
        return str(self.popup().evaluate("() => chrome.action.getBadgeText({})"))

    def waiting(self) -> int:
        """Return how many exchanges wait in the outbox."""
        return int(self.status()["outbox"]["waiting"])

    def stop_worker(self, *, through: Page | None = None) -> None:
        """End the service worker at once, as the browser does after a pause.

        ``through`` is any open tab; without it the popup is opened, whose questions soon wake the worker again.
        """
        session = self._browser.context.new_cdp_session(through or self.popup())
        session.send("ServiceWorker.enable")
        session.send("ServiceWorker.stopAllWorkers")
        session.detach()

    def reload(self) -> None:
        """Reload the extension with the button on chrome://extensions; its pages close, its worker begins anew."""
        page = self._browser.page("chrome://extensions")
        page.wait_for_function("() => globalThis.chrome?.developerPrivate !== undefined")
        page.evaluate(RELOAD, self.id)
        page.close()
