"""Walks a hostile history through every page and every export."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import BrowserContext, Page, expect

from skilltrail.exporters import TIMELINE_FORMATS
from skilltrail.web.export_page import cards
from torture.site_hostile import HostileSite

PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine."""


def page_addresses(site: HostileSite) -> list[str]:
    """Return every page of the dashboard, by the routes of the application: topics and exchanges by example."""
    values = {
        "topic_id": [topic.id for topic in site.application.trail.topics()][:12] or ["none"],
        "exchange_id": [str(number) for number in site.exchange_ids[:12]],
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


def visit_all(page: Page, site: HostileSite) -> int:
    """Open every page as a person does, press what shows more, look at every preview; return how many were opened."""
    addresses = page_addresses(site)
    for address in addresses:
        page.goto(f"{site.origin}{address}")
        expect(page.locator("#view article").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".loading")).to_have_count(0, timeout=PATIENCE)
        for details in page.locator("#view details:not([open]) > summary").all()[:3]:
            details.click()
        for button in page.locator('#view button[data-action="more"]').all()[:2]:
            button.click()
        if address == "/export":
            _look_at_previews(page)
    return len(addresses)


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
