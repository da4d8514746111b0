"""The page of a portfolio in Firefox, opened from disk: it parses and hashes as Chromium and Python do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from e2e.harness.marionette import Firefox, firefox, program
from portfolios import hostile, sample, sign_page, signed
from skilltrail.domain.portfolio import Portfolio
from skilltrail.exporters.portfolio_page import portfolio_page

pytestmark = [pytest.mark.e2e, pytest.mark.skipif(program() is None, reason="needs Firefox")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as started:
        yield started


def state_of(browser: Firefox, data: bytes, folder: Path) -> str:
    """Open a page from disk and return what came of its checks."""
    file = folder / "portfolio.html"
    file.write_bytes(data)
    browser.visit(file.as_uri())
    for _attempt in range(100):
        found = browser.run("return document.documentElement.dataset.state ?? ''")
        if found:
            return str(found)
        time.sleep(0.1)
    raise AssertionError("the page has not checked itself")


def made(portfolio: Portfolio) -> bytes:
    whole = signed(portfolio)
    return portfolio_page(whole, sign_page=sign_page(whole))


@pytest.mark.parametrize(
    "portfolio", [sample(), replace(sample(), language="es"), hostile()], ids=["en", "es", "hostile"]
)
def test_checks_pass(browser: Firefox, tmp_path: Path, portfolio: Portfolio) -> None:
    state = state_of(browser, made(portfolio), tmp_path)

    assert state == "pass", browser.run("return document.querySelector('.alarm')?.innerText")
    assert browser.run("return document.querySelectorAll('.excerpt .checked').length") == sum(
        len(skill.excerpts) for skill in portfolio.skills
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"<dd>34</dd>", b"<dd>94</dd>"), (b".printed{display:none}", b".printed{}"), (b"Names are", b"Games are")],
)
def test_alterations_fail(browser: Firefox, tmp_path: Path, old: bytes, new: bytes) -> None:
    data = made(sample())
    assert old in data

    assert state_of(browser, data.replace(old, new, 1), tmp_path) == "fail"
