"""The row of pages in the header: one row at every width, what finds no room behind a button, all of it by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from skilltrail.application import Application

pytestmark = pytest.mark.e2e

TOPS = "[...document.querySelectorAll('#nav-row > a')].map((one) => Math.round(one.getBoundingClientRect().top))"
HELD = "document.querySelectorAll('#nav-row > a').length"
BEHIND = "document.querySelectorAll('#nav-rest > a').length"
WIDER = "document.documentElement.scrollWidth > innerWidth"
ORDER = "[...document.querySelectorAll('#nav a')].map((one) => one.dataset.nav)"


def filled(application: Application) -> None:
    application.exchanges.capture(items(history(20)))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from serve(tmp_path_factory.mktemp("navigation") / "home", filled)


def at(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(150)


def test_it_is_one_row_at_every_width_and_keeps_its_order(site: Site, tab: Tab) -> None:
    page = tab.sign_in(site)
    at(page, 1600)
    order = page.evaluate(ORDER)
    for width in (320, 360, 768, 1180, 1280, 320, 1280):
        at(page, width)
        assert (len(set(page.evaluate(TOPS))), page.evaluate(WIDER)) == (1, False), width
        assert page.evaluate(ORDER) == order
        assert page.evaluate(BEHIND) == (len(order) - page.evaluate(HELD))
        if width >= 1180:
            assert page.evaluate(BEHIND) == 0
            expect(page.locator("#nav-button")).to_be_hidden()
    # The name of the open page is set bold, and still all of them find room.
    for path in ("/portfolio", "/timeline", "/settings"):
        page.goto(f"{site.origin}{path}")
        expect(page.locator("#nav [aria-current=page]")).to_be_visible()
        assert page.evaluate(BEHIND) == 0, path
    at(page, 360)
    # Two rows: the name with the search, and the pages.
    assert page.evaluate("document.querySelector('.top').getBoundingClientRect().height") < 120
    assert tab.complaints == []


def test_what_stands_behind_the_button_is_reached_by_keyboard(site: Site, tab: Tab) -> None:
    page = tab.sign_in(site)
    at(page, 360)
    button = page.get_by_role("button", name="More", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []

    page.keyboard.press("Escape")
    expect(page.locator("#nav-rest")).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "nav-button"
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Settings", exact=True).focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    expect(page.locator("#nav-rest")).to_be_hidden()
    expect(page.locator("#nav-rest [aria-current=page]")).to_have_count(1)
    expect(button).to_have_class("holds-current")
    # Whoever goes on leaves nothing open behind.
    button.focus()
    page.keyboard.press("Enter")
    for _ in range(page.evaluate(BEHIND) + 1):
        page.keyboard.press("Tab")
    expect(page.locator("#nav-rest")).to_be_hidden()
    assert tab.complaints == []


def test_an_answer_for_the_page_before_never_comes_over_the_new_one(site: Site, tab: Tab) -> None:
    """What is kept on one page opens another while the round of the live page asks for the first again."""
    page = tab.sign_in(site)
    page.goto(f"{site.origin}/portfolio")
    expect(page.get_by_role("heading", name="Portfolio", level=1)).to_be_visible()
    page.evaluate(
        """async () => {
          const real = fetch;
          const slow = (ms) => new Promise((done) => setTimeout(done, ms));
          window.fetch = async (address, ...more) => {
            if (String(address).includes("/fragments/health")) await slow(300);
            if (String(address).includes("/fragments/portfolios")) await slow(700);
            return real(address, ...more);
          };
          const { navigate } = await import("/static/router.js");
          const { refresh } = await import("/static/view.js");
          navigate("/health");
          await refresh();
          await slow(1100);
        }"""
    )
    expect(page.get_by_role("heading", name="Is everything kept?", level=1)).to_be_visible()
    assert page.evaluate("location.pathname") == "/health"
    assert tab.complaints == []


def test_longer_words_take_the_place_of_the_search_field(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="de-DE")
    page = Tab(context).sign_in(site)
    expect(page.get_by_role("link", name="Einstellungen", exact=True)).to_be_visible()
    expect(page.locator("#nav-button")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search-text")).to_be_focused()
    context.close()
