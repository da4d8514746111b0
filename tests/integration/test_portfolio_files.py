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
from databases import BeginWith
from portfolio_steps import chosen, filled, ids_of, sql_topic
from skilltrail.application import Application
from skilltrail.application.portfolio_files import FORMATS
from skilltrail.errors import PortfolioBlocked, UnsupportedFormat
from skilltrail.exporters import portfolio_files

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


def test_every_format_is_made_recorded_and_can_be_repeated(begin_with: BeginWith) -> None:
    application = begin_with(filled)
    topic = sql_topic(application)
    saved = application.portfolios.keep(chosen(topic, (ids_of(application, topic)[0], ("prompt.1",)), language="de"))

    files = files_of(application, saved.id)

    assert all(files.values())
    past = application.portfolios.exports(saved.id)
    assert [one.format for one in reversed(past)] == [f"portfolio-{one}" for one in FORMATS]
    assert application.portfolios.changes(saved.id) == ()
    with pytest.raises(UnsupportedFormat):
        application.portfolios.export(saved.id, "docx")
