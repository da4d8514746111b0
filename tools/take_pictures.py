"""Take the pictures of the documents: a real server on an empty folder, the invented history, a real Chromium.

`python tools/take_pictures.py` writes docs/images/*.png; look at them before you commit them.
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

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
HIDE_PATHS = """() => {
  for (const code of document.querySelectorAll("main code")) {
    if (code.textContent.startsWith("/")) code.textContent = "/home/you/skilltrail";
  }
}"""
PATIENCE_MS = 240_000  # the invented history is embedded and grouped meanwhile


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


def picture(page: Page, name: str, *, height: int | None = None) -> None:
    """Write one picture of the page, cut at ``height`` pixels."""
    page.wait_for_timeout(1200)
    page.evaluate("document.activeElement?.blur()")
    clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height} if height else None
    page.screenshot(path=IMAGES / f"{name}.png", full_page=True, clip=clip)


def popup_picture() -> None:
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
        picture(popup, "popup")


def main() -> None:
    """Take all pictures."""
    popup_picture()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        service(Path(folder) / "home") as link,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1180, "height": 860})
        page.goto(link)
        page.get_by_role("button", name="Look around").wait_for()
        # The clone's path on this machine is nobody's business.
        page.evaluate(HIDE_PATHS)
        picture(page, "first-start")
        page.get_by_role("button", name="Look around").click()
        base = page.url.split("/", 3)[:3]
        page.wait_for_url("**/demo/**")
        page.goto("/".join(base) + "/demo/timeline")
        page.locator("svg a").first.wait_for(timeout=PATIENCE_MS)
        picture(page, "timeline", height=1130)
        page.locator("main a", has_text="Web accessibility").first.click()
        page.get_by_role("heading", name="Web accessibility", level=1).wait_for()
        picture(page, "topic", height=1130)
        browser.close()


if __name__ == "__main__":
    main()
