"""Credentials and manifests of a portfolio, and the key that signs them."""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openbadgeslib import baking
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from identities import identity, really_signed
from portfolios import hostile, sample
from skilltrail.domain.did_key import did_of, ed25519_of, key_of, method_of
from skilltrail.domain.manifest import check_manifest, hash_of, is_manifest, shown_entries
from skilltrail.domain.open_badge import CONTEXTS, achievement_id, checkpoint_digest, credential_id, credential_of
from skilltrail.errors import EvidenceInvalid, KeyUnavailable, SecretRefused
from skilltrail.exporters.badge_png import badge_png
from skilltrail.exporters.portfolio_json import write_content
from skilltrail.i18n import LANGUAGES, speaking
from skilltrail.platform.data_integrity import check_form, check_proof_of, read_credential, secured
from skilltrail.platform.identity_keys import new_identity, opened_identity
from skilltrail.platform.signing import is_signed
from skilltrail.services.portfolio_signing import bundle_signer, page_signer, sign_handover, sign_portfolio

FIXTURE = Path(__file__).parents[1] / "fixtures" / "open-badge.json"
OVERCLAIMING = {
    "en": ("certif", "verified", "proven", "accredit", "guarant", "level", "score"),
    "de": ("zertifi", "verifiziert", "nachgewiesen", "bewiesen", "akkredit", "garant", "niveau", "punktzahl"),
    "es": ("certific", "verificad", "demostrad", "acredit", "garant", "nivel", "puntuaci"),
}


def first() -> bytes:
    return next(iter(really_signed().credentials.values()))


# --- did:key --------------------------------------------------------------------------------------------------------


def test_a_did_key_is_that_of_the_specification() -> None:
    """The first Ed25519 example of the did:key method, and its public key."""
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"

    assert did_of(ed25519_of(did)) == did
    assert method_of(did) == f"{did}#z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


@pytest.mark.parametrize(
    "did",
    [
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do",
        "did:key:z16MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
        "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
        "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2do0",
        "did:web:example.com",
        "did:key:z" + "1" * 100_000,
        "",
    ],
)
def test_what_is_no_key_of_ours_is_refused(did: str) -> None:
    with pytest.raises(EvidenceInvalid):
        key_of(did)


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_opens_with_its_passphrase_alone() -> None:
    key = new_identity()
    sealed = key.sealed("a few words in a row")

    assert opened_identity(sealed, "a few words in a row").did == key.did
    for wrong in ("another few words", None, ""):
        with pytest.raises(SecretRefused):
            opened_identity(sealed, wrong)
    with pytest.raises(SecretRefused):
        key.sealed("short")


def test_a_key_without_a_passphrase_is_pkcs8_that_any_program_opens() -> None:
    key = new_identity()

    assert key.sealed(None).startswith(b"-----BEGIN PRIVATE KEY-----")
    assert opened_identity(key.sealed(None), "whatever").did == key.did


def test_a_damaged_key_is_named_as_such() -> None:
    for broken in (b"", b"{}", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\xff"):
        with pytest.raises(KeyUnavailable):
            opened_identity(broken, "a few words in a row")


def test_a_key_shows_nothing_of_itself() -> None:
    key = new_identity()

    assert repr(key) == str(key) == "IdentitySigner(…)"


# --- credentials ----------------------------------------------------------------------------------------------------


def test_the_fixture_for_other_implementations_is_what_is_signed_now() -> None:
    """The extension's tests read it with the reference implementation; a fixed key and time give the same bytes."""
    held = json.loads(FIXTURE.read_text(encoding="utf-8"))
    made = {
        "credentials": [json.loads(one) for one in really_signed().credentials.values()],
        "handover": json.loads(sign_handover(identity(), identity(100), sample().made_at)),
    }

    assert held == made


def test_openbadgeslib_accepts_every_credential() -> None:
    for signed in (really_signed(), sign_portfolio(hostile(), b"{}", identity())):
        for skill, data in signed.credentials.items():
            found = OB3LdpVerifier().verify(data)
            assert found.id == credential_id(skill)
            assert found.issuer.id == identity().did


def test_a_credential_says_what_the_paper_asks() -> None:
    skill = sample().skills[1]
    held = json.loads(really_signed().credentials[skill.id])
    subject = held["credentialSubject"]
    results = {one["id"]: one["resultType"] for one in subject["achievement"]["resultDescription"]}

    assert held["@context"] == list(CONTEXTS)
    assert "endorsementJwt" not in held
    assert "credentialStatus" not in held
    assert held["issuer"]["id"] == subject["id"] == sample().person.did
    assert subject["achievement"]["id"] == achievement_id(skill.id)
    assert subject["achievement"]["achievementType"] == "ext:SelfRecordedLearning"
    assert [one["targetCode"] for one in subject["achievement"]["alignment"]] == [one.code for one in skill.alignments]
    assert {results[one["resultDescription"]]: one["value"] for one in subject["result"]} == {
        "ext:RecordedExchanges": "19",
        "ext:LearningExchanges": "12",
        "ext:ImportedExchanges": "0",
        "ext:Sessions": "6",
        "ext:Days": "6",
        "ext:AnswersChecked": "2",
    }
    assert held["relatedResource"][0]["digestMultibase"] == checkpoint_digest(sample().checkpoint)
    assert held["proof"]["verificationMethod"] == method_of(identity().did)


def test_a_tool_without_an_address_is_a_tag_and_no_alignment() -> None:
    subject = json.loads(really_signed().credentials[sample().skills[0].id])["credentialSubject"]["achievement"]

    assert "alignment" not in subject
    assert "Docker" in subject["tag"]


def test_a_later_credential_has_the_same_ids() -> None:
    later = replace(sample(), made_at=sample().made_at + timedelta(days=30))
    before, after = (credential_of(one, one.skills[0]) for one in (sample(), later))

    assert before["id"] == after["id"]
    assert before["credentialSubject"]["achievement"] == after["credentialSubject"]["achievement"]
    assert before["validFrom"] < after["validFrom"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_credential_claims_too_much(language: str) -> None:
    with speaking(language):
        whole = json.dumps(credential_of(sample(), sample().skills[0]), ensure_ascii=False).lower()
    # Schema addresses and types are those of the standard.
    whole = "".join(part for part in whole.split('"') if not part.startswith("https://"))

    assert [word for word in OVERCLAIMING[language] if word in whole] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held.update(name="Certified"),
        lambda held: held["credentialSubject"].update(narrative="more"),
        lambda held: held["credentialSubject"]["result"][0].update(value="99"),
        lambda held: held.update(invented="member"),
        lambda held: held.update({"https://schema.org/name": "x"}),
        lambda held: held["proof"].update(created="2020-01-01T00:00:00Z"),
        lambda held: held["proof"].update(proofPurpose="authentication"),
        lambda held: held.update(proof=[held["proof"], held["proof"]]),
        lambda held: held["@context"].append({"x": "https://x.example/x"}),
        lambda held: held.pop("relatedResource"),
    ],
)
def test_an_altered_credential_is_refused(change: Any) -> None:
    held = json.loads(first())
    change(held)

    with pytest.raises(EvidenceInvalid):
        _check(held, identity().did)


def test_a_member_that_stands_twice_is_refused() -> None:
    twice = first().replace(b'{\n "@context"', b'{\n "name": "other",\n "@context"', 1)

    with pytest.raises(EvidenceInvalid):
        read_credential(twice)


def test_a_proof_of_another_key_does_not_fit() -> None:
    with pytest.raises(EvidenceInvalid):
        _check(json.loads(first()), identity(50).did)


def _check(held: dict[str, Any], issuer: str) -> None:
    check_form(held)
    check_proof_of(held, issuer)


def test_what_would_not_be_signed_is_not_signed() -> None:
    with pytest.raises(EvidenceInvalid):
        secured({**credential_of(sample(), sample().skills[0]), "invented": "x"}, identity(), datetime.now(UTC))


def test_one_key_hands_over_to_the_next() -> None:
    held = json.loads(sign_handover(identity(), identity(100), sample().made_at))

    _check(held, identity().did)
    assert held["type"] == ["VerifiableCredential", "EndorsementCredential"]
    assert held["credentialSubject"]["id"] == identity(100).did


# --- the manifest ---------------------------------------------------------------------------------------------------


def test_the_manifest_binds_everything() -> None:
    signed = really_signed()
    held = check_manifest(signed.manifest, is_signed)

    assert is_manifest(signed.manifest)
    assert (held.issuer, held.recipient, held.portfolio) == (identity().did, "Example Shop GmbH", sample().id)
    assert held.made_at == sample().made_at
    assert held.content == hash_of(signed.content) == hash_of(write_content(signed.portfolio))
    assert held.credentials == {name: hash_of(data) for name, data in signed.credentials.items()}
    assert held.checkpoint == hash_of(sample().checkpoint)
    assert set(held.entries) == {1, 2, 4, 5, 6, 8}
    assert held.counted[sample().skills[0].id] == (1, 2, 3, 4)
    assert (held.files, held.page, held.rotations) == (None, None, ())


def test_an_entry_that_two_skills_show_is_bound_once_with_all_its_parts() -> None:
    one, other = (replace(skill, excerpts=skill.excerpts[:1]) for skill in sample().skills[:2])
    shown = one.excerpts[0]
    halves = [replace(shown, disclosures=(part,)) for part in shown.disclosures]
    both = replace(sample(), skills=(replace(one, excerpts=halves[:1]), replace(other, excerpts=halves[1:])))

    assert shown_entries(both)[shown.entry].disclosures == shown.disclosures


def test_the_page_and_a_bundle_get_manifests_of_their_own() -> None:
    signed = really_signed()
    page = check_manifest(page_signer(signed, identity())({"visible": "a" * 43, "file": "b" * 43}), is_signed)
    bundle = check_manifest(bundle_signer(signed, identity())({"VERIFY.md": "c" * 43}), is_signed)

    assert page.page == {"visible": "a" * 43, "file": "b" * 43}
    assert bundle.files == {"VERIFY.md": "c" * 43}
    assert page.content == bundle.content == check_manifest(signed.manifest, is_signed).content


def test_every_altered_sign_of_a_manifest_is_caught() -> None:
    manifest = really_signed().manifest
    for place in range(len(manifest)):
        for flip in (1, 2, 4, 32):
            altered = bytearray(manifest)
            altered[place] ^= flip
            with pytest.raises(EvidenceInvalid):
                check_manifest(bytes(altered), is_signed)


@pytest.mark.parametrize("text", [b"", b"..", b"a.b.c", b"\xff.\xff.\xff", b"e30.e30.e30", b"." * 10, b"eyJ9" * 10_000])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(EvidenceInvalid):
        check_manifest(text, is_signed)


def test_a_portfolio_of_another_key_is_not_signed() -> None:
    with pytest.raises(EvidenceInvalid):
        sign_portfolio(sample(), b"{}", identity(50))


# --- the picture ----------------------------------------------------------------------------------------------------


def test_a_badge_carries_the_credential_byte_for_byte() -> None:
    picture = badge_png(first())

    assert baking.extract_png(picture, keyword=baking.ITXT_KEYWORD_OB3) == first().decode()
    chunks = list(_chunks(picture))
    assert [kind for kind, _data in chunks] == [b"IHDR", b"IDAT", b"iTXt", b"IEND"]
    assert len(zlib.decompress(chunks[1][1])) == 320 * (320 * 4 + 1)


def _chunks(picture: bytes) -> Any:
    at = 8
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        data = picture[at + 8 : at + 8 + length]
        assert struct.unpack(">I", picture[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + data)
        yield kind, data
        at += 12 + length
