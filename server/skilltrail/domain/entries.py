"""What stands beside exchanges: reflections, deliverables, skills of one's own, goals; and endorsements with their
requests, which stay and go with a topic as those do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

TEXT_LIMIT = 8_000
"""Characters of a reflection."""

NAME_LIMIT = 200
"""Characters of a name or title."""

ADDRESS_LIMIT = 2_000
"""Characters of an address."""


class EntryKind(StrEnum):
    """What an entry is."""

    REFLECTION = "reflection"
    DELIVERABLE = "deliverable"
    SKILL = "skill"
    GOAL = "goal"
    REQUEST = "request"
    ENDORSEMENT = "endorsement"


WRITTEN = frozenset({EntryKind.REFLECTION, EntryKind.DELIVERABLE, EntryKind.SKILL, EntryKind.GOAL})
"""Kinds of what learners write themselves."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """The learner's own note on an exchange or a topic."""

    text: str


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A work product: a web address, a commit or a file.

    ``form`` is url, commit or file. Of a file only its name, its size in bytes and its SHA-256 (hex) are kept, never
    the file. ``commit`` is the commit's hash (hex). ``dated`` is the day of the work; None where nobody said.
    """

    form: str
    title: str
    address: str = ""
    commit: str = ""
    sha256: str = ""
    size: int = 0
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class OwnSkill:
    """A skill that the learner added by hand; it rests on their word alone."""

    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """A skill to reach, by a day; ``reached_on`` is None until the learner says so."""

    name: str
    by: date | None = None
    reached_on: date | None = None


@dataclass(frozen=True, slots=True)
class EndorsementRequest:
    """That somebody was asked for an endorsement; of what was asked only its digest is kept.

    ``request`` and ``skill_id`` are urn:uuid, ``title`` is the skill as it was named, ``did`` the learner's key then.
    """

    request: str
    skill_id: str
    digest: str
    did: str
    title: str
    made_on: date
    answer_by: date


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A statement that somebody else signed. ``document`` is their credential as it came, "" where a word of it was
    hidden since: then it is no evidence any more.

    ``name`` is the signer's as they wrote it, ``address`` where to ask back, ``text`` their words, ``about`` what they
    confirmed beside. ``signed_on`` is by their clock; ``sha256`` (hex) is that of the document.
    """

    request: str
    credential_id: str
    did: str
    name: str
    address: str
    text: str
    about: str
    signed_on: date
    received_on: date
    sha256: str
    document: str

    @property
    def stands(self) -> bool:
        """Whether it is whole, and so evidence."""
        return self.document != ""


Written = Reflection | Deliverable | OwnSkill | Goal
"""What learners write themselves."""

Value = Written | EndorsementRequest | Endorsement

_KINDS: dict[type[Any], EntryKind] = {
    Reflection: EntryKind.REFLECTION,
    Deliverable: EntryKind.DELIVERABLE,
    OwnSkill: EntryKind.SKILL,
    Goal: EntryKind.GOAL,
    EndorsementRequest: EntryKind.REQUEST,
    Endorsement: EntryKind.ENDORSEMENT,
}

_DATED: dict[EntryKind, type[Any]] = {
    EntryKind.GOAL: Goal,
    EntryKind.REQUEST: EndorsementRequest,
    EntryKind.ENDORSEMENT: Endorsement,
}
_DAYS = ("by", "reached_on", "made_on", "answer_by", "signed_on", "received_on")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that stands beside exchanges. ``topic_name`` is that of a living topic, "" where it ended.

    A reflection is about an exchange or a topic, a deliverable about a topic, a request and an endorsement too; skills
    and goals may name one.
    """

    id: int
    value: Value
    exchange_id: int | None
    topic_id: str | None
    created_at: datetime
    changed_at: datetime
    topic_name: str = ""

    @property
    def dated(self) -> date:
        """Return the day of the work of a deliverable; of all else, and where nobody said, that of its keeping."""
        said = self.value.dated if isinstance(self.value, Deliverable) else None
        return said or self.created_at.astimezone().date()

    @property
    def kind(self) -> EntryKind:
        """Return what it is."""
        return kind_of(self.value)


def kind_of(value: Value) -> EntryKind:
    """Return what a value is."""
    return _KINDS[type(value)]


def as_fields(value: Value) -> dict[str, Any]:
    """Return a value as it is stored: days as "2026-12-31"."""
    return {name: held.isoformat() if isinstance(held, date) else held for name, held in asdict(value).items()}


def from_fields(kind: EntryKind, fields: dict[str, Any]) -> Value:
    """Return the value that ``as_fields`` gave these fields of."""
    if kind is EntryKind.REFLECTION:
        return Reflection(**fields)
    if kind is EntryKind.DELIVERABLE:
        dated = fields.get("dated")
        return Deliverable(**fields | {"dated": date.fromisoformat(dated) if dated else None})
    if kind is EntryKind.SKILL:
        return OwnSkill(**fields)
    days = {name: date.fromisoformat(fields[name]) if fields.get(name) else None for name in _DAYS if name in fields}
    found: Value = _DATED[kind](**{**fields, **days})
    return found
