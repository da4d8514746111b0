"""Correcting topics in a real Chromium: it acts at once, is undone at once or later, and is open to all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from skilltrail.application import Application

pytestmark = pytest.mark.e2e


def three_topics(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", three_topics)


def topic_page(site: Site, tab: Tab) -> tuple[Page, str]:
    topic = site.application.trail.topics()[0].id
    tab.enter(site)
    return tab.visit(f"{site.origin}/topics/{topic}"), topic


def test_a_topic_is_renamed_in_place_and_back_by_the_keyboard_alone(site: Site, tab: Tab) -> None:
    page, topic = topic_page(site, tab)
    before = site.application.trail.topic(topic).line.name
    field = page.get_by_label("Name", exact=True)
    field.fill("My craft")
    field.press("Enter")

    expect(page.locator("h1")).to_contain_text("My craft")
    undo = page.locator(".toast").get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    assert violations(page) == []
    undo.press("Enter")

    expect(page.locator("h1")).to_contain_text(before)
    assert "My" not in page.url
    assert tab.complaints == []


def test_ticked_exchanges_become_a_topic_and_the_log_takes_it_back(site: Site, tab: Tab) -> None:
    page, topic = topic_page(site, tab)
    expect(page.locator("#move-now")).to_be_hidden()
    for box in page.locator("input.tick").all()[:3]:
        box.check()
    expect(page.locator("#chosen-count")).to_have_text("3 ticked.")
    assert violations(page) == []
    page.get_by_label("or make a topic of them, called").fill("A part")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("input.tick")).to_have_count(7)

    page = tab.visit(f"{site.origin}/topics/log")
    line = page.locator(".log li").first
    expect(line).to_contain_text("You split 3 exchanges off from")
    assert violations(page) == []
    line.get_by_role("button", name="Undo").click()

    expect(page.locator(".log li").first).to_contain_text("undone")
    assert site.application.trail.topic(topic).line.exchanges == 10
    assert tab.complaints == []


def test_a_merged_topic_is_divided_as_proposed_and_a_hidden_one_is_shown_again(site: Site, tab: Tab) -> None:
    page, topic = topic_page(site, tab)
    page.get_by_label("Merge with").select_option(index=1)
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.locator(".head .lead")).to_contain_text("20 exchanges")

    page.get_by_role("button", name="Split…").click()
    expect(page.locator("#parts-title")).to_be_focused()
    assert violations(page) == []
    page.locator("#part-1").check()
    page.get_by_role("button", name="Split off what is ticked").click()
    expect(page.locator(".head .lead")).to_contain_text("10 exchanges")

    page.get_by_role("switch", name="Hide").click()
    expect(page.locator("[data-part=standing]")).to_contain_text("This topic is hidden")
    page = tab.visit(f"{site.origin}/topics/hidden")
    assert violations(page) == []
    page.get_by_role("button", name="Show again").click()
    expect(page.locator("[data-part=hidden]")).to_contain_text("None.")
    assert topic in {line.id for line in site.application.trail.topics()}
    assert tab.complaints == []
