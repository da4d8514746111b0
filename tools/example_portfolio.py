"""Make a portfolio of the invented history as a freelancer would, in all formats, and take pictures.

`python -m tools.example_portfolio FOLDER` writes all files there, and docs/images/portfolio-*.png. The endorsement in
it is asked for and signed in a real browser. Look at all pictures before you commit them; docs/example-portfolio.md
shows them.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from tools.pictures import Camera

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.entries import Deliverable, Endorsement, Reflection
from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice
from skilltrail.exporters.portfolio_files import FORMATS
from skilltrail.services.endorsements import Wish

ROOT = Path(__file__).resolve().parents[1]
SHOWN = ("React", "SQL", "CSS layout")
EXCERPTS = 2
NOTES = {
    "React": "I build interfaces with React, and look for why something renders before I make it faster.",
    "SQL": "I read query plans, and tune what a report really asks for.",
    "CSS layout": "I lay pages out with grid, and look at them on a narrow phone first.",
}
STYLES = (
    b".rooms {\n  display: grid;\n  gap: 1rem;\n  grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr));\n}\n"
)
COMMENT = "Ada built the page of our rooms. It runs since September, and our guests book on their phones."


def main(folder: Path) -> None:
    """Make everything."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as name,
        sync_playwright() as playwright,
        Application.open(Settings(home=Path(name) / "home")) as own,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        demo = own.demo.open()
        demo.processing.run_until_done(lambda _progress: None)
        while demo.learning.step():
            continue
        _attach(demo, browser, folder)
        saved = demo.portfolios.keep(_selection(demo))
        for hit in demo.portfolios.scan(saved.id):
            print(f"leak scan: {hit}")
        for format_name in FORMATS:
            file = demo.portfolios.export(saved.id, format_name)
            (folder / file.name).write_bytes(file.data)
        _pictures(browser, folder)
        browser.close()


def _attach(demo: Application, browser: Browser, folder: Path) -> None:
    """Write down what the invented freelancer would: a reflection, two deliverables, and an endorsement."""
    topics = {one.name: one.id for one in demo.trail.topics()}
    today = demo.clock().astimezone().date()
    demo.entries.keep(
        Reflection(
            "I used to put everything into one effect. Now I ask first what is state and what only follows from it."
        ),
        topic_id=topics["React"],
    )
    demo.entries.keep(
        Deliverable("url", "Shop with 400 products", address="https://shop.example/", dated=today - timedelta(days=40)),
        topic_id=topics["React"],
    )
    demo.entries.keep(
        Deliverable(
            "file",
            "rooms.css",
            sha256=sha256(STYLES).hexdigest(),
            size=len(STYLES),
            dated=today - timedelta(days=30),
        ),
        topic_id=topics["CSS layout"],
    )
    request, _entry = demo.endorsements.ask(
        Wish(topics["CSS layout"], "Ada Example", note="The booking page of September")
    )
    (folder / "request.html").write_bytes(request.data)
    page = browser.new_context(offline=True, accept_downloads=True, viewport={"width": 900, "height": 900}).new_page()
    page.goto((folder / "request.html").resolve().as_uri())
    page.locator("#comment").fill(COMMENT)
    page.locator("#name").fill("Mia Möller, Gasthof Möller")
    page.locator("#contact").fill("gasthof-moeller.example")
    page.locator("input[name=statement]").first.check()
    Camera(ROOT / "docs" / "images").take(page, "portfolio-request")
    page.get_by_role("button", name="Sign").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Save the file").click()
    started.value.save_as(folder / "endorsement.json")
    demo.endorsements.take((folder / "endorsement.json").read_bytes())


def _selection(demo: Application) -> Selection:
    empty = Selection(
        title="How I learn what shops on the web need",
        audience=Audience.CLIENT,
        person="Ada Example",
        headline="Freelance web developer",
        introduction="I build and look after shops for small firms. This shows what I taught myself for it.",
        recipient="Example Shop",
        profiles=("https://ada.example",),
    )
    chosen = [
        _skill(demo, empty, one.topic_id, one.name) for one in demo.portfolios.offered(empty) if one.name in SHOWN
    ]
    return Selection(**{name: getattr(empty, name) for name in Selection.__slots__} | {"skills": tuple(chosen)})


def _skill(demo: Application, empty: Selection, topic_id: str, name: str) -> SkillChoice:
    offered, _more = demo.portfolios.choosable(empty, topic_id)
    whole = [
        one for one in offered if one.learning and len(one.parts) <= 6 and not any(part.doubts for part in one.parts)
    ][:EXCERPTS]
    entries = demo.entries.of_topic(topic_id)
    return SkillChoice(
        topic_id,
        note=NOTES[name],
        excerpts=tuple(ExcerptChoice(one.exchange_id, tuple(part.name for part in one.parts)) for one in whole),
        reflections=tuple(one.id for one in entries if isinstance(one.value, Reflection)),
        deliverables=tuple(one.id for one in entries if isinstance(one.value, Deliverable)),
        endorsements=tuple(one.id for one in demo.endorsements.listed(topic_id) if isinstance(one.value, Endorsement)),
    )


def _pictures(browser: Browser, folder: Path) -> None:
    camera = Camera(ROOT / "docs" / "images")
    for scheme, width, name in (
        ("light", 1000, "portfolio-page"),
        ("dark", 1000, "portfolio-dark"),
        ("light", 360, "portfolio-narrow"),
    ):
        context = browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 900})
        page = context.new_page()
        page.goto((folder / "portfolio.html").resolve().as_uri())
        camera.take(page, name, height=1800)
        context.close()
    page = browser.new_page(viewport={"width": 800, "height": 306})
    page.goto((folder / "portfolio-card.svg").resolve().as_uri())
    page.screenshot(path=ROOT / "docs" / "images" / "portfolio-card.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
