"""From the start page to the question with which a skill began, in three clicks, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.dashboard_site import Site, Tab, serve
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Deliverable

pytestmark = pytest.mark.e2e

MADE = "Appointment calendar, as delivered"
SOURCE = "https://handbook.example/kerning"


def a_told_history(application: Application) -> None:
    """Group some exchanges; one answer of the first topic is corrected, and something was made with it."""
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()
    topic = application.trail.topics()[0].id
    begun = application.trail.path(topic).episodes[0].moments[0].exchange_id
    application.checks.say(begun, Said.CORRECTED, source=SOURCE)
    application.entries.keep(Deliverable("url", MADE, address="https://portfolio.example/calendar"), topic_id=topic)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", a_told_history)


def test_the_first_question_is_three_clicks_away_and_the_deliverable_two(site: Site, tab: Tab) -> None:
    line = site.application.trail.topics()[0]
    first, question = min(
        (one.asked_at, one.question) for one in site.application.exchanges.page(line.id, None, 60).items
    )
    page = tab.sign_in(site)

    page.get_by_role("link", name="Timeline", exact=True).click()
    page.locator("#view svg").get_by_role("link", name=line.name).first.click()
    expect(page.get_by_role("heading", name=line.name, level=1)).to_be_visible()
    expect(page.locator("#trajectory-chart svg")).to_be_visible()
    expect(page.locator("[data-part=sentence]")).to_contain_text("First contact")
    expect(page.locator("[data-part=evidence]")).to_contain_text(MADE)
    expect(page.locator("[data-part=evidence]")).to_contain_text(SOURCE)
    page.locator("#began-with").click()

    expect(page.locator("[data-part=check]")).to_contain_text("corrected")
    expect(page.locator("#view")).to_contain_text(question)
    expect(page.locator("#view")).to_contain_text(str(first.year))
    assert tab.complaints == []
