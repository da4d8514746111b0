"""A full outbox through kill, reload, sleep and restart (issue 3, point 2); the long one is in tests/torture."""

import sys

import pytest

from e2e.harness.chromium import wait_until
from e2e.harness.comparison import NONE, difference
from e2e.harness.freezer import freeze_in_mid_delivery
from e2e.harness.hoard import held, keys_by_seq, open_chats, seed_chats
from e2e.harness.tabs import open_tabs
from e2e.harness.waiting import until_stored
from e2e.harness.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(sys.platform != "linux", reason="ends processes by Linux's tables")]

CHATS, TURNS = 4, 60
COUNT = CHATS * TURNS


@pytest.fixture
def keys(world: World) -> list[tuple[str, str, str | None]]:
    """The service is away and a few hundred exchanges wait; their ids in the order in which they happened."""
    world.service.kill()
    open_chats(open_tabs(world.browser, 1)[0], seed_chats(world.site, chats=CHATS, turns=TURNS))
    wait_until(lambda: world.extension.waiting() == COUNT, seconds=30, what=f"{COUNT} in the outbox")
    return [turn.key for turn in world.site.truth.must_be_stored()]


def test_a_full_outbox_survives_kill_and_reload_and_drains_in_order(
    world: World, keys: list[tuple[str, str, str | None]]
) -> None:
    browser, extension, service = world.browser, world.extension, world.service
    waiting = held(extension)
    assert [one.key for one in waiting] == keys

    browser.kill()
    browser.open()
    extension.reload()
    assert held(extension) == waiting

    service.start()
    freeze_in_mid_delivery(service, extension)
    extension.stop_worker()
    service.kill()
    service.start()
    extension.tell_without_waiting("delivery.now")
    until_stored(world, count=COUNT, seconds=30)

    assert difference(service.rows(), world.site.truth.must_be_stored()) == NONE
    assert keys_by_seq(service) == keys
