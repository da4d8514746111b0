"""Clients in a real browser: added with a clear error, said of exchanges, left out of exports, all with a way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from clients import NOBODYS, OF_ACME, OF_BOTH, two_clients, whose
from e2e.dashboard_site import Site, Tab, serve, violations
from skilltrail.application import Application

pytestmark = pytest.mark.e2e


def filled(application: Application) -> None:
    two_clients(application)
    while application.search.step():
        continue


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", filled)


def test_a_client_is_added_by_keyboard_and_what_is_wrong_is_said_in_the_form(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/clients")
    assert violations(page) == []
    page.locator("#domains-new").fill("no domain")
    page.locator("#name-new").fill("Zqnew")
    page.keyboard.press("Enter")
    expect(page.locator("#error-new")).to_have_text("“no domain” is no domain, such as acme.example.")
    assert page.evaluate("document.activeElement.id") == "name-new"

    page.locator("#domains-new").fill("https://zqnew.example/")
    page.locator("#client-new").press("Enter")

    expect(page.get_by_role("link", name="Zqnew")).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Zqnew")).to_have_count(0)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # The refusal itself, as the browser notes it.
    assert [one for one in tab.complaints if "422" not in one] == []


def test_an_undecided_exchange_is_decided_in_one_click(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/exchanges/{OF_BOTH}")
    assert violations(page) == []
    page.get_by_role("button", name="Both").click()

    expect(page.locator("[data-part=client] .chip.topic")).to_have_count(2)
    assert whose(site.application, OF_BOTH) == ["1+2"]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Both")).to_be_visible()
    assert tab.complaints == []


def test_results_of_a_search_are_given_to_a_client(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/search")
    page.locator("#search-text").fill("client:none")
    page.locator(f"#tick-{NOBODYS}").check()
    assert violations(page) == []
    page.locator("#give-to").select_option("2")
    page.locator("#give-now").click()

    expect(page.locator(".toast")).to_contain_text("Said of 1.")
    assert whose(site.application, NOBODYS) == ["2"]
    assert tab.complaints == []


def test_a_client_is_changed_archived_and_removed_with_a_way_back(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/clients/1")
    assert violations(page) == []
    page.locator("#add-project summary").click()
    page.locator("#name-project").fill("Relaunch")
    page.locator("#project-new").click()
    expect(page.locator("[data-part=projects]")).to_contain_text("Relaunch")
    page.locator("#archive").click()
    expect(page.locator("[data-part=head]")).to_contain_text("Archived")

    page.locator("#remove summary").click()
    page.locator("#remove-then").select_option("own")
    page.locator("#remove-now").click()
    expect(page.get_by_role("heading", name="Clients and projects")).to_be_visible()
    assert whose(site.application, OF_ACME) == ["own"]
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#archived summary")).to_have_text("1 archived")
    assert tab.complaints == []


def test_an_export_leaves_clients_out_until_one_is_ticked(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/export")
    expect(page.locator(".left-out")).to_contain_text("Zqacme GmbH (3)")
    assert violations(page) == []
    page.locator("#export-client-1").check()
    page.locator("#export-client-2").check()

    expect(page.locator(".left-out")).to_have_count(0)
    assert "with_clients=2%2C1" in (page.locator("#download").get_attribute("data-href") or "")
    assert tab.complaints == []
