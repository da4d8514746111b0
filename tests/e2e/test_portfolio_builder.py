"""A portfolio in a real browser: from a job post to a file, with a finding resolved on the way, and a way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.dashboard_site import Site, Tab, serve, violations
from portfolio_steps import filled, sql_topic
from skilltrail.application import Application

pytestmark = pytest.mark.e2e


def searchable(application: Application) -> None:
    filled(application)
    while application.search.step():
        continue


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", searchable)


def test_from_a_job_post_to_a_file(site: Site, tab: Tab) -> None:
    tab.sign_in(site)
    page = tab.visit(f"{site.origin}/portfolio")
    assert violations(page) == []
    page.get_by_label("A job post").check()
    page.locator("#new-person").fill("Lena Okafor")
    page.locator("#new-post").fill("You bring SQL and Kubernetes.")
    page.locator("#new-begin").press("Enter")

    topic = sql_topic(site.application)
    expect(page.locator(f"#skill-{topic}")).to_be_checked()
    number = site.application.portfolios.all()[0].id
    assert page.evaluate("location.pathname") == f"/portfolio/{number}"
    expect(page.get_by_role("heading", name="Covered by your history")).to_be_visible(timeout=20_000)
    page.locator(f"#choice-{topic}").evaluate("one => { one.open = true; }")
    page.locator(f"#pick-{topic}").press("Enter")
    page.locator(".part-line input").first.press("Space")
    expect(page.locator(".disclosed-excerpt blockquote")).to_have_count(1)
    page.locator(f"#note-{topic}").fill("I tune queries. Ask jane@client-firm.com.")
    page.keyboard.press("Tab")
    expect(page.locator(".hits mark")).to_have_text("jane@client-firm.com")
    assert violations(page) == []

    page.get_by_role("button", name="Web page", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("leak scan")
    page.get_by_role("button", name="It may be shown").click()
    expect(page.get_by_text("Nothing is open.")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Web page", exact=True).click()
    assert b"jane@client-firm.com" in Path(saved.value.path()).read_bytes()
    expect(page.get_by_text("Nothing has changed since the last file.")).to_be_visible()

    # From outside, the address leads to the same page; what is rarely wanted is folded away, and reached by keyboard.
    page.goto(f"{site.origin}/portfolio/{number}")
    expect(page.locator(f"#skill-{topic}")).to_be_checked()
    page.locator("#more-formats > summary").press("Enter")
    expect(page.locator("#format-csv")).to_be_visible()

    page.locator("#portfolio-undo").press("Enter")
    expect(page.locator(f"#note-{topic}")).to_have_value("")
    page.set_viewport_size({"width": 320, "height": 700})
    # The row of pages in the header is fitted after the change.
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # The refusal itself, as the browser notes it.
    assert [one for one in tab.complaints if "409" not in one] == []


def test_one_is_deleted_and_brought_back(site: Site, tab: Tab) -> None:
    from portfolio_steps import chosen

    site.application.portfolios.keep(chosen(sql_topic(site.application), title="For Brightwater"))
    tab.sign_in(site)
    page = tab.visit(f"{site.origin}/portfolio")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="For Brightwater")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="For Brightwater")).to_be_visible()
    assert tab.complaints == []
