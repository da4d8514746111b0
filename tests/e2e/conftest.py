"""Fixtures of the end-to-end tests: stand-in, browser, server, and a pair that has been introduced."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout
from playwright.sync_api import Browser, Playwright, sync_playwright

from concepts import CONCEPTS
from e2e.dashboard_site import Tab
from e2e.full_site import full_history
from e2e.harness.chromium import Chromium
from e2e.harness.introduced import introduce, paired_world
from e2e.harness.service import busy_ports
from e2e.harness.world import World, unpaired_world, visiting_browser
from e2e.standin.site import Site
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the extension's fixed ports: of these tests one runs at a time, the others may run beside it."""
    for item in items:
        if isinstance(item, pytest.Function) and "ports" in item.fixturenames:
            item.add_marker(pytest.mark.extension)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
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
def full_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which every page has something to show (see ``full_site``): to be copied, and left as it is."""
    home = tmp_path_factory.mktemp("full") / "home"
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder(concepts=CONCEPTS)) as application:
        full_history(application)
    return home


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
def strangers(playwright: Playwright, ports: None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """Extension and service run side by side and have not been introduced."""
    with unpaired_world(playwright, folder=tmp_path, model=_with_model(request)) as world:
        yield world


@pytest.fixture(scope="session")
def introduced(playwright: Playwright, ports: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of a browser and a service that were introduced through the real pages."""
    kept = tmp_path_factory.mktemp("introduced")
    introduce(playwright, folder=tmp_path_factory.mktemp("introducing"), kept=kept)
    return kept


@pytest.fixture
def world(playwright: Playwright, introduced: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """The extension is paired with the running service."""
    with paired_world(playwright, folder=tmp_path, kept=introduced, model=_with_model(request)) as world:
        yield world


@pytest.fixture(scope="module")
def shared_world(playwright: Playwright, introduced: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A paired world for all tests of a module that must leave it as it was."""
    with paired_world(playwright, folder=tmp_path_factory.mktemp("shared"), kept=introduced, model=False) as world:
        yield world


def _with_model(request: pytest.FixtureRequest) -> bool:
    """Tell whether a test is marked ``model``: loading one takes longer than what most tests are about."""
    return request.node.get_closest_marker("model") is not None
