"""Searching in a real Chromium: live, by keyboard, back again, and in no address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import captured, history, items
from skilltrail.application import Application

pytestmark = pytest.mark.e2e


def some_months(application: Application) -> None:
    """Exchanges in topics, and a hostile one."""
    hostile = captured(99, conversation_id="x", parent_id=None, prompt="<img src=x onerror=alert(1)> zebra", title=None)
    application.exchanges.capture(items([*history(60), hostile]))
    application.processing.run_until_done()
    while application.search.step():
        pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", some_months)


def test_from_any_page_by_keyboard_to_an_exchange_and_back(site: Site, tab: Tab) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    page = tab.sign_in(site)

    page.keyboard.press("/")
    page.keyboard.type("spanish ver")
    page.keyboard.press("Enter")

    results = page.locator("#search-results")
    expect(page.locator("#search-text")).to_be_focused()
    expect(results).to_contain_text("No exchange holds all words.")
    page.keyboard.type("b")
    expect(results).to_contain_text("20 exchanges hold all words.")
    expect(results.locator("mark").first).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("20 exchanges hold all words.")
    assert violations(page) == []

    page.get_by_label("Add a filter: Only in").select_option("in:title")
    expect(page.locator("#search-text")).to_have_value("spanish verb in:title")
    expect(results).to_contain_text("No exchange holds all words.")
    page.get_by_role("button", name="Take away: Only in: title").click()
    expect(results).to_contain_text("20 exchanges hold all words.")

    results.locator("a.question").first.click()
    expect(page.locator("article")).to_contain_text("Spanish")
    page.go_back()
    expect(page.locator("#search-text")).to_have_value("spanish verb")
    expect(results).to_contain_text("20 exchanges hold all words.")
    page.reload()
    expect(results).to_contain_text("20 exchanges hold all words.")
    assert not [address for address in [*asked, page.url] if "spanish" in address]
    assert tab.complaints == []


def test_examples_hostile_text_and_what_finds_nothing(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/search")
    results = page.locator("#search-results")
    page.get_by_role("button", name="topic:none").click()
    expect(page.locator("#search-text")).to_have_value("topic:none")

    page.fill("#search-text", "zebra")
    expect(results).to_contain_text("<img src=x onerror=alert(1)> zebra")
    expect(results.locator("img")).to_have_count(0)
    page.fill("#search-text", "zebra -onerror")
    expect(results.get_by_role("button", name="Without the excluded words")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    assert tab.complaints == []
