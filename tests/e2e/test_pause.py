"""The learner says no: paused, not yet paired (issue 2, "Not captured")."""

import pytest

from e2e.harness.chromium import wait_until
from e2e.harness.comparison import NONE, difference
from e2e.harness.pairing import pair
from e2e.harness.script import mixed_script
from e2e.harness.tabs import open_tabs, play
from e2e.harness.waiting import until_stored
from e2e.harness.world import World

pytestmark = pytest.mark.e2e

SETTLE_MS = 6_000  # longer than a page reader waits before it steps in


def test_pause_is_one_click_and_visible_and_nothing_said_meanwhile_is_kept(
    world: World,
) -> None:
    extension, service, site = world.extension, world.service, world.site
    pages = open_tabs(world.browser, 1)
    plain_badge = extension.badge()

    extension.popup().get_by_role("button", name="Pause").first.click()
    wait_until(lambda: extension.badge() != plain_badge, seconds=5, what="a badge that says paused")
    assert extension.status()["paused"] is True
    play(site, pages, mixed_script(exchanges=3, lanes=1))
    pages[0].wait_for_timeout(SETTLE_MS)
    assert service.rows() == []
    assert extension.waiting() == 0

    extension.popup().get_by_role("button", name="Resume").first.click()
    wait_until(lambda: extension.badge() == plain_badge, seconds=5, what="a badge that says nothing")
    said_while_paused = len(site.truth.turns)
    play(site, pages, mixed_script(exchanges=2, lanes=1, first=50))
    pages[0].wait_for_timeout(SETTLE_MS)

    until_stored(world, count=2, seconds=20)
    later = [turn for turn in site.truth.turns[said_while_paused:] if turn.stored]
    assert difference(service.rows(), later) == NONE


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
