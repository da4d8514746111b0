"""The manifest of a portfolio: hashes, signed by the identity key, that bind everything of it together (ADR 0021).

A compact JWS (RFC 7515) with EdDSA. Its header has one form, byte for byte, and so have its three parts: a signature
that fits a second spelling would be a second manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from skilltrail.domain.base64url import decoded, encoded
from skilltrail.domain.did_key import ed25519_of, method_of
from skilltrail.domain.log_leaf import write_disclosures
from skilltrail.domain.portfolio import Portfolio
from skilltrail.domain.signed_note import Check, Sign
from skilltrail.domain.strict_json import read_strict
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

TYPE = "skilltrail-portfolio+jws"
VERSION = 1
MANIFEST_MOST = 2 * 1024 * 1024

_NEEDED = {"v", "iss", "iat", "portfolio", "log_key", "checkpoint", "content", "credentials", "entries", "counted",
           "endorsements"}  # fmt: skip
_OPTIONAL = {"aud", "rotations", "files", "page"}
_HASH_CHARS = 43
_DISTANT_FUTURE = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """What a portfolio shows of one log entry, whatever its skills: disclosures in the order of their first use."""

    leaf: bytes
    proof: bytes
    disclosures: tuple[str, ...]

    def disclosures_file(self) -> bytes:
        """Return the file of disclosures, byte for byte as the manifest hashes it."""
        return write_disclosures(self.disclosures)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest whose signature fits, by claim (ADR 0021); hashes are base64url SHA-256. ``signed`` is the JWS."""

    issuer: str
    made_at: datetime
    recipient: str
    portfolio: str
    log_key: str
    checkpoint: str
    content: str
    credentials: Mapping[str, str]
    entries: Mapping[int, tuple[str, str]]
    counted: Mapping[str, tuple[int, ...]]
    endorsements: tuple[str, ...]
    rotations: tuple[str, ...]
    files: Mapping[str, str] | None
    page: Mapping[str, str] | None
    signed: bytes


def hash_of(data: bytes) -> str:
    """Return the hash of bytes as manifests write it: base64url(SHA-256), 43 signs."""
    return encoded(hashlib.sha256(data).digest())


def shown_entries(portfolio: Portfolio) -> dict[int, ShownEntry]:
    """Return log entry → what is shown of it; one that several skills show is there once, with all its parts."""
    found: dict[int, ShownEntry] = {}
    for excerpt in (one for skill in portfolio.skills for one in skill.excerpts):
        before = found[excerpt.entry].disclosures if excerpt.entry in found else ()
        shown = tuple(dict.fromkeys((*before, *excerpt.disclosures)))
        found[excerpt.entry] = ShownEntry(excerpt.leaf, excerpt.proof, shown)
    return dict(sorted(found.items()))


def claims_of(
    portfolio: Portfolio, content: bytes, credentials: Mapping[str, bytes], rotations: Sequence[bytes] = ()
) -> dict[str, Any]:
    """Return the claims of a portfolio's manifest; ``credentials`` by the skill's ``id``."""
    endorsements = {hash_of(one.document) for skill in portfolio.skills for one in skill.endorsements}
    entries = shown_entries(portfolio)
    claims: dict[str, Any] = {
        "v": VERSION,
        "iss": portfolio.person.did,
        "iat": int(portfolio.made_at.timestamp()),
        "portfolio": portfolio.id,
        "log_key": portfolio.log_key,
        "checkpoint": hash_of(portfolio.checkpoint),
        "content": hash_of(content),
        "credentials": {name: hash_of(data) for name, data in credentials.items()},
        "entries": {str(n): [hash_of(one.leaf), hash_of(one.disclosures_file())] for n, one in entries.items()},
        "counted": {skill.id: sorted(skill.entries) for skill in portfolio.skills},
        "endorsements": sorted(endorsements),
    }
    if portfolio.recipient:
        claims["aud"] = portfolio.recipient
    if rotations:
        claims["rotations"] = [hash_of(one) for one in rotations]
    return claims


def write_manifest(claims: Mapping[str, Any], sign: Sign) -> bytes:
    """Return a manifest over claims; ``sign`` is that of the key of their ``iss``."""
    head = encoded(_header(claims["iss"]))
    body = encoded(_compact(claims))
    return f"{head}.{body}.{encoded(sign(f'{head}.{body}'.encode()))}".encode()


def with_claims(manifest: bytes, **more: object) -> dict[str, Any]:
    """Return the claims of a manifest that was just written, with ``more`` beside them: for the page, for a bundle."""
    claims = read_strict(decoded(manifest.decode().split(".")[1]), most=MANIFEST_MOST)
    return dict(claims | more)


def is_manifest(data: bytes) -> bool:
    """Tell whether bytes have the outer form of a manifest."""
    head = data[:1000].partition(b".")[0]
    return head.startswith(b"eyJ") and data.count(b".") == 2 and b"\n" not in data.strip()


def check_manifest(data: bytes, check: Check) -> Manifest:
    """Return what a manifest says, if the key that it names has signed it.

    Raises
    ------
    EvidenceInvalid
        If it was altered, or has not its form, byte for byte.
    """
    refused = EvidenceInvalid(_("This is not the manifest of a portfolio."))
    if len(data) > MANIFEST_MOST or not data.isascii() or data.count(b".") != 2:
        raise refused
    head, body, signature = data.decode("ascii").split(".")
    claims = read_strict(decoded(body), most=MANIFEST_MOST)
    if not isinstance(claims, dict) or not isinstance(claims.get("iss"), str):
        raise refused
    if decoded(head) != _header(claims["iss"]):
        raise refused
    if not check(ed25519_of(claims["iss"]), decoded(signature), f"{head}.{body}".encode()):
        raise EvidenceInvalid(_("The signature does not fit: what was signed has been altered."))
    try:
        return _manifest(claims, data)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise refused from None


def _manifest(claims: dict[str, Any], signed: bytes) -> Manifest:
    _require(_NEEDED <= claims.keys() <= _NEEDED | _OPTIONAL and claims["v"] == VERSION)
    _require(type(claims["iat"]) is int and 0 <= claims["iat"] <= _DISTANT_FUTURE)
    _require(all(isinstance(claims[name], str) for name in ("portfolio", "log_key")))
    _require(isinstance(claims.get("aud", ""), str))
    return Manifest(
        issuer=claims["iss"],
        made_at=datetime.fromtimestamp(claims["iat"], UTC),
        recipient=claims.get("aud", ""),
        portfolio=claims["portfolio"],
        log_key=claims["log_key"],
        checkpoint=_hash(claims["checkpoint"]),
        content=_hash(claims["content"]),
        credentials=_hashes(claims["credentials"]),
        entries={_number(name): (_hash(pair[0]), _hash(pair[1])) for name, pair in claims["entries"].items()},
        counted={str(name): tuple(_counted(one)) for name, one in claims["counted"].items()},
        endorsements=tuple(_hash(one) for one in claims["endorsements"]),
        rotations=tuple(_hash(one) for one in claims.get("rotations", ())),
        files=_hashes(claims["files"]) if "files" in claims else None,
        page=_hashes(claims["page"]) if "page" in claims else None,
        signed=signed,
    )


def _require(holds: object) -> None:
    if not holds:
        raise ValueError("not a manifest")


def _hash(value: object) -> str:
    _require(isinstance(value, str) and len(value) == _HASH_CHARS)
    return str(value)


def _hashes(values: Mapping[str, object]) -> dict[str, str]:
    return {str(name): _hash(value) for name, value in values.items()}


def _number(text: str) -> int:
    _require(text.isdecimal() and text.isascii() and str(int(text)) == text)
    return int(text)


def _counted(numbers: Sequence[object]) -> list[int]:
    _require(isinstance(numbers, list) and all(type(one) is int for one in numbers))
    return [int(str(one)) for one in numbers]


def _header(issuer: str) -> bytes:
    return _compact({"alg": "EdDSA", "kid": method_of(issuer), "typ": TYPE})


def _compact(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
