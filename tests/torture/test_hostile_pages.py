"""Public lists of scripts through capture, every page and every export in a real Chromium (T8, T9; G6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from skilltrail.web.security import POLICY
from torture.browser_hostile import (
    launched,
    show_fragments,
    signed_in,
    watched_context,
    without_policy,
    without_sanitiser,
)
from torture.raw_hostile import raw_pages
from torture.site_hostile import HostileSite, hostile_site
from torture.support_hostile import list_of, live_scripts, own, part_of, public_scripts, sendable
from torture.walks_hostile import ask_pages, asked_fragments, open_exports, open_huge, visit_all
from torture.written_hostile import TURNED, huge_messages, most_hostile

CHUNK = 250


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return part_of([*own()["scripts"], *own()["cells"], *TURNED, *public_scripts()])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> Iterator[HostileSite]:
    with hostile_site(tmp_path_factory.mktemp("hostile") / "home", texts) as made:
        yield made


def test_nothing_runs_and_nothing_leaves_on_any_page(browser: Browser, site: HostileSite, texts: list[str]) -> None:
    with watched_context(browser, site.origin) as (context, watch):
        page = signed_in(context, site.link())
        odd: list[str] = []
        pages = visit_all(page, site, odd)
        paths = site.fragments()
        for start in range(0, len(paths), CHUNK):
            odd += show_fragments(page, site.origin, paths[start : start + CHUNK])

        print(f"G6 pages: {len(texts)} texts in every field, {pages} pages and {len(paths)} fragments: "
              f"{len(watch.ran)} ran, {len(watch.outside)} left, {len(odd)} odd elements; written: {site.written}")  # fmt: skip
        assert watch.ran == []
        assert watch.outside == []
        assert odd == []
        assert min(site.written.values()) > 0


def test_nothing_runs_that_is_asked_for(browser: Browser, site: HostileSite) -> None:
    """Hostile words in searches, and in every part of an address."""
    texts = [sendable(text) for text in most_hostile()]
    topic = site.application.trail.topics()[0].id
    with watched_context(browser, site.origin) as (context, watch):
        page = signed_in(context, site.link())
        odd: list[str] = []
        asked = asked_fragments([text for text in texts if "\0" not in text], topic)
        for start in range(0, len(asked), CHUNK):
            odd += show_fragments(page, site.origin, asked[start : start + CHUNK])
        opened = ask_pages(page, site, texts[::4], odd)

        print(f"G6 asked: {len(asked)} fragments and {opened} pages by hostile addresses and searches: "
              f"{len(watch.ran)} ran, {len(watch.outside)} left, {len(odd)} odd elements")  # fmt: skip
        assert (watch.ran, watch.outside, odd) == ([], [], [])


def test_messages_of_a_megabyte_are_shown_inert(browser: Browser, tmp_path: Path) -> None:
    messages = huge_messages()
    with (
        hostile_site(tmp_path / "home", list(messages.values()), batch=1) as site,
        watched_context(browser, site.origin) as (context, watch),
    ):
        page = signed_in(context, site.link())
        odd: list[str] = []
        took = open_huge(page, site, list(messages), odd)

        print(f"G6 1 MB: {took}; {len(watch.ran)} ran, {len(watch.outside)} left, {len(odd)} odd elements")
        assert (watch.ran, watch.outside, odd) == ([], [], [])
        assert max(took.values()) < 10


def test_nothing_runs_and_nothing_leaves_in_any_export(browser: Browser, site: HostileSite, tmp_path: Path) -> None:
    with watched_context(browser, site.origin) as (context, watch):
        opened = open_exports(context, site, tmp_path)

        print(f"G6 exports: {opened} opened: {len(watch.ran)} ran, {len(watch.outside)} left")
        assert opened == 3
        assert (watch.ran, watch.outside) == ([], [])


@pytest.fixture
def acting(site: HostileSite, texts: list[str]) -> list[str]:
    """The exchanges whose text runs when it stands raw in a page, and those that sanitisers are tested with."""
    wanted = {*own()["scripts"], *live_scripts(), *list_of("dompurify-fixtures.jsonl")}
    return [path for path, text in zip(site.fragments(), texts, strict=True) if text in wanted]


def test_the_policy_alone_lets_nothing_run(
    browser: Browser, site: HostileSite, acting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_sanitiser(monkeypatch, site.app)
    with watched_context(browser, site.origin, open_door=True) as (context, watch):
        page = signed_in(context, site.link())
        watch.stays = True
        odd = show_fragments(page, site.origin, acting)

        print(f"G6 policy alone: {len(acting)} raw, {len(odd)} acting elements in the page: {len(watch.ran)} ran, "
              f"{watch.led_away} tried to lead the page away")  # fmt: skip
        assert len(odd) > len(acting) // 2
        assert watch.ran == []


def test_with_neither_they_run(
    browser: Browser, site: HostileSite, acting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what counts must be able to see a script run, in the very same page."""
    without_sanitiser(monkeypatch, site.app)
    without_policy(monkeypatch)
    with watched_context(browser, site.origin, open_door=True) as (context, watch):
        page = signed_in(context, site.link())
        watch.stays = True
        # What begins with an error of loading begins late.
        show_fragments(page, site.origin, acting, pause=250)

        seen = len(set(watch.ran) & set(acting))
        print(f"G6 control in the dashboard: {seen} of {len(acting)} texts ran")
        assert seen > len(acting) // 2


@pytest.mark.parametrize("guarded", [True, False])
def test_raw_pages_run_them_without_the_policy_and_none_with_it(browser: Browser, guarded: bool) -> None:
    live = live_scripts()
    with (
        raw_pages(live, policy=POLICY if guarded else None) as origin,
        watched_context(browser, origin) as (context, watch),
    ):
        page = context.new_page()
        for number in range(len(live)):
            page.goto(f"{origin}/{number}", wait_until="load")
            # What begins with an error of loading begins late, and later where other work has the cores.
            page.wait_for_timeout(120)
        page.wait_for_timeout(500)

        ran = {where.split("?")[0] for where in watch.ran}
        print(f"G6 raw, policy {'on' if guarded else 'off'}: {len(ran)} of {len(live)} ran")
        assert (len(ran) == 0) if guarded else (len(ran) >= 450)
