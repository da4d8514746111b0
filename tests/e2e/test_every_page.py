"""Every page with its states: open to all in light and dark, whole at every width, and what its charts say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.routing import Rule

from concepts import CONCEPTS
from e2e.dashboard_site import Site, Tab, serve_copy, violations
from e2e.full_site import ids
from e2e.page_probes import CHARTS, FLAT_STATES, LAYOUT, MOVING, ROWS, layout_faults
from e2e.page_states import EXCEPTIONS, STATES, State
from route_walk import rules
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.web.app import create_app

pytestmark = pytest.mark.e2e

SHELL = Path(__file__).parents[2] / "server" / "skilltrail" / "web" / "templates" / "shell.html"


GO_WITHIN = """async (address) => {
  for (const one of document.querySelectorAll("#view > *")) one.setAttribute("data-left", "");
  (await import("/static/router.js")).navigate(address);
}"""


@dataclass
class Walk:
    """One tab for all states, and what it asks for."""

    site: Site
    tab: Tab
    named: dict[str, str]
    routes: Flask
    folder: Path

    def show(self, state: State, *, within: bool = False) -> Page:
        """Open a state; hold what it asked for against what the list says.

        ``within``: go there as a link does, so that the frame stays as it was loaded.
        """
        asked: set[str] = set()
        note: Callable[..., None] = lambda request: asked.add(_rule(self.routes, request))  # noqa: E731
        self.tab.page.on("request", note)
        page = self.tab.page
        address = state.path.format(**self.named)
        if within:
            page.evaluate(GO_WITHIN, address)
        else:
            page.goto(f"{self.site.origin}{address}")
        expect(page.locator("#view > [data-title]:not([data-left])")).to_be_visible()
        expect(page.locator("#view .loading")).to_have_count(0, timeout=20_000)
        if state.prepare:
            state.prepare(page, self.folder / state.name)
        page.remove_listener("request", note)
        assert set(state.fragments) <= asked
        return page


def _rule(app: Flask, request: object) -> str:
    path = "/" + request.url.split("/", 3)[3].split("?")[0]  # type: ignore[attr-defined]
    adapter = app.url_map.bind("127.0.0.1")
    return str(adapter.match(path, method=request.method, return_rule=True)[0].rule)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def site(full_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from serve_copy(full_home, tmp_path_factory.mktemp("every") / "home", model=HashEmbedder(concepts=CONCEPTS))


@pytest.fixture(scope="module")
def walk(browser: Browser, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = Tab(context)
    tab.sign_in(site)
    app = create_app(site.application, port=site.port)
    yield Walk(site, tab, ids(site.application), app, tmp_path_factory.mktemp("files"))
    context.close()


@pytest.fixture(autouse=True)
def _as_before(walk: Walk) -> Iterator[None]:
    yield
    walk.tab.page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="no-preference")
    walk.tab.page.set_viewport_size({"width": 1280, "height": 900})
    walk.tab.page.evaluate("localStorage.removeItem('skilltrail.twin')")
    for one in walk.site.application.forgetting.passes():
        if one.stage.value == "waiting":
            walk.site.application.forgetting.cancel(one.id)


def fragment_rules(app: Flask) -> set[str]:
    return {rule.rule for rule in rules(app) if rule.rule.startswith("/fragments/")}


def shell_rules(app: Flask) -> list[Rule]:
    return [rule for rule in rules(app) if rule.endpoint == "dashboard.shell" and not rule.rule.startswith("/demo")]


def test_no_page_is_forgotten(walk: Walk) -> None:
    """A new fragment, address or page of the frame must come on the list, or among the exceptions with its reason."""
    shown = {rule for state in STATES for rule in state.fragments}
    adapter = walk.routes.url_map.bind("127.0.0.1")
    paths = [state.path.format(**walk.named).split("?")[0] for state in STATES]
    pages = {adapter.match(path, return_rule=True)[0].rule for path in paths}

    assert fragment_rules(walk.routes) - shown - set(EXCEPTIONS) == set()
    assert set(EXCEPTIONS) <= fragment_rules(walk.routes) - shown
    assert {rule.rule for rule in shell_rules(walk.routes)} - pages == set()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_page_shuts_nobody_out_at_any_width(walk: Walk, state: State) -> None:
    page = walk.show(state)

    faults = {"light": violations(page)} | layout_faults(page)
    page.emulate_media(color_scheme="dark")
    faults["dark, 320 px"] = violations(page)
    page.emulate_media(color_scheme="light", forced_colors="active")
    faults["forced colours"] = page.evaluate(FLAT_STATES)

    assert {at: found for at, found in faults.items() if found} == {}
    # A page that is not there is asked for like any other.
    assert [one for one in walk.tab.complaints if state.name != "missing" or "404" not in one] == []
    walk.tab.complaints.clear()


def test_what_the_frame_itself_says_shuts_nobody_out(walk: Walk) -> None:
    """Signed out, locked, away, missing, at fault: shown as the dashboard shows them, all that the frame holds."""
    page = walk.show(STATES[0])
    framed = re.findall(r'<template id="(state-[\w-]+)"', SHELL.read_text(encoding="utf-8"))
    faults = {}
    for name in framed:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.evaluate("async (name) => (await import('/static/view.js')).showState(name)", name)
        expect(page.locator("#view h1")).to_be_visible()
        faults[name] = {"light": violations(page)} | layout_faults(page)
        page.emulate_media(color_scheme="dark")
        faults[name]["dark, 320 px"] = violations(page)
        page.emulate_media(color_scheme="light")

    assert len(framed) >= 6
    assert [(name, at, found) for name, all_of in faults.items() for at, found in all_of.items() if found] == []


@pytest.mark.parametrize("code", ["de", "es"])
def test_longer_words_fit_too(walk: Walk, code: str) -> None:
    application = walk.site.application
    application.language.choose(code)
    faults = {}
    plain = [state for state in STATES if state.prepare is None and not state.name.startswith("demo")]
    try:
        for number, state in enumerate(plain):
            # Loaded once in this language, the frame is the same on all pages.
            page = walk.show(state, within=number > 0)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                faults[f"{state.name} {width}"] = page.evaluate(LAYOUT)
    finally:
        application.language.choose("en")
    walk.tab.complaints.clear()

    assert {at: found for at, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    "name", ["timeline", "timeline-weeks", "timeline-days", "topic", "demo-timeline", "demo-topic"]
)
def test_a_chart_says_in_words_what_it_shows_and_has_a_table_beside_it(walk: Walk, name: str) -> None:
    page = walk.show(next(state for state in STATES if state.name == name))
    expect(page.locator("svg.chart")).to_be_visible()
    (chart,) = page.evaluate(CHARTS)
    inner = page.locator("[data-part=sentence]")
    sentence = (inner if inner.count() else page.locator("header .lead")).inner_text()

    assert chart["role"] == "group"
    assert " ".join(chart["name"].split()) == " ".join(sentence.split())
    assert chart["words"]
    assert all(chart["words"])
    page.locator("#twin-table").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".twin-table")).to_be_focused()
    rows = page.evaluate(ROWS)
    assert rows
    assert [row for row in rows if not _is_told(*row, chart["words"])] == []


def _is_told(name: str, number: str, words: list[str]) -> bool:
    """Tell whether the picture's marks name a row of the table, and with the same number where they give one."""
    whole = [one for one in words if one.startswith(f"{name}: ")]
    return all(f": {number} " in one for one in whole) and any(name in one for one in words)


def test_nothing_moves_for_those_who_asked_for_rest(walk: Walk) -> None:
    walk.tab.page.emulate_media(reduced_motion="reduce")
    for name in ("home", "exchange-forgetting", "import-preview"):
        page = walk.show(next(state for state in STATES if state.name == name))
        assert page.evaluate(MOVING) == []
