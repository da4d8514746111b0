"""The learner says no: paused, not yet paired (issue 2, "Not captured")."""

import pytest
from playwright.sync_api import Page

from e2e.harness.chromium import wait_until
from e2e.harness.comparison import NONE, difference
from e2e.harness.pairing import pair
from e2e.harness.script import mixed_script
from e2e.harness.tabs import open_tabs, play
from e2e.harness.waiting import until_stored
from e2e.harness.world import World

pytestmark = pytest.mark.e2e

SETTLE_MS = 6_000  # longer than a page reader waits before it steps in


def test_pause_is_one_click_and_visible_and_nothing_said_meanwhile_is_kept(world: World) -> None:
    extension = world.extension
    pages = open_tabs(world.browser, 1)
    plain_badge = extension.badge()

    press(world, "Pause")
    wait_until(lambda: extension.badge() != plain_badge, seconds=5, what="a badge that says paused")
    assert extension.status()["paused"] is True
    chat_unseen(world, pages)

    press(world, "Resume saving")
    wait_until(lambda: extension.badge() == plain_badge, seconds=5, what="a badge that says nothing")
    pages[0].wait_for_timeout(SETTLE_MS)
    assert world.service.rows() == []


def test_reopened_chat_does_not_bring_back_what_was_said_while_paused(world: World) -> None:
    pages = open_tabs(world.browser, 1)
    press(world, "Pause")
    chat_unseen(world, pages)

    press(world, "Resume saving")
    pages[0].reload()  # the page loads the whole chat anew
    pages[0].wait_for_timeout(SETTLE_MS)

    assert world.service.rows() == []


def chat_unseen(world: World, pages: list[Page]) -> None:
    """Chat while nothing may be kept, and see that nothing is."""
    play(world.site, pages, mixed_script(exchanges=3, lanes=1))
    pages[0].wait_for_timeout(SETTLE_MS)
    assert world.service.rows() == []
    assert world.extension.waiting() == 0


def test_first_exchange_after_resuming_is_kept(world: World) -> None:
    pages = open_tabs(world.browser, 1)
    press(world, "Pause")
    pages[0].wait_for_timeout(SETTLE_MS * 2)  # long enough for the page to have heard of the pause

    press(world, "Resume saving")
    play(world.site, pages, mixed_script(exchanges=2, lanes=1))

    until_stored(world, count=2, seconds=20)
    assert difference(world.service.rows(), world.site.truth.must_be_stored()) == NONE


def press(world: World, name: str) -> None:
    """Press a button of the popup."""
    world.extension.popup().get_by_role("button", name=name, exact=True).click()


def test_nothing_is_kept_from_before_pairing(strangers: World) -> None:
    extension, service, site = strangers.extension, strangers.service, strangers.site
    pages = open_tabs(strangers.browser, 1)
    play(site, pages, mixed_script(exchanges=2, lanes=1))
    pages[0].wait_for_timeout(SETTLE_MS)
    before = extension.status()

    pair(strangers)
    pages[0].wait_for_timeout(SETTLE_MS)

    assert before["paired"] is False
    assert before["outbox"]["waiting"] == 0
    assert extension.status()["paired"] is True
    assert service.rows() == []
