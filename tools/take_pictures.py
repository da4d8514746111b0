"""Take the pictures of the documents: real servers, a real Chromium; an empty start, the demo, a year of history.

`python -m tools.take_pictures` writes docs/images/*.png; name some pictures to write those alone. Look at all of them
before you commit them. docs/walk-through.md shows them in their order.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tools.pictures import Camera
from tools.walk_through import after_a_year, look_around, start_empty
from tools.year_of_history import Product, bring_in, tell_story

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


@contextmanager
def service(home: Path) -> Iterator[str]:
    """Run a server and yield its sign-in link."""
    command = [sys.executable, "-m", "skilltrail", "serve", "--no-open", "--json", "--home", str(home)]
    environment = {**os.environ, "SKILLTRAIL_KEYRING": "off"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        text = ""
        while process.stdout and process.poll() is None and not text.rstrip().endswith("}"):
            text += process.stdout.readline()
        try:
            yield json.loads(text)["launch_url"]
        finally:
            process.terminate()


def popup_picture(camera: Camera) -> None:
    """Take the popup's picture after some real exchanges with the stand-in of the chat site."""
    sys.path.insert(0, str(ROOT / "tests"))
    from e2e.harness.pairing import pair  # noqa: PLC0415 - the tests' harness is no part of the tools
    from e2e.harness.script import mixed_script  # noqa: PLC0415
    from e2e.harness.tabs import open_tabs, play  # noqa: PLC0415
    from e2e.harness.waiting import until_stored  # noqa: PLC0415
    from e2e.harness.world import unpaired_world  # noqa: PLC0415

    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        unpaired_world(playwright, folder=Path(folder)) as world,
    ):
        pair(world)
        play(world.site, open_tabs(world.browser, 1), mixed_script(exchanges=12, lanes=2))
        until_stored(world, count=8, seconds=60)
        popup = world.extension.popup()
        popup.bring_to_front()
        popup.set_viewport_size({"width": 360, "height": 460})
        camera.take(popup, "popup")


def first_pictures(browser: Browser, camera: Camera) -> None:
    """Pictures of an empty start and of the demo."""
    with tempfile.TemporaryDirectory() as folder, service(Path(folder) / "home") as link:
        page = browser.new_page(viewport={"width": 1180, "height": 860})
        start_empty(page, camera, link)
        look_around(page, camera)


def year_pictures(browser: Browser, camera: Camera) -> None:
    """Pictures of a year of history, imported and told through the product's own commands."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        product = Product(folder / "home")
        bring_in(product, folder)
        with service(product.home):
            tell_story(product, folder)
            after_a_year(browser, camera, product)


def main() -> None:
    """Take all pictures, or those that the command line names."""
    camera = Camera(ROOT / "docs" / "images", only=frozenset(sys.argv[1:]))
    if camera.wants("popup"):
        popup_picture(camera)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        if camera.wants("first-start", "timeline", "topic"):
            first_pictures(browser, camera)
        if not camera.only or any(name.startswith("year-") for name in camera.only):
            year_pictures(browser, camera)
        browser.close()


if __name__ == "__main__":
    main()
