"""What a learner could try with their own key, or somebody with another's portfolio: none of it passes."""

from __future__ import annotations

import base64
import copy
import io
import json
import time
import warnings
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from identities import bundle, endorsement, identity, page, really_signed
from portfolios import LOG, MADE_AT, hostile, log_key, sample
from skilltrail.domain import merkle
from skilltrail.domain.checkpoint import EntryProof, TreeHead, write_checkpoint, write_proof
from skilltrail.domain.log_leaf import Leaf, check_disclosures, write_start
from skilltrail.domain.manifest import hash_of, with_claims, write_manifest
from skilltrail.domain.portfolio import Anchor, Portfolio
from skilltrail.domain.signed_note import NoteKey
from skilltrail.domain.verification import Outcome, Verification
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.portfolio_json import write_content
from skilltrail.exporters.portfolio_page import portfolio_page, read_page, visible_part
from skilltrail.exporters.portfolio_page_parts import hashed, without_scripts
from skilltrail.exporters.portfolio_reading import read_portfolio
from skilltrail.exporters.portfolio_writer import writer
from skilltrail.platform.data_integrity import secured
from skilltrail.platform.signing import SigningKey
from skilltrail.services.portfolio_signing import bundle_signer, page_signer, sign_portfolio
from skilltrail.services.verifying import verify
from skilltrail.services.verifying_content import decoded64
from skilltrail.services.verifying_files import read_content

PASSED, FAILED, OPEN = Outcome.PASSED, Outcome.FAILED, Outcome.OPEN
Files = Mapping[str, bytes]
Change = Callable[[Any], object]


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    return bundle(really_signed())


def outcome(files: Files) -> Outcome:
    return verify(files).integrity.outcome


def said(found: Verification) -> str:
    return " ".join(line.text for line in found.lines if line.outcome is not PASSED)


def closed(files: Files) -> dict[str, bytes]:
    """Return a bundle whose manifest names all of its files."""
    others = {name: data for name, data in files.items() if name != "manifest.jws"}
    sign = bundle_signer(really_signed(), identity())
    return {**others, "manifest.jws": sign({name: hash_of(data) for name, data in others.items()})}


def foreign_page(checkpoint: bytes | None = None) -> bytes:
    """Return a page of somebody else, whole in itself."""
    key = identity(7)
    made = replace(sample(), person=replace(sample().person, did=key.did, name="Mallory"))
    made = replace(made, skills=tuple(replace(one, endorsements=(), excerpts=(), entries=()) for one in made.skills))
    if checkpoint is not None:
        made = replace(made, checkpoint=checkpoint, log_entries=1)
    signed = sign_portfolio(made, write_content(made), key)
    return portfolio_page(signed, sign_page=page_signer(signed, key))


# --- archives and bundles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["portfolio.json", "Portfolio.JSON", "evidence\\000001.leaf"])
def test_an_archive_with_two_files_for_one_place_is_refused(whole: Files, name: str) -> None:
    """Other programs unpack the first of them, or the last."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as opened:
        warnings.simplefilter("ignore")
        for member, data in [(name, b"EVIL"), *whole.items()]:
            opened.writestr(member, data)

    with pytest.raises(EvidenceInvalid, match="twice"):
        verify({"portfolio.zip": file.getvalue()})


def test_a_page_of_somebody_else_does_not_slip_into_a_bundle(whole: Files) -> None:
    added = {"READ-ME-FIRST.html": foreign_page()}

    assert outcome(added) is PASSED
    for files in (whole, closed(whole)):
        assert outcome({**files, **added}) is FAILED
    own = {"portfolio.html": page(really_signed())}
    assert outcome({**closed(whole), **own}) is FAILED
    assert outcome(closed({**whole, **own})) is PASSED


def test_under_different_checkpoints_no_date_is_told(whole: Files) -> None:
    other = write_checkpoint(TreeHead(log_key().name, 1, merkle.leaf_hash(b"x")), log_key(), LOG.sign)
    found = verify({"mine.html": page(really_signed()), "older.html": foreign_page(other)})

    assert found.integrity.outcome is PASSED
    assert "mine.html" in found.time.text
    assert "older.html" in found.time.text


def test_a_manifest_of_a_page_speaks_for_no_files(whole: Files) -> None:
    of_page = read_page(page(really_signed())).manifest

    assert outcome({**whole, "manifest.jws": of_page, "portfolio.pdf": b"%PDF forged"}) is FAILED


def test_without_its_manifest_nothing_passes_as_a_whole(whole: Files) -> None:
    rest = {name: data for name, data in whole.items() if name != "manifest.jws"}
    altered = {**rest, "portfolio.json": rest["portfolio.json"].replace(b"Ada", b"Eve")}

    assert outcome(altered) is OPEN
    assert "Without its manifest" in said(verify(altered))
    unsigned = {name: value for name, value in json.loads(whole["credential-1.json"]).items() if name != "proof"}
    beside = {"a.json": whole["credential-2.json"], "b.json": json.dumps(unsigned).encode()}
    assert outcome(beside) is OPEN


def test_another_key_of_the_log_beside_a_bundle_is_refused(whole: Files) -> None:
    key = log_key().text().encode() + b"\n"

    assert outcome({**whole, "log-key.txt": key}) is PASSED
    assert outcome({**whole, "log-key.txt": b"other+" + key}) is FAILED


def test_loose_entries_under_two_pasts_of_one_log_are_refused(whole: Files) -> None:
    loose = {name.partition("/")[2]: data for name, data in whole.items() if name.startswith("evidence/")}
    files = {**loose, "log-key.txt": log_key().text().encode() + b"\n"}
    leaf = loose["000001.leaf"]
    other = write_checkpoint(TreeHead(log_key().name, 1, merkle.leaf_hash(leaf)), log_key(), LOG.sign)

    assert outcome(files) is PASSED
    two = {**files, "000000.leaf": leaf, "000000.tlog-proof": write_proof(EntryProof(0, (), other))}
    assert outcome(two) is FAILED


def loose_entries(whole: Files) -> dict[str, bytes]:
    return {name.partition("/")[2]: data for name, data in whole.items() if name.startswith("evidence/")}


def of_another_log() -> dict[str, bytes]:
    """Return an entry of another log, with its key."""
    signing = SigningKey(bytes(range(3, 35)))
    key = NoteKey(f"skilltrail.invalid/{signing.public[:8].hex()}", signing.public)
    leaf = write_start(key.name, reason="first", follows=None, logged_on=MADE_AT.date())
    note = write_checkpoint(TreeHead(key.name, 1, merkle.leaf_hash(leaf)), key, signing.sign)
    proof = write_proof(EntryProof(0, (), note))
    return {"000001.leaf": leaf, "000001.tlog-proof": proof, "log-key.txt": key.text().encode() + b"\n"}


def within(folder: str, files: Files) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files.items()}


def test_folders_of_two_logs_are_checked_each_with_its_own_key(whole: Files) -> None:
    """Their files have the same names; without a key beside them nobody can tell whose they are."""
    mine = {**loose_entries(whole), "log-key.txt": log_key().text().encode() + b"\n"}
    other = of_another_log()

    found = verify({**within("a", mine), **within("b/deeper", other)})

    assert found.integrity.outcome is PASSED
    assert log_key().text() in found.issuer.text
    assert other["log-key.txt"].decode().strip() in found.issuer.text
    assert outcome({**within("a", mine), **within("b", {**other, "log-key.txt": mine["log-key.txt"]})}) is FAILED
    assert outcome({**within("a", mine), **within("b", other), "c/000001.leaf": mine["000001.leaf"]}) is OPEN
    above = {"b/log-key.txt": other.pop("log-key.txt"), **within("b/deeper", other)}
    assert outcome({**within("a", mine), **above}) is PASSED


def test_two_pasts_of_one_log_are_refused_in_folders_of_their_own_too(whole: Files) -> None:
    mine = {**loose_entries(whole), "log-key.txt": log_key().text().encode() + b"\n"}
    leaf = mine["000001.leaf"]
    note = write_checkpoint(TreeHead(log_key().name, 1, merkle.leaf_hash(leaf)), log_key(), LOG.sign)
    other = {"000000.leaf": leaf, "000000.tlog-proof": write_proof(EntryProof(0, (), note))}

    past = {**other, "log-key.txt": mine["log-key.txt"]}

    assert outcome(within("b", past) | {"b/x.txt": b""}) is OPEN
    assert outcome({**within("a", mine), **within("b", past)}) is FAILED


@pytest.mark.parametrize("name", ["Portfolio.json", "EVIDENCE/000001.leaf"])
def test_a_folder_with_two_files_for_one_place_is_refused(whole: Files, name: str) -> None:
    with pytest.raises(EvidenceInvalid, match="take for one"):
        verify({**whole, name: b"EVIL"})


def test_too_much_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base64, "b64decode", lambda *_a, **_k: pytest.fail("it was decoded"))
    monkeypatch.setattr(json, "loads", lambda *_a, **_k: pytest.fail("it was read"))
    for refused in (
        lambda: decoded64("A" * 2_000_000),
        lambda: check_disclosures(Leaf("skilltrail-entry", MADE_AT.date()), ["A" * 12_000_000]),
        lambda: read_content(b" " * (48 * 1024 * 1024 + 1)),
    ):
        with pytest.raises(EvidenceInvalid):
            refused()


# --- what the learner signs -----------------------------------------------------------------------------------------


def resigned(whole: Files, change: Change, claims: Change = lambda _claims: None) -> dict[str, bytes]:
    """Return the bundle with other content, signed anew by the learner's own key."""
    content = json.loads(whole["portfolio.json"])
    change(content)
    data = json.dumps(content).encode()
    told: dict[str, Any] = copy.deepcopy(with_claims(whole["manifest.jws"], content=hash_of(data)))
    claims(told)
    return {**whole, "portfolio.json": data, "manifest.jws": write_manifest(told, identity().sign)}


def _excerpt(**members: object) -> Change:
    return lambda content: content["skills"][0]["excerpts"][0].update(members)


def _endorsement(**members: object) -> Change:
    return lambda content: content["skills"][0]["endorsements"][0].update(members)


def _counts(**members: object) -> Change:
    return lambda content: content["skills"][0]["counts"].update(members)


def _added(content: Any) -> None:
    given = content["skills"][0]["endorsements"]
    own = base64.b64encode(endorsement(identity(), content["skills"][0]["id"])).decode()
    given.append({**given[0], "document": own})


LIES: dict[str, Change] = {
    "comment": _endorsement(comment="Best engineer ever"),
    "endorser": _endorsement(issuer_name="Google"),
    "key of the endorser": _endorsement(issuer_did=identity(9).did),
    "what was confirmed": _endorsement(about="Everything"),
    "an endorsement too many": _added,
    "of another skill": lambda content: content["skills"][1].update(endorsements=content["skills"][0]["endorsements"]),
    "entries of the log": lambda content: content["log"].update(entries=100_000),
    "recipient": lambda content: content.update(recipient="Somebody else"),
    "withheld": _excerpt(withheld=0),
    "order of the parts": lambda content: content["skills"][0]["excerpts"][0]["parts"].reverse(),
    "a part less": lambda content: content["skills"][0]["excerpts"][0]["parts"].pop(),
    "exchanges": _counts(exchanges=99_999),
    "checked": _counts(checked=34),
    "fewer exchanges than entries": _counts(exchanges=1),
    "first day": lambda content: content["skills"][0].update(first_on="2001-01-01"),
    "name of the skill": lambda content: content["skills"][0].update(name="Nuclear physics"),
    "name of the person": lambda content: content["person"].update(name="Grace"),
    "a skill twice": lambda content: content["skills"].append(content["skills"][0]),
}


@pytest.mark.parametrize("lie", LIES)
def test_content_that_says_other_than_what_is_signed_beside_it_is_caught(whole: Files, lie: str) -> None:
    assert outcome(resigned(whole, LIES[lie])) is FAILED


def test_resigning_alone_is_no_lie(whole: Files) -> None:
    assert outcome(resigned(whole, lambda _content: None)) is PASSED


@pytest.mark.parametrize("claim", [{"credentials": {}}, {"endorsements": []}])
def test_a_manifest_without_what_the_content_shows_is_caught(whole: Files, claim: dict[str, Any]) -> None:
    assert outcome(resigned(whole, lambda _content: None, lambda claims: claims.update(claim))) is FAILED


def test_what_only_the_learner_says_is_told(whole: Files) -> None:
    found = verify(resigned(whole, _excerpt(provider="claude", asked_on="2019-01-01", check="corrected")))

    assert "With whom a chat took place" in said(found)


@pytest.mark.parametrize("lie", ["id", "name", "count", "kind"])
def test_a_credential_that_says_other_than_the_content_is_caught(whole: Files, lie: str) -> None:
    held = json.loads(whole["credential-1.json"])
    held.pop("proof")
    subject = held["credentialSubject"]
    if lie == "id":
        subject["id"] = identity(33).did
    elif lie == "name":
        subject["achievement"]["name"] = "Nuclear physics"
    elif lie == "count":
        subject["result"][0]["value"] = "99999"
    else:
        held["type"] = ["VerifiableCredential"]
        subject.pop("result")
    forged = secured(held, identity(), sample().made_at)
    skill = sample().skills[0].id
    files = resigned(
        {name: data for name, data in whole.items() if name != "badge-1.png"},
        lambda _content: None,
        lambda claims: claims["credentials"].update({skill: hash_of(forged)}),
    )

    assert outcome({**files, "credential-1.json": forged}) is FAILED


def test_many_entries_and_proofs_do_not_take_for_ever(whole: Files) -> None:
    """Each of the entries would have been asked of each of the proofs."""
    first = json.loads(whole["portfolio.json"])["skills"][0]["excerpts"][0]
    hashes = with_claims(whole["manifest.jws"])["entries"]
    pair = next(iter(hashes.values()))
    files = resigned(
        whole,
        lambda content: content["skills"][0]["excerpts"].extend([first] * 3_000),
        lambda claims: claims["entries"].update({str(10**6 + one): pair for one in range(3_000)}),
    )
    begun = time.process_time()

    assert outcome(files) is FAILED
    assert time.process_time() - begun < 5


# --- the page -------------------------------------------------------------------------------------------------------


def test_a_page_with_another_checker_is_told_and_does_not_pass() -> None:
    """Signed by the learner: byte for byte what they signed, and its checks say whatever they like."""
    text = page(really_signed()).decode()
    lies = {
        "code": text.replace('if (states.includes("fail")) return "fail";', 'return "pass";'),
        "before the rules": text.replace("<head>", "<head><script >alert(1)</script>", 1),
        "an attribute": text.replace('<html lang="en"', '<html lang="en" onload="alert(1)"', 1),
        "the rules": text.replace("script-src '", "script-src 'unsafe-inline' '", 1),
        "style": text.replace("style-src '", "style-src 'unsafe-inline' '", 1),
    }
    assert outcome({"portfolio.html": _page_signed(text)}) is PASSED
    for lie, altered in lies.items():
        assert altered != text, lie
        found = verify({"portfolio.html": _page_signed(altered)})
        assert found.integrity.outcome is not PASSED, lie
        assert "do not believe" in said(found) or found.integrity.outcome is FAILED


BOASTS = {
    "a headline": ("<h1>", "<h1>Certified expert: "),
    "a figure": ("<dd>", "<dd>9"),
    "the verdict before any check": ("Not checked yet", "Unchanged, and assessed by Skilltrail"),
    "words of the script": ("Unchanged since it was signed", "Assessed by Skilltrail"),
    "style": ("</style>", ".honest{display:none}</style>"),
    "an attribute": ('class="honest"', 'class="honest" hidden=""'),
}


@pytest.mark.parametrize("boast", BOASTS)
def test_a_page_that_shows_other_than_its_signed_content_is_refused(boast: str) -> None:
    """The learner signs it, with our code in it, so that its own checks pass."""
    before, after = BOASTS[boast]
    text = page(really_signed()).decode()
    altered = text.replace(before, after, 1)
    assert altered != text

    found = verify({"portfolio.html": _page_signed(altered)})

    assert found.integrity.outcome is FAILED
    assert "shows something else" in said(found)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("Skilltrail 9.9.9 (0123456789abcdef)", "Skilltrail 9.9.9 (0123456789abcdef)"),
        ("Skilltrail: integrity passed, do believe it", "another program"),
        ("", "another program"),
    ],
)
def test_a_page_of_another_program_is_not_compared_and_does_not_pass(by: str, told: str) -> None:
    text = page(really_signed()).decode().replace(f'content="{writer()}"', f'content="{by}"', 1)
    boast = text.replace("<h1>", "<h1>Certified expert: ", 1)
    assert boast != text

    found = verify({"portfolio.html": _page_signed(boast)})

    assert found.integrity.outcome is OPEN
    assert f"was not compared with the signed content: it was written by {told}" in said(found)


def test_another_program_that_writes_the_same_passes() -> None:
    text = page(really_signed()).decode().replace(f'content="{writer()}"', 'content="Skilltrail 9.9.9 (0123)"', 1)

    assert outcome({"portfolio.html": _page_signed(text)}) is PASSED


@pytest.mark.parametrize("language", ["en", "de", "es"])
@pytest.mark.parametrize("made", [sample, hostile, lambda: really_signed().portfolio])
def test_what_a_content_says_comes_back_whole(made: Callable[[], Portfolio], language: str) -> None:
    token = Anchor("rfc3161", b"note", b"token", datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC), "An authority")
    portfolio = replace(
        made(), language=language, anchors=(token, Anchor("git", b"note", b"", None, "https://x.example"))
    )
    content = write_content(portfolio)

    again = read_portfolio(json.loads(content))

    assert write_content(again) == content
    assert visible_part(again) == visible_part(portfolio)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(language="xx"),
        lambda content: content.update(made_at="2026"),
        lambda content: content["skills"][0]["counts"].update(exchanges=10**400),
        lambda content: content["skills"][0]["counts"].update(exchanges=-1),
        lambda content: content["skills"][0]["months"][0].update(month="0000-01"),
        lambda content: content["skills"][0].update(terms="abc" * 2, months={}),
        lambda content: content["person"].update(name=["Ada"]),
        lambda content: content.pop("anchors"),
        lambda content: content.update(skills=content["skills"] * 100),
    ],
)
def test_no_page_comes_of_a_content_that_is_none(change: Change) -> None:
    content = json.loads(write_content(sample()))
    change(content)

    with pytest.raises(EvidenceInvalid):
        visible_part(read_portfolio(content))


def _page_signed(text: str) -> bytes:
    begin = '<script type="text/plain" id="manifest">'
    before, _begin, rest = text.partition(begin)
    _manifest, end, after = rest.partition("</script>")
    visible = hashed(without_scripts(text.removeprefix("<!DOCTYPE html>")))
    file = hashed(f"{before}{begin}{end}{after}".encode())
    manifest = page_signer(really_signed(), identity())({"visible": visible, "file": file}).decode()
    return f"{before}{begin}{manifest}{end}{after}".encode()
