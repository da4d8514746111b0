"""Learning told from delegation: what an exchange was for, how sure that is, and the learner's own word.

Intents after "How People Use ChatGPT" (OpenAI, NBER working paper 34255, 2025): Asking seeks information or advice,
Doing wants a piece of work made, Expressing is neither.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

LEARNING_MODEL = 2
"""Version of the model and of the rules: a higher one makes every exchange be told anew."""

SURE_LEARNING, SURE_NOT = 0.7, 0.35
"""Chances of learning from which on we say so, and up to which we say it is none; between them we are unsure.
Chosen by held-out writers: one of nine exchanges is left open, 91 of 100 that are called learning are
(benchmarks/learning.py)."""

SURE_INTENT = 0.55
"""Chance of the likeliest intent below which none is named."""

SURE_SIGNAL = 0.4
ALIKE = 0.3
"""Cosine between the wording of two prompts from which on a correction of one has a say about the other."""

_FIRM = 2.0
"""Log-odds to which a correction brings the very same wording: a chance of 88 %."""

_SHARP = 2
"""Power of nearness: half as near moves a quarter as far."""

_NEAREST = 3
CORRECTIONS_USED = 200
"""Corrections that are learnt from, the newest."""


class Intent(StrEnum):
    """What a prompt wants."""

    ASKING = "asking"
    DOING = "doing"
    EXPRESSING = "expressing"


class Kind(StrEnum):
    """What an exchange is evidence of: learning, work that was delegated, neither (a look-up, talk), or not clear."""

    LEARNING = "learning"
    DELEGATED = "delegated"
    NEITHER = "neither"
    UNSURE = "unsure"


class Signal(StrEnum):
    """Why an exchange counts as learning."""

    EXPLANATION = "explanation"
    HOW_WHY = "how-why"
    COMPARISON = "comparison"
    DEBUGGING = "debugging"
    FEEDBACK = "feedback"
    PRACTICE = "practice"
    CORRECTION = "correction"


INTENTS = tuple(Intent)
SIGNALS = tuple(Signal)
SAYABLE = (Kind.LEARNING, Kind.DELEGATED, Kind.NEITHER)
"""What the learner can say."""


@dataclass(frozen=True, slots=True)
class PromptReading:
    """What the wording of a prompt shows.

    ``intents`` are chances in the order of ``INTENTS`` (sum 1), ``learning`` and ``signals`` (in the order of
    ``SIGNALS``) chances each for itself. ``known`` is False where too few of its words were ever seen. ``marks`` is the
    wording as a sparse vector of length 1, by name.
    """

    intents: tuple[float, float, float]
    learning: float
    signals: tuple[float, ...]
    known: bool
    marks: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for a telling: a cue ("word" for plain words), the words that showed it, and its weight."""

    cue: str
    words: str
    weight: float


@dataclass(frozen=True, slots=True)
class Telling:
    """What we say about one exchange; ``intent`` is None where we are unsure of it.

    ``chance`` is that of learning (0 to 1) after ``taught`` corrections of exchanges worded alike.
    """

    kind: Kind
    intent: Intent | None
    signals: tuple[Signal, ...]
    chance: float
    taught: int = 0


@dataclass(frozen=True, slots=True)
class Word:
    """What the learner said about an exchange; None where they left it to us."""

    kind: Kind | None = None
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class ToldExchange:
    """All that a page shows: what we tell, what the learner said, why, and whether the last word can be undone.

    ``kind`` and ``intent`` are what counts: the learner's word, else ours. ``told`` is None while the worker has not
    come to it yet.
    """

    exchange_id: int
    kind: Kind
    intent: Intent | None
    told: Telling | None
    word: Word
    reasons: tuple[Reason, ...] = ()
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Shares:
    """How many exchanges are of each kind; ``waiting`` are not told yet. ``said``: those with the learner's word."""

    learning: int = 0
    delegated: int = 0
    neither: int = 0
    unsure: int = 0
    waiting: int = 0
    said: int = 0

    @property
    def total(self) -> int:
        """Return how many exchanges there are."""
        return self.learning + self.delegated + self.neither + self.unsure + self.waiting


@dataclass(frozen=True, slots=True)
class Lesson:
    """A corrected exchange: how it was read, and what the learner said."""

    reading: PromptReading
    word: Word


def tell(reading: PromptReading, *, taught: int = 0) -> Telling:
    """Return what is said about an exchange; where the chances are near each other, that we are unsure."""
    if not reading.known:
        return Telling(Kind.UNSURE, None, (), reading.learning, taught)
    best = max(range(len(INTENTS)), key=lambda place: (reading.intents[place], -place))
    intent = INTENTS[best] if reading.intents[best] >= SURE_INTENT else None
    kind = _kind(reading.learning, intent)
    shown = tuple(signal for signal, chance in zip(SIGNALS, reading.signals, strict=True) if chance >= SURE_SIGNAL)
    return Telling(kind, intent, shown if kind is Kind.LEARNING else (), reading.learning, taught)


def _kind(learning: float, intent: Intent | None) -> Kind:
    if learning >= SURE_LEARNING:
        return Kind.LEARNING
    if learning > SURE_NOT or intent is None:
        return Kind.UNSURE
    return Kind.DELEGATED if intent is Intent.DOING else Kind.NEITHER


class Lessons:
    """What the learner's corrections teach about exchanges worded alike. Deterministic; the same from any order."""

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        self._lessons = lessons
        self._by_mark: dict[str, list[tuple[int, float]]] = {}
        for number, lesson in enumerate(lessons):
            for mark, value in lesson.reading.marks.items():
                self._by_mark.setdefault(mark, []).append((number, value))

    def tell(self, reading: PromptReading) -> Telling:
        """Return what is said about an exchange, moved by the nearest corrections.

        The three nearest of those worded alike move the chances by how near they are and how wrong we were about
        them: where we were right already, a correction changes nothing.
        """
        near = self._nearest(reading.marks)
        return tell(_moved(reading, near), taught=len(near)) if near else tell(reading)

    def _nearest(self, marks: Mapping[str, float]) -> list[tuple[Lesson, float]]:
        if not self._lessons:
            return []
        cosines: dict[int, float] = {}
        for mark, value in marks.items():
            for number, other in self._by_mark.get(mark, ()):
                cosines[number] = cosines.get(number, 0.0) + value * other
        alike = sorted((-cosine, number) for number, cosine in cosines.items() if cosine > ALIKE)
        return [(self._lessons[number], (-cosine - ALIKE) / (1 - ALIKE)) for cosine, number in alike[:_NEAREST]]


def _moved(reading: PromptReading, near: Sequence[tuple[Lesson, float]]) -> PromptReading:
    """Return a reading moved by how wrong we were about the lessons, each by how near it is."""
    weights = [nearness**_SHARP for _lesson, nearness in near]
    whole = max(1.0, sum(weights))
    odds = _log_odds(reading.learning)
    intents = [_log_odds(chance) for chance in reading.intents]
    for (lesson, _nearness), weight in zip(near, weights, strict=True):
        if lesson.word.kind is not None:
            wanted = _FIRM if lesson.word.kind is Kind.LEARNING else -_FIRM
            odds += weight / whole * _missing(wanted, lesson.reading.learning)
        for place, said in enumerate(_wanted(lesson)):
            if said is not None:
                intents[place] += weight / whole * _missing(_FIRM if said else -_FIRM, lesson.reading.intents[place])
    chances = [_chance(value) for value in intents]
    total = sum(chances)
    return replace(
        reading,
        learning=_chance(odds),
        intents=(chances[0] / total, chances[1] / total, chances[2] / total),
        known=True,
    )


def _missing(wanted: float, chance: float) -> float:
    """Return how far the log-odds of a chance fall short of what was wanted; 0 where they are as firm already."""
    own = _log_odds(chance)
    return max(0.0, wanted - own) if wanted > 0 else min(0.0, wanted - own)


def _wanted(lesson: Lesson) -> tuple[bool | None, ...]:
    """Return for each intent whether a correction says that it was, or was not; None where it says nothing."""
    if lesson.word.intent is not None:
        return tuple(intent is lesson.word.intent for intent in INTENTS)
    if lesson.word.kind is Kind.DELEGATED:
        return tuple(intent is Intent.DOING for intent in INTENTS)
    if lesson.word.kind is Kind.NEITHER:
        return tuple(False if intent is Intent.DOING else None for intent in INTENTS)
    return (None, None, None)


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))


def _log_odds(chance: float) -> float:
    kept = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))
