"""Saying what is learning in a real browser: one click, by keyboard, with a way back, open to all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.learning import Kind

pytestmark = pytest.mark.e2e


def asked(application: Application) -> None:
    """Three topics of questions; every fourth one is an order."""
    found = history(60)
    for number, one in enumerate(found):
        order = number % 4 == 0
        words = "Write an e-mail to the client, 80 words, about" if order else "Why is that so? I don't understand"
        found[number] = replace(one, prompt=f"{words} {one.reply}")
    application.exchanges.capture(items(found))
    application.processing.run_until_done()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", asked)


def test_one_click_in_a_topics_list_changes_its_shares_and_is_undone(site: Site, tab: Tab) -> None:
    tab.enter(site)
    topic = site.application.trail.topics()[0].id
    page = tab.visit(f"{site.origin}/topics/{topic}")
    shares = page.locator('[data-part="learning"] p').first
    expect(shares).to_have_text("15 learning, 5 delegated.")
    assert violations(page) == []
    button = page.locator('.kind-neither[aria-pressed="false"]').first
    name = button.get_attribute("id")

    button.focus()
    page.keyboard.press("Enter")

    expect(shares).to_contain_text("1 neither")
    expect(page.locator(f"#{name}")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("document.activeElement.id") == name
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(shares).to_have_text("15 learning, 5 delegated.")
    assert tab.complaints == []


def test_an_exchange_says_why_and_takes_the_learners_word(site: Site, tab: Tab) -> None:
    tab.enter(site)
    number = 2
    page = tab.visit(f"{site.origin}/exchanges/{number}")
    page.get_by_text("Why we think so").click()
    expect(page.locator("#learning-why")).to_contain_text("asks for a reason: “why”")
    assert violations(page) == []

    page.locator(".kind-delegated").click()
    expect(page.locator('[data-part="learning"]')).to_contain_text("You said that this is work you handed over.")
    page.get_by_role("button", name="Let Skilltrail tell").click()

    expect(page.locator('[data-part="learning"]')).to_contain_text("This looks like learning.")
    assert site.application.learning.exchange(number).kind is Kind.LEARNING
    assert tab.complaints == []
