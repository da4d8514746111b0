"""A job post: its sentences, which of them ask for something, and what of it a history covers.

Nothing is guessed: each statement names the sentence of the post that it is about and the evidence that it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SENTENCES_MOST = 400

_ENDS = ".!?;"
_BULLETS = "-*•·–—>+"
_HEADING_MOST = 60

# How sections begin that tell of the firm and of what it gives; and how those begin that ask for something.
_OFFERING = (
    "about us", "who we are", "about the company", "we offer", "what we offer", "benefits", "our benefits", "perks",
    "why us", "what you get", "über uns", "wir bieten", "das bieten wir", "sobre nosotros", "ofrecemos",
    "qué ofrecemos",
)  # fmt: skip
_ASKING = (
    "requirement", "what you bring", "what you will do", "what you'll do", "your profile", "your task", "you bring",
    "we expect", "must have", "skills", "responsibilities", "nice to have", "the job", "dein profil", "ihr profil",
    "anforderungen", "aufgaben", "requisitos", "tareas", "buscamos",
)  # fmt: skip
_EXTRA = (
    "nice to have", "is a plus", "a plus", "welcome", "would be great", "helps", "bonus", "von vorteil",
    "wünschenswert", "se valora", "deseable",
)  # fmt: skip
_OF_THE_FIRM = (
    "we are ", "we offer", "our team ", "our office", "our company", "the company", "we love", "founded", "benefits:",
    "we deliver", "we sell", "free ",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostSentence:
    """One sentence or point of a post. ``asks``: it may ask for something; ``extra``: for something that is welcome."""

    number: int
    text: str
    asks: bool = True
    extra: bool = False


class Standing(StrEnum):
    """How a requirement stands against the history."""

    COVERED = "covered"
    ADJACENT = "adjacent"
    MISSING = "missing"


class Basis(StrEnum):
    """What a statement rests on."""

    SPOKEN = "spoken of"
    """Questions of the skill speak of it."""
    NAMED = "named"
    """The skill, or a published skill that the learner confirmed for it, is called so."""
    FAMILY = "family"
    """It is a part of what the skill is called, or the other way round."""
    NEAR = "near"
    """The texts of the skill are near to it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that a post asks for: ``said`` as it says it, ``name`` as a published concept or our own list does.

    ``term`` is None for a name that is on no list. ``sentences`` are the numbers of those that ask for it;
    ``framework`` and ``address`` those of the concept. ``extra``: it is welcome, not asked for.
    """

    term: int | None
    said: str
    name: str
    framework: str
    address: str
    sentences: tuple[int, ...]
    extra: bool = False


@dataclass(frozen=True, slots=True)
class SkillEvidence:
    """A skill of the learner and what in it speaks for a requirement; counts are of what may leave.

    ``spoken`` exchanges have a question that speaks of it; ``examples`` are some of them, the newest first.
    """

    topic_id: str
    name: str
    basis: Basis
    spoken: int
    exchanges: int
    last_on: date
    idle_days: int
    examples: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RequirementMatch:
    """One requirement, how it stands, and what that rests on; nothing where it is missing."""

    requirement: Requirement
    standing: Standing
    evidence: SkillEvidence | None = None


@dataclass(frozen=True, slots=True)
class JobMatch:
    """All that a post asks for, what stands for it, and the skills that are proposed, those of most cover first."""

    sentences: tuple[PostSentence, ...]
    matches: tuple[RequirementMatch, ...]
    proposed: tuple[str, ...] = ()

    def of(self, standing: Standing) -> tuple[RequirementMatch, ...]:
        """Return the requirements that stand so."""
        return tuple(one for one in self.matches if one.standing is standing)


def sentences_of(post: str) -> tuple[PostSentence, ...]:
    """Return the sentences and points of a post, with whether they may ask for something."""
    found: list[PostSentence] = []
    asks, extra = True, False
    for line in _lines(post):
        lower = line.casefold()
        if _is_heading(line, lower):
            asks, extra = not lower.startswith(_OFFERING), lower.startswith(_EXTRA[:1])
        for text in _sentences(line):
            small = text.casefold()
            mine = asks and not small.startswith(_OF_THE_FIRM) and not small.startswith(_OFFERING)
            welcome = extra or any(word in small for word in _EXTRA)
            found.append(PostSentence(len(found), text, asks=mine, extra=welcome))
        if not _is_heading(line, lower) and lower.startswith(_OFFERING):
            asks = False
    return tuple(found[:SENTENCES_MOST])


def _is_heading(line: str, lower: str) -> bool:
    """Tell whether a line stands over others: short, without an end of a sentence, and known by its words."""
    if len(line) > _HEADING_MOST or line[-1] in _ENDS:
        return False
    return lower.startswith(_OFFERING) or any(word in lower for word in _ASKING)


def _lines(post: str) -> Iterator[str]:
    for line in post.splitlines():
        clean = line.strip().lstrip(_BULLETS).strip()
        if clean:
            yield clean


def _sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line; a full stop within a word or a number ends none."""
    start = 0
    for at, sign in enumerate(line):
        after = line[at + 1 : at + 3]
        if sign in _ENDS and (not after or (after[0] == " " and (len(after) < 2 or not after[1].islower()))):
            if text := line[start : at + 1].strip():
                yield text
            start = at + 1
    if text := line[start:].strip():
        yield text


COVERED_FROM = 3
"""Exchanges that must speak of something, or that a skill of its name must have, for it to count as covered."""


def standing_of(evidence: SkillEvidence | None) -> Standing:
    """Return how a requirement stands by the best evidence for it."""
    if evidence is None:
        return Standing.MISSING
    named = evidence.basis is Basis.NAMED and evidence.exchanges >= COVERED_FROM
    spoken = evidence.basis is Basis.SPOKEN and evidence.spoken >= COVERED_FROM
    return Standing.COVERED if named or spoken else Standing.ADJACENT


def proposed_of(matches: Sequence[RequirementMatch], most: int = 6) -> tuple[str, ...]:
    """Return the skills that cover something, those first that cover most; without any, the related ones."""
    worth: dict[str, tuple[int, int]] = {}
    for wanted in (Standing.COVERED, Standing.ADJACENT):
        for one in matches:
            if one.standing is wanted and one.evidence is not None:
                count, spoken = worth.get(one.evidence.topic_id, (0, 0))
                worth[one.evidence.topic_id] = (count + 1, spoken + one.evidence.spoken)
        if worth:
            break
    return tuple(sorted(worth, key=lambda topic: worth[topic], reverse=True)[:most])
