"""Fixtures of the end-to-end tests: stand-in, browser, server, and a pair that has been introduced."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from playwright.sync_api import Browser, Playwright, sync_playwright

from e2e.dashboard_site import Tab
from e2e.harness.chromium import Chromium
from e2e.harness.pairing import pair
from e2e.harness.service import busy_ports
from e2e.harness.world import World, unpaired_world, visiting_browser
from e2e.standin.site import Site


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser for the dashboard's own pages, which need no extension."""
    own = shutil.which("chromium")
    browser = playwright.chromium.launch(
        executable_path=own, channel=None if own else "chromium", args=["--no-sandbox", "--disable-gpu"]
    )
    yield browser
    browser.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    """A tab of its own, as wide as a laptop."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    yield Tab(context)
    context.close()


@pytest.fixture(scope="session")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Reserve the three ports on which the extension looks; two runs at once would confuse each other."""
    lock = FileLock(tmp_path_factory.getbasetemp().parent / "skilltrail-e2e-ports.lock")
    try:
        lock.acquire(timeout=5)
    except Timeout:
        pytest.fail("another end-to-end run holds the ports 8731 to 8733")
    taken = busy_ports()
    if taken:
        pytest.fail(f"something listens on {taken}: stop your own Skilltrail, the extension looks on these ports only")
    yield
    lock.release()


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def bare_browser(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Chromium]:
    """A browser without extensions."""
    with visiting_browser(playwright, folder=tmp_path, site=site) as browser:
        yield browser


@pytest.fixture
def strangers(playwright: Playwright, ports: None, tmp_path: Path) -> Iterator[World]:
    """Extension and service run side by side and have not been introduced."""
    with unpaired_world(playwright, folder=tmp_path) as world:
        yield world


@pytest.fixture
def world(strangers: World) -> World:
    """The extension is paired with the running service, through the real pages."""
    pair(strangers)
    return strangers


@pytest.fixture(scope="module")
def shared_world(playwright: Playwright, ports: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A paired world for all tests of a module that must leave it as it was."""
    with unpaired_world(playwright, folder=tmp_path_factory.mktemp("shared")) as world:
        pair(world)
        yield world
