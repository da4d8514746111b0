"""Skill claims: what published concepts a topic may be aligned with, and what the learner decided about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MATCHING = 1
"""Version of the matching: a higher one makes all topics be matched anew."""

LEAST_FIT = 0.45
"""Fit below which nothing is proposed. One half of the labelled topics alone gives 0.42 (three of four right);
this is a little stricter, for a wrong proposal costs more than none (benchmarks/claims.py)."""

LIKELY_FIT = 0.51
"""Fit from which on nine of ten first proposals were right; below it, about half (all labelled topics, none
held back: benchmarks/claims.py)."""

FRAMEWORKS = {"esco": "ESCO v1.2.0", "onet": "O*NET® 29.2"}
"""Names of the frameworks with their releases, as alignments state them."""

_ADDRESSES = {
    "esco": "http://data.europa.eu/esco/skill/",
    "onet": "https://www.onetonline.org/find/descriptor/result/",
}
TOOL = "tool"
"""Kind of O*NET's technology skills: they have no address of their own, and many share one commodity code."""

_CHANGED_SHARE = 1 / 3


class Verdict(StrEnum):
    """What the learner said: this concept fits, this one does not, or none does."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PublishedConcept:
    """A concept as a framework publishes it.

    ``framework`` is "esco" or "onet"; ``code`` the last part of the ESCO address, the O*NET element's id, or the
    commodity code of a tool; ``kind`` knowledge, skill or tool.
    """

    framework: str
    code: str
    kind: str
    label: str
    description: str = ""

    @property
    def key(self) -> str:
        """Return what names the concept among all: "esco:…", "onet:2.C.4.a", "onet:43232110:Microsoft Excel"."""
        return f"{self.framework}:{self.code}:{self.label}" if self.kind == TOOL else f"{self.framework}:{self.code}"

    @property
    def address(self) -> str:
        """Return the concept's published address, "" for a tool."""
        return "" if self.kind == TOOL else _ADDRESSES[self.framework] + self.code

    @property
    def framework_name(self) -> str:
        """Return the framework's name with its release."""
        return FRAMEWORKS[self.framework]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A concept that may fit a topic, and why.

    ``similarity`` is a cosine (-1 to 1) between topic and concept, ``mentions`` the share of the topic's exchanges
    that speak of the concept (0 to 1), ``words`` how they call it; ``fit`` weighs all of it (higher is better).
    ``exemplars`` are rows of the topic's exchanges that are nearest to the concept, the nearest first.
    """

    concept: PublishedConcept
    similarity: float
    mentions: float
    words: tuple[str, ...]
    fit: float
    exemplars: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicMatch:
    """The nearest concepts of one topic, best first; they may all be too far to be proposed (``fits``)."""

    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing the learner said about a topic; ``concept`` is None for "none fits".

    ``number`` counts up in the topic. ``exchanges`` the topic had then, the last of them with the number ``last_seq``.
    """

    number: int
    verdict: Verdict
    concept: PublishedConcept | None
    decided_at: datetime
    exchanges: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class TopicNow:
    """A topic as it stands: how many exchanges it has, and how many of them are no newer than ``last_seq``."""

    exchanges: int
    old: int


@dataclass(frozen=True, slots=True)
class TopicClaims:
    """All about one topic's claims, as a page shows it.

    ``proposals`` leaves out what the learner decided about. ``abstained``: none of them is near enough to be proposed,
    they are only the nearest. ``rejected`` counts those that the learner turned down. ``matched`` is False while the
    topic waits to be compared. ``changed``: the topic is another one than it was at the decision.
    """

    topic_id: str
    name: str
    area: str
    colour: int
    exchanges: int
    confirmed: tuple[Decision, ...] = ()
    none_fits: bool = False
    rejected: int = 0
    proposals: tuple[Proposal, ...] = ()
    abstained: bool = False
    matched: bool = False
    changed: bool = False
    undoable: bool = False

    @property
    def is_open(self) -> bool:
        """Tell whether the learner's word is asked for."""
        return not (self.confirmed or self.none_fits or self.abstained) and bool(self.proposals)


def fits(proposals: Sequence[Proposal]) -> bool:
    """Tell whether the first of the proposals, best first, is near enough to be proposed."""
    return bool(proposals) and proposals[0].fit >= LEAST_FIT


def still_open(proposals: Sequence[Proposal], decided: Iterable[Decision]) -> tuple[Proposal, ...]:
    """Return the proposals that the learner has not decided about."""
    keys = {decision.concept.key for decision in decided if decision.concept is not None}
    return tuple(proposal for proposal in proposals if proposal.concept.key not in keys)


def has_changed(then: Decision, now: TopicNow) -> bool:
    """Tell whether a topic became another one since a decision.

    It did when a third of the exchanges it had then have left it, as many older ones came in from elsewhere, or it
    is more than twice as large.
    """
    moved = abs(now.old - then.exchanges) > _CHANGED_SHARE * then.exchanges
    return moved or now.exchanges > 2 * then.exchanges + 2
