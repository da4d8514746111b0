"""Every format of a portfolio: the same content, in one language, inert, repeatable, claiming no more than it may."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from xml.parsers import expat

import jsonschema
import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from identities import really_signed
from portfolios import ATTACKS, hostile, log_key, sample, sign_bundle, sign_page, signed
from skilltrail.domain.manifest import check_manifest, hash_of
from skilltrail.domain.portfolio import Anchor, Portfolio, SignedPortfolio
from skilltrail.domain.verification import Outcome
from skilltrail.errors import UnsupportedFormat
from skilltrail.exporters.portfolio_files import FORMATS, render_portfolio
from skilltrail.platform.signing import is_signed
from skilltrail.services.log_verifying import check_shown
from skilltrail.services.verifying import verify

WORDS = ("html", "pdf", "markdown", "europass")
"""Formats that people read whole."""

FORBIDDEN = re.compile(
    r"\b(certified|certificate of|verified skill|proven|proof of skill|accredited|guaranteed|level|score)\b"
)


@cache
def whole(language: str = "en", *, attacked: bool = False) -> SignedPortfolio:
    return signed(replace(hostile() if attacked else sample(), language=language))


def made(name: str, of: SignedPortfolio | None = None) -> bytes:
    of = of or whole()
    return render_portfolio(name, of, sign_page=sign_page(of), sign_files=sign_bundle(of)).data


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words_of(name: str, data: bytes) -> str:
    """Return the words of a file, those of archives and pictures included."""
    if data.startswith(b"PK"):
        return "\n".join(words_of(inner, one) for inner, one in members(data).items())
    if data.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    text = data.decode("utf-8", "replace")
    return text.partition('<script type="application/json" id="content">')[0] if text.startswith("<!DOCTYPE") else text


@pytest.mark.parametrize("name", FORMATS)
def test_same_portfolio_gives_the_same_bytes(name: str) -> None:
    assert made(name) == made(name)


@pytest.mark.parametrize("name", FORMATS)
def test_file_names_say_nothing_of_what_is_in_them(name: str) -> None:
    file = render_portfolio(name, whole(attacked=True), sign_page=sign_page(whole()))

    assert re.fullmatch(r"[a-z-]+\.[a-z]+", file.name)
    assert "/" in file.media_type


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_own_words_claim_no_more_than_they_can_carry(name: str, language: str) -> None:
    words = words_of(name, made(name, whole(language))).lower()

    assert FORBIDDEN.findall(words) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_that_nobody_assessed_it(name: str) -> None:
    words = words_of(name, made(name))

    assert re.search(r"not(\s+been)?\s+independently\s+assessed", words)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_each_skill(name: str) -> None:
    words = words_of(name, made(name))

    for skill in sample().skills:
        assert skill.name in words


@pytest.mark.parametrize("name", WORDS)
def test_what_people_read_whole_holds_the_same(name: str) -> None:
    words = " ".join(re.sub(r"[\\>*]|  \n", " ", words_of(name, made(name))).split())

    wanted = [
        "Endorsed · signature not checked here", "A statement in somebody else's name is attached", "18 November 2026",
        "Prepared for: Example Shop GmbH", "I saw Ada Example use this skill.",
        "I used to open every port until it worked", "Network definition of the staging system",
        "Ada set up the network of our staging system; it has run since October.", "Marta Ruiz, Example Shop GmbH",
        "No third party confirms any date", "nobody vouches for", sample().person.did, "4 more skills",
        "This publication uses the ESCO classification of the European Commission, in an adapted version.",
    ]  # fmt: skip
    assert [one for one in wanted if one not in words] == []


@pytest.mark.parametrize("name", [*WORDS, "svg", "json-resume", "csv"])
def test_a_portfolio_in_german_speaks_no_english(name: str) -> None:
    german = words_of(name, made(name, whole("de")))

    for words in ("Self-recorded", "of them imported", "of them learning", "Last exchange", "nobody vouches"):
        assert words not in german
    assert "selbst" in german.lower()


def test_verify_speaks_german_too() -> None:
    text = members(made("bundle", whole("de")))["VERIFY.md"].decode()

    assert "# Wie man das hier prüft" in text
    assert "How to" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_breaks_on_words_that_attack_it(name: str) -> None:
    assert made(name, whole(attacked=True))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UnsupportedFormat, match="html, pdf"):
        render_portfolio("docx", whole(), sign_page=sign_page(whole()))


@pytest.mark.parametrize("name", FORMATS)
def test_a_portfolio_without_skills_can_be_written(name: str) -> None:
    assert made(name, signed(replace(sample(), skills=(), withheld=0))) is not None


class TestMarkdown:
    def test_attacks_become_no_markup(self) -> None:
        text = made("markdown", whole(attacked=True)).decode()

        shown = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").render(text)

        tags = set(re.findall(r"<([a-z0-9]+)", shown))
        assert tags <= {"h1", "h2", "h3", "p", "strong", "em", "blockquote", "ul", "li", "br", "a", "code"}
        assert all(one.startswith(("https://", "http://")) for one in re.findall(r'href="([^"]*)"', shown))
        # The headings are ours and names of skills.
        assert shown.count("<h2>") == len(hostile().skills) + 2

    def test_excerpts_stand_line_by_line(self) -> None:
        text = made("markdown").decode()

        assert "> where created_at >= '2026-05-01'\n" in text


class TestPdf:
    def test_it_has_words_bookmarks_and_a_language_and_no_path(self) -> None:
        reader = PdfReader(io.BytesIO(made("pdf")))

        titles = [one.title for one in reader.outline if not isinstance(one, list)]
        assert {"Docker networking", "SQL query tuning", "What this shows, and what it does not"} <= set(titles)
        assert reader.metadata is not None
        assert reader.metadata.author == "Ada Example"
        assert reader.trailer["/Root"]["/Lang"] == "en"
        assert b"/home" not in made("pdf")
        assert b"/work" not in made("pdf")

    def test_latin_greek_and_cyrillic_words_can_be_selected(self) -> None:
        words = words_of("pdf", made("pdf", whole(attacked=True)))

        assert "Ελληνικά και Кириллица, ąćęłńóśźż ğşı øåæ" in words

    def test_what_looks_like_typst_stays_words(self) -> None:
        words = words_of("pdf", made("pdf", whole(attacked=True)))

        assert '#set page(fill: red) #eval("1")' in words


class TestCsv:
    def rows(self, of: SignedPortfolio | None = None) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(made("csv", of).decode(), newline="")))

    def test_one_line_for_each_skill(self) -> None:
        rows = self.rows()

        assert [(row["skill"], row["exchanges"], row["counted_entries"]) for row in rows] == [
            ("Docker networking", "34", "1 2 3 4"),
            ("SQL query tuning", "19", "5 6 7"),
            ("Umsatzsteuer-Voranmeldung", "5", "8"),
        ]

    def test_no_cell_is_a_formula(self) -> None:
        rows = self.rows(whole(attacked=True))

        assert len(rows) == len(ATTACKS)
        assert [cell for row in rows for cell in row.values() if cell.lstrip()[:1] in "=+-@|%" and cell.strip()] == []


class TestJsonForPrograms:
    def test_resume_gives_no_level_and_no_certificate(self) -> None:
        resume = json.loads(made("json-resume"))

        assert "certificates" not in resume
        assert all(set(one) == {"name", "keywords"} for one in resume["skills"])
        assert resume["projects"][0]["type"] == "self-recorded learning"
        assert resume["projects"][0]["description"].startswith("Self-recorded by the learner")
        assert resume["references"][0]["name"] == "Marta Ruiz, Example Shop GmbH"
        assert "not checked here" in resume["references"][0]["reference"]
        assert "If the checks" in resume["x-skilltrail"]["showsIfTheChecksPass"][0]

    def test_xapi_has_one_statement_for_each_shown_entry(self) -> None:
        found = [json.loads(line) for line in made("xapi").splitlines()]

        assert [one["context"]["extensions"]["https://skilltrail.invalid/xapi/log-index"] for one in found] == [
            1, 2, 4, 5, 6, 8,
        ]  # fmt: skip
        assert len({one["id"] for one in found}) == 6
        assert {one["actor"]["account"]["name"] for one in found} == {sample().person.did}
        for one in found:
            jsonschema.validate(one["timestamp"], {"type": "string", "pattern": r"^2026-\d\d-\d\dT12:00:00Z$"})

    def test_content_is_what_the_manifest_hashes(self) -> None:
        manifest = check_manifest(whole().manifest, is_signed)

        assert manifest.content == hash_of(made("json"))


class TestCard:
    def test_it_is_xml_without_script_and_address(self) -> None:
        for of in (whole(), whole(attacked=True)):
            names: set[str] = set()
            parser = expat.ParserCreate()
            parser.StartElementHandler = lambda name, _given, names=names: names.add(name)
            parser.Parse(made("svg", of), True)

            assert names == {"svg", "title", "rect", "text", "path"}
        assert b"href" not in made("svg")

    def test_of_many_skills_it_tells_how_many_are_left_out(self) -> None:
        assert "14 more skills" in made("svg", whole(attacked=True)).decode()


class TestBadges:
    def test_each_credential_comes_as_it_was_signed(self) -> None:
        assert list(members(made("badge-json")).values()) == list(whole().credentials.values())

    def test_one_credential_comes_alone(self) -> None:
        one = signed(replace(sample(), skills=sample().skills[:1]))

        assert made("badge-json", one) == next(iter(one.credentials.values()))
        assert made("badge-png", one).startswith(b"\x89PNG")


class TestBundle:
    def test_its_manifest_names_every_other_file(self) -> None:
        files = members(made("bundle"))
        manifest = check_manifest(files.pop("manifest.jws"), is_signed)

        assert manifest.files == {name: hash_of(data) for name, data in files.items()}

    def test_every_entry_can_be_checked_from_its_files(self) -> None:
        files = members(made("bundle"))
        stems = [name.removesuffix(".leaf") for name in files if name.endswith(".leaf")]

        for stem in stems:
            shown = files[f"{stem}.disclosures.json"]
            found = check_shown(files[f"{stem}.leaf"], files[f"{stem}.tlog-proof"], shown, log_key())
            assert int(stem.rpartition("/")[2]) == found.entry
        assert len(stems) == 6

    def test_verify_tells_the_commands_for_what_is_there(self) -> None:
        token = Anchor(
            "rfc3161", sample().checkpoint, b"token", at=datetime(2026, 11, 20, tzinfo=UTC), by="Example TSA"
        )
        files = members(made("bundle", signed(replace(sample(), anchors=(token,)))))
        text = files["VERIFY.md"].decode()

        command = next(line for line in text.splitlines() if line.startswith("openssl ts -verify"))
        _data, data, _in, reply = command.split()[3:7]
        assert files[data] == sample().checkpoint
        assert files[reply] == b"token"
        assert "skilltrail verify ." in text
        assert sample().person.did in text
        assert "openssl ts" not in members(made("bundle"))["VERIFY.md"].decode()

    def test_its_members_tell_no_time_and_no_system(self) -> None:
        with zipfile.ZipFile(io.BytesIO(made("bundle"))) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {one.create_system for one in archive.infolist()} == {3}

    def test_without_a_signer_for_files_the_portfolios_manifest_goes_along(self) -> None:
        data = render_portfolio("bundle", whole(), sign_page=sign_page(whole())).data

        assert members(data)["manifest.jws"] == whole().manifest


@pytest.mark.parametrize("name", ["html", "bundle", "badge-json", "badge-png"])
def test_what_carries_evidence_passes_our_own_check(name: str) -> None:
    ending = "html" if name == "html" else "zip"
    found = verify({f"portfolio.{ending}": made(name, really_signed())})

    assert found.integrity.outcome is Outcome.PASSED
    # Nobody else's word is claimed for time and issuer.
    assert found.time.outcome is Outcome.OPEN
    assert found.issuer.outcome is Outcome.OPEN


@pytest.mark.parametrize(
    "what", ["portfolio.json", "evidence/000001.leaf", "VERIFY.md", "endorsements/endorsement-1.json"]
)
def test_a_bundle_with_an_altered_file_fails(what: str) -> None:
    files = members(made("bundle"))
    files[what] = files[what].replace(b"e", b"f", 1)

    assert verify(files).integrity.outcome is Outcome.FAILED


class TestWithheld:
    PLANTED = "zq-planted-8841"

    def portfolio(self) -> Portfolio:
        """Return a portfolio of whose topic id and confidential neighbours nothing may go out."""
        skills = tuple(replace(skill, topic_id=self.PLANTED) for skill in sample().skills)
        return replace(sample(), skills=skills)

    @pytest.mark.parametrize("name", FORMATS)
    def test_undisclosed_paragraphs_are_in_no_format(self, name: str) -> None:
        found = everything(made(name, signed(self.portfolio())))
        hidden = (self.PLANTED, "compose file of the client", "Put both on one network of their own")

        for words in hidden:
            assert words not in found
            assert not any(one in found for one in in_base64(words))


def everything(data: bytes) -> str:
    if data.startswith(b"PK"):
        return "\n".join(everything(one) for one in members(data).values())
    if data.startswith(b"%PDF"):
        return words_of("pdf", data) + data.decode("latin-1")
    return data.decode("latin-1")


def in_base64(words: str) -> list[str]:
    """Return how words look inside base64, at each of the three places that they can begin at."""
    found = [base64.b64encode(b"\0" * shift + words.encode()).decode() for shift in range(3)]
    return [one[4:-4] for one in found]
