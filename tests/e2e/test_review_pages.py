"""Checking answers in a real browser: two clicks, by keyboard, with a way back, and open to all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.checks import Said

pytestmark = pytest.mark.e2e

CLAIMS = "An index helps. Version 3.2.1 of the driver removed this in 2021. It costs $40 a month."


def claiming(application: Application) -> None:
    """Sixty exchanges in topics, the newest three with claims."""
    answers = history(60)
    application.exchanges.capture(items([*answers[:-3], *(replace(one, reply=CLAIMS) for one in answers[-3:])]))
    application.processing.run_until_done()
    while application.checks.step():
        continue


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", claiming)


def test_an_answer_is_checked_in_two_clicks_and_the_next_one_is_at_hand(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/review")
    assert violations(page) == []
    cards = page.locator(".review-item")
    expect(cards).to_have_count(3)
    first, second = (card.get_attribute("id") for card in cards.all()[:2])
    number = int((first or "").removeprefix("review-"))

    cards.first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert violations(page) == []
    cards.first.get_by_label("Source: where you looked it up").fill("the manual")
    cards.first.get_by_role("button", name="Corrected").click()

    expect(page.locator("#queue-title")).to_have_text("2 answers are worth checking")
    assert page.evaluate("document.activeElement.closest('.review-item')?.id") == second
    standing = site.application.checks.read(number)
    assert (standing.state, standing.current and standing.current.source) == (Said.CORRECTED, "the manual")
    page.get_by_role("button", name="Undo", exact=True).first.click()
    expect(page.locator("#queue-title")).to_have_text("3 answers are worth checking")
    assert tab.complaints == []


def test_not_worth_it_and_later_take_an_answer_away_and_bring_it_back(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/review")

    for name, left in (("Not worth it", 2), ("Later", 1)):
        page.locator(".review-item").first.get_by_role("button", name=name).click()
        expect(page.locator(".review-item")).to_have_count(left)
    page.locator(".said-rows button").first.click()

    expect(page.locator(".review-item")).to_have_count(2)
    assert tab.complaints == []


def test_the_exchange_page_keeps_result_source_and_note(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/exchanges/60")

    page.get_by_role("button", name="Confirmed").click()
    expect(page.locator("#check .chip.check-confirmed")).to_be_visible()
    page.get_by_label("Note: what you found").fill("<b>line one</b>\nline two")
    page.get_by_role("button", name="Save them").click()

    expect(page.locator(".check-note")).to_have_text("<b>line one</b>\nline two")
    assert violations(page) == []
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".check-note")).to_have_count(0)
    expect(page.locator("#check .chip.check-confirmed")).to_be_visible()
    assert tab.complaints == []
