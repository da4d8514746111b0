"""What learners write themselves, in a real browser: a file's fingerprint without the file, goals, reflections."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.entries import Deliverable, Goal, Reflection

pytestmark = pytest.mark.e2e


def grouped(application: Application) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", grouped)


def test_a_file_is_hashed_in_the_page_and_never_sent(site: Site, tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "poster.svg"
    file.write_bytes(b"zqsecretcontent" * 10_000)
    bodies: list[str] = []
    tab.page.on("request", lambda request: bodies.append(request.post_data or ""))
    tab.sign_in(site)
    topic = site.application.trail.topics()[0].id
    page = tab.visit(f"{site.origin}/topics/{topic}")
    page.get_by_text("Attach a deliverable").click()
    assert violations(page) == []

    page.locator("#deliver-file").set_input_files(file)
    expect(page.locator(".entry-hash")).to_contain_text(hashlib.sha256(file.read_bytes()).hexdigest())

    assert not any("zqsecretcontent" in body for body in bodies)
    (entry,) = site.application.entries.of_topic(topic)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert entry.value == Deliverable("file", "poster.svg", sha256=sha256, size=150_000, dated=entry.dated)

    # Another name and day, and back.
    page.locator(f"#change-{entry.id} > summary").click()
    page.locator(f"#title-{entry.id}").fill("Poster, final.svg")
    page.locator(f"#day-{entry.id}").fill("2026-03-02")
    page.locator(f"#keep-{entry.id}").click()
    expect(page.locator(f"#entry-{entry.id}")).to_contain_text("Poster, final.svg")
    expect(page.locator(f"#entry-{entry.id}")).to_contain_text("2 March 2026")
    (changed,) = site.application.entries.of_topic(topic)
    assert changed.value == replace(entry.value, title="Poster, final.svg", dated=date(2026, 3, 2))
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(f"#entry-{entry.id}")).to_contain_text("poster.svg")
    page.locator(f"#change-{entry.id} > summary").click()
    page.locator(f"#entry-remove-{entry.id}").click()
    expect(page.locator(".entry-hash")).to_have_count(0)
    assert tab.complaints == []


def test_goals_and_reflections_are_written_by_keyboard_and_taken_back(site: Site, tab: Tab) -> None:
    tab.sign_in(site)
    page = tab.visit(f"{site.origin}/evidence")
    page.locator("#goal-name-new").fill("Window functions")
    page.locator("#goal-by-new").fill("2027-03-31")
    page.keyboard.press("Enter")
    expect(page.locator(".entry-title").first).to_have_text("Window functions")
    assert violations(page) == []
    page.get_by_role("button", name="Reached").click()
    expect(page.locator(".check-confirmed")).to_contain_text("reached on")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("by 31 March 2027")).to_be_visible()

    page = tab.visit(f"{site.origin}/exchanges/60")
    page.get_by_text("Write a reflection").click()
    page.get_by_label("What did you learn?").fill("<i>Kerning</i> first.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator(".entry-text")).to_have_text("<i>Kerning</i> first.")
    assert violations(page) == []
    assert isinstance(site.application.entries.all()[-1].value, Goal)
    assert tab.complaints == []


def test_an_address_leads_to_an_entry_far_down_and_what_is_added_is_seen(site: Site, tab: Tab) -> None:
    topic = site.application.trail.topics()[0].id
    keep = site.application.entries.keep
    kept = [keep(Reflection(f"Thought {number}."), topic_id=topic).id for number in range(60)]
    tab.sign_in(site)
    page = tab.visit(f"{site.origin}/evidence#entry-{kept[3]}")
    expect(page.locator(f"#entry-{kept[3]}")).to_be_in_viewport()
    page.get_by_role("link", name="Show the first ones").click()
    expect(page.locator(f"#entry-{kept[-1]}")).to_be_visible()

    page = tab.visit(f"{site.origin}/topics/{topic}")
    shown = page.locator("[data-part=evidence] .entry")
    expect(shown).to_have_count(5)
    page.get_by_role("button", name="Show 40 more").click()
    expect(shown).to_have_count(45)
    page.get_by_text("Write a reflection").click()
    page.locator("#reflect-text").fill("Seen at once.")
    page.locator("#reflect-keep").click()
    expect(shown.first).to_contain_text("Seen at once.")
    assert violations(page) == []
    assert tab.complaints == []
