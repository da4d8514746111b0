"""An endorsement's whole way: asked for on the skill's page, signed by somebody else offline, taken in, seen."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.dashboard_site import Site, Tab, serve, violations
from e2e.harness.firefox import Firefox, firefox
from endorsers import sample_page
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.entries import Deliverable
from skilltrail.platform.data_integrity import check_form, check_proof_of

pytestmark = pytest.mark.e2e

WORDS = 'She said "it runs" \\ \u2014\nand it did. \U0001f680 \u05e9\u05dc\u05d5\u05dd </script><b>bold</b>'


def grouped(application: Application) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()
    topic = application.trail.topics()[0].id
    application.entries.keep(Deliverable("url", "Shop", address="https://example.org/shop"), topic_id=topic)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from serve(tmp_path / "home", grouped)


def picture(page: Page, name: str) -> None:
    """Keep a screenshot where somebody wants to look at it."""
    if folder := os.environ.get("SKILLTRAIL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def signed_offline(browser: Browser, request: Path, out: Path) -> Path:
    """Open a request from the disk, without network, and sign; return the file that it gives."""
    context = browser.new_context(offline=True, accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(request.as_uri())
    assert violations(page) == []
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("alert")).to_contain_text("sentence")
    page.locator("#comment").fill(WORDS)
    page.locator("#name").fill("Mia Möller, Client GmbH")
    page.locator("#contact").fill("not an address")
    page.get_by_role("button", name="Sign").click()
    expect(page.get_by_role("alert")).to_contain_text("ask back")
    page.locator("#contact").fill("client.example")
    page.locator("input[name=statement]").first.check()
    page.get_by_role("button", name="Sign").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Save the file").click()
    started.value.save_as(out)
    with page.expect_download() as started:
        page.get_by_role("link", name="Save my key").click()
    started.value.save_as(out.with_name("key.json"))
    assert violations(page) == []
    picture(page, "request")
    assert page.locator("#text").input_value() == out.read_text(encoding="utf-8")
    assert complaints == []
    context.close()
    return out


def test_asked_signed_offline_taken_in_and_removed(site: Site, tab: Tab, browser: Browser, tmp_path: Path) -> None:
    tab.sign_in(site)
    topic = site.application.trail.topics()[0].id
    page = tab.visit(f"{site.origin}/topics/{topic}")
    page.get_by_text("Ask for an endorsement").click()
    page.locator("#ask-person").fill("Ada Example")
    page.locator("#ask-skill").fill("Databases")
    page.locator("#ask-since").fill("2026-03")
    page.locator("#ask-until").fill("2026-11")
    page.get_by_label("Name the deliverable").check()
    assert violations(page) == []
    picture(page, "ask")
    with page.expect_download() as started:
        page.get_by_role("button", name="Save the page to send").click()
    request = tmp_path / started.value.suggested_filename
    started.value.save_as(request)
    assert request.suffix == ".html"
    assert "November 2026" in request.read_text(encoding="utf-8")
    expect(page.get_by_text("Asked on")).to_be_visible()

    answer = signed_offline(browser, request, tmp_path / "answer.json")
    page.get_by_text("Add a file you received").click()
    page.locator("#take-file").set_input_files(answer)
    page.get_by_role("button", name="Check and add").click()
    expect(page.locator("blockquote.entry-text")).to_have_text(WORDS)
    expect(page.locator(".stage-name")).to_have_text("Attested")
    expect(page.get_by_text("No key is vouched for by us")).to_be_visible()
    expect(page.get_by_role("link", name="https://client.example/")).to_be_visible()
    assert violations(page) == []
    picture(page, "taken")

    page.get_by_text("Add a file you received").click()
    page.locator("#take-text").fill(answer.read_text(encoding="utf-8"))
    page.get_by_role("button", name="Check and add").click()
    expect(page.get_by_role("status").filter(has_text="here already")).to_be_visible()
    # The short message goes; beside the form it stays until something else is given.
    expect(page.locator("form[data-action=endorsement-take] .complaint")).to_contain_text("here already")
    # The browser itself notes that the service refused.
    assert [one for one in tab.complaints if "422" not in one] == []
    tab.complaints.clear()

    page.locator(".entry", has=page.locator("blockquote")).get_by_role("button", name="Remove").click()
    expect(page.locator("blockquote.entry-text")).to_have_count(0)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator("blockquote.entry-text")).to_have_count(1)
    assert tab.complaints == []

    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(page, "taken-narrow-dark")


def test_a_kept_key_signs_again_and_a_browser_that_cannot_sign_says_so(browser: Browser, tmp_path: Path) -> None:
    request = tmp_path / "request.html"
    request.write_bytes(sample_page())
    first = json.loads(signed_offline(browser, request, tmp_path / "one.json").read_text(encoding="utf-8"))

    page = browser.new_page()
    page.goto(request.as_uri())
    page.get_by_text("kept my key").click()
    page.locator("#own-key").set_input_files(request)
    expect(page.get_by_role("alert")).to_contain_text("not a key")
    page.locator("#own-key").set_input_files(tmp_path / "key.json")
    expect(page.locator("#key-state")).to_have_text("Your key will be used.")
    for field, words in (("comment", "Again."), ("name", "Mia"), ("contact", "mia@client.example")):
        page.locator(f"#{field}").fill(words)
    page.get_by_role("button", name="Sign").click()
    again = json.loads(page.locator("#text").input_value())
    assert again["issuer"] == {
        "id": first["issuer"]["id"],
        "type": ["Profile"],
        "name": "Mia",
        "email": "mia@client.example",
    }
    check_form(again)
    check_proof_of(again, again["issuer"]["id"])

    unable = browser.new_page()
    unable.add_init_script(
        "crypto.subtle.generateKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"
    )
    unable.goto(request.as_uri())
    expect(unable.get_by_role("alert")).to_contain_text("cannot sign")
    expect(unable.get_by_role("button", name="Sign")).to_be_disabled()


def test_firefox_signs_the_same_from_the_disk(tmp_path: Path) -> None:
    request = tmp_path / "request.html"
    request.write_bytes(sample_page())
    with firefox(tmp_path / "profile") as driver:
        document = signed_in_firefox(driver, request)
    assert document["credentialSubject"]["endorsementComment"] == WORDS
    check_form(document)
    check_proof_of(document, document["issuer"]["id"])


def signed_in_firefox(driver: Firefox, request: Path) -> dict[str, object]:
    driver.visit(request.as_uri())
    driver.run(
        "for (const [id, words] of Object.entries(arguments[0])) document.getElementById(id).value = words;"
        "document.getElementById('sign').click();",
        {"comment": WORDS, "name": "Mia", "contact": "client.example"},
    )
    text = driver.until(
        "return document.getElementById('text').value || document.getElementById('trouble').textContent"
    )
    return dict(json.loads(str(text)))
