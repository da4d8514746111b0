"""What is hidden, and what the learner says about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

OWN_WORD = "own-word"
PERSONAL_KINDS = ("e-mail", "phone", "iban", "ip-address", "mac-address")

WORDS_MOST = 1_000
WORD_LIMIT = 120
"""Characters of one own word."""


@dataclass(frozen=True, slots=True)
class OwnWord:
    """A word of the learner's list; ``id`` stands in its mark and is never given to another word."""

    id: int
    word: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """A hit that the learner called no secret: its kind and the four digits of its mark."""

    kind: str
    mark: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RedactionLists:
    """The learner's word on what is hidden; both sides work with the same.

    ``exempt`` are the learner's own addresses and numbers: personal data that may stay.
    """

    words: tuple[OwnWord, ...] = ()
    allowed: frozenset[tuple[str, str]] = frozenset()
    mask_personal: bool = False
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KindCount:
    """How often one kind was hidden, and where; ``months`` are ("2026-11", times), in order."""

    kind: str
    times: int
    exchanges: int
    last_at: datetime
    months: tuple[tuple[str, int], ...]

    @property
    def family(self) -> str:
        """Return secret, own-word or personal."""
        return family_of(self.kind)


@dataclass(frozen=True, slots=True)
class HiddenMark:
    """One mark of an exchange and how often it stands there."""

    family: str
    kind: str
    mark: str
    times: int


@dataclass(frozen=True, slots=True)
class RedactedExchange:
    """An exchange in which something was hidden; never what."""

    id: int
    asked_at: datetime
    title: str | None
    marks: tuple[HiddenMark, ...]


@dataclass(frozen=True, slots=True)
class RedactionOverview:
    """What the redactions page shows; ``counts`` most often first."""

    counts: tuple[KindCount, ...] = ()
    words: tuple[OwnWord, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    mask_personal: bool = False
    exempt: tuple[str, ...] = ()
    exchanges: int = 0


@dataclass(frozen=True, slots=True)
class WordFound:
    """How many stored exchanges hold an own word."""

    word: OwnWord
    exchanges: int


@dataclass(frozen=True, slots=True)
class Replaced:
    """What replacing own words in the stored history changed."""

    exchanges: int
    times: int


@dataclass(frozen=True, slots=True)
class MarkStanding:
    """One mark: in how many exchanges it stands, and whether the learner allowed what it stood for."""

    kind: str
    mark: str
    exchanges: int
    allowed: bool = field(default=False)


def family_of(kind: str) -> str:
    """Return the family of a kind: own-word, personal or secret."""
    if kind == OWN_WORD:
        return OWN_WORD
    return "personal" if kind in PERSONAL_KINDS else "secret"
