"""Keys and backups in a real Chromium: what the learner sees, types, prints and gets back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from e2e.dashboard_site import Quiet, Tab, free_port, violations
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.application.opening import open_or_hold
from skilltrail.config import Settings
from skilltrail.web.front import Front

pytestmark = pytest.mark.e2e

WORDS, OTHER_WORDS = "correct horse battery", "another long passphrase"


class House:
    """A data folder that is served, can be stopped, and starts again on the same port."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, keyring=False, open_browser=False)
        self.port = free_port()
        self.link = ""
        self._front: Front | None = None
        self._server: Any = None

    def up(self) -> str:
        self._front = Front(open_or_hold(self.settings, open_folder=Application.open), hire=None, draining=bool)
        self.link = self._front.begin(self.port)
        self._server = make_server("127.0.0.1", self.port, self._front, threaded=True, request_handler=Quiet)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self.link

    def down(self) -> None:
        if self._front is not None:
            self._server.shutdown()
            self._server.server_close()
            self._front.close()
            self._front = None

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "home")
    with Application.open(made.settings) as application:
        application.exchanges.capture(items(history(12)))
        application.backups.make()
        application.exchanges.capture(items(history(3, prefix="later")))
    made.up()
    yield made
    made.down()


def signed_in(tab: Tab, house: House, path: str = "/settings") -> Page:
    tab.page.goto(house.link)
    expect(tab.page.locator("#view article")).to_be_visible()
    return tab.visit(house.address(path))


def set_passphrase(page: Page, words: str) -> None:
    page.get_by_label("New passphrase, 12 characters or more").fill(words)
    page.locator("#passphrase").get_by_label("The same again").fill(words)
    page.get_by_role("button", name="Set the passphrase").click()
    expect(page.get_by_text("Your passphrase opens it each time Skilltrail starts")).to_be_visible(timeout=20_000)


def recovery_key(page: Page) -> str:
    page.get_by_role("button", name="Make a recovery key and show it").click()
    shown = page.locator(".recovery-key")
    expect(shown).to_be_visible(timeout=20_000)
    return shown.inner_text()


def test_the_banner_leads_to_the_passphrase_with_one_click(house: House, tab: Tab) -> None:
    page = signed_in(tab, house, "/")

    page.get_by_role("link", name="Set a passphrase").click()

    expect(page.get_by_label("New passphrase, 12 characters or more")).to_be_visible()
    set_passphrase(page, WORDS)
    expect(page.get_by_text("There is no recovery key yet.")).to_be_visible()
    assert WORDS.encode() not in (house.settings.home / "database.key").read_bytes()
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("link", name="Make a recovery key")).to_be_visible()


def test_what_does_not_fit_is_said_beside_the_field(house: House, tab: Tab) -> None:
    page = signed_in(tab, house)
    form = page.locator("#passphrase")

    form.get_by_label("New passphrase, 12 characters or more").fill("short")
    form.get_by_label("The same again").fill("shorter")
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_have_text("The two are not the same.")
    form.get_by_label("The same again").fill("short")
    form.get_by_role("button").click()

    expect(form.get_by_role("alert")).to_contain_text("at least 12 characters")
    assert violations(page) == []


def test_the_recovery_key_is_shown_once_and_saved(house: House, tab: Tab) -> None:
    page = signed_in(tab, house)
    key = recovery_key(page)
    assert violations(page) == []
    with page.expect_download() as caught:
        page.get_by_role("button", name="Save as a file").click()
    saved = Path(caught.value.path()).read_text(encoding="utf-8")

    page.get_by_role("button", name="I have kept it").click()

    expect(page.get_by_text("There is no recovery key yet.")).to_have_count(0)
    page.reload()
    expect(page.locator("#key")).to_be_visible()
    assert key in saved
    assert key not in page.content()
    assert tab.complaints == []


def test_a_locked_history_opens_with_the_passphrase_on_its_page(house: House, tab: Tab) -> None:
    set_passphrase(signed_in(tab, house), WORDS)
    house.down()
    page = tab.page
    expect(page.get_by_text("Skilltrail is not running.")).to_be_visible(timeout=10_000)

    house.up()
    expect(page.get_by_role("heading", name="Unlock your history")).to_be_visible(timeout=15_000)
    assert violations(page) == []
    page.get_by_label("Passphrase", exact=True).fill("not the passphrase")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("alert")).to_have_text("This passphrase does not fit.", timeout=20_000)
    page.get_by_label("Passphrase", exact=True).fill(WORDS)
    page.get_by_role("button", name="Unlock").click()

    expect(page.get_by_role("heading", name="Settings")).to_be_visible(timeout=20_000)


def test_a_forgotten_passphrase_is_replaced_with_the_saved_file(house: House, tab: Tab, tmp_path: Path) -> None:
    page = signed_in(tab, house)
    (tmp_path / "key.txt").write_text(f"Recovery key\n\n{recovery_key(page)}\n\nKeep it.\n", encoding="utf-8")
    page.get_by_role("button", name="I have kept it").click()
    expect(page.get_by_text("There is no recovery key yet.")).to_have_count(0)
    set_passphrase(page, WORDS)
    house.down()
    page.goto(house.up())
    page.get_by_text("Use the recovery key").click()
    page.get_by_label("or the file you saved").set_input_files(tmp_path / "key.txt")
    page.get_by_label("New passphrase, for the old one is lost").fill(OTHER_WORDS)
    page.get_by_label("The same again").fill(OTHER_WORDS)
    assert violations(page) == []

    page.get_by_role("button", name="Unlock").click()

    expect(page.get_by_role("heading", name="Your trail")).to_be_visible(timeout=20_000)
    house.down()
    page.goto(house.up())
    page.get_by_label("Passphrase", exact=True).fill(OTHER_WORDS)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="Your trail")).to_be_visible(timeout=20_000)


def test_a_sign_in_link_is_not_spent_on_a_locked_history(house: House, tab: Tab, browser: Browser) -> None:
    set_passphrase(signed_in(tab, house), WORDS)
    house.down()
    house.up()
    other = browser.new_context()
    page = other.new_page()

    page.goto(f"{house.address('/')}#k=anything")

    expect(page.get_by_role("heading", name="Unlock your history")).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    other.close()


def test_backed_up_and_restored_and_undone_with_a_few_clicks(house: House, tab: Tab) -> None:
    page = signed_in(tab, house)
    page.get_by_role("button", name="Back up now").click()
    expect(page.locator(".backup-list > li")).to_have_count(2, timeout=20_000)

    page.locator("#restore-2").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.locator(".plan .facts").first).to_contain_text("15 exchanges")
    expect(page.locator(".plan .facts").first).to_contain_text("12 exchanges")
    assert violations(page) == []
    page.get_by_role("button", name="Restore this backup").click()
    expect(page.locator(".backup-list > li")).to_have_count(3, timeout=30_000)
    expect(page.locator(".backup-list > li").first).to_contain_text("replaced by a restore")
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.locator(".lead").first).to_contain_text("12 exchanges")

    page.get_by_role("link", name="Settings").click()
    page.locator("#restore-1").click()
    page.get_by_role("button", name="Restore this backup").click()
    expect(page.locator(".backup-list > li")).to_have_count(4, timeout=30_000)
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.locator(".lead").first).to_contain_text("15 exchanges")
    assert tab.complaints == []


def test_a_restore_that_is_left_changes_nothing(house: House, tab: Tab) -> None:
    page = signed_in(tab, house)
    page.locator("#restore-1").click()
    expect(page.get_by_role("button", name="Restore this backup")).to_be_focused()

    page.get_by_role("button", name="Leave it").click()

    expect(page.locator(".plan > *")).to_have_count(0)
    expect(page.locator("#restore-1")).to_be_focused()
    assert len(list((house.settings.home / "backups").glob("*.db"))) == 1
