"""Whole ways through the dashboard with the keyboard alone: the focus is seen, goes on sensibly, is never trapped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from concepts import CONCEPTS
from e2e.dashboard_site import Site, Tab, serve_copy
from e2e.full_site import ids
from e2e.page_probes import focus_stops
from skilltrail.domain.forget import Stage
from skilltrail.ml.hash_embedder import HashEmbedder

pytestmark = pytest.mark.e2e

FOCUSED = """() => {
  const one = document.activeElement;
  return (one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.textContent).trim();
}"""


@pytest.fixture(scope="module")
def site(full_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("keys") / "home"
    for one in serve_copy(full_home, home, model=HashEmbedder(concepts=CONCEPTS)):
        one.application.forgetting.start()
        yield one


def tab_to(page: Page, words: str, *, most: int = 150, back: bool = False) -> None:
    """Press Tab until what is focused is called ``words``, or begins so."""
    for _ in range(most):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(FOCUSED).startswith(words):
            return
    pytest.fail(f"{words} is not reached")


def press(page: Page, words: str, *, back: bool = False) -> None:
    tab_to(page, words, back=back)
    page.keyboard.press("Enter")


def has_focus(page: Page) -> bool:
    """Tell whether the focus is on something in the page, and not lost to its body."""
    return bool(page.evaluate("document.activeElement !== document.body && document.activeElement.isConnected"))


@pytest.mark.parametrize("path", ["/", "/timeline", "/topics/{topic_id}", "/exchanges/{exchange_id}", "/review",
                                  "/evidence", "/export", "/forget", "/redactions", "/settings"])  # fmt: skip
def test_each_stop_is_seen_and_the_page_is_left_again(site: Site, tab: Tab, path: str) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}{path.format(**ids(site.application))}")

    stops = focus_stops(page)

    assert stops[0]["words"] == "Skip to the page"
    assert len(stops) < 400
    assert [stop for stop in stops if not stop["ring"] or not stop["seen"] or stop["covered"]] == []
    header = [number for number, stop in enumerate(stops) if stop["place"] == "header"]
    content = [number for number, stop in enumerate(stops) if stop["place"] == "main"]
    assert max(header) < min(content)


def test_from_the_timeline_by_a_mark_to_an_exchange(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/timeline")
    expect(page.locator("svg.chart")).to_be_visible()
    press(page, "SQL, July 2026")
    expect(page).to_have_title("SQL · Skilltrail")
    expect(page.locator("#main")).to_be_focused()

    tab_to(page, "First contact on")
    page.keyboard.press("Enter")

    expect(page.locator(".said.you")).to_be_visible()
    assert "/exchanges/" in page.url
    expect(page.locator("#main")).to_be_focused()
    page.go_back()
    expect(page).to_have_title("SQL · Skilltrail")
    assert tab.complaints == []


def test_a_topic_is_renamed_and_the_name_taken_back(site: Site, tab: Tab) -> None:
    tab.enter(site)
    topic = next(one for one in site.application.trail.topics() if one.name == "SQL")
    page = tab.visit(f"{site.origin}/topics/{topic.id}")
    tab_to(page, "Name", most=250)
    page.keyboard.press("Control+a")
    page.keyboard.type("Query craft")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Query craft")
    assert has_focus(page)

    press(page, "Undo")

    expect(page.locator("h1")).to_contain_text("SQL")
    assert has_focus(page)
    assert tab.complaints == []


def test_an_answer_is_checked_and_the_next_is_at_hand(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/review")
    cards = page.locator(".review-item")
    count, following = cards.count(), cards.nth(1).get_attribute("id")
    press(page, "Check")
    tab_to(page, "Source")
    page.keyboard.type("the manual")
    press(page, "Confirmed")

    expect(cards).to_have_count(count - 1)
    expect(page.locator(f"#{following} summary").first).to_be_focused()
    press(page, "Undo")
    expect(cards).to_have_count(count)
    assert has_focus(page)
    assert tab.complaints == []


def test_a_search_leads_to_a_result_and_back(site: Site, tab: Tab) -> None:
    page = tab.sign_in(site)
    page.keyboard.press("/")
    page.keyboard.type("join table")
    page.keyboard.press("Enter")
    expect(page.locator(".results .question").first).to_be_visible()
    expect(page.locator("#search-text")).to_be_focused()

    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.results .question')"):
            break
    page.keyboard.press("Enter")

    expect(page.locator(".said.you")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()
    page.go_back()
    expect(page.locator("#search-text")).to_have_value("join table")
    assert tab.complaints == []


def test_an_export_is_chosen_looked_at_and_saved(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/export")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type === 'radio'"):
            break
    page.keyboard.press("ArrowDown")
    expect(page.locator("#preview-body .disclosed")).to_be_visible()
    assert page.evaluate("document.activeElement.type === 'radio'")

    with page.expect_download() as caught:
        press(page, "Save the file")

    assert caught.value.suggested_filename.startswith("skilltrail-")
    assert page.evaluate(FOCUSED) == "Save the file"
    assert tab.complaints == []


def test_forgetting_is_called_off_in_time(site: Site, tab: Tab) -> None:
    tab.enter(site)
    number = ids(site.application)["exchange_id"]
    page = tab.visit(f"{site.origin}/exchanges/{number}")

    press(page, "Forget this exchange")
    expect(page.locator(".countdown")).to_be_visible()
    assert page.evaluate(FOCUSED) == "Undo"
    page.keyboard.press("Enter")

    expect(page.locator("#forget-exchange")).to_be_focused()
    assert [one for one in site.application.forgetting.passes() if one.stage is Stage.WAITING] == []
    assert site.application.exchanges.get(int(number))


def test_a_goal_is_set_and_removed(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/evidence")
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "goal-name-new":
            break
    page.keyboard.type("Read query plans")
    page.keyboard.press("Enter")
    expect(page.locator(".entry-title", has_text="Read query plans")).to_be_visible()
    expect(page.locator("#goal-name-new")).to_be_focused()

    press(page, "Undo")

    expect(page.locator(".entry-title", has_text="Read query plans")).to_have_count(0)
    assert has_focus(page)
    assert tab.complaints == []
