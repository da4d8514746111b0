"""Choosing a language in a real browser: it holds at once, for the frame, the pages and the scripts' short messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from pseudo import Bracketed
from skilltrail import i18n
from skilltrail.application import Application

pytestmark = pytest.mark.e2e


def some(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", some)
    i18n.speak_by_default("en")


def test_a_language_is_chosen_under_its_own_name_and_holds_at_once(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = i18n.catalogue
    monkeypatch.setattr(i18n, "catalogue", lambda code: Bracketed() if code == "es" else real(code))
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    tab = Tab(context)
    tab.enter(site)
    page = tab.visit(f"{site.origin}/settings")
    choice = page.get_by_role("combobox", name="Language")
    assert choice.locator("option").all_inner_texts() == ["As the browser asks for", "English", "Deutsch", "Español"]
    assert violations(page) == []

    choice.select_option(label="Español")

    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("h1")).to_have_text("⟦Settings⟧")
    expect(page.locator("#nav a").first).to_have_text("⟦Home⟧")
    page.get_by_role("button", name="⟦Copy⟧").first.click()
    expect(page.locator(".toast")).to_contain_text("⟦Cop")
    assert page.title().startswith("⟦Settings⟧")
    page = tab.visit(f"{site.origin}/timeline")
    expect(page.locator("table.topics td").first).to_contain_text(" de 20")
    assert tab.complaints == []
    context.close()
