"""Forgetting in a real Chromium: seen first, undone in time, final after, and open to all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.domain.forget import ForgetWish

pytestmark = pytest.mark.e2e


def some_months(application: Application) -> None:
    """Exchanges in topics, a chat of three, and one for a client."""
    chat = [captured(number, conversation_id="talk", title="Three questions") for number in (1, 2, 3)]
    client = captured(
        9, conversation_id="client", parent_id=None, title="Offer", prompt="Write an offer for Quuxwerk", asked_at=NOON
    )
    old = captured(
        8, conversation_id="old", parent_id=None, prompt="An old one", asked_at=NOON - timedelta(days=500), title=None
    )
    application.exchanges.capture(items([*history(60), *chat, client, old]))
    application.processing.run_until_done()
    application.data_rights.record(application.exports.file("csv"), "csv")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for site in serve(tmp_path / "home", some_months):
        site.application.forgetting.start()
        yield site


def test_a_word_is_looked_for_shown_and_forgotten(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/forget")
    page.get_by_label("Word", exact=True).fill("quuxwerk")
    page.get_by_role("button", name="Show what would go").first.click()

    plan = page.locator("#forget-plan")
    expect(plan).to_contain_text("1 exchange from 1 chat.")
    expect(plan).to_contain_text("Write an offer for Quuxwerk")
    expect(plan).to_contain_text("1 file that you saved holds some of it.")
    assert violations(page) == []
    plan.get_by_role("button", name="Forget 1 exchange").click()

    passes = page.locator("[data-part=passes]")
    expect(passes).to_contain_text("1 exchange will be forgotten.")
    expect(passes.get_by_role("button", name="Undo")).to_be_focused()
    assert violations(page) == []
    expect(passes).to_contain_text("1 exchange forgotten, in the backups too.", timeout=20_000)
    expect(page.locator("[data-part=files]")).to_contain_text("1 of them: delete the file where you put it")
    assert site.application.forgetting.plan(ForgetWish(word="quuxwerk")).exchanges == 0
    assert "quuxwerk" not in page.url
    assert tab.complaints == []


def test_filling_in_a_field_chooses_it_and_drops_the_old_plan(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/forget")
    page.get_by_label("Word", exact=True).fill("quuxwerk")
    page.get_by_role("button", name="Show what would go").first.click()
    expect(page.locator("#forget-now")).to_be_visible()

    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To", exact=True).fill("2025-12-31")

    expect(page.get_by_role("radio", name="Some days")).to_be_checked()
    expect(page.locator("#forget-now")).to_have_count(0)
    page.get_by_label("To", exact=True).press("Enter")
    expect(page.locator("#forget-plan")).to_contain_text("An old one")


def test_the_shown_exchange_counts_down_and_comes_back_when_undone(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/exchanges/61")
    assert violations(page) == []

    page.get_by_role("button", name="Forget this exchange").click()
    expect(page.locator(".countdown")).to_have_text("Forgotten in 9 s", timeout=3000)
    expect(page.locator(".countdown")).to_have_text("Forgotten in 7 s", timeout=4000)
    assert violations(page) == []
    page.get_by_role("button", name="Undo").press("Enter")

    expect(page.get_by_role("button", name="Forget this exchange")).to_be_focused()
    assert site.application.forgetting.passes() == ()
    assert site.application.exchanges.get(61)


def test_after_ten_seconds_the_chat_is_gone(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/exchanges/61")

    page.get_by_role("button", name="Forget the chat (3 exchanges)").click()

    expect(page).to_have_url(f"{site.origin}/forget", timeout=20_000)
    expect(page.locator("[data-part=passes]")).to_contain_text("3 exchanges forgotten", timeout=10_000)
    page.goto(f"{site.origin}/exchanges/61")
    expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()


def test_leaving_out_of_exports_is_a_switch(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/exchanges/61")

    page.get_by_role("switch", name="Leave the whole chat out").click()

    expect(page.get_by_role("switch", name="Leave this exchange out of exports")).to_have_attribute(
        "aria-checked", "true"
    )
    assert not {61, 62, 63} & {row.id for row in site.application.exchanges.rows()}
    page.get_by_role("switch", name="Leave this exchange out of exports").click()
    expect(page.get_by_role("switch", name="Leave the whole chat out")).to_have_attribute("aria-checked", "false")


def test_a_retention_rule_shows_first_what_it_takes(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/forget")

    page.get_by_role("combobox", name="Texts stay").select_option("12")
    page.get_by_role("button", name="Show what would go").nth(1).click()
    expect(page.locator("#retention-plan")).to_contain_text("The texts of 1 exchange would go now")
    page.get_by_role("button", name="Keep this rule").click()

    expect(page.locator("[data-part=passes]")).to_contain_text(
        "The texts of 1 exchange are gone, by your rule.", timeout=20_000
    )
    assert site.application.forgetting.retention() == 12


def test_everything_is_saved_as_a_file(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/forget")

    with page.expect_download() as caught:
        page.get_by_role("button", name="Save everything as JSON").click()

    assert caught.value.suggested_filename.startswith("skilltrail-everything-")
    assert Path(caught.value.path()).read_bytes().startswith(b'{"generated_at"')


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_shut_nobody_out(browser: Browser, site: Site, scheme: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = Tab(context)
    tab.enter(site)
    for address in ("/forget", "/exchanges/61", "/settings"):
        page = tab.visit(site.origin + address)

        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert tab.complaints == []
    context.close()
