"""Endorsements: what somebody is asked to say about a skill, and the credential in which they say it.

The credential is an Open Badges 3.0 ``EndorsementCredential`` that the endorser's own browser signs. Every node of it has
a name (``urn:uuid`` or ``did:key``): a canonical form (RDFC-1.0) of a graph without blank nodes is its statements, sorted,
so that a page can write it without a JSON-LD processor.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_endorsementcredential_schema.json"

OPEN_DAYS = 60
"""Days for which a request can be answered."""

COMMENT_LIMIT, NAME_LIMIT, CONTACT_LIMIT = 2_000, 120, 200
"""Characters of what an endorser writes."""

SLOTS = ("id", "did", "method", "comment", "description", "name", "url", "email", "date")
"""What is filled in by the page; ``url`` or ``email`` may stay empty, then its statement is left out."""

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


@dataclass(frozen=True, slots=True)
class Endorsement:
    """Somebody's statement about a skill as it was taken in; ``document`` is their credential, byte for byte.

    ``received_on`` and ``signed_on`` are days ("2026-11-22"), the latter by the endorser's own clock.
    """

    request: str
    document: str
    issuer_did: str
    issuer_name: str
    contact: str
    comment: str
    description: str
    signed_on: str
    received_on: str

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 (hex) of the document."""
        return hashlib.sha256(self.document.encode()).hexdigest()


def read_asked(values: Mapping[str, Any]) -> Asked:
    """Return what ``asdict`` of a request gave."""
    kept = {one.name: values[one.name] for one in fields(Asked) if one.name in values}
    for name in ("statements", "deliverables"):
        kept[name] = tuple(kept.get(name, ()))
    return Asked(**kept)


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text as a multibase multihash (base64url)."""
    hashed = b"\x12\x20" + hashlib.sha256(text.encode()).digest()
    return "u" + base64.urlsafe_b64encode(hashed).decode().rstrip("=")


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
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
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


def confirmed(asked: Asked, ticked: Sequence[int]) -> list[str]:
    """Return the statements that were ticked."""
    return [asked.statements[number] for number in ticked]
