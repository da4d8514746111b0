"""What a leak scan finds, and which texts of a portfolio it reads: every one, whatever is added to the value later."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from typing import Any

from skilltrail.domain.portfolio import Excerpt, Person, Portfolio, PortfolioSkill

AROUND = 60
"""Signs before and after a hit that are shown with it."""


class HitKind(StrEnum):
    """Why something may not go out as it is."""

    CLIENT = "client"
    NEAR_CLIENT = "near client"
    OTHERS_MATTER = "others' matter"
    SECRET = "secret"  # noqa: S105 - a kind
    OWN_WORD = "own word"
    PERSONAL = "personal data"
    REDACTION = "redaction"
    PATH = "path"
    HELD_BACK = "held back"
    """A skill is named after exchanges that may not leave."""


class Resolving(StrEnum):
    """How a hit is resolved beside saying that it may be shown."""

    LEAVE_OUT = "leave out"
    REWORD = "reword"


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where a text of a portfolio stands.

    ``what``: title, name, excerpt, note, … ; ``topic_id`` the skill's, "" for what is about the whole; ``key`` names
    the item within it: an entry number and a field ("12 prompt.1"), or a position.
    """

    what: str
    topic_id: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PortfolioText:
    """A text that will be disclosed; ``entry`` is the log entry that an excerpt is of."""

    place: TextPlace
    text: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class LeakHit:
    """Something that may not go out before the learner said so.

    ``digest`` names this very finding in this very text. ``found`` with ``before`` and ``after`` is what stands there.
    ``detail`` says more: the client's name, the kind of secret.
    """

    kind: HitKind
    place: TextPlace
    found: str
    before: str
    after: str
    digest: str
    detail: str = ""
    times: int = 1
    resolving: tuple[Resolving, ...] = ()
    allowed: bool = False
    exchange_id: int | None = None


_UNREAD = frozenset(
    {
        "id",
        "did",
        "topic_id",
        "language",
        "log_key",
        "product_version",
        "sha256",
        "issuer_did",
        "months",
        "commit",
        "entries",
        "checkpoint",
        "token",
    }
)
"""Fields of ours: ids, keys, hashes, numbers; and an authority's signed answer. Everything else that is text is
read."""

_NAMES = {
    ("skill", "name"): "name",
    ("skill", "area"): "area",
    ("skill", "note"): "note",
    ("skill", "stage_rule"): "stage",
    ("skill", "terms"): "term",
    ("skill", "alignments"): "alignment",
    ("skill", "reflections"): "reflection",
    ("skill", "deliverables"): "deliverable",
    ("skill", "endorsements"): "endorsement",
    ("skill", "excerpts"): "excerpt",
}
OWN_WORDS = frozenset(
    {"title", "recipient", "person", "headline", "introduction", "profiles", "note", "reflection", "deliverable"}
)
"""What the learner wrote and can word otherwise."""

LEFT_OUT_ONE_BY_ONE = frozenset({"excerpt", "reflection", "deliverable", "endorsement", "note", "profiles"})
"""What can be left out by itself; of a name the whole skill is."""


def texts_of(portfolio: Portfolio) -> Iterator[PortfolioText]:
    """Yield every text that a portfolio holds, each once with its place; bytes that hold text are opened."""
    yield from _of_whole(portfolio)
    for skill in portfolio.skills:
        yield from _of_skill(skill)


def _of_whole(held: Portfolio | Person) -> Iterator[PortfolioText]:
    """Yield the texts that are about the whole, and not about one skill."""
    for field in fields(held):
        value = getattr(held, field.name)
        if isinstance(value, Person):
            yield from _of_whole(value)
        elif field.name not in _UNREAD and field.name != "skills":
            what = "person" if isinstance(held, Person) and field.name == "name" else field.name
            for at, one in enumerate(value) if isinstance(value, tuple) else (("", value),):
                for text in _strings(one):
                    yield PortfolioText(TextPlace(what, key=str(at)), text)


def _of_skill(skill: PortfolioSkill) -> Iterator[PortfolioText]:
    for field in fields(skill):
        if field.name in _UNREAD:
            continue
        what = _NAMES.get(("skill", field.name), field.name)
        held = getattr(skill, field.name)
        for at, one in enumerate(held if isinstance(held, tuple) else (held,)):
            if isinstance(one, Excerpt):
                yield from _of_excerpt(skill.topic_id, one)
            else:
                for text in _strings(one):
                    yield PortfolioText(TextPlace(what, skill.topic_id, str(at)), text)


def _of_excerpt(topic_id: str, one: Excerpt) -> Iterator[PortfolioText]:
    for part in one.parts:
        yield PortfolioText(TextPlace("excerpt", topic_id, f"{one.entry} {part.name}"), part.text, one.entry)
    shown = {(part.name, part.text) for part in one.parts}
    for name, value in opened(one.disclosures):
        if (name, value) not in shown and not name.endswith("_at"):
            yield PortfolioText(TextPlace("excerpt", topic_id, f"{one.entry} {name}"), value, one.entry)


def opened(disclosures: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield name and value of disclosures that we made ourselves."""
    for one in disclosures:
        try:
            _salt, name, value = _parsed(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))
        except (ValueError, TypeError, binascii.Error):
            # Nothing of ours; it is read as it stands.
            name, value = "", one
        yield str(name), str(value)


def _parsed(data: bytes) -> Any:
    return json.loads(data.decode("utf-8", "replace"))


def _strings(value: Any) -> Iterator[str]:
    """Yield every text within a value."""
    if isinstance(value, str):
        if value and not isinstance(value, Enum):
            yield value
    elif isinstance(value, bytes):
        yield from _strings(_of_bytes(value))
    else:
        for held in _within(value):
            yield from _strings(held)


def _within(value: Any) -> Iterator[Any]:
    if is_dataclass(value) and not isinstance(value, type):
        yield from (getattr(value, field.name) for field in fields(value) if field.name not in _UNREAD)
    elif isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value


def _of_bytes(data: bytes) -> Any:
    """Return what a document holds, parsed where it is JSON, so that no escape hides a word."""
    try:
        return _parsed(data)
    except ValueError:
        return data.decode("utf-8", "replace")


def digest_of_hit(kind: HitKind, place: TextPlace, found: str, text: str) -> str:
    """Return what names a finding: another text, another kind or another kind of place gives another one."""
    parts = f"{kind.value}\x1f{place.what}\x1f{found}\x1f{text}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()


_OF_CLIENTS = frozenset({HitKind.CLIENT, HitKind.NEAR_CLIENT, HitKind.OTHERS_MATTER, HitKind.HELD_BACK})


def digest_for(hit: LeakHit, readers: str) -> str:
    """Return the digest of a finding that is shown to these readers: of a client's matter others give another one."""
    if hit.kind not in _OF_CLIENTS:
        return hit.digest
    return hashlib.sha256(f"{hit.digest}\x1f{readers}".encode("utf-8", "surrogatepass")).hexdigest()


def resolving_of(kind: HitKind, place: TextPlace) -> tuple[Resolving, ...]:
    """Return how a hit at this place can be resolved beside saying that it may be shown."""
    found = [Resolving.REWORD] if place.what in OWN_WORDS and kind is not HitKind.OTHERS_MATTER else []
    if place.what in LEFT_OUT_ONE_BY_ONE or place.topic_id:
        found.insert(0, Resolving.LEAVE_OUT)
    return tuple(found)
