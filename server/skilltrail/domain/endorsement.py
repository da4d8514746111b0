"""Endorsements: what somebody is asked to say about a skill, and the credential in which they say it.

The credential is an Open Badges 3.0 ``EndorsementCredential`` that the endorser's own browser signs. Every node of it
has a name (``urn:uuid`` or ``did:key``): the canonical form (RDFC-1.0) of a graph without blank nodes is its
statements, sorted, so that a page can write it without a JSON-LD processor.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from skilltrail.domain.base64url import encoded
from skilltrail.domain.open_badge import CONTEXTS, ENDORSEMENT_SCHEMA
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

OPEN_DAYS = 60
"""Days for which a request can be answered."""

COMMENT_LIMIT, NAME_LIMIT, CONTACT_LIMIT = 2_000, 120, 200
"""Characters of what an endorser writes."""

SLOTS = ("id", "did", "method", "comment", "description", "name", "url", "email", "date")
"""What is filled in by the page; ``url`` or ``email`` may stay empty, then its statement is left out."""

_TEXT_MOST = 10_000
_SPACE = uuid.UUID("5b0c7f0e-6a61-5d3c-9d0b-2f6f6c1b8f11")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request tells the endorser: nothing that the learner did not choose. ``statements`` can be ticked.

    ``request`` and ``skill_id`` are urn:uuid, ``did`` is the learner's did:key. Days are "2026-11-22", months
    "2026-11"; ``nonce`` keeps the digest of all this from being guessed.
    """

    request: str
    nonce: str
    person: str
    did: str
    skill: str
    skill_id: str
    made_on: str
    answer_by: str
    language: str
    statements: tuple[str, ...]
    since: str = ""
    until: str = ""
    deliverables: tuple[str, ...] = ()
    note: str = ""

    def text(self) -> str:
        """Return it as the request holds it; its digest stands in the answer."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def digest(self) -> str:
        """Return its SHA-256 as a multibase multihash (base64url)."""
        return digest_of(self.text())


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text as a multibase multihash (base64url)."""
    return "u" + encoded(b"\x12\x20" + hashlib.sha256(text.encode()).digest())


def skill_urn(topic_id: str) -> str:
    """Return the name of a skill in credentials: the same through all exports, and nothing can be read from it."""
    return uuid.uuid5(_SPACE, topic_id).urn


def last_day(made_on: date) -> date:
    """Return the last day on which a request can be answered."""
    return made_on + timedelta(days=OPEN_DAYS)


def unsigned_document(asked: Asked, name: str, filled: Mapping[str, str]) -> dict[str, Any]:
    """Return the credential without its proof; ``filled`` are values of ``SLOTS``, ``name`` what it is called."""
    issuer = {"id": filled["did"], "type": ["Profile"], "name": filled["name"]}
    issuer |= {one: filled[one] for one in ("url", "email") if filled.get(one)}
    return {
        "@context": list(CONTEXTS),
        "id": filled["id"],
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": name,
        "description": filled["description"],
        "issuer": issuer,
        "validFrom": filled["date"],
        "credentialSubject": {
            "id": asked.skill_id,
            "type": ["EndorsementSubject"],
            "endorsementComment": filled["comment"],
        },
        "relatedResource": [
            {"id": asked.request, "mediaType": "application/json", "digestMultibase": asked.digest()},
        ],
        "credentialSchema": [{"id": ENDORSEMENT_SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def proof_options(filled: Mapping[str, str]) -> dict[str, Any]:
    """Return the proof without its value, as it is canonicalised: in the document's contexts."""
    return {
        "@context": list(CONTEXTS),
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": filled["date"],
        "verificationMethod": filled["method"],
        "proofPurpose": "assertionMethod",
    }


def marked_slots() -> dict[str, str]:
    """Return a value for each slot that occurs nowhere else; names and methods of things are addresses."""
    named = {"id", "did", "method"}
    return {slot: f"urn:x-slot:{slot}" if slot in named else f"x-slot-{slot}-x" for slot in SLOTS}


def cut_at_slots(statements: Iterable[str], marks: Mapping[str, str]) -> list[list[str]]:
    """Cut canonical statements at their slots: text, name of a slot, text, …"""
    slot_of = {mark: slot for slot, mark in marks.items()}
    return [_cut(line, slot_of) for line in statements]


def _cut(line: str, slot_of: Mapping[str, str]) -> list[str]:
    parts: list[str] = []
    while found := sorted((at, -len(mark), mark) for mark in slot_of if (at := line.find(mark)) >= 0):
        at, _length, mark = found[0]
        parts += [line[:at], slot_of[mark]]
        line = line[at + len(mark) :]
    return [*parts, line]


@dataclass(frozen=True, slots=True)
class Statement:
    """What an endorsement credential says; texts as they were signed, moments as text. ``digest`` is of its request."""

    credential_id: str
    issuer: str
    issuer_name: str
    contact: str
    subject: str
    comment: str
    description: str
    valid_from: str
    valid_until: str
    request: str
    digest: str


def read_statement(document: Mapping[str, Any]) -> Statement:
    """Return what an endorsement credential says; raises EvidenceInvalid where it lacks something that ours have."""
    kinds = document.get("type")
    if not isinstance(kinds, list) or "EndorsementCredential" not in kinds:
        raise EvidenceInvalid(_("This credential is not an endorsement."))
    issuer, subject = _member(document, "issuer"), _member(document, "credentialSubject")
    related = document.get("relatedResource")
    asked = _member({"only": related[0] if isinstance(related, list) and len(related) == 1 else related}, "only")
    return Statement(
        credential_id=_text(document, "id"),
        issuer=_text(issuer, "id"),
        issuer_name=_text(issuer, "name"),
        contact=_text(issuer, "url" if "url" in issuer else "email"),
        subject=_text(subject, "id"),
        comment=_text(subject, "endorsementComment"),
        description=_text(document, "description", needed=False),
        valid_from=_text(document, "validFrom"),
        valid_until=_text(document, "validUntil", needed=False),
        request=_text(asked, "id"),
        digest=_text(asked, "digestMultibase"),
    )


def is_about(description: str, name: str) -> bool:
    """Tell whether a description, as requests of ours word it in whatever language, names a skill by this very name."""
    line, wanted = _plain(description.partition("\n")[0]), _plain(name)
    return bool(wanted) and any(f"{marks[0]}{wanted}{marks[1]}" in line for marks in _QUOTES)


_QUOTES = ("“”", "„“", "«»", "»«", '""')


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def has_ended(statement: Statement, now: datetime) -> bool:
    """Tell whether a statement says itself that it holds no more; an end without a zone is one in UTC."""
    return bool(statement.valid_until) and _moment(statement.valid_until) < now


def has_begun(statement: Statement, now: datetime) -> bool:
    """Tell whether a statement holds already, by its signer's clock."""
    return _moment(statement.valid_from) <= now


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _member(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    if not isinstance(found, dict):
        raise EvidenceInvalid(_("This endorsement lacks something that an answer to a request of yours has."))
    return found


def _text(value: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    found = value.get(name, None if needed else "")
    if not isinstance(found, str) or (needed and not found) or len(found) > _TEXT_MOST:
        raise EvidenceInvalid(_("This endorsement lacks something that an answer to a request of yours has."))
    return found
