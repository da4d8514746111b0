"""Draw the extension's PNG icons from their SVG sources.

Run it by hand after a change of the drawing: ``python tools/draw_icons.py``. Both the drawing and
the PNG files are kept in the repository, because a browser loads the folder as it is.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

ICONS = Path(__file__).resolve().parent.parent / "extension" / "icons"

# Below 48 pixels the fine drawing blurs, so the two small sizes have one of their own.
SOURCES = {16: "skilltrail-small.svg", 32: "skilltrail-small.svg", 48: "skilltrail.svg", 128: "skilltrail.svg"}


def main() -> None:
    """Write one PNG with a transparent ground for each size."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for size, source in SOURCES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            drawing = (ICONS / source).read_text(encoding="utf-8")
            page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:{size}px}}</style>{drawing}")
            page.screenshot(path=ICONS / f"icon-{size}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
