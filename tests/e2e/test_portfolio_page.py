"""The page of a portfolio in real Chromium, opened from disk without a network: it checks itself, alterations fail."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from e2e.dashboard_site import violations
from portfolios import hostile, sample, sign_page, signed
from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters.portfolio_page import portfolio_page, read_page

pytestmark = pytest.mark.e2e

NO_ED25519 = """
const real = crypto.subtle.importKey.bind(crypto.subtle);
const refused = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));
crypto.subtle.importKey = (format, key, kind, ...more) =>
  kind === "Ed25519" ? refused() : real(format, key, kind, ...more);
"""


def made(portfolio: Portfolio) -> bytes:
    whole = signed(portfolio)
    return portfolio_page(whole, sign_page=sign_page(whole))


@pytest.fixture(scope="module")
def genuine() -> bytes:
    return made(sample())


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True, accept_downloads=True)
    yield context
    context.close()


@pytest.fixture
def show(context: BrowserContext, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Write a page to disk and open it from there; every request but that for the file itself is a fault."""
    pages: list[Page] = []
    asked: list[str] = []

    def open_page(data: bytes, *, before: str | None = None) -> Page:
        file = tmp_path / f"{len(pages)}.html"
        file.write_bytes(data)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        if before:
            page.add_init_script(before)
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-state]", state="attached")
        pages.append(page)
        return page

    yield open_page
    assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    assert len(asked) >= len(pages)
    for page in pages:
        page.close()


def state(page: Page) -> str | None:
    return page.get_attribute("html", "data-state")


def failed(page: Page) -> str:
    return " ".join(page.locator(".alarm li").all_inner_texts())


class TestGenuine:
    def test_checks_pass_and_say_what_they_are(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(genuine)

        assert state(page) == "pass"
        assert page.inner_text("#verdict") == "Unchanged since it was signed"
        left = "2 not checked here (the signature of 1 endorsement and the Open Badges proofs)"
        assert left in page.inner_text("#verdict-hint")
        assert page.locator(".same-tick").is_visible()
        page.click("#more summary")
        lines = page.locator("#lines li").all_inner_texts()
        assert sum("Entry" in line and "passed" in line for line in lines) == 6
        # What the page cannot check is told, and not as passed.
        others = [line for line in lines if "needs another tool" in line or "not checked by this page" in line]
        assert len(others) >= 2
        assert [line for line in others if "not checked here" not in line or "passed" in line] == []

    def test_excerpts_stand_as_the_log_holds_them(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(genuine)

        shown = page.locator(".excerpt .text").evaluate_all("found => found.map(one => one.textContent)")
        wanted = [part.text.rstrip() for skill in sample().skills for one in skill.excerpts for part in one.parts]
        assert shown == wanted
        assert page.locator(".excerpt .pending").count() == 0
        # Marks stay in the text and out of sight.
        heights = page.locator(".text .fence").evaluate_all("found => found.map(one => one.offsetHeight)")
        assert len(heights) == 2
        assert set(heights) == {0}

    def test_python_and_browser_read_the_same_page(self, show: Callable[..., Page], genuine: bytes) -> None:
        assert read_page(genuine).visible == _page_claim(genuine)["visible"]
        assert read_page(genuine).file == _page_claim(genuine)["file"]

    def test_a_page_full_of_attacks_passes_too_and_runs_none(self, show: Callable[..., Page]) -> None:
        page = show(made(hostile()), before="window.alert = () => { window.attacked = true; };")

        assert state(page) == "pass"
        assert page.evaluate("window.attacked") is None
        assert page.locator("main script, main img, main iframe, a[href^=javascript]").count() == 0

    def test_it_speaks_the_language_of_the_portfolio(self, show: Callable[..., Page]) -> None:
        page = show(made(replace(sample(), language="de")))

        assert state(page) == "pass"
        assert page.get_attribute("html", "lang") == "de"

    def test_a_credential_can_be_saved_as_it_was_signed(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(genuine)

        with page.expect_download() as download:
            page.locator(".save button").first.click()

        assert download.value.path().read_bytes() == next(iter(read_page(genuine).credentials.values()))

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_axe_finds_nothing(self, browser: Browser, genuine: bytes, tmp_path: Path, scheme: str) -> None:
        file = tmp_path / "portfolio.html"
        file.write_bytes(genuine)
        context = browser.new_context(offline=True, color_scheme=scheme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-state=pass]", state="attached")
        page.click("#more summary")

        assert violations(page) == []
        context.close()

    def test_it_fits_a_narrow_screen(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(genuine)
        page.set_viewport_size({"width": 320, "height": 800})

        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_paper_says_that_it_proves_nothing_and_where_to_look(
        self, show: Callable[..., Page], genuine: bytes
    ) -> None:
        page = show(genuine)
        page.emulate_media(media="print")

        printed = page.inner_text(".printed")
        assert sample().person.did in printed
        assert "A print cannot be checked" in printed
        assert "https://ada.example" in printed
        assert "58 exchanges, 6 of them imported" in printed
        # On paper nothing is checked: no tick of a screen goes along.
        assert page.locator(".on-paper").is_visible()
        assert not page.locator("#verdict").is_visible()
        assert not page.locator(".same-tick").is_visible()
        assert page.locator(".entry .checked").first.is_hidden()


def _page_claim(data: bytes) -> dict[str, str]:
    body = read_page(data).manifest.decode().split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["page"]


def _in_content(old: str, new: str) -> Callable[[bytes], bytes]:
    """Alter the embedded content, which stands behind the visible part."""

    def alter(data: bytes) -> bytes:
        before, mark, after = data.partition(b'id="content">')
        assert old.encode() in after
        return before + mark + after.replace(old.encode(), new.encode(), 1)

    return alter


def _seen(old: str, new: str) -> Callable[[bytes], bytes]:
    """Alter the first place, which is in the visible part."""

    def alter(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return alter


def _other_letter(mark: bytes, offset: int) -> Callable[[bytes], bytes]:
    """Alter one letter of base64 behind a mark."""

    def alter(data: bytes) -> bytes:
        place = data.index(mark) + len(mark) + offset
        letter = b"A" if data[place : place + 1] != b"A" else b"B"
        return data[:place] + letter + data[place + 1 :]

    return alter


def test_words_of_the_script_that_cannot_be_read_fail_too(show: Callable[..., Page], genuine: bytes) -> None:
    page = show(genuine.replace(b'id="words">{', b'id="words">', 1))

    assert state(page) == "fail"
    assert page.inner_text(".alarm-head") == "CHECKS FAILED"
    assert page.locator(".excerpt .text").count() == 0


DID = sample().person.did
SEEN = "What this page shows is NOT what was signed"
CONTENT = "The content is NOT what was signed"
CREDENTIAL = "is NOT the one that was signed"
ALTERED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a word": (_seen("small web shops", "large web shops"), SEEN),
    "a count": (_seen("<dd>34</dd>", "<dd>94</dd>"), SEEN),
    "a date": (_seen("2 March 2026", "2 March 2024"), SEEN),
    "the stage": (_seen("Practised", "Attested"), SEEN),
    "a sentence that is gone": (_seen("not independently assessed", "assessed"), SEEN),
    "the style": (_seen(".printed{display:none}", ".printed{display:nine}"), SEEN),
    "a chart": (_seen('height="110"', 'height="111"'), SEEN),
    "something added": (_seen("<main>", "<main><p>Certified.</p>"), SEEN),
    "something behind the end": (_seen("</body>", "<p>Certified.</p></body>"), SEEN),
    "words of the script": (_seen("Unchanged since", "Certified since"), SEEN),
    "an excerpt": (_in_content("Names are resolved", "Games are resolved"), CONTENT),
    "a disclosure": (_other_letter(b'"disclosures": [', 30), CONTENT),
    "a proof": (_other_letter(b'"proof": "', 90), CONTENT),
    "the checkpoint": (_other_letter(b'"checkpoint": "c2', 90), CONTENT),
    "another key": (_in_content(DID, DID[:-1] + "e"), CONTENT),
    "a credential": (_other_letter(b'data-kind="credential" data-name="', 900), CREDENTIAL),
    "a credential that is gone": (_seen('data-kind="credential"', 'data-kind="credentiax"'), CREDENTIAL),
    "the manifest's claims": (_other_letter(b'id="manifest">', 300), "NOT signed with the sender's key"),
    "the manifest's signature": (_seen("</script><script type=\"module\"", "A</script><script type=\"module\""),
                                 "NOT signed with the sender's key"),
}  # fmt: skip


class TestAltered:
    @pytest.mark.parametrize("what", ALTERED)
    def test_it_fails_loudly_and_names_what_failed(self, show: Callable[..., Page], genuine: bytes, what: str) -> None:
        alter, named = ALTERED[what]

        page = show(alter(genuine))

        assert state(page) == "fail"
        assert page.inner_text(".alarm-head") == "CHECKS FAILED: something here was altered"
        # A browser that refuses an altered style hides nothing: the alarm stands over all of it.
        assert what == "the style" or not page.locator(".same-tick").is_visible()
        assert named in failed(page)
        assert page.locator(".excerpt .text").count() == 0
        assert page.locator(".save button").count() == 0

    def test_only_the_excerpt_that_was_altered_is_called_so(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(_in_content("Names are resolved", "Games are resolved")(genuine))

        told = page.locator(".excerpt .pending").all_inner_texts()
        assert told.count("Not shown: this excerpt was altered.") == 1
        assert told.count("Not shown, because checks of this file failed.") == 5

    def test_content_signed_anew_with_other_words_of_an_entry_fails_at_the_entry(
        self, show: Callable[..., Page]
    ) -> None:
        skill = sample().skills[0]
        excerpt = skill.excerpts[0]
        parts = (replace(excerpt.parts[0], text="Another question"), *excerpt.parts[1:])
        forged = replace(skill, excerpts=(replace(excerpt, parts=parts), *skill.excerpts[1:]))

        page = show(made(replace(sample(), skills=(forged, *sample().skills[1:]))))

        assert state(page) == "fail"
        assert failed(page) == "Entry 1 is NOT in the log as it is shown here"
        assert "Another question" not in page.content().partition('id="content"')[0]

    def test_an_endorsement_by_the_own_key_fails(self, show: Callable[..., Page]) -> None:
        skill = sample().skills[0]
        own = json.loads(skill.endorsements[0].document)
        own["issuer"]["id"] = DID
        forged = replace(skill.endorsements[0], issuer_did=DID, document=json.dumps(own).encode())

        page = show(made(replace(sample(), skills=(replace(skill, endorsements=(forged,)),))))

        assert state(page) == "fail"
        assert "Endorsement by Marta Ruiz, Example Shop GmbH: altered" in failed(page)


def _with_shadow(data: bytes, mode: str) -> bytes:
    tree = f'<template shadowrootmode="{mode}" shadowrootclonable><p>Certified.</p></template>'
    return data.replace(b"<main>", b"<main>" + tree.encode(), 1)


class TestWhatStandsInNoText:
    """A parser makes some things of a file that are not in the text of the page which is hashed."""

    def test_an_open_shadow_tree_fails(self, show: Callable[..., Page], genuine: bytes) -> None:
        assert state(show(_with_shadow(genuine, "open"))) == "fail"

    def test_a_closed_shadow_tree_is_not_shown(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(_with_shadow(genuine, "closed"))

        # Where a shadow tree without slots is shown, nothing else of the element is.
        assert page.locator("main h2").first.is_visible()

    def test_a_page_without_its_doctype_fails(self, show: Callable[..., Page], genuine: bytes) -> None:
        assert state(show(genuine.removeprefix(b"<!DOCTYPE html>"))) == "fail"


class TestWithoutMeans:
    def test_without_ed25519_nothing_is_called_checked(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(genuine, before=NO_ED25519)

        assert state(page) == "open"
        assert page.inner_text("#verdict") == "Not checked here"
        assert page.locator(".excerpt .text").count() == 0

    def test_a_reader_without_ed25519_may_read_on_told_that_it_is_unchecked(
        self, show: Callable[..., Page], genuine: bytes
    ) -> None:
        page = show(genuine, before=NO_ED25519)

        page.click("button:has-text('Read the excerpts unchecked')")

        assert page.locator(".excerpt .unchecked").count() == 6
        assert page.locator(".excerpt .checked").count() == 0

    def test_alterations_fail_without_ed25519_too(self, show: Callable[..., Page], genuine: bytes) -> None:
        page = show(genuine.replace(b"<dd>34</dd>", b"<dd>94</dd>", 1), before=NO_ED25519)

        assert state(page) == "fail"

    def test_without_script_it_can_be_read_and_says_that_nothing_was_checked(
        self, browser: Browser, genuine: bytes, tmp_path: Path
    ) -> None:
        file = tmp_path / "portfolio.html"
        file.write_bytes(genuine)
        context = browser.new_context(offline=True, java_script_enabled=False)
        page = context.new_page()
        page.goto(file.as_uri())

        assert page.inner_text("#verdict") == "Not checked yet"
        assert "excerpts stay hidden" in page.inner_text("#verdict-hint")
        assert "Docker networking" in page.inner_text("main")
        assert page.locator(".excerpt .pending").count() == 6
        context.close()
