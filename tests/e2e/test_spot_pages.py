"""A spot check and an anchor in a real browser: what is seen, decided, and saved."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from e2e.dashboard_site import Site, Tab, serve, violations
from exchanges import captured, items
from skilltrail.application import Application

pytestmark = pytest.mark.e2e


def logged(application: Application) -> None:
    told = [
        captured(1, conversation_id="a", prompt="How do joins work?", reply="They match rows.\n\nBy <b>key</b>."),
        captured(2, conversation_id="b", prompt="Whom do I ask?", reply="Write to jane.doe@client.example."),
    ]
    application.exchanges.capture(items(told))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", logged)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot where somebody wants to look at it."""
    if folder := os.environ.get("SKILLTRAIL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_entries_are_looked_at_decided_and_saved(site: Site, tab: Tab, tmp_path: Path) -> None:
    tab.sign_in(site)
    page = tab.visit(f"{site.origin}/spot-check")
    page.locator("#spot-entries").fill("1 und 2; 0")
    page.keyboard.press("Enter")
    expect(page.get_by_text("By <b>key</b>.")).to_be_visible()
    expect(page.locator("#spot-1-reply-2")).to_be_checked()
    expect(page.locator("#spot-2-reply-1")).not_to_be_checked()
    expect(page.get_by_text("personal data")).to_be_visible()
    assert violations(page) == []
    picture(page, "spot")

    page.locator("#spot-1-reply-1").uncheck()
    page.get_by_role("button", name="Save the answer").click()
    expect(page.get_by_role("status").filter(has_text="say why not")).to_be_visible()
    page.locator("#spot-reason-0").fill("It holds nothing of a chat.")
    with page.expect_download() as started:
        page.get_by_role("button", name="Save the answer").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)

    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert {"README.txt", "000001.leaf", "000002.tlog-proof", "checkpoint.txt"} <= set(archive.namelist())
    assert b"It holds nothing of a chat." in everything
    assert b"jane.doe" not in everything
    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(page, "spot-narrow-dark")
    assert tab.complaints == []


def test_a_checkpoint_is_saved_for_an_authority_and_a_push_is_noted(site: Site, tab: Tab, tmp_path: Path) -> None:
    tab.sign_in(site)
    page = tab.visit(f"{site.origin}/settings")
    page.get_by_text("Ask a time-stamping authority").click()
    page.get_by_text("Push the checkpoint to a repository").click()
    assert violations(page) == []
    saved = []
    page.on("download", lambda one: saved.append(one.suggested_filename))
    page.get_by_role("button", name="Sign a checkpoint and save both").click()
    expect(page.locator("#anchor-send")).to_contain_text("curl")
    expect(page.locator("#anchor-size")).to_have_value("3")
    picture(page, "anchors")
    page.locator("#anchor-address").fill("https://git.example/ada/log/commit/1")
    page.get_by_role("button", name="Keep the address").click()
    expect(page.get_by_text("3 entries: pushed to")).to_be_visible()
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 entries: pushed to")).to_have_count(0)
    assert sorted(saved) == ["skilltrail-checkpoint-3.tsq", "skilltrail-checkpoint-3.txt"]
    assert tab.complaints == []
