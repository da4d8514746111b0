"""From a history to finished files: every format, what checks them, and that none holds what is a client's."""

from __future__ import annotations

import base64
import io
import json
import zipfile
import zlib

import pytest

import confidential
from confidential import OF_A_CLIENT, files_of, leaks, plant, planted, resolved_by_leaving_out
from conftest import SteppingClock
from databases import BeginWith
from portfolio_steps import chosen, filled, ids_of, sql_topic
from skilltrail.application import Application
from skilltrail.application.portfolio_files import FORMATS
from skilltrail.domain.verification import Outcome
from skilltrail.errors import EvidenceInvalid, PortfolioBlocked, UnsupportedFormat
from skilltrail.exporters import portfolio_files
from skilltrail.services.verifying import verify

CLIENTS = 3


def test_the_page_offers_every_format_that_there_is() -> None:
    assert FORMATS == portfolio_files.FORMATS


class TestConfidentiality:
    @pytest.fixture
    def found(self, application: Application) -> tuple[Application, confidential.Planted]:
        return application, plant(application, CLIENTS)

    def test_no_planted_string_is_in_any_file_in_any_form(
        self, found: tuple[Application, confidential.Planted]
    ) -> None:
        application, everything = found
        with pytest.raises(PortfolioBlocked):
            application.portfolios.export(application.portfolios.keep(everything.selection).id, "json")
        number = resolved_by_leaving_out(application, everything.selection)

        files = files_of(application, number)

        assert len(everything.strings) == CLIENTS * OF_A_CLIENT + 20
        assert len(files) == len(FORMATS)
        assert leaks(files, everything.strings) == []
        # What may be shown is found, so the search looks where words stand: a word of every shown question.
        seen = {place.split("/")[0] for place, _word in leaks(files, ["explain"])}
        assert seen >= {"html", "pdf", "bundle", "json", "markdown"}

    @pytest.mark.parametrize(
        "hide",
        [
            lambda word: word.encode(),
            lambda word: json.dumps({"a": word.upper()}).encode(),
            lambda word: base64.urlsafe_b64encode(b"some bytes before " + word.encode() + b" and behind"),
            lambda word: base64.b64encode(json.dumps(["salt", "prompt.1", f"xx {word}"]).encode()),
            lambda word: base64.b64encode(("漢字" * 30 + " " + word).encode()),
            lambda word: "".join(f"\\u{ord(sign):04x}" for sign in word).encode(),
            lambda word: word.encode("utf-16-le"),
            lambda word: word.encode().hex().encode(),
            lambda word: _zip(f"a/{word}.txt", b"x"),
            lambda word: _zip("a.txt", word.encode()),
            lambda word: b"%PDF-1.7\n1 0 obj\nstream\n" + zlib.compress(word.encode()) + b"\nendstream",
        ],
    )
    def test_the_products_own_second_look_sees_it_in_every_encoding(self, hide: object) -> None:
        from portfolios import sample
        from skilltrail.domain.contexts import How
        from skilltrail.platform.client_words import IdentifyingWord, identifying
        from skilltrail.services.leak_bytes import unexpected

        word = planted("name", 1)
        words = identifying([IdentifyingWord(1, 1, How.NAME, word)])
        assert unexpected({"f": hide(word)}, words, sample()) == ("f",)  # type: ignore[operator]
        assert unexpected({"f": hide("zqotherword")}, words, sample()) == ()  # type: ignore[operator]


def _zip(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


VERIFIED = ("html", "bundle", "badge-json", "badge-png")
"""Formats that carry what they are checked with."""


def is_sound(name: str, data: bytes, clock: SteppingClock) -> bool:
    """Tell whether a file passes; one that is none any more does not."""
    try:
        return verify({name: data}, clock=clock).integrity.outcome is Outcome.PASSED
    except EvidenceInvalid:
        return False


def test_from_a_history_to_files_that_a_stranger_can_check(begin_with: BeginWith, clock: SteppingClock) -> None:
    application = begin_with(filled)
    topic = sql_topic(application)
    first, second = ids_of(application, topic)[:2]
    saved = application.portfolios.keep(
        chosen(topic, (first, ("prompt.1",)), (second, ("prompt.1", "reply.1")), language="de", recipient="Brightwater")
    )
    assert application.portfolios.scan(saved.id) == ()

    files = files_of(application, saved.id)

    by_format = {name.split("/")[0]: (name.split("/")[1], data) for name, data in files.items()}
    for format_name in VERIFIED:
        name, data = by_format[format_name]
        found = verify({name: data}, clock=clock)
        assert found.integrity.outcome is Outcome.PASSED, (format_name, found.lines)
        assert found.time.outcome is not Outcome.FAILED
        assert not is_sound(name, data[:-400] + data[-400:].replace(b"e", b"f"), clock)
    document = json.loads(by_format["json"][1])
    assert document["language"] == "de"
    assert [len(skill["excerpts"]) for skill in document["skills"]] == [2]
    assert "did:key:" in document["person"]["did"]
    past = application.portfolios.exports(saved.id)
    assert [one.format for one in reversed(past)] == [f"portfolio-{one}" for one in FORMATS]
    assert application.portfolios.changes(saved.id) == ()
    with pytest.raises(UnsupportedFormat):
        application.portfolios.export(saved.id, "docx")
