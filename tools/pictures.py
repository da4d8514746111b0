"""Writing pictures of pages: settled, without a focus ring, cut where it makes sense."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

SETTLED_MS = 900
LARGEST = 250_000  # bytes; more is too much for a document
# The clone's path on this machine is nobody's business; lengths of times ago differ from run to run anyway.
HIDE_PATHS = """() => {
  for (const code of document.querySelectorAll("main code")) {
    if (code.textContent.startsWith("/")) code.textContent = "/home/you/skilltrail";
  }
}"""


class Camera:
    """Writes pictures to a folder; ``only``: the names of those that are wanted, empty for all."""

    def __init__(self, folder: Path, *, only: frozenset[str] = frozenset()) -> None:
        self.folder, self.only = folder, only
        folder.mkdir(parents=True, exist_ok=True)

    def wants(self, *names: str) -> bool:
        """Tell whether any of these pictures is wanted."""
        return not self.only or not self.only.isdisjoint(names)

    def take(self, page: Page, name: str, *, top: str = "", height: int = 0) -> None:
        """Write the page as ``name``.png, from the element ``top`` on and ``height`` pixels high if given."""
        if not self.wants(name):
            return
        page.wait_for_timeout(SETTLED_MS)
        page.evaluate("document.activeElement?.blur()")
        page.evaluate(HIDE_PATHS)
        page.evaluate("window.scrollTo(0, 0)")
        path = self.folder / f"{name}.png"
        page.screenshot(path=path, full_page=True, clip=_clip(page, top, height))
        size = path.stat().st_size
        print(f"{name}: {size // 1000} KB{', too much' if size > LARGEST else ''}")


def _clip(page: Page, top: str, height: int) -> dict[str, float] | None:
    if not height:
        return None
    box = page.locator(top).first.bounding_box() if top else None
    start = max(0, box["y"] - 16) if box else 0
    whole = page.evaluate("document.documentElement.scrollHeight")
    return {"x": 0, "y": start, "width": page.viewport_size["width"], "height": min(height, whole - start)}
