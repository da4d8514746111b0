"""Power cuts, sleeping workers and restarts: still exactly once, in order (issue 2, point 2)."""

import sys

import pytest

from e2e.harness.chromium import wait_until
from e2e.harness.comparison import NONE, difference, key_of, out_of_order
from e2e.harness.freezer import freeze_in_mid_delivery
from e2e.harness.prose import long_answer
from e2e.harness.script import Lane, Script, mixed_script
from e2e.harness.tabs import open_tabs, page_errors, play
from e2e.harness.waiting import until_stored
from e2e.harness.world import World
from e2e.standin.plan import say

pytestmark = pytest.mark.e2e


def heavy_script(count: int, *, first: int) -> Script:
    """Return long answers: together they fill more than one batch."""
    script = Script(lanes=[Lane() for _ in range(4)], number=first)
    for lane in script.lanes:
        lane.new_chat()
    for place in range(count):
        text = say(long_answer(first + place, characters=36_000))
        lane = script.lanes[place % 4]
        script.turn(lane, says=(text,), largest_token=2_000, largest_chunk=9_000, pause=0.001)
    return script


@pytest.mark.skipif(sys.platform != "linux", reason="freezing the service by the kernel's own tables needs Linux")
def test_nothing_is_lost_or_doubled_through_kill_sleep_and_restart(world: World) -> None:
    browser, extension, service, site = world.browser, world.extension, world.service, world.site
    pages = open_tabs(browser, 2)
    play(site, pages, mixed_script(exchanges=20, lanes=4))
    until_stored(world, count=20, seconds=30)

    service.kill()
    play(site, pages, heavy_script(50, first=300))
    wait_until(
        lambda: extension.waiting() == 50, seconds=20, what=lambda: f"{extension.status()['outbox']} in the outbox"
    )
    assert extension.status()["server"]["state"] == "away"
    assert page_errors(pages) == []

    service.start()
    freeze_in_mid_delivery(service, extension)
    extension.stop_worker()
    service.kill()
    browser.close()
    service.start()
    browser.open()

    truths = site.truth.must_be_stored()
    until_stored(world, count=70, seconds=100)
    rows = service.rows()
    assert difference(rows, truths) == NONE
    by_seq = [key_of(entry) for entry in service.timeline()["exchanges"]]
    on_path = [turn for turn in truths if site.conversations[turn.conversation_id].on_path(turn.reply_id or "")]
    assert out_of_order(by_seq, on_path) == []


def test_worker_stopped_between_two_answers_captures_the_next_one(world: World) -> None:
    extension, service, site = world.extension, world.service, world.site
    pages = open_tabs(world.browser, 1)
    play(site, pages, mixed_script(exchanges=2, lanes=1))
    until_stored(world, count=2, seconds=20)

    extension.stop_worker()
    play(site, pages, mixed_script(exchanges=3, lanes=1, first=50))

    until_stored(world, count=5, seconds=40)
    assert difference(service.rows(), site.truth.must_be_stored()) == NONE
