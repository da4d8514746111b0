"""Watches a draining outbox: how fast it drains, how the dashboard's timeline page answers, what the worker holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playwright.sync_api import Page

from e2e.harness.chromium import wait_until
from e2e.harness.world import World

WORKER = "--extension-process"
"""Marks the process of the extension's worker and pages on its command line."""
PAGE_SECONDS = 30
DRAIN_SECONDS = 20 * 60
UNDER_WAY_SECONDS = 2
"""A batch that had left before the fault may still arrive after it; that is no sign of life."""
BACK_SECONDS = 150
"""An alarm wakes a stopped worker after a minute at the latest; a service that was away is tried again sooner."""


@dataclass
class Fault:
    """Something that happens when so many exchanges have arrived."""

    name: str
    at: int
    strike: Callable[[Page], None]
    """Gets the tab of the dashboard."""
    ends_session: bool = False
    """Whether the dashboard has to be opened anew after it."""
    back_after: float = -1.0
    """Seconds until exchanges arrived again."""


@dataclass
class Drain:
    """What was seen while the outbox was drained."""

    pages: list[float] = field(default_factory=list)
    """Seconds of each load of the timeline page during which exchanges arrived."""
    speeds: list[float] = field(default_factory=list)
    """Exchanges a second over each of those loads."""
    memory: int = 0
    """Most resident bytes of the extension's process."""
    seconds: float = 0.0

    def add(self, *, seconds: float, arrived: int) -> None:
        """Note one load of the page; one in which nothing arrived says nothing of a drain."""
        if arrived:
            self.pages.append(seconds)
            self.speeds.append(arrived / seconds)


def share(values: Sequence[float], part: float) -> float:
    """Return the value that ``part`` of the values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(part * len(ranked)))]


def watch_drain(world: World, *, total: int, faults: Sequence[Fault], begin: Callable[[], None]) -> Drain:
    """Load the timeline page again and again until ``total`` exchanges have arrived, and strike when it is time."""
    drain, left = Drain(), list(faults)
    page = signed_in(world)
    count, began = world.service.count(), time.monotonic()
    begin()
    while count < total:
        seconds = load_timeline(world, page)
        now = world.service.count()
        drain.add(seconds=seconds, arrived=now - count)
        drain.memory = max(drain.memory, world.browser.memory(WORKER))
        count = now
        if left and total > count >= left[0].at:
            page = strike(world, left.pop(0), page=page, total=total)
            count = world.service.count()
        assert time.monotonic() < began + DRAIN_SECONDS, f"{count} of {total} arrived: {world.extension.status()}"
    assert left == [], f"drained before {[fault.name for fault in left]}"
    drain.seconds = time.monotonic() - began
    return drain


def strike(world: World, fault: Fault, *, page: Page, total: int) -> Page:
    """Let a fault happen and wait until exchanges arrive again, without waking the worker by a question."""
    began = time.monotonic()
    fault.strike(page)
    page = signed_in(world) if fault.ends_session else page
    time.sleep(UNDER_WAY_SECONDS)
    count = world.service.count()
    wait_until(
        lambda: world.service.count() > count or count == total,
        seconds=BACK_SECONDS,
        what=lambda: f"an arrival after {fault.name}: {world.extension.status()}",
    )
    fault.back_after = time.monotonic() - began
    return page


def signed_in(world: World) -> Page:
    """Return a tab of the dashboard with a session."""
    page = world.browser.page(world.service.sign_in_link())
    page.wait_for_selector("#view article", timeout=PAGE_SECONDS * 1000)
    return page


def load_timeline(world: World, page: Page) -> float:
    """Load the timeline page anew; return the seconds until it shows what it has to show."""
    began = time.monotonic()
    page.goto(f"{world.service.origin}/timeline")
    page.wait_for_selector("#view article", timeout=PAGE_SECONDS * 1000)
    return time.monotonic() - began
