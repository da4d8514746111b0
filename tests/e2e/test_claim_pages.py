"""Going through proposals in a real browser: by keyboard, with a way back, and open to all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from concepts import CONCEPTS
from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.ml.hash_embedder import HashEmbedder

pytestmark = pytest.mark.e2e


def proposed(application: Application) -> None:
    """Three topics, two of them with a proposal."""
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", proposed, model=HashEmbedder(concepts=CONCEPTS))


def test_a_proposal_is_confirmed_by_keyboard_and_undone(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/claims")
    assert violations(page) == []
    first, second = page.locator('[data-part="claims-open"] [data-action="claim-confirm"].primary').all()[:2]
    following = second.get_attribute("data-topic")

    first.focus()
    page.keyboard.press("Enter")

    expect(page.locator("#claims-open")).to_have_text("1 proposal waits for you")
    assert page.evaluate("document.activeElement.dataset.topic") == following
    assert violations(page) == []
    page.locator("#claim-news button").click()
    expect(page.locator("#claims-open")).to_have_text("2 proposals wait for you")
    assert not any(claims.confirmed for claims in site.application.claims.all())
    assert tab.complaints == []


def test_another_skill_is_found_while_typing_and_chosen_on_the_topic_page(site: Site, tab: Tab) -> None:
    tab.enter(site)
    topic = next(claims for claims in site.application.claims.all() if claims.is_open).topic_id
    page = tab.visit(f"{site.origin}/topics/{topic}")

    page.get_by_text("Choose another", exact=True).click()
    page.get_by_label("Words of the skill").fill("typograph")
    page.get_by_role("button", name="Choose: typography").click()

    expect(page.locator("#claim-news")).to_contain_text("Confirmed: typography")
    expect(page.locator('[data-part="claims"] .claim-done')).to_be_visible()
    assert "typograph" not in page.url
    confirmed = site.application.claims.topic(topic).confirmed
    assert [decision.concept.label for decision in confirmed if decision.concept] == ["typography"]
    assert tab.complaints == []
