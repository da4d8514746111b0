"""Tabs of the stand-in's page: playing scripts, and proof that the page had what the site sent."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from e2e.harness.chromium import Chromium
from e2e.harness.script import Lane, Script
from e2e.standin.site import Site

HOME = "https://chatgpt.com/"


def open_tabs(browser: Chromium, count: int, *, address: str = HOME) -> list[Page]:
    """Open tabs and wait until their page is alive."""
    pages = [browser.page(address) for _ in range(count)]
    for page in pages:
        page.wait_for_function("() => window.standin !== undefined")
    return pages


def start(pages: Sequence[Page], lanes: Sequence[Lane]) -> None:
    """Deal the lanes out to the tabs and start them all; returns at once."""
    for place, page in enumerate(pages):
        mine = [lane.steps for lane in lanes[place :: len(pages)]]
        page.evaluate("lanes => window.standin.start(lanes)", mine)


def finish(pages: Sequence[Page]) -> list[dict[str, Any]]:
    """Wait until every tab has played its lanes; return what the pages made of the answers."""
    results: list[dict[str, Any]] = []
    for page in pages:
        results += page.evaluate("() => window.standin.idle()")
    errors = page_errors(pages)
    assert errors == [], f"the page met errors: {errors}"
    return results


def play(site: Site, pages: Sequence[Page], script: Script) -> list[dict[str, Any]]:
    """Play a whole script and wait for its end."""
    site.expect(script.plans)
    start(pages, script.lanes)
    results = finish(pages)
    assert site.faults == [], f"the stand-in was asked for something it does not know: {site.faults}"
    return results


def page_streams(pages: Sequence[Page]) -> list[dict[str, Any]]:
    """Return digests and counts of what the pages received, stream by stream."""
    return [stream for page in pages for stream in page.evaluate("() => window.standin.streams()")]


def page_errors(pages: Sequence[Page]) -> list[str]:
    """Return everything that went wrong inside the pages."""
    return [error for page in pages for error in page.evaluate("() => window.standin.errors()")]


def differing_streams(site: Site, streams: Sequence[dict[str, Any]]) -> list[str]:
    """Return the streams whose bytes in the page are not the bytes that were sent."""
    return [one["name"] for one in streams if site.sent[one["name"]].sha256 != one["sha256"]]
