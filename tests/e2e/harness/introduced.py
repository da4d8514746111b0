"""A world in which extension and service know each other: introduced once through the real pages, then copied."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Playwright

from e2e.harness.chromium import wait_until
from e2e.harness.pairing import pair
from e2e.harness.world import World, unpaired_world

_FOLDERS = ("profile", "home")


def introduce(playwright: Playwright, *, folder: Path, kept: Path) -> None:
    """Introduce them as a person does, and keep the folders of the browser and of the service in ``kept``."""
    with unpaired_world(playwright, folder=folder, model=False) as world:
        pair(world)
        world.browser.close()
        world.service.stop()
        _copy(folder, kept)


@contextmanager
def paired_world(playwright: Playwright, *, folder: Path, kept: Path, model: bool = True) -> Iterator[World]:
    """Yield a world on copies of what ``introduce`` kept: everything is as after a restart of browser and service."""
    _copy(kept, folder)
    with unpaired_world(playwright, folder=folder, model=model) as world:
        # An extension that is loaded from a folder greets anew.
        world.browser.find_page(world.extension.address("welcome/")).close()
        wait_until(lambda: bool(world.extension.status()["paired"]), seconds=15, what="still paired")
        yield world


def _copy(source: Path, target: Path) -> None:
    for name in _FOLDERS:
        # The browser's lock is a link that leads nowhere.
        shutil.copytree(source / name, target / name, ignore=shutil.ignore_patterns("Singleton*"))
