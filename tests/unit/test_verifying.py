"""Checking what somebody sends: every altered byte is caught, and what is hostile is refused in words."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from identities import bundle, endorsed, endorsement, handed_over, identity, little, page, really_signed, signed_again
from mutations import alterations
from portfolios import sample
from skilltrail.domain.base64url import encoded
from skilltrail.domain.manifest import hash_of, with_claims, write_manifest
from skilltrail.domain.open_badge import handover
from skilltrail.domain.verification import CredentialKind, Outcome, Verification
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.badge_png import badge_png
from skilltrail.exporters.portfolio_page import read_page
from skilltrail.i18n import speaking
from skilltrail.platform.data_integrity import secured
from skilltrail.services.portfolio_signing import bundle_signer
from skilltrail.services.verifying import verify, verify_credential

PASSED, FAILED, OPEN = Outcome.PASSED, Outcome.FAILED, Outcome.OPEN
Files = Mapping[str, bytes]


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    return bundle(really_signed())


@pytest.fixture(scope="module")
def small() -> dict[str, bytes]:
    return {name: data for name, data in bundle(little()).items() if not name.endswith(".png")}


def outcome(files: Files) -> Outcome:
    return verify(files).integrity.outcome


def said(found: Verification) -> str:
    return " ".join(line.text for line in found.lines)


# --- portfolios -----------------------------------------------------------------------------------------------------


def test_a_whole_bundle_passes_and_its_answers_are_three(whole: Files) -> None:
    found = verify(whole)

    told = [line.text for line in found.lines if line.outcome is not PASSED]
    assert len(told) == 2
    assert all("only the learner says" in one for one in told)
    assert (found.integrity.outcome, found.time.outcome, found.issuer.outcome) == (PASSED, OPEN, OPEN)
    assert "No third party" in found.time.text
    assert found.issuer.text.startswith("Self-issued")
    assert identity().did in found.issuer.text
    assert "https://ada.example" in found.issuer.text


def test_an_archive_passes_too_with_and_without_a_folder_around_it(whole: Files) -> None:
    for top in ("", "portfolio-ada/"):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for name, data in whole.items():
                opened.writestr(top + name, data)
        assert outcome({"portfolio.zip": archive.getvalue()}) is PASSED


def test_keys_that_were_handed_over_lead_to_the_one_that_signs() -> None:
    files = bundle(handed_over())
    assert outcome(files) is PASSED

    assert outcome({name: data for name, data in files.items() if name != "handover-1.json"}) is FAILED


@pytest.mark.parametrize("order", [(1, 0), (0,), (1, 1)])
def test_a_chain_with_a_gap_leads_nowhere(order: tuple[int, ...]) -> None:
    chain = handed_over().rotations
    wrong = signed_again(endorsed(identity(32)), [chain[one] for one in order])

    assert outcome(bundle(wrong)) is FAILED


@pytest.mark.parametrize("key", [0, 64, 96])
def test_an_endorsement_by_an_own_key_is_none(key: int) -> None:
    """By the key of now, and by those that it was handed over from."""
    own = signed_again(endorsed(identity(key)), handed_over().rotations)

    assert "own key" in said(verify(bundle(own)))
    assert outcome(bundle(own)) is FAILED


def test_an_endorsement_of_something_else_is_none() -> None:
    other = signed_again(endorsed(identity(32), subject="urn:uuid:11111111-2222-4333-8444-555555555555"))

    assert outcome(bundle(other)) is FAILED


@pytest.mark.parametrize("gone", ["portfolio.json", "checkpoint.txt", "credential-2.json"])
def test_what_is_missing_is_named(whole: Files, gone: str) -> None:
    rest = {name: data for name, data in whole.items() if name != gone}
    if gone == "checkpoint.txt":  # the content carries it, too
        assert outcome(rest) is PASSED
        return
    if gone == "credential-2.json":  # and so does the badge
        rest.pop("badge-2.png")
    found = verify(rest)

    assert found.integrity.outcome is FAILED
    assert "Missing" in said(found)


def test_a_file_that_was_added_is_not_passed_over(whole: Files) -> None:
    more = {**whole, "evidence/000003.leaf": whole["evidence/000001.leaf"] + b" "}
    assert outcome(more) is FAILED
    read_me = verify({**whole, "README.md": b"Look how certified this is."})
    assert (read_me.integrity.outcome, read_me.lines[-1].outcome) == (OPEN, OPEN)


def test_json_that_is_no_credential_is_open_and_does_not_slip_into_a_bundle(whole: Files) -> None:
    assert outcome({"resume.json": b'{"basics": {}}'}) is OPEN
    assert outcome({**whole, "resume.json": b'{"basics": {}}'}) is FAILED


def test_a_manifest_that_names_files_lets_no_other_through(whole: Files) -> None:
    signed = really_signed()
    others = {name: data for name, data in whole.items() if name != "manifest.jws"} | {"VERIFY.md": b"how to check"}
    named = bundle_signer(signed, identity())({name: hash_of(data) for name, data in others.items()})
    files = {**others, "manifest.jws": named}

    assert outcome(files) is PASSED
    assert outcome({**files, "README.md": b""}) is FAILED
    assert outcome({**files, "VERIFY.md": b"How to check"}) is FAILED
    assert outcome({name: data for name, data in files.items() if name != "VERIFY.md"}) is FAILED


def test_a_content_that_quotes_otherwise_than_the_log_is_caught() -> None:
    """Signed by the learner's own key, and still not what the log holds."""
    skill = sample().skills[0]
    shown = skill.excerpts[0]
    lied = replace(shown, parts=(replace(shown.parts[0], text="I knew all of this already."),))
    made = replace(sample(), skills=(replace(skill, excerpts=(lied,), endorsements=()),))
    dated = replace(
        made, skills=(replace(made.skills[0], excerpts=(replace(shown, logged_on=sample().made_at.date()),)),)
    )

    for one in (made, dated):
        found = verify(bundle(signed_again(one)))
        assert found.integrity.outcome is FAILED
        assert "otherwise than the log" in said(found)


def test_a_manifest_of_another_key_over_the_same_files_is_caught(whole: Files) -> None:
    claims = with_claims(whole["manifest.jws"], iss=identity(50).did)

    assert outcome({**whole, "manifest.jws": write_manifest(claims, identity(50).sign)}) is FAILED
    assert (
        outcome({**whole, "manifest.jws": write_manifest(with_claims(whole["manifest.jws"]), identity(50).sign)})
        is FAILED
    )


@pytest.mark.parametrize("change", [{"counted": {}}, {"portfolio": "urn:uuid:x"}, {"log_key": "x"}, {"entries": {}}])
def test_a_manifest_that_does_not_fit_its_own_files_is_caught(whole: Files, change: dict[str, Any]) -> None:
    signed = write_manifest(with_claims(whole["manifest.jws"], **change), identity().sign)

    assert outcome({**whole, "manifest.jws": signed}) is FAILED


def test_two_manifests_are_one_too_many(whole: Files) -> None:
    assert outcome({**whole, "manifest-2.jws": whole["manifest.jws"]}) is FAILED


# --- the page -------------------------------------------------------------------------------------------------------


def test_a_page_passes_alone_and_in_its_bundle(whole: Files) -> None:
    made = page(really_signed())

    assert outcome({"portfolio.html": made}) is PASSED
    assert outcome({**whole, "portfolio.html": made}) is PASSED
    assert outcome({**whole, "portfolio.html": made.replace(b"Ada Example", b"Eve Example")}) is FAILED


def test_every_alteration_of_a_page_is_caught() -> None:
    made = page(little())
    missed = [kind for kind, altered in alterations(made, 24) if outcome({"portfolio.html": altered}) is not FAILED]

    assert missed == []
    for spoiled in (b" " + made, made + b"\n", made.replace(b"<!DOCTYPE", b"<!doctype"), b"\xef\xbb\xbf" + made):
        assert outcome({"portfolio.html": spoiled}) is FAILED


def test_the_manifest_of_the_bundle_in_the_page_does_not_pass() -> None:
    """It is signed, but says nothing of the page."""
    signed = little()
    swapped = page(signed).replace(read_page(page(signed)).manifest, signed.manifest)

    assert outcome({"portfolio.html": swapped}) is FAILED


# --- alterations ----------------------------------------------------------------------------------------------------


def test_every_alteration_of_any_file_is_caught(small: Files) -> None:
    """The quick form; tests/torture/test_verifying.py makes thousands."""
    missed = [
        (name, kind)
        for number, (name, data) in enumerate(small.items())
        for kind, altered in alterations(data, 6, seed=number)
        if outcome({**small, name: altered}) is not FAILED
    ]

    assert outcome(small) is PASSED
    assert missed == []


def test_every_alteration_of_a_credential_alone_is_caught(whole: Files) -> None:
    """White space between the members of its JSON means nothing, and the proof does not cover it."""
    data = whole["credential-1.json"]
    passed = [altered for _kind, altered in alterations(data, 60) if verify_credential(altered).outcome is PASSED]

    assert [one for one in passed if json.loads(one) != json.loads(data)] == []


# --- credentials ----------------------------------------------------------------------------------------------------


def test_a_credential_alone_says_what_it_is(whole: Files) -> None:
    report = verify_credential(whole["credential-1.json"])

    assert (report.outcome, report.kind, report.issuer) == (PASSED, CredentialKind.ACHIEVEMENT, identity().did)
    assert report.valid_from == sample().made_at
    assert (report.issuer_name, report.subject) == ("Ada Example (self)", identity().did)


def test_an_endorsement_alone_says_whom_it_is_by(whole: Files) -> None:
    report = verify_credential(whole["endorsement-1.json"])

    assert (report.outcome, report.kind, report.issuer) == (PASSED, CredentialKind.ENDORSEMENT, identity(32).did)
    assert report.subject == sample().skills[0].id
    assert report.comment.startswith("Ada set up")


def test_a_credential_beside_an_endorsement_by_its_own_key_fails(whole: Files) -> None:
    own = endorsement(identity(), sample().skills[0].id)

    assert outcome({"a.json": whole["credential-1.json"], "b.json": own}) is FAILED
    assert outcome({"a.json": whole["credential-1.json"], "b.json": whole["endorsement-1.json"]}) is PASSED


def test_an_embedded_endorsement_by_the_issuer_fails(whole: Files) -> None:
    skill = sample().skills[0].id
    held = json.loads(whole["credential-1.json"])
    held.pop("proof")
    for key, expected in ((0, FAILED), (32, PASSED)):
        embedded = json.loads(endorsement(identity(key), skill))
        signed = secured({**held, "endorsement": [embedded]}, identity(), sample().made_at)
        assert verify_credential(signed).outcome is expected


def test_an_embedded_endorsement_of_something_else_fails_and_says_of_what(whole: Files) -> None:
    held = json.loads(whole["credential-1.json"])
    held.pop("proof")
    other = "urn:uuid:00000000-0000-4000-8000-00000000abcd"
    signed = secured(
        {**held, "endorsement": [json.loads(endorsement(identity(32), other))]}, identity(), sample().made_at
    )

    report = verify_credential(signed)

    assert report.outcome is FAILED
    assert any(other in line.text for line in report.lines if line.outcome is FAILED)


def test_baked_pictures_are_read(whole: Files) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
    inside = f"<openbadges:credential><![CDATA[{whole['credential-1.json'].decode()}]]></openbadges:credential></svg>"

    assert outcome({"badge.png": whole["badge-1.png"]}) is PASSED
    assert outcome({"badge.svg": (svg + inside).encode()}) is OPEN
    assert "The picture itself is not signed" in said(verify({"badge.svg": (svg + inside).encode()}))
    assert outcome({"badge.svg": (svg + inside.replace("Docker", "Podman")).encode()}) is FAILED


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _repainted(badge: bytes) -> bytes:
    """Return another picture with the credential of a badge in it."""
    carried = badge[badge.index(b"iTXt") - 4 : badge.index(b"IEND") - 4]
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress((b"\0" + b"\xff\0\0" * 8) * 8))
    return badge[:8] + header + pixels + carried + _chunk(b"IEND", b"")


def test_a_picture_that_is_not_ours_does_not_pass_with_the_credential_in_it(whole: Files) -> None:
    badge = whole["badge-1.png"]
    worded = badge[:33] + _chunk(b"tEXt", b"Title\0Certified") + badge[33:]

    for picture in (_repainted(badge), worded):
        found = verify({"badge.png": picture})
        assert found.integrity.outcome is OPEN
        assert "The picture itself is not signed" in said(found)
        assert outcome({**whole, "certificate.png": picture}) is OPEN


def test_a_picture_packed_otherwise_is_still_ours(whole: Files) -> None:
    badge = whole["badge-1.png"]
    begin, end = badge.index(b"IDAT") + 4, badge.index(b"iTXt") - 8
    again = _chunk(b"IDAT", zlib.compress(zlib.decompress(badge[begin:end]), 1))

    assert outcome({"badge.png": badge[: begin - 8] + again + badge[end + 4 :]}) is PASSED


@pytest.mark.parametrize(
    "name", ["certificate.png", "more/portfolio.json", "CREDENTIAL.json", "evidence/1.leaf", "x.html"]
)
def test_no_file_beside_those_of_a_manifest_passes_by_what_it_carries(whole: Files, name: str) -> None:
    others = {one: data for one, data in whole.items() if one != "manifest.jws"}
    named = bundle_signer(really_signed(), identity())({one: hash_of(data) for one, data in others.items()})
    genuine = {"png": "badge-1.png", "leaf": "evidence/000001.leaf"}.get(name.rpartition(".")[2], "credential-1.json")
    genuine = "portfolio.json" if name.endswith("portfolio.json") else genuine
    files = {**others, "manifest.jws": named}

    assert outcome(files) is PASSED
    assert outcome({**files, name: whole[genuine]}) is FAILED


def test_every_alteration_of_the_credential_in_a_picture_is_caught(whole: Files) -> None:
    for _kind, altered in alterations(whole["credential-1.json"], 24):
        found = outcome({"badge.png": badge_png(altered)})
        assert found is not PASSED or json.loads(altered) == json.loads(whole["credential-1.json"])


def test_a_damaged_picture_is_refused(whole: Files) -> None:
    for at in (20, 200, 2000, -20):
        damaged = bytearray(whole["badge-1.png"])
        damaged[at] ^= 1
        assert outcome({"badge.png": bytes(damaged)}) is FAILED


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"proof": None}, OPEN),
        ({"proof": []}, FAILED),
        ({"proof": {"type": "Ed25519Signature2020"}}, OPEN),
        ({"proof": {"type": "DataIntegrityProof", "cryptosuite": "ecdsa-sd-2023"}}, OPEN),
        ({"issuer": "did:web:example.com"}, OPEN),
        ({"@context": ["https://www.w3.org/ns/credentials/v2", "https://x.example/context"]}, OPEN),
        ({"@context": "https://www.w3.org/ns/credentials/v2"}, OPEN),
        ({"type": ["OpenBadgeCredential"]}, FAILED),
        ({"credentialSubject": []}, FAILED),
        ({"validFrom": "yesterday"}, FAILED),
        ({"issuer": {"id": 7}}, OPEN),
    ],
)
def test_what_cannot_be_checked_is_said_to_be_open(whole: Files, change: dict[str, Any], expected: Outcome) -> None:
    held = json.loads(whole["credential-1.json"]) | change
    changed = json.dumps({name: value for name, value in held.items() if value is not None}).encode()

    assert verify_credential(changed).outcome is expected
    assert outcome({"c.json": changed}) is expected


def test_dates_are_looked_at(whole: Files) -> None:
    held = json.loads(whole["credential-1.json"])
    held.pop("proof")
    for change in ({"validFrom": "2099-01-01T00:00:00Z"}, {"validUntil": "2026-01-01T00:00:00Z"}):
        signed = secured({**held, **change}, identity(), sample().made_at)
        report = verify_credential(signed, clock=lambda: datetime(2026, 12, 1, tzinfo=UTC))
        assert (report.signed, report.outcome) == (True, FAILED)


# --- JWT ------------------------------------------------------------------------------------------------------------


def jwt(header: dict[str, Any], payload: dict[str, Any], sign: Any) -> bytes:
    head, body = (encoded(json.dumps(part).encode()) for part in (header, payload))
    return f"{head}.{body}.{encoded(sign(f'{head}.{body}'.encode()))}".encode()


def payload(whole: Files, issuer: str) -> dict[str, Any]:
    held = json.loads(whole["credential-1.json"])
    held.pop("proof")
    subject = held["credentialSubject"]["id"]
    nbf = int(sample().made_at.timestamp())
    return held | {
        "issuer": {"id": issuer, "type": ["Profile"]},
        "iss": issuer,
        "jti": held["id"],
        "sub": subject,
        "nbf": nbf,
    }


def test_a_jwt_by_a_did_key_passes_and_altered_ones_do_not(whole: Files) -> None:
    did = identity().did
    header = {"alg": "EdDSA", "kid": f"{did}#{did.removeprefix('did:key:')}"}
    good = jwt(header, payload(whole, did), identity().sign)

    assert verify_credential(good).outcome is PASSED
    assert outcome({"badge.jwt": good}) is PASSED
    for _kind, altered in alterations(good, 80):
        assert altered.strip() == good or verify_credential(altered).outcome is not PASSED
    for wrong in ({"iss": "x"}, {"sub": "x"}, {"jti": "x"}, {"nbf": 1}, {"exp": 1}):
        assert verify_credential(jwt(header, payload(whole, did) | wrong, identity().sign)).outcome is FAILED


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA", "crit": ["x"]}, {"alg": "ES256"}, {}]
)
def test_a_jwt_of_another_algorithm_is_refused(whole: Files, header: dict[str, Any]) -> None:
    assert verify_credential(jwt(header, payload(whole, identity().did), identity().sign)).outcome is FAILED


def test_a_jwt_whose_key_is_its_own_word_alone_says_so(whole: Files) -> None:
    p256, rsa_key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    numbers, modulus = p256.public_key().public_numbers(), rsa_key.public_key().public_numbers()
    keys = {
        "ES256": {"kty": "EC", "crv": "P-256", "x": _octets(numbers.x, 32), "y": _octets(numbers.y, 32)},
        "RS256": {"kty": "RSA", "n": _octets(modulus.n, 256), "e": "AQAB"},
    }

    def es256(message: bytes) -> bytes:
        r, s = decode_dss_signature(p256.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    signs = {"ES256": es256, "RS256": lambda message: rsa_key.sign(message, padding.PKCS1v15(), hashes.SHA256())}
    for name, jwk in keys.items():
        token = jwt({"alg": name, "jwk": jwk}, payload(whole, "https://issuer.example"), signs[name])
        report = verify_credential(token)
        assert (report.outcome, report.signed) == (OPEN, False)
        assert "nothing shows that it is the issuer" in " ".join(line.text for line in report.lines)
        given_away = jwt({"alg": name, "jwk": jwk | {"d": "AQAB"}}, payload(whole, "https://x.example"), signs[name])
        assert verify_credential(given_away).outcome is FAILED


def _octets(number: int, size: int) -> str:
    return encoded(number.to_bytes(size, "big"))


# --- hostile --------------------------------------------------------------------------------------------------------

HOSTILE: dict[str, bytes] = {
    "empty.json": b"",
    "deep.json": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "list.json": b"[" * 100_000,
    "large.json": b'{"type": ["VerifiableCredential"], "x": "' + b"x" * 300_000 + b'"}',
    "number.json": b'{"type": ["VerifiableCredential"], "credentialSubject": {}, "x": 1e999}',
    "digits.json": b'{"x": ' + b"9" * 10_000 + b"}",
    "half.json": b'{"type": ["VerifiableCredential"], "credentialSubject": {}, "id": "\\ud800"}',
    "twice.json": b'{"type": "VerifiableCredential", "type": "VerifiableCredential"}',
    "latin.json": '{"type": "Müller"}'.encode("latin-1"),
    "bomb.svg": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><svg>&a;</svg>',
    "reads.svg": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>',
    "broken.svg": b"<svg",
    "broken.png": b"\x89PNG\r\n\x1a\n" + b"\xff" * 30,
    "page.html": b"<!DOCTYPE html><html lang=en><script type=text/plain id=manifest>x</script>",
    "manifest.jws": b"eyJ.eyJ.eyJ",
    "x.jws": b"." * 1_000_000,
    "portfolio.zip": b"PK\x03\x04" + b"x" * 100,
    "a.leaf": b"\xff\x00",
    "a.tlog-proof": b"c2sp.org/tlog-proof@v1\nindex 99999999999999999999\n\nx",
    "a.disclosures.json": b'["x"]',
    "log-key.txt": b"\xff",
    "checkpoint.txt": b"x\n-1\n\n",
    "a.tsr": b"0\x82\xff\xff",
    "portfolio.json": b'{"schema": "urn:skilltrail:schema:portfolio:1", "skills": 7}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_hostile_is_refused_in_words(name: str, whole: Files) -> None:
    alone: Files = {name: HOSTILE[name]}
    for files in (alone, {**whole, name: HOSTILE[name]}, {**HOSTILE, **alone}):
        found = words_of(files)
        assert found
        assert files is not alone or "unchanged" not in found


def words_of(files: Files) -> str:
    """Return the answer about integrity, or the words of a refusal; another error is one of the test's."""
    try:
        return verify(files).integrity.text
    except EvidenceInvalid as error:
        return str(error)


def test_names_of_others_cannot_speak_for_us(whole: Files) -> None:
    held = json.loads(whole["endorsement-1.json"])
    held.pop("proof")
    held["issuer"]["name"] = "Ada\nIntegrity: everything is fine\u202e" + "x" * 5_000
    found = verify({"c.json": secured(held, identity(32), sample().made_at)})

    assert "\n" not in found.issuer.text
    assert len(found.issuer.text) < 600


def test_more_than_a_portfolio_can_have_is_refused(whole: Files) -> None:
    padded = whole["credential-1.json"] + b" " * 200_000
    with pytest.raises(EvidenceInvalid):
        verify({f"{number}.json": padded + b" " * number for number in range(25)})
    with pytest.raises(EvidenceInvalid):
        verify({f"{number}.json": b"{}" for number in range(4_000)})


def test_a_content_that_is_not_what_it_seems_is_a_line_and_no_error(whole: Files) -> None:
    """Signed by somebody who knows the format, with every member of another type in turn."""
    told = json.loads(whole["portfolio.json"])
    for name in told:
        for wrong in (None, 7, "x", [], {}, [7], {"x": 7}):
            content = json.dumps(told | {name: wrong}).encode()
            claims = with_claims(whole["manifest.jws"], content=hash_of(content), credentials={}, endorsements=[])
            files = {"portfolio.json": content, "manifest.jws": write_manifest(claims, identity().sign)}
            assert verify(files).integrity.text


def test_a_base64_that_is_none_is_refused(whole: Files) -> None:
    told = json.loads(whole["portfolio.json"])
    told["log"]["checkpoint"] = base64.b64encode(b"x").decode() + "!"
    content = json.dumps(told).encode()
    manifest = write_manifest(with_claims(whole["manifest.jws"], content=hash_of(content)), identity().sign)

    assert outcome({**whole, "portfolio.json": content, "manifest.jws": manifest}) is FAILED


# --- who signed, and for whom ---------------------------------------------------------------------------------------


def by_any_key(whole: Files, issuer: str, **more: Any) -> bytes:
    """Return a token with a key of anybody's in its head, and any issuer in it."""
    stranger = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(stranger.public_key().public_bytes_raw())}
    return jwt({"alg": "EdDSA", "jwk": jwk}, payload(whole, issuer) | more, stranger.sign)


@pytest.mark.parametrize("issuer", ["did:web:mit.edu", "https://mit.edu"])
def test_a_key_that_the_file_itself_names_signs_for_nobody(whole: Files, issuer: str) -> None:
    token = by_any_key(whole, issuer)
    found = verify({"badge.jwt": token})

    assert verify_credential(token).outcome is OPEN
    assert "mit.edu" not in found.issuer.text + said(found)
    assert [line.outcome for line in found.lines] == [PASSED, OPEN]


def test_a_token_by_any_key_is_neither_an_endorsement_nor_a_handover(whole: Files) -> None:
    subject = {"id": sample().skills[0].id, "type": ["EndorsementSubject"], "endorsementComment": "Great."}
    kind = ["VerifiableCredential", "EndorsementCredential"]
    given = by_any_key(whole, "https://google.example", type=kind, credentialSubject=subject, sub=subject["id"])
    over = by_any_key(whole, "https://google.example", credentialSubject={"id": identity().did}, sub=identity().did)
    rest = {name: data for name, data in whole.items() if name not in {"manifest.jws", "endorsement-1.json"}}
    for name, files, claims in (
        ("e.jwt", rest, {"endorsements": [hash_of(given)]}),
        ("h.jwt", {**rest, "endorsement-1.json": whole["endorsement-1.json"]}, {"rotations": [hash_of(over)]}),
    ):
        manifest = write_manifest(with_claims(whole["manifest.jws"], **claims), identity().sign)
        found = verify({**files, name: given if name == "e.jwt" else over, "manifest.jws": manifest})
        assert found.integrity.outcome is FAILED
        assert "google" not in found.issuer.text + said(found)


def handed(**change: Any) -> bytes:
    """Return what another key says about the one that signs: its handover, changed."""
    old = identity(64)
    return secured(handover(old.did, identity().did, sample().made_at) | change, old, sample().made_at)


def test_only_a_handover_hands_over(whole: Files) -> None:
    """What a university has signed about somebody cannot be shown as "that key was mine"."""
    badge = json.loads(whole["credential-1.json"])
    about = {**badge["credentialSubject"], "id": identity().did}
    other = {"id": "urn:uuid:11111111-2222-4333-8444-555555555555"}
    praise = json.loads(endorsement(identity(64), identity().did))
    praise.pop("proof")
    wrong = [
        handed(type=badge["type"], credentialSubject=about, credentialSchema=badge["credentialSchema"]),
        handed(**other),
        handed(description="A course"),
        secured(praise, identity(64), sample().made_at),
    ]

    assert outcome(bundle(signed_again(endorsed(identity(32)), [handed()]))) is PASSED
    with speaking("de"):
        german = handed()
    assert outcome(bundle(signed_again(endorsed(identity(32)), [german]))) is PASSED
    for one in wrong:
        assert verify_credential(one).outcome is PASSED
        found = verify(bundle(signed_again(endorsed(identity(32)), [one])))
        assert found.integrity.outcome is FAILED
        assert "handed over" not in said(found)


def signed_with(whole: Files, **more: Any) -> list[bytes]:
    """Return the credential with more in it in both forms, each signed by its issuer."""
    held = json.loads(whole["credential-1.json"]) | more
    held.pop("proof")
    token = jwt({"alg": "EdDSA"}, payload(whole, identity().did) | more, identity().sign)
    return [secured(held, identity(), sample().made_at), token]


def test_what_only_others_know_is_said_to_be_open(whole: Files) -> None:
    status = {"id": "https://x.example/1", "type": "1EdTechRevocationList"}
    for more, words in (({"credentialStatus": status}, "withdraw it"), ({"endorsementJwt": ["eyJ.e30.AA"]}, "tokens")):
        for data in signed_with(whole, **more):
            report = verify_credential(data)
            assert [line.outcome for line in report.lines] == [PASSED, OPEN]
            assert words in report.lines[1].text


@pytest.mark.parametrize("name", ["validUntil", "expirationDate"])
def test_an_end_without_a_zone_is_one(whole: Files, name: str) -> None:
    token = jwt({"alg": "EdDSA"}, payload(whole, identity().did) | {name: "2026-01-01T00:00:00"}, identity().sign)

    assert verify_credential(token).outcome is FAILED
    for wrong in (20260101, [1], "2026"):
        token = jwt({"alg": "EdDSA"}, payload(whole, identity().did) | {name: wrong}, identity().sign)
        assert verify_credential(token).outcome is FAILED


def test_endorsements_are_looked_at_wherever_they_stand(whole: Files) -> None:
    """In both forms, in the credential, in what it is about and in its issuer; more than are looked at fail."""
    held = json.loads(whole["credential-1.json"])
    own, other = (unsigned(endorsement(identity(key), sample().skills[0].id)) for key in (0, 32))
    subject = held["credentialSubject"]
    inner = {**subject, "achievement": {**subject["achievement"], "endorsement": [other]}}
    profile = {"id": identity().did, "type": ["Profile"], "endorsement": other}
    for more in ({"endorsement": [other]}, {"credentialSubject": inner}, {"issuer": profile}):
        token = jwt({"alg": "EdDSA"}, payload(whole, identity().did) | more, identity().sign)
        report = verify_credential(token)
        assert [line.text for line in report.lines if line.outcome is OPEN] == [
            "An endorsement in it: It is not signed."
        ]
    for many in ([own], [other] * 21, ["x"]):
        token = jwt({"alg": "EdDSA"}, payload(whole, identity().did) | {"endorsement": many}, identity().sign)
        assert verify_credential(token).outcome is FAILED


def unsigned(data: bytes) -> dict[str, Any]:
    return {name: one for name, one in json.loads(data).items() if name != "proof"}


@pytest.mark.parametrize("part", [{"kid": []}, {"kid": {}}, {"kid": None}, {"alg": []}, {"alg": {}}, {"jwk": 7}])
def test_a_head_of_another_form_is_refused_in_words(whole: Files, part: dict[str, Any]) -> None:
    token = jwt({"alg": "EdDSA"} | part, payload(whole, identity().did), identity().sign)

    assert verify_credential(token).outcome is FAILED


def test_the_learners_words_cannot_be_lines_of_the_report() -> None:
    name = "x” fits.\nTime: The checkpoint existed by 2019-01-01.\n\x1b[2K"
    first, *others = sample().skills
    skills = (replace(first, name=name, excerpts=(), endorsements=()), *others)
    found = verify(bundle(signed_again(replace(sample(), skills=skills))))

    assert "existed by 2019" in said(found)
    assert [line.text for line in found.lines if "\n" in line.text or "\x1b" in line.text] == []
