"""Fills the outbox through the extension's own intake while the service is away."""

from __future__ import annotations

import time
from collections.abc import Sequence

from e2e.harness.comparison import Key
from e2e.harness.hoard import held, open_chats
from e2e.harness.tabs import HOME, open_tabs
from e2e.harness.world import World

FILL_SECONDS = 600
SLICE = 50
"""Chats that are opened before the next look at the outbox."""


def fill(world: World, chats: Sequence[str], *, until: int) -> list[float]:
    """Open chats until so many exchanges wait; return how many came in each second, stretch by stretch."""
    speeds: list[float] = []
    left = list(chats)
    before, since = world.extension.waiting(), time.monotonic()
    page = open_tabs(world.browser, 1, address=HOME)[0]
    deadline = since + FILL_SECONDS
    while before < until:
        assert time.monotonic() < deadline, f"after {FILL_SECONDS} s only {before} of {until} wait"
        open_chats(page, left[:SLICE])
        del left[:SLICE]
        page.wait_for_timeout(1_000)
        now, waiting = time.monotonic(), world.extension.waiting()
        if left:
            speeds.append((waiting - before) / (now - since))
        before, since = waiting, now
    page.close()
    return speeds


def fill_and_kill(world: World, chats: Sequence[str], *, at: int) -> list[Key]:
    """Open chats, end the browser at once when ``at`` exchanges wait, and return what waits when it is back."""
    page = open_tabs(world.browser, 1, address=HOME)[0]
    left = list(chats)
    deadline = time.monotonic() + FILL_SECONDS
    while (acknowledged := world.extension.waiting()) < at:
        assert time.monotonic() < deadline, f"after {FILL_SECONDS} s only {acknowledged} of {at} wait"
        open_chats(page, left[:SLICE])
        del left[:SLICE]
        page.wait_for_timeout(200)
    world.browser.kill()
    world.browser.open()
    keys = [one.key for one in held(world.extension)]
    assert len(keys) >= acknowledged
    return keys


def unfinished(world: World, keys: Sequence[Key]) -> list[str]:
    """Return the chats of which something is not in ``keys``, as a person would open them again."""
    there = set(keys)
    missing = [turn.conversation_id for turn in world.site.truth.must_be_stored() if turn.key not in there]
    return list(dict.fromkeys(missing))
