"""The way through the product that docs/walk-through.md shows, picture by picture."""

from __future__ import annotations

from playwright.sync_api import Browser, Page
from tools.pictures import Camera
from tools.year_of_history import SKILL, Product

PATIENCE_MS = 240_000  # the invented history is embedded and grouped meanwhile


def origin(page: Page) -> str:
    """Return scheme, host and port of the page's address."""
    return "/".join(page.url.split("/", 3)[:3])


def start_empty(page: Page, camera: Camera, link: str) -> None:
    """See what an empty start shows."""
    page.goto(link)
    page.get_by_role("button", name="Look around").wait_for()
    camera.take(page, "first-start")


def look_around(page: Page, camera: Camera) -> None:
    """Open the demo: its timeline, and one topic."""
    page.get_by_role("button", name="Look around").click()
    page.wait_for_url("**/demo/**")
    page.goto(f"{origin(page)}/demo/timeline")
    page.locator("svg a").first.wait_for(timeout=PATIENCE_MS)
    camera.take(page, "timeline", height=1130)
    page.locator("main a", has_text="Web accessibility").first.click()
    page.get_by_role("heading", name="Web accessibility", level=1).wait_for()
    page.locator("#trajectory-chart svg").wait_for()
    camera.take(page, "topic", height=1130)


def after_a_year(browser: Browser, camera: Camera, product: Product) -> None:
    """Walk through a year: home, the story of one skill in three clicks, what was checked, and other looks."""
    page = signed_in(browser, product, width=1180)
    camera.take(page, "year-home", height=1000)
    page.goto(f"{origin(page)}/timeline")
    three_clicks(page, camera)
    page.go_back()
    page.locator("[data-part=evidence] a[href*='/exchanges/']").first.click()
    page.locator("[data-part=check]").wait_for()
    camera.take(page, "year-check", height=1000)
    for name, path, height in (("year-skills", "/skills", 1330), ("year-clients", "/clients", 760)):
        page.goto(f"{origin(page)}{path}")
        camera.take(page, name, height=height)
    page.context.close()
    other_looks(browser, camera, product)


def three_clicks(page: Page, camera: Camera) -> None:
    """From the timeline to the skill, and to the question with which it began."""
    page.locator("svg a").first.wait_for()
    camera.take(page, "year-timeline", height=1000)
    page.locator("svg a", has_text=SKILL).first.click()
    page.locator("#trajectory-chart svg").wait_for()
    camera.take(page, "year-skill", height=1120)
    camera.take(page, "year-evidence", top="[data-part=evidence]", height=1180)
    page.locator("#began-with").click()
    page.locator("[data-part=check]").wait_for()
    camera.take(page, "year-first-question", height=1120)


def other_looks(browser: Browser, camera: Camera, product: Product) -> None:
    """The same in the dark, on a narrow screen and in German."""
    page = signed_in(browser, product, width=1180, color_scheme="dark")
    open_skill(page)
    camera.take(page, "year-skill-dark", height=1000)
    page.context.close()
    page = signed_in(browser, product, width=360)
    page.goto(f"{origin(page)}/timeline")
    page.locator("svg a").first.wait_for()
    camera.take(page, "year-narrow", height=1300)
    page.context.close()
    page = signed_in(browser, product, width=1180, locale="de-DE")
    open_skill(page)
    camera.take(page, "year-german", height=1000)
    page.context.close()


def open_skill(page: Page) -> None:
    """Open the skill's page by way of the timeline."""
    page.goto(f"{origin(page)}/timeline")
    page.locator("svg a", has_text=SKILL).first.click()
    page.locator("#trajectory-chart svg").wait_for()


def signed_in(browser: Browser, product: Product, *, width: int, **look: str) -> Page:
    """Return a page of a window of its own that has signed in."""
    look = {"locale": "en-GB", **look}
    context = browser.new_context(viewport={"width": width, "height": 860}, **look)
    page = context.new_page()
    page.goto(product.link())
    page.locator("#view article").wait_for()
    return page
