"""Importing in a real Chromium: handed over, looked at, imported, accounted for, undone; open to all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from chatgpt_exports import chat, write
from e2e.dashboard_site import Site, Tab, serve, violations
from skilltrail.application import Application

pytestmark = pytest.mark.e2e

DROP = """(text) => {
  const held = new DataTransfer();
  held.items.add(new File([text], "dropped.json", { type: "application/json" }));
  const at = document.getElementById("drop");
  at.dispatchEvent(new DragEvent("dragover", { dataTransfer: held, bubbles: true, cancelable: true }));
  at.dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
}"""


def nothing(_application: Application) -> None:
    """Leave the history empty."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for site in serve(tmp_path / "home", nothing):
        site.application.forgetting.start()
        yield site


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return write(tmp_path, [chat("a", 3), chat("b", 2), 5])


def choose(page: Page, *paths: Path, button: str = "Choose files…") -> None:
    """Choose files with the keyboard alone."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).press("Enter")
    chooser.value.set_files(list(paths))


def test_a_file_is_seen_before_it_is_stored_and_accounted_for_after(site: Site, tab: Tab, export: Path) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/imports")
    choose(page, export)

    current = page.locator("[data-part=current]")
    expect(current).to_contain_text("5 new exchanges. Nothing is stored yet.", timeout=20_000)
    assert site.application.trail.home().exchanges == 0
    assert violations(page) == []
    page.get_by_label("Whose chats are these?").fill("work")
    page.get_by_role("button", name="Import these chats").press("Enter")

    expect(page.locator(".verdict")).to_have_text(
        "Every one is accounted for: 3 chats and 10 messages.", timeout=20_000
    )
    expect(page.locator("[data-part=facts]")).to_contain_text("work")
    page.get_by_text("Left out, one by one").click()
    expect(page.locator("[data-part=skipped]")).to_contain_text("entry that is no chat")
    assert violations(page) == []
    assert not (site.application.settings.home / "spool").exists()
    assert tab.complaints == []


def test_files_may_be_dropped(site: Site, tab: Tab, export: Path) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/imports")

    page.evaluate(DROP, export.read_text(encoding="utf-8"))

    expect(page.locator("[data-part=current]")).to_contain_text("dropped.json", timeout=20_000)
    expect(page.get_by_role("button", name="Import these chats")).to_be_visible(timeout=20_000)
    assert tab.complaints == []


def test_several_files_are_chosen_among(site: Site, tab: Tab, tmp_path: Path) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/imports")
    choose(page, write(tmp_path, [chat("a", 3)], "one.json"), write(tmp_path, [chat("b", 2)], "two.json"))

    page.get_by_role("checkbox", name="two.json").uncheck(timeout=20_000)
    page.get_by_role("button", name="Import these chats").click()

    expect(page.locator(".verdict")).to_contain_text("1 chat and 6 messages", timeout=20_000)
    assert site.application.trail.home().exchanges == 3


def test_what_cannot_be_read_says_why_and_lets_try_again(site: Site, tab: Tab, tmp_path: Path) -> None:
    broken = tmp_path / "export.zip"
    broken.write_bytes(b"PK\x03\x04 cut off")
    tab.enter(site)
    page = tab.visit(f"{site.origin}/imports")
    choose(page, broken)

    expect(page.get_by_role("alert")).to_contain_text("export.zip: this could not be read as an export", timeout=20_000)
    assert violations(page) == []
    page.get_by_role("button", name="Try another file").click()

    expect(page.get_by_role("button", name="Choose files…")).to_be_focused()


def test_an_import_is_undone_after_five_seconds(site: Site, tab: Tab, export: Path) -> None:
    number = site.application.imports.run([export]).import_id
    tab.enter(site)
    page = tab.visit(f"{site.origin}/imports/{number}")

    expect(page.locator("#undo")).to_contain_text("5 exchanges from this import alone.")
    page.get_by_role("button", name="Undo this import").click()

    expect(page.locator(".verdict")).to_have_text(
        "This import is undone. The files may be imported again.", timeout=20_000
    )
    assert site.application.trail.home().exchanges == 0


def test_rules_are_added_and_removed(site: Site, tab: Tab) -> None:
    tab.enter(site)
    page = tab.visit(f"{site.origin}/imports")
    page.get_by_label("Words, project id or address").fill("Acme")
    page.get_by_role("button", name="Add").click()

    expect(page.locator("[data-part=rules]")).to_contain_text("title holds Acme")
    assert violations(page) == []
    page.get_by_role("button", name="Remove the rule Acme").click()

    expect(page.locator(".rule-rows")).to_have_count(0)
    assert not site.application.imports.exclusions()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_shut_nobody_out(browser: Browser, site: Site, export: Path, scheme: Any, width: int) -> None:
    number = site.application.imports.run([export]).import_id
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = Tab(context)
    tab.enter(site)
    for address in ("/imports", f"/imports/{number}", "/"):
        page = tab.visit(site.origin + address)

        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert tab.complaints == []
    context.close()
