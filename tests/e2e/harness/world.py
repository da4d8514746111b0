"""Everything that takes part in an end-to-end test, and how it is set up and cleared away."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Playwright

from e2e.harness.chromium import REPOSITORY, Chromium, Extension
from e2e.harness.service import Service
from e2e.standin.server import StandIn
from e2e.standin.site import Site


@dataclass(frozen=True, slots=True)
class World:
    """A browser with our extension, the service beside it, and the site that the browser visits."""

    browser: Chromium
    extension: Extension
    service: Service
    site: Site


@contextmanager
def visiting_browser(playwright: Playwright, *, folder: Path, site: Site) -> Iterator[Chromium]:
    """Yield a browser without extensions that finds the stand-in where chatgpt.com would be."""
    profile = folder / "profile"
    with StandIn(folder=folder, site=site) as stand_in:
        browser = Chromium(playwright=playwright, profile=profile, arguments=stand_in.browser_arguments)
        browser.open()
        try:
            yield browser
        finally:
            browser.close()
            shutil.rmtree(profile, ignore_errors=True)


@contextmanager
def unpaired_world(playwright: Playwright, *, folder: Path, model: bool = True) -> Iterator[World]:
    """Yield a world in which extension and service have not been introduced; ``model``: see ``Service``.

    SKILLTRAIL_E2E_EXTENSION names another extension folder than the repository, such as the one that
    `skilltrail extension` writes.
    """
    site = Site()
    service = Service(home=folder / "home", model=model)
    source = Path(os.environ.get("SKILLTRAIL_E2E_EXTENSION", REPOSITORY))
    service.start()
    try:
        with visiting_browser(playwright, folder=folder, site=site) as browser:
            extension = Extension(browser=browser, extension_id=browser.load_unpacked(source))
            yield World(browser=browser, extension=extension, service=service, site=site)
    finally:
        service.stop()
