"""The learner's corrections of topics as values: each always wins, survives every run, and can be undone by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NAME_LIMIT = 80
"""Characters of a name that the learner gives: one line of a profile."""


class Kind(StrEnum):
    """What a correction does. The first four are about exchanges, the others about a topic as a whole."""

    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"
    KEEP = "keep"
    RENAME = "rename"
    STANDING = "standing"
    COLOUR = "colour"
    AREA = "area"


BINDING = frozenset({Kind.MERGE, Kind.SPLIT, Kind.KEEP})
"""Corrections that draw a topic's border: no run changes who stands in it, though new exchanges may join."""


class Standing(StrEnum):
    """Where a topic is shown: everywhere; only under "Hidden"; or there too, as no skill, and never claimed."""

    SHOWN = "shown"
    HIDDEN = "hidden"
    NOT_SKILL = "not_skill"


@dataclass(frozen=True, slots=True)
class Correction:
    """One decision. ``topic_id`` is the topic it is about, None where exchanges were taken out of all topics.

    ``value`` is what it set, None where it set nothing (any more: a forgotten name goes with its exchanges).
    """

    id: int
    kind: Kind
    topic_id: str | None
    value: str | None
    before: str | None
    made_at: datetime
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What one correction says about one exchange: it left ``from_topic`` for ``to_topic``; None is no topic."""

    exchange_id: int
    correction_id: int
    kind: Kind
    from_topic: str | None
    to_topic: str | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction did: its id (None when nothing had to be done), the topic to look at now, and words for it."""

    id: int | None
    topic_id: str | None
    words: str


@dataclass(frozen=True, slots=True)
class TopicSay:
    """What the learner has said about a topic. ``own_name`` is theirs, ``found_name`` ours."""

    standing: Standing
    kept: bool
    own_name: str | None
    found_name: str
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part into which a topic could be divided; ``questions`` are the beginnings of some of its exchanges."""

    name: str
    exchanges: tuple[int, ...]
    terms: tuple[str, ...] = ()
    reason: str = ""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of "What changed": a correction, or something a run did. ``words`` is a plain sentence.

    ``correction_id`` is None for what a run did; ``undone`` tells a correction that was undone. ``named``
    are the topics that the sentence names.
    """

    at: datetime
    words: str
    topic_id: str | None = None
    correction_id: int | None = None
    undone: bool = False
    named: frozenset[str] = frozenset()


def last_words(places: Iterable[Place]) -> dict[int, Place]:
    """Return what counts for each exchange: the newest correction that has a say about it."""
    found: dict[int, Place] = {}
    for place in places:
        known = found.get(place.exchange_id)
        if known is None or known.correction_id < place.correction_id:
            found[place.exchange_id] = place
    return found


def bound_topics(places: Mapping[int, Place]) -> frozenset[str]:
    """Return the topics whose border the learner drew."""
    return frozenset(place.to_topic for place in places.values() if place.kind in BINDING and place.to_topic)


def value_of(corrections: Iterable[Correction], kind: Kind) -> str | None:
    """Return what the newest correction of a kind set that was not undone; None when none did."""
    standing = [one for one in corrections if one.kind is kind and one.undone_at is None and one.value is not None]
    return max(standing, key=lambda one: one.id).value if standing else None


def clean_name(name: str) -> str:
    """Return a name on one line, at most ``NAME_LIMIT`` characters; "" when there is nothing to read in it."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())[:NAME_LIMIT].strip()
