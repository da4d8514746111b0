"""The page of a portfolio as bytes: one policy, one script, nothing loaded, one spelling; and its parts read back."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path

import pytest

from portfolios import hostile, sample, sign_page, signed
from skilltrail.domain.manifest import check_manifest, hash_of
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.portfolio_checkers import code as checker
from skilltrail.exporters.portfolio_markup import serialised, tag
from skilltrail.exporters.portfolio_page import portfolio_page, read_page
from skilltrail.platform.signing import is_signed

FIXTURE = Path(__file__).parents[1] / "fixtures" / "portfolio-page.json"


@cache
def page(*, attacked: bool = False) -> bytes:
    whole = signed(hostile() if attacked else sample())
    return portfolio_page(whole, sign_page=sign_page(whole))


def test_parts_come_back_as_they_went_in() -> None:
    whole, parts = signed(sample()), read_page(page())

    assert (parts.content, dict(parts.credentials), parts.rotations) == (whole.content, dict(whole.credentials), ())


@pytest.mark.parametrize("attacked", [False, True])
def test_manifest_names_page_and_file_as_they_are(attacked: bool) -> None:
    data = page(attacked=attacked)
    parts = read_page(data)

    claims = check_manifest(parts.manifest, is_signed)

    assert claims.page == {"visible": parts.visible, "file": parts.file}
    assert hash_of(data.replace(parts.manifest, b"")) == parts.file


def test_every_altered_byte_of_the_file_alters_a_hash_or_is_refused() -> None:
    data = page()
    genuine = read_page(data)
    slot = data.index(genuine.manifest)

    for place in range(0, len(data), 61):
        if slot <= place < slot + len(genuine.manifest):
            continue
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert read_page(altered).file != genuine.file
        except EvidenceInvalid:
            continue


@pytest.mark.parametrize("attacked", [False, True])
def test_only_its_own_script_and_style_may_run_and_nothing_may_be_loaded(attacked: bool) -> None:
    text = page(attacked=attacked).decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    style = text.partition("<style>")[2].partition("</style>")[0]

    assert policy is not None
    assert policy.group(1) == (
        f"default-src 'none'; script-src '{source(checker())}'; style-src '{source(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert text.count('type="module"') == 1
    assert re.findall(r"<(?:link|img|iframe|object|embed|form|base|audio|video)\b", text) == []
    assert re.findall(r'\s(?:src|on[a-z]+|style)="', text) == []
    assert "url(" not in style
    assert "@import" not in style


def source(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_links_lead_to_the_web_alone() -> None:
    addresses = re.findall(r'<a href="([^"]*)"', page(attacked=True).decode())

    assert [one for one in addresses if not one.startswith(("#skill-", "#how", "mailto:", "https://", "http://"))] == []


def test_excerpts_stand_in_the_content_alone_until_they_are_checked() -> None:
    before = page().decode().partition('id="content"')[0]

    assert "Names are resolved" not in before
    assert before.count("Shown once its checks have passed.") == 6


@pytest.mark.parametrize(
    "data", [b"", b"<!DOCTYPE html><html ></html>", b"\xff", b"<!DOCTYPE html><html ><script >", b"{}"]
)
def test_what_is_no_page_of_a_portfolio_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        read_page(data)


def test_a_part_that_stands_twice_is_refused() -> None:
    twice = b'<script type="text/plain" id="manifest">x</script>'

    with pytest.raises(EvidenceInvalid):
        read_page(page().replace(b"</body>", twice + b"</body>"))


class TestMarkup:
    def test_texts_and_values_have_one_spelling(self) -> None:
        made = tag("p", "a & b < c > d\u00a0\x00\r\ne", tag("br"), title_='"&<>', hidden="")

        assert serialised(made) == '<p title="&quot;&amp;‹›" hidden="">a &amp; b &lt; c &gt; d&nbsp;\ne<br></p>'

    def test_lone_surrogates_become_what_a_file_can_hold(self) -> None:
        assert serialised(tag("p", "\ud800")) == "<p>?</p>"


def test_the_fixture_of_the_nodes_tests_is_what_we_write() -> None:
    """To renew it, write what ``fixture`` returns."""
    assert json.loads(FIXTURE.read_text(encoding="utf-8")) == fixture()


def fixture() -> dict[str, object]:
    whole = signed(sample())
    visible = "<html><head></head><body>What is seen.</body></html>"
    claim = {"visible": hash_of(visible.encode()), "file": hash_of(b"")}
    return {
        "content": whole.content.decode(),
        "credentials": {name: base64.b64encode(data).decode() for name, data in whole.credentials.items()},
        "rotations": [],
        "manifest": sign_page(whole)(claim).decode(),
        "visible": visible,
    }
