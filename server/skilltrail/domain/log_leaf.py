"""What one entry of the evidence log commits to, and how single parts of it are shown later.

A leaf is JSON in ASCII, written once and kept as it was hashed. It shows when it was logged and whence the exchange
came; everything else stands in it as salted digests in the form of SD-JWT (RFC 9901):

* disclosure = base64url(UTF-8(JSON [salt, name, value])), without padding;
* digest = base64url(SHA-256(ASCII(disclosure))), sorted in ``_sd``.

A salt is drawn from a key that each leaf has for itself, HMAC-SHA-256(key, name) cut to 16 bytes: to show one part is
to show one salt, and to delete the key is to delete all of them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from skilltrail.domain.base64url import decoded, encoded
from skilltrail.domain.exchange import Origin
from skilltrail.domain.strict_json import read_strict
from skilltrail.errors import EvidenceInvalid
from skilltrail.i18n import _

VERSION = 1
ENTRY = "skilltrail-entry"
START = "skilltrail-start"
KEY_BYTES = 32
SALT_BYTES = 16
PARTS_MOST = 64
"""Parts of one text; a longer one has several paragraphs in each."""

LEAF_MOST = 1024 * 1024
DISCLOSURE_MOST = 8 * 1024 * 1024

_ENTRY_MEMBERS = {"_sd", "_sd_alg", "logged_on", "origin", "typ", "v"}
_START_MEMBERS = {"follows", "log", "logged_on", "reason", "typ", "v"}
_DIGEST_CHARS = 43

Fields = Mapping[str, str]
"""Name → value of everything that an entry commits to."""


@dataclass(frozen=True, slots=True)
class LoggedExchange:
    """An exchange as it goes into the log; ``supersedes`` is the number of its entry of before."""

    origin: Origin
    provider: str
    conversation: str
    model: str | None
    fidelity: str
    status: str
    asked_at: datetime
    asked_at_source: str
    answered_at: datetime | None
    captured_at: datetime
    prompt: str
    reply: str
    attachments: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    supersedes: int | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as read: ``digests`` of an entry; of a start, ``follows`` is the last head of the log before."""

    typ: str
    logged_on: date
    origin: str | None = None
    digests: frozenset[str] = frozenset()
    follows: Mapping[str, Any] | None = None


def fields_of(exchange: LoggedExchange) -> dict[str, str]:
    """Return what an entry of this exchange commits to; what is not known is not there."""
    single = {
        "provider": exchange.provider,
        "conversation": exchange.conversation,
        "model": exchange.model,
        "fidelity": exchange.fidelity,
        "status": exchange.status,
        "asked_at": _moment(exchange.asked_at),
        "asked_at_source": exchange.asked_at_source,
        "answered_at": _moment(exchange.answered_at),
        "captured_at": _moment(exchange.captured_at),
        "supersedes": None if exchange.supersedes is None else str(exchange.supersedes),
    }
    found = {name: value for name, value in single.items() if value is not None}
    found |= _numbered("prompt", paragraphs(exchange.prompt)) | _numbered("reply", paragraphs(exchange.reply))
    return found | _numbered("attachment", exchange.attachments) | _numbered("citation", exchange.citations)


def paragraphs(text: str) -> list[str]:
    """Return a text in parts that can be shown one by one; put together they are the text, sign by sign.

    A part ends behind the empty lines that follow it. What has more than ``PARTS_MOST`` of them has several in each.
    """
    found = list(_paragraphs(text))
    step = -(-len(found) // PARTS_MOST) or 1
    return ["".join(found[start : start + step]) for start in range(0, len(found), step)]


def write_entry(fields: Fields, *, origin: Origin, logged_on: date, key: bytes) -> bytes:
    """Return the leaf of an entry; ``key`` is its own, 32 random bytes."""
    digests = sorted(digest_of(disclosure(key, name, value)) for name, value in fields.items())
    return _written(
        {
            "_sd": digests,
            "_sd_alg": "sha-256",
            "logged_on": logged_on.isoformat(),
            "origin": origin.value,
            "typ": ENTRY,
            "v": VERSION,
        }
    )


def write_start(log: str, *, reason: str, follows: tuple[str, int, str] | None, logged_on: date) -> bytes:
    """Return the first leaf of a log; ``follows``: origin, size and root (base64) of the head that it goes on from."""
    before = None if follows is None else dict(zip(("origin", "size", "root"), follows, strict=True))
    values = {"follows": before, "log": log, "logged_on": logged_on.isoformat(), "reason": reason}
    return _written({**values, "typ": START, "v": VERSION})


def disclosure(key: bytes, name: str, value: str) -> str:
    """Return what shows one field of the entry with this key."""
    salt = hmac.new(key, name.encode(), hashlib.sha256).digest()[:SALT_BYTES]
    whole = json.dumps([encoded(salt), name, value], ensure_ascii=False, separators=(",", ":"))
    return encoded(whole.encode())


def digest_of(shown: str) -> str:
    """Return the digest by which a leaf commits to a disclosure."""
    return encoded(hashlib.sha256(shown.encode("ascii")).digest())


def read_leaf(data: bytes) -> Leaf:
    """Read a leaf.

    Raises
    ------
    EvidenceInvalid
        If it is no leaf of this version, or says something twice or in a second way.
    """
    value = read_strict(data, most=LEAF_MOST)
    if not isinstance(value, dict) or value.get("v") != VERSION or value.get("v") is True or _written(value) != data:
        raise EvidenceInvalid(_("This is not an entry of an evidence log."))
    if value.get("typ") == ENTRY and value.keys() == _ENTRY_MEMBERS:
        return _entry(value)
    if value.get("typ") == START and value.keys() == _START_MEMBERS:
        follows = value["follows"]
        return Leaf(START, _day(value["logged_on"]), follows=follows if isinstance(follows, dict) else None)
    raise EvidenceInvalid(_("This is not an entry of an evidence log."))


def check_disclosures(leaf: Leaf, shown: Sequence[str]) -> dict[str, str]:
    """Return name → value of the fields that are shown, each of which the leaf commits to; raises EvidenceInvalid."""
    found: dict[str, str] = {}
    for one in shown:
        name, value = _shown(one)
        if digest_of(one) not in leaf.digests or name in found:
            raise EvidenceInvalid(_("What is shown is not what the entry commits to: something was altered."))
        found[name] = value
    return found


def write_disclosures(shown: Sequence[str]) -> bytes:
    """Return a file of disclosures: a JSON list of them."""
    return json.dumps(list(shown), indent=1).encode("ascii") + b"\n"


def read_disclosures(data: bytes) -> list[str]:
    """Read a file of disclosures; raises EvidenceInvalid."""
    found = read_strict(data, most=DISCLOSURE_MOST)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise EvidenceInvalid(_("What is shown has not the form that it must have."))
    return found


def _shown(text: str) -> tuple[str, str]:
    if len(text) > 4 * (DISCLOSURE_MOST // 3 + 1):
        raise EvidenceInvalid(_("What is shown has not the form that it must have."))
    parts = read_strict(decoded(text), most=DISCLOSURE_MOST)
    words = _("What is shown has not the form that it must have.")
    if not isinstance(parts, list) or len(parts) != 3 or not all(isinstance(part, str) for part in parts):
        raise EvidenceInvalid(words)
    if len(decoded(parts[0])) < SALT_BYTES:
        raise EvidenceInvalid(words)
    return parts[1], parts[2]


def _entry(value: dict[str, Any]) -> Leaf:
    digests, origin = value["_sd"], value["origin"]
    refused = EvidenceInvalid(_("This is not an entry of an evidence log."))
    if not isinstance(digests, list) or not all(isinstance(one, str) and len(one) == _DIGEST_CHARS for one in digests):
        raise refused
    if digests != sorted(set(digests)) or value["_sd_alg"] != "sha-256" or origin not in set(Origin):
        raise refused
    return Leaf(ENTRY, _day(value["logged_on"]), origin=str(origin), digests=frozenset(digests))


def _day(text: object) -> date:
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise EvidenceInvalid(_("This is not an entry of an evidence log."))
    return day


def _paragraphs(text: str) -> Iterator[str]:
    lines = text.split("\n")
    lines = [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    part: list[str] = []
    for line in lines:
        if part and not part[-1].strip() and line.strip():
            yield "".join(part)
            part = []
        part.append(line)
    if part:
        yield "".join(part)


def _numbered(name: str, values: Sequence[str]) -> dict[str, str]:
    return {f"{name}.{number}": value for number, value in enumerate(values, start=1)}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _written(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode("ascii")
