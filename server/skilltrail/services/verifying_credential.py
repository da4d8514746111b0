"""Checking one Open Badges 3.0 credential, ours or anybody's: from its bytes alone, without the network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from skilltrail.domain.base64url import decoded
from skilltrail.domain.did_key import method_of
from skilltrail.domain.strict_json import read_strict
from skilltrail.domain.verification import CredentialKind, CredentialReport, Line, Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.exporters.plain_text import one_line
from skilltrail.i18n import _
from skilltrail.platform import jose
from skilltrail.platform.clock import Clock, utc_now
from skilltrail.platform.data_integrity import (
    CREDENTIAL_MOST,
    SUITE,
    check_form,
    check_proof_of,
    known_contexts,
    read_credential,
)

ALGORITHMS = ("ES256", "RS256", "EdDSA", "Ed25519")

_KINDS = {
    "OpenBadgeCredential": CredentialKind.ACHIEVEMENT,
    "AchievementCredential": CredentialKind.ACHIEVEMENT,
    "EndorsementCredential": CredentialKind.ENDORSEMENT,
}
_SKEW = timedelta(minutes=5)
_HEADER = {"alg", "kid", "jwk", "typ"}
_EMBEDDED_MOST = 20
_SHORT_MOST = 200

Json = Mapping[str, Any]


def verify_credential(data: bytes, *, about: str = "", clock: Clock = utc_now) -> CredentialReport:
    """Return what checking a credential says; ``about`` is what its lines call it. Never raises for what is in it."""
    try:
        if is_jwt(data):
            return _of_jwt(data, about, clock)
        return _of_json(read_credential(data), about, clock)
    except EvidenceInvalid as error:
        return CredentialReport((Line(Outcome.FAILED, about, str(error)),))


def is_jwt(data: bytes) -> bool:
    """Tell whether bytes have the outer form of a compact JWS."""
    text = data.strip()
    return text.startswith(b"eyJ") and text.count(b".") == 2 and len(text.split()) == 1


# --- Data Integrity -------------------------------------------------------------------------------------------------


def _of_json(document: dict[str, Any], about: str, clock: Clock) -> CredentialReport:
    told = _told(document)
    lines: list[Line] = []
    signed = False
    unable = _unable(document, told["issuer"])
    if unable:
        lines.append(Line(Outcome.OPEN, about, unable))
    else:
        check_form(document)
        _check_proof_member(document["proof"], told["issuer"])
        check_proof_of(document, told["issuer"])
        signed = True
        lines.append(Line(Outcome.PASSED, about, _("The signature fits; nothing was changed since it was made.")))
    lines += _window(told, about, clock)
    lines += _unseen(document, about)
    if signed:
        lines += _embedded(document, about, told["issuer"], clock)
    return CredentialReport(tuple(lines), signed=signed, document=document, **told)


def _unable(document: Json, issuer: str) -> str:
    """Return why the proof of a credential cannot be checked here, "" if it can."""
    proof = document.get("proof")
    if proof is None:
        return _("It is not signed.")
    if not isinstance(proof, dict):
        raise EvidenceInvalid(_("It must have one proof, and has more, or none that can be read."))
    suite = proof.get("cryptosuite") or proof.get("type")
    if suite != SUITE:
        return _("It is signed in a way that is not checked here (only eddsa-rdfc-2022, and JWT).")
    if not known_contexts(document.get("@context")):
        return _("It uses contexts that are not at hand; nothing is fetched from the network, so it cannot be checked.")
    if not issuer.startswith("did:key:"):
        return _("The key of its issuer would have to be fetched from the network; it is not checked here.")
    return ""


def _check_proof_member(proof: Json, issuer: str) -> None:
    if proof.get("proofPurpose") != "assertionMethod" or proof.get("type") != "DataIntegrityProof":
        raise EvidenceInvalid(_("The signature was made for another purpose."))
    if proof.get("verificationMethod") != method_of(issuer):
        raise EvidenceInvalid(_("It was signed with another key than that of its issuer."))


# --- what stands in it, and what only others know -------------------------------------------------------------------


def _unseen(document: Json, about: str) -> list[Line]:
    """Name what a credential says that nobody can check from its bytes."""
    lines: list[Line] = []
    if document.get("credentialStatus"):
        words = _("Its issuer can withdraw it; whether they did would have to be asked over the network, and was not.")
        lines.append(Line(Outcome.OPEN, about, words))
    if any(True for _one in _members(document, "endorsementJwt")):
        words = _("There are endorsements in it that are tokens (JWT); those are not checked here.")
        lines.append(Line(Outcome.OPEN, about, words))
    return lines


def _embedded(document: Json, about: str, issuer: str, clock: Clock) -> list[Line]:
    """Check the endorsements that stand anywhere in a credential.

    One by the credential's own issuer is none, nor is one of what the credential does not name.
    """
    found = list(_members(document, "endorsement"))
    if len(found) > _EMBEDDED_MOST:
        return [Line(Outcome.FAILED, about, _("There are more endorsements in it than are looked at here."))]
    lines: list[Line] = []
    named = {one for one in _members(document, "id") if isinstance(one, str)}
    for one in found:
        inner = _inner(one, about, clock)
        words = _("An endorsement in it: {words}")
        lines += [Line(line.outcome, about, words.format(words=line.text)) for line in inner.lines]
        if inner.issuer == issuer:
            lines.append(Line(Outcome.FAILED, about, _("An endorsement in it is by its own issuer.")))
        if inner.document and inner.subject not in named:
            words = _("An endorsement in it is about something else: {subject}")
            lines.append(Line(Outcome.FAILED, about, words.format(subject=_short(inner.subject) or "–")))
    return lines


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= _SHORT_MOST else text[: _SHORT_MOST - 1] + "…"


def _members(value: object, name: str) -> Iterator[object]:
    """Yield what members of this name hold, at any depth, but not in embedded endorsements: those are asked alone."""
    if isinstance(value, list):
        for one in value:
            yield from _members(one, name)
    elif isinstance(value, dict):
        for key, held in value.items():
            if key == name:
                yield from held if isinstance(held, list) else [held]
            elif key != "endorsement":
                yield from _members(held, name)


def _inner(document: object, about: str, clock: Clock) -> CredentialReport:
    try:
        return _of_json(document if isinstance(document, dict) else {}, about, clock)
    except EvidenceInvalid as error:
        return CredentialReport((Line(Outcome.FAILED, about, str(error)),))


# --- JWT ------------------------------------------------------------------------------------------------------------


def _of_jwt(data: bytes, about: str, clock: Clock) -> CredentialReport:
    if len(data) > CREDENTIAL_MOST or not data.isascii():
        raise EvidenceInvalid(_("This is not a credential."))
    head, body, signature = data.strip().decode("ascii").split(".")
    header = read_strict(decoded(head), most=CREDENTIAL_MOST)
    document = read_credential(decoded(body))
    if not isinstance(header, dict) or not header.keys() <= _HEADER or header.get("alg") not in ALGORITHMS:
        raise EvidenceInvalid(_("It is signed in a way that is not checked here (only eddsa-rdfc-2022, and JWT)."))
    told = _told(document)
    key, bound = _key(header, told["issuer"])
    if not jose.fits(header["alg"], key, decoded(signature), f"{head}.{body}".encode()):
        raise EvidenceInvalid(_("The signature does not fit: what was signed has been altered."))
    _check_claims(document, told)
    lines = [Line(Outcome.PASSED, about, _("The signature fits; nothing was changed since it was made."))]
    if not bound:
        words = _("The key is named by the file itself; nothing shows that it is the issuer’s.")
        lines.append(Line(Outcome.OPEN, about, words))
    lines += [
        *_window(told, about, clock),
        *_unseen(document, about),
        *_embedded(document, about, told["issuer"], clock),
    ]
    # A key that the file itself names signs for nobody: anybody can write any issuer beside it.
    return CredentialReport(tuple(lines), signed=bound, document=document, **told)


def _key(header: Json, issuer: str) -> tuple[jose.PublicKey, bool]:
    """Return the key, and whether it is the issuer's by the issuer's own address."""
    jwk = header.get("jwk")
    if issuer.startswith("did:key:"):
        own = jose.key_of_did(issuer)
        given = own if jwk is None else _of(jwk)
        if not jose.same_key(own, given) or header.get("kid", issuer) not in (issuer, method_of(issuer)):
            raise EvidenceInvalid(_("It was signed with another key than that of its issuer."))
        return own, True
    if jwk is None:
        raise EvidenceInvalid(
            _("The key of its issuer would have to be fetched from the network; it is not checked here.")
        )
    return _of(jwk), False


def _of(jwk: object) -> jose.PublicKey:
    return jose.key_of_jwk(jwk if isinstance(jwk, dict) else {})


def _check_claims(document: Json, told: Json) -> None:
    """Refuse a JWT whose claims say other than the credential in it (Open Badges 3.0)."""
    equal = {"iss": told["issuer"], "jti": told["id"], "sub": told["subject"]}
    differs = [name for name, value in equal.items() if name in document and document[name] != value]
    moments = {"nbf": told["valid_from"], "exp": told["valid_until"]}
    for name, moment in moments.items():
        given = document.get(name)
        if given is not None and (moment is None or given != moment.timestamp()):
            differs.append(name)
    if differs:
        raise EvidenceInvalid(_("What the signed token claims is not what the credential in it says."))


# --- what it says ---------------------------------------------------------------------------------------------------


def _told(document: Json) -> dict[str, Any]:
    types = document.get("type")
    named = [one for one in (types if isinstance(types, list) else [types]) if isinstance(one, str)]
    if "VerifiableCredential" not in named:
        raise EvidenceInvalid(_("This is not a credential."))
    issuer = document.get("issuer")
    profile = issuer if isinstance(issuer, dict) else {"id": issuer}
    subjects = document.get("credentialSubject")
    subject = subjects[0] if isinstance(subjects, list) and len(subjects) == 1 else subjects
    if not isinstance(subject, dict):
        raise EvidenceInvalid(_("This is not a credential."))
    return {
        "kind": next((_KINDS[one] for one in named if one in _KINDS), CredentialKind.OTHER),
        "id": _text(document.get("id")),
        "name": _text(document.get("name")),
        "issuer": _text(profile.get("id")),
        "issuer_name": _text(profile.get("name")),
        "issuer_url": _text(profile.get("url")),
        "subject": _text(subject.get("id")),
        "comment": _text(subject.get("endorsementComment")),
        "valid_from": _moment(document.get("validFrom")),
        "valid_until": _end(document),
    }


def _window(told: Json, about: str, clock: Clock) -> list[Line]:
    now, begins, ends = clock(), told["valid_from"], told["valid_until"]
    if begins is not None and begins > now + _SKEW:
        return [Line(Outcome.FAILED, about, _("It is dated in the future."))]
    if ends is not None and ends < now - _SKEW:
        return [Line(Outcome.FAILED, about, _("It was valid until a day that is over."))]
    return []


def _end(document: Json) -> datetime | None:
    """Return when a credential ends, also in the word that its older data model has for it."""
    ends = (_moment(document.get(name)) for name in ("validUntil", "expirationDate"))
    return min((end for end in ends if end is not None), default=None)


def _moment(value: object) -> datetime | None:
    """Return a moment; one without a zone is read as UTC, since one that is passed over would never end."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise EvidenceInvalid(_("A date in it is none.")) from None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
