"""The dashboard in a real Chromium: every page, light and dark, wide and narrow, and what people do on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from e2e.dashboard_site import Site, Tab, a_public_key, serve, violations
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from timelines import HOSTILE

pytestmark = pytest.mark.e2e

EXTENSION_ORIGIN = "chrome-extension://" + "a" * 32


def a_year(application: Application) -> None:
    """Ninety exchanges in topics, some hostile ones, and the invented history."""
    hostile = [
        captured(number, prompt=text, reply=text, title=text, conversation_id=f"x-{number}", model=text[:50])
        for number, text in enumerate(text for text in HOSTILE if "\ud800" not in text)
    ]
    application.exchanges.capture(items([*history(90), *hostile]))
    application.processing.run_until_done(lambda _progress: None)
    application.demo.open().processing.run_until_done(lambda _progress: None)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from serve(tmp_path_factory.mktemp("full") / "home", a_year)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", lambda _application: None)


def nearer(application: Application) -> list[str]:
    """Addresses of the timeline in weeks, in days, and of the last day of its first topic."""
    day = application.trail.topics()[0].last_at.astimezone().date()
    return [f"since={day - timedelta(days=days)}&until={day}" for days in (100, 20, 0)]


def test_first_steps_are_open_to_all_and_tick_by_themselves(empty: Site, tab: Tab) -> None:
    page = tab.sign_in(empty)
    faults = violations(page)
    expect(page.locator(".step.done")).to_have_count(0)

    started = empty.application.pairing.start(label="Chrome", origin=EXTENSION_ORIGIN)
    expect(page.locator(".step.done")).to_have_count(1, timeout=8000)
    empty.application.pairing.reject(started.request_id)
    empty.application.exchanges.capture(items([captured(1)]))

    expect(page.get_by_role("heading", name="Your trail")).to_be_visible(timeout=5000)
    assert faults == []
    assert tab.complaints == []


def test_without_a_session_the_page_says_what_to_type(full: Site, tab: Tab) -> None:
    tab.page.goto(f"{full.origin}/timeline")

    expect(tab.page.get_by_text("skilltrail open", exact=True)).to_be_visible()
    expect(tab.page.get_by_role("navigation")).to_have_count(0)
    assert violations(tab.page) == []


def test_the_key_leaves_the_address_and_is_good_once(full: Site, tab: Tab, browser: Browser) -> None:
    link = full.sign_in_link()
    tab.page.goto(link)
    expect(tab.page.get_by_role("heading", name="Your trail")).to_be_visible()
    assert tab.page.url == f"{full.origin}/"

    other = browser.new_context()
    page = other.new_page()
    page.goto(link)

    expect(page.get_by_role("heading", name="This sign-in link no longer works")).to_be_visible()
    other.close()


def test_lock_ends_the_session(full: Site, tab: Tab) -> None:
    page = tab.sign_in(full)
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="This page is locked")).to_be_visible()

    page.reload()

    expect(page.get_by_role("heading", name="This page is locked")).to_be_visible()


def test_moving_between_pages_moves_focus_and_title(full: Site, tab: Tab) -> None:
    page = tab.sign_in(full)

    page.get_by_role("link", name="Health").click()

    expect(page).to_have_title("Health · Skilltrail")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Health")
    page.go_back()
    expect(page).to_have_title("Home · Skilltrail")


def test_a_stored_exchange_appears_without_moving_the_reader(full: Site, tab: Tab) -> None:
    tab.enter(full)
    page = tab.visit(f"{full.origin}/timeline")
    link = page.locator(".exchanges a.question").nth(4)
    link.focus()
    page.evaluate("scrollTo(0, 400)")
    focused = page.evaluate("document.activeElement.getAttribute('href')")

    newest = {"prompt": "Does this appear by itself?", "asked_at": NOON + timedelta(days=99)}
    full.application.exchanges.capture(items([captured(500, conversation_id="live", parent_id=None, **newest)]))

    expect(page.get_by_text("Does this appear by itself?")).to_be_attached(timeout=2500)
    assert page.evaluate("document.activeElement.getAttribute('href')") == focused
    assert abs(page.evaluate("scrollY") - 400) < 300


def test_picture_and_table_say_the_same_and_lead_on(full: Site, tab: Tab) -> None:
    tab.enter(full)
    page = tab.visit(f"{full.origin}/timeline")
    topic = full.application.trail.topics()[0]
    expect(page.locator("svg.chart")).to_be_visible()
    expect(page.get_by_role("table")).to_be_hidden()

    page.get_by_role("button", name="Table").press("Enter")
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.locator("svg.chart")).to_be_hidden()
    page.get_by_role("button", name="Picture").press("Enter")
    page.get_by_role("link", name=f"{topic.name}: {topic.exchanges} exchanges").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(topic.name)
    assert page.url.endswith(f"/topics/{topic.id}")


def test_a_filter_is_part_of_the_address(full: Site, tab: Tab) -> None:
    tab.enter(full)
    page = tab.visit(f"{full.origin}/timeline")

    page.get_by_label("From").fill("2031-01-01")
    page.get_by_role("button", name="Show", exact=True).click()

    expect(page.get_by_text("No topic falls into this part of your history.")).to_be_visible()
    assert page.url.endswith("/timeline?since=2031-01-01")
    page.reload()
    expect(page.get_by_label("From")).to_have_value("2031-01-01")


def test_the_timeline_leads_down_to_a_day_by_keyboard(full: Site, tab: Tab) -> None:
    tab.enter(full)
    page = tab.visit(f"{full.origin}/timeline?{nearer(full.application)[1]}")
    zoom = page.get_by_role("navigation", name="Nearer and farther")

    zoom.get_by_role("link", name="Weeks").press("Enter")
    expect(zoom.get_by_role("link", name="Weeks")).to_have_attribute("aria-current", "true")
    zoom.get_by_role("link", name="Days").press("Enter")
    expect(zoom.get_by_role("link", name="Days")).to_have_attribute("aria-current", "true")
    expect(page.locator("svg.chart")).to_be_visible(timeout=8000)
    day = page.locator("svg.chart a[href*='/timeline?since=']").last
    spoken = day.get_attribute("aria-label") or ""
    dot = page.locator("svg.chart a[href*='#exchanges']").first
    topic = (dot.get_attribute("aria-label") or "").partition(",")[0]
    dot.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(topic)
    expect(page.get_by_role("link", name="Show all")).to_be_visible()
    page.go_back()
    expect(page.locator("svg.chart")).to_be_visible(timeout=8000)
    page.locator("svg.chart a[href*='/timeline?since=']").last.press("Enter")
    expect(page.get_by_role("heading", name="Exchanges of this day")).to_be_visible()
    assert len(page.locator("ol.exchanges > li").all()) == int(spoken.split(": ")[1].split()[0])
    assert tab.complaints == []


def test_home_tells_what_came_since_the_last_visit(full: Site, tab: Tab) -> None:
    page = tab.sign_in(full)
    expect(page.get_by_role("heading", name="In the last 7 days")).to_be_visible()

    seen = "{last: Date.now() - 2 * 3600e3, before: null}"
    page.evaluate(f"localStorage.setItem('skilltrail.visit', JSON.stringify({seen}))")
    page.reload()
    expect(page.get_by_role("heading", name="Since you were last here, 2 hours ago")).to_be_visible()
    page.get_by_role("link", name="30 days").press("Enter")

    expect(page.get_by_role("heading", name="In the last 30 days")).to_be_visible()
    assert page.url.endswith("/?days=30")
    page.get_by_role("link", name="Last visit").press("Enter")
    expect(page.get_by_role("heading", name="Since you were last here, 2 hours ago")).to_be_visible()
    assert tab.complaints == []


@pytest.mark.parametrize("name", ["One page", "Text (Markdown)", "Data (JSON)", "Table of exchanges (CSV)"])
def test_the_saved_file_is_what_the_preview_named(full: Site, tab: Tab, name: str) -> None:
    tab.enter(full)
    page = tab.visit(f"{full.origin}/export")
    page.get_by_role("radio", name=name).check()
    ending = {"One page": "html", "Text (Markdown)": "md", "Data (JSON)": "json"}.get(name, "csv")
    expect(page.locator(".preview-body")).to_contain_text(f".{ending}")

    with page.expect_download() as caught:
        page.get_by_role("button", name="Save the file").click()

    saved = Path(caught.value.path()).read_bytes()
    assert caught.value.suggested_filename.endswith(f".{ending}")
    assert b"SQL" in saved or b"sql" in saved or b"chatgpt" in saved


def test_the_exported_page_stands_alone(full: Site, tab: Tab, tmp_path: Path) -> None:
    file = tmp_path / "timeline.html"
    file.write_bytes(full.application.exports.timeline("html").data)
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))

    tab.page.goto(file.as_uri())

    expect(tab.page.locator("svg.chart")).to_be_visible()
    assert asked == [file.as_uri()]
    assert violations(tab.page) == []
    assert tab.complaints == []


def test_the_invented_history_is_named_so_on_every_page_and_left_with_one_click(empty: Site, tab: Tab) -> None:
    page = tab.sign_in(empty)

    page.get_by_role("button", name="Look around with an invented history").click()

    expect(page.get_by_text("Invented history of Lena Okafor — not yours.")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("heading", name="Your trail")).to_be_visible()
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page).to_have_title("Timeline · Skilltrail")
    assert page.url == f"{empty.origin}/demo/timeline"
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_text("not yours")).to_have_count(0)
    expect(page.locator(".step")).to_have_count(3)
    assert empty.application.trail.home().exchanges == 0


def test_a_waiting_extension_is_shown_anywhere_and_connected_with_one_click(empty: Site, tab: Tab) -> None:
    tab.enter(empty)
    page = tab.visit(f"{empty.origin}/health")
    started = empty.application.pairing.start(label="Chrome on this computer", origin=EXTENSION_ORIGIN)
    empty.application.pairing.exchange_keys(
        started.request_id, secret=started.request_secret, public_key=a_public_key()
    )
    (request,) = empty.application.pairing.pending()

    banner = page.get_by_role("alert")
    expect(banner).to_contain_text(str(request.digits), timeout=6000)
    assert violations(page) == []
    banner.get_by_role("button", name="Connect").click()

    expect(banner).to_have_count(0)
    assert [device.label for device in empty.application.pairing.devices()] == ["Chrome on this computer"]


def test_an_extension_that_is_not_mine_gets_nothing(empty: Site, tab: Tab) -> None:
    tab.enter(empty)
    page = tab.visit(f"{empty.origin}/pair")
    started = empty.application.pairing.start(label="Chrome", origin=EXTENSION_ORIGIN)
    empty.application.pairing.exchange_keys(
        started.request_id, secret=started.request_secret, public_key=a_public_key()
    )

    page.get_by_role("button", name="Not mine").click(timeout=6000)

    expect(page.get_by_text("Not connected. That extension gets nothing.").first).to_be_visible()
    assert empty.application.pairing.devices() == ()


def test_disconnecting_can_be_undone_for_five_seconds(empty: Site, tab: Tab) -> None:
    started = empty.application.pairing.start(label="Chrome", origin=EXTENSION_ORIGIN)
    empty.application.pairing.exchange_keys(
        started.request_id, secret=started.request_secret, public_key=a_public_key()
    )
    empty.application.pairing.approve(started.request_id)
    tab.enter(empty)
    page = tab.visit(f"{empty.origin}/settings")

    page.get_by_role("button", name="Disconnect Chrome").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Disconnect Chrome")).to_be_focused()
    assert len(empty.application.pairing.devices()) == 1
    page.get_by_role("button", name="Disconnect Chrome").click()

    expect(page.get_by_text("No browser is connected.")).to_be_visible(timeout=10_000)
    assert empty.application.pairing.devices() == ()


def test_a_server_that_goes_and_comes_back(empty: Site, tab: Tab) -> None:
    page = tab.sign_in(empty)
    empty.down()

    expect(page.get_by_text("Skilltrail is not running.")).to_be_visible(timeout=8000)
    page.get_by_role("link", name="Health").click()
    expect(page.get_by_role("heading", name="Skilltrail is not running")).to_be_visible()
    empty.up()

    expect(page.get_by_role("heading", name="Is everything kept?")).to_be_visible(timeout=8000)
    expect(page.locator(".banner.warn")).to_have_count(0)


def test_on_paper_both_picture_and_table_are_there(full: Site, tab: Tab) -> None:
    tab.enter(full)
    page = tab.visit(f"{full.origin}/timeline")

    page.emulate_media(media="print")

    expect(page.locator("svg.chart")).to_be_visible()
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.get_by_role("navigation")).to_be_hidden()
