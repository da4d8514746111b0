"""Walks a hostile history through every page and every export."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

from markdown_it import MarkdownIt
from playwright.sync_api import BrowserContext, Page, expect

from skilltrail.exporters import TIMELINE_FORMATS
from skilltrail.web.export_page import cards
from torture.browser_hostile import Asked, odd_in
from torture.site_hostile import HostileSite

PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine."""


def page_addresses(site: HostileSite) -> list[str]:
    """Return every page of the dashboard, by the routes of the application: topics and exchanges by example."""
    values = {
        "topic_id": [topic.id for topic in site.application.trail.topics()][:12] or ["none"],
        "exchange_id": [str(number) for number in site.exchange_ids[:12]],
        "client_id": ["own", "none", "undecided", *map(str, site.application.contexts.all())][:40],
        "portfolio_id": [str(one.id) for one in site.application.portfolios.all()][:3] or ["1"],
        "import_id": [str(record.id) for record in site.application.imports.listing()][:4] or ["1"],
    }
    found = []
    for rule in site.app.url_map.iter_rules():
        if rule.endpoint == "dashboard.shell" and not rule.rule.startswith("/demo"):
            named = sorted(rule.arguments)
            assert len(named) <= 1, f"teach this walk what to put into {rule.rule}"
            choices = values[named[0]] if named else [""]
            found += [rule.rule.replace(f"<{named[0]}>", choice) if named else rule.rule for choice in choices]
    return found


def visit_all(page: Page, site: HostileSite, odd: list[str]) -> int:
    """Open every page as a person does, press what shows more, look at every preview; return how many were opened.

    ``odd`` gets what should not stand in them.
    """
    addresses = page_addresses(site)
    for address in addresses:
        page.goto(f"{site.origin}{address}")
        expect(page.locator("#view article").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".loading")).to_have_count(0, timeout=PATIENCE)
        page.evaluate(_OPEN_ALL)
        for number in range(3):
            # What shows the last part takes its own button away.
            if number < page.locator(_MORE).count():
                page.locator(_MORE).nth(number).click()
                expect(page.locator(".loading")).to_have_count(0, timeout=PATIENCE)
        if address == "/export":
            _look_at_previews(page)
        page.wait_for_timeout(100)
        odd += odd_in(page, address)
    return len(addresses)


_OPEN_ALL = "for (const one of document.querySelectorAll('#view details')) one.open = true"
_MORE = '#view button:is([data-action="more"], [data-action="client-look"])'

ASKED = ("area", "client", "source", "sort", "stage", "quiet", "since", "until", "days", "month", "kind", "mark", "at")
"""What the addresses of pages ask for."""

OF_PAGES = ("/", "/timeline", "/skills", "/review", "/redactions", "/export", "/claims", "/evidence", "/search")


def asked_fragments(texts: Sequence[str], topic_id: str) -> list[Asked]:
    """Return fragments of which every part of the address is a hostile text, and searches for each."""
    found: list[Asked] = []
    for text in texts:
        query = urlencode(dict.fromkeys(ASKED, text))
        places = ["home", "since", "timeline", "timeline-chart", "skills", "skills-map", "redactions", "export"]
        places += [
            "export-preview",
            f"topics/{topic_id}",
            f"topics/{topic_id}/chart",
            "clients/none",
            "client-candidates",
        ]
        found += [(f"/fragments/{place}?{query}", None) for place in places]
        found += [(f"/fragments/export-preview?format=html&{query}", None)]
        quoted = text.replace('"', "")
        for words in (text, f'topic:"{quoted}" client:"{quoted}" -"{quoted}" after:{quoted}', f'"{text}'):
            found += [("/fragments/search-results", {"query": words, "order": order}) for order in ("best", "newest")]
    return found


def ask_pages(page: Page, site: HostileSite, texts: Sequence[str], odd: list[str]) -> int:
    """Open pages with hostile addresses, and type hostile words into the search; return how many were opened."""
    for number, text in enumerate(texts):
        place = OF_PAGES[number % len(OF_PAGES)]
        page.goto(f"{site.origin}{place}?{urlencode(dict.fromkeys(ASKED, text))}#{quote(text)}")
        expect(page.locator("#view article").first).to_be_visible(timeout=PATIENCE)
        odd += odd_in(page, place)
        page.goto(f"{site.origin}/search")
        page.locator("#search-text").fill(text)
        page.keyboard.press("Enter")
        page.wait_for_timeout(150)
        odd += odd_in(page, f"search {number}")
    return 2 * len(texts)


def _look_at_previews(page: Page) -> None:
    for card in cards():
        page.locator(f"#format-{card['format']}").check(force=True)
        expect(page.locator("#preview-body .disclosed")).to_be_visible(timeout=PATIENCE)


def open_exports(context: BrowserContext, site: HostileSite, folder: Path) -> int:
    """Open every export that a browser can show, from the disk; Markdown by a reader that lets HTML through."""
    opened = 0
    for name in TIMELINE_FORMATS:
        file = site.application.exports.file(name)
        target = folder / file.name
        target.write_bytes(file.data)
        shown = [target]
        if name == "markdown":
            html = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(file.data.decode())
            shown = [folder / "markdown.html"]
            shown[0].write_text(f"<!DOCTYPE html><meta charset=utf-8>{html}", encoding="utf-8")
        for path in shown:
            page = context.new_page()
            page.goto(path.as_uri())
            page.wait_for_timeout(300)
            opened += 1
            page.close()
    return opened


def open_huge(page: Page, site: HostileSite, names: Sequence[str], odd: list[str]) -> dict[str, float]:
    """Open exchanges with long messages and what is cut off them; return seconds until each stood, by ``names``."""
    took: dict[str, float] = {}
    for name, number in zip(names, site.exchange_ids, strict=True):
        began = time.perf_counter()
        page.goto(f"{site.origin}/exchanges/{number}")
        expect(page.locator("#view article").first).to_be_visible(timeout=PATIENCE)
        took[name] = round(time.perf_counter() - began, 2)
        for button in page.locator(_MORE).all():
            button.click()
        page.wait_for_timeout(300)
        odd += odd_in(page, name)
    visit_all(page, site, odd)
    return took
