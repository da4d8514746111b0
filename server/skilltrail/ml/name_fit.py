"""How well each term of the allow-list would name each topic: eight things that can be seen, and what each is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.skill_terms import TermList
from skilltrail.ml.words import Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]

REPLY_WEIGHT = 0.5
"""A term in the reply alone is the model's word, not the learner's."""

CANDIDATES = 40
LEAST_MENTIONS = 0.12
"""A published term must be spoken of in at least this share of the topic, replies at half weight."""

LIFE = frozenset({"Everyday life", "Health and wellbeing", "Crafts and home"})
"""Areas that are more often what a client deals in than what a freelancer does: a bakery's newsletter is no baking."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sight of a term is worth, in the order of the columns of ``sights``; ``benchmarks/names.py`` fits them.

    ``nearer``: cosine of topic and term, less the mean over all topics, for some terms are a little like everything.
    ``spoken``: root of the share of its exchanges that speak of it. ``family_spoken``: the same of prompts that speak
    of it or of one of its parts. ``family_near``: the best cosine among it and its parts. ``wide``: log of one more
    than its parts, for profiles name the skill, not a detail of it. ``life``: it is of an area of ``LIFE``.
    ``published``: it is not of our own list; published terms are many, and some are near anything. ``at_home``: root of
    the share of prompts that speak of its area in the other topics, for a person's skills lie beside each other, and
    what a single client deals in does not.
    """

    nearer: float = 18.59
    spoken: float = 1.05
    family_spoken: float = 3.98
    family_near: float = 10.01
    wide: float = 1.16
    life: float = -0.65
    published: float = -0.65
    at_home: float = 3.22


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term for one topic: the share that mentions it or a part (0 to 1), cosines of it and its family, its fit."""

    term: int
    mentions: float
    similarity: float
    family: float
    fit: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a topic mentions: share of exchanges by term, of prompts by a term or one of its parts, and by area."""

    shares: dict[int, float]
    families: dict[int, float]
    areas: dict[str, float]

    def share_of(self, term: int) -> float:
        """Return the share that speaks of a term or of one of its parts, 0 to 1."""
        return min(max(self.shares.get(term, 0.0), self.families.get(term, 0.0)), 1.0)


def spoken_of(exchanges: Sequence[tuple[list[Word], list[Word]]], terms: TermList) -> Spoken:
    """Return what is mentioned in the words of (prompt, reply) of each exchange of a topic."""
    shares: dict[int, float] = {}
    families: dict[int, float] = {}
    areas: dict[str, float] = {}
    each = 1 / max(len(exchanges), 1)
    for prompt, reply in exchanges:
        asked = terms.mentioned(prompt)
        weights = dict.fromkeys(terms.mentioned(reply), REPLY_WEIGHT) | dict.fromkeys(asked, 1.0)
        for term, weight in weights.items():
            shares[term] = shares.get(term, 0.0) + weight * each
        for touched in asked | {wide for term in asked for wide in terms.wider.get(term, ())}:
            families[touched] = families.get(touched, 0.0) + each
        for area in {terms.terms[term].area for term in asked} - {""}:
            areas[area] = areas.get(area, 0.0) + each
    return Spoken(dict(sorted(shares.items())), families, areas)


@dataclass(frozen=True, slots=True)
class Sights:
    """What is seen of each candidate of one topic: ``terms`` (n,), ``columns`` (n, 8), plain ``similarity`` (n,)."""

    terms: NDArray[np.int64]
    columns: NDArray[np.float64]
    similarity: NDArray[np.float64]


def fits(
    topics: Sequence[Spoken],
    middles: NDArray[np.float32],
    terms: TermList,
    embed: Embed,
    weights: Weights | None = None,
) -> list[list[Candidate]]:
    """Return the candidates of every topic, the best fit first; see ``sights``."""
    worth = np.array(astuple(weights or Weights()))
    ranked = []
    for number, seen in enumerate(sights(topics, middles, terms, embed)):
        fit = (seen.columns @ worth).round(5)
        found = [
            Candidate(term, topics[number].share_of(term), near, family, value)
            for term, near, family, value in zip(
                seen.terms.tolist(), seen.similarity.tolist(), seen.columns[:, 3].tolist(), fit.tolist(), strict=True
            )
        ]
        ranked.append(sorted(found, key=lambda candidate: (-candidate.fit, candidate.term)))
    return ranked


def sights(topics: Sequence[Spoken], middles: NDArray[np.float32], terms: TermList, embed: Embed) -> list[Sights]:
    """Return what is seen of all candidates of every topic.

    Parameters
    ----------
    topics
        What each topic speaks of.
    middles
        Unit centroids, shape (topics, dims), in the space of ``embed``.
    terms, embed
        The allow-list, and what gives unit vectors for its terms, shape (n, dims).

    Returns
    -------
    list[Sights]
        For each topic all terms of our own list, and the published ones that it speaks of most.
    """
    short = _short_lists(topics, terms)
    wanted = sorted({term for chosen in short for term in chosen})
    if not wanted:
        return [Sights(np.empty(0, np.int64), np.empty((0, 8)), np.empty(0)) for _ in topics]
    near = (middles @ embed([terms.terms[term].spelled_out for term in wanted]).T).astype(np.float64)
    places = {term: place for place, term in enumerate(wanted)}
    best = near.copy()
    for wide, parts in terms.narrower.items():
        best[:, places[wide]] = near[:, [places[term] for term in (wide, *parts)]].max(axis=1)
    nearer = near - near.mean(axis=0, keepdims=True)
    standing = np.array([_standing(terms, term) for term in wanted])
    around = _around(topics, terms.areas)
    seen = []
    for number, chosen in enumerate(short):
        at = [places[term] for term in chosen]
        spoken = np.sqrt([min(topics[number].shares.get(term, 0.0), 1.0) for term in chosen])
        family = np.sqrt([topics[number].families.get(term, 0.0) for term in chosen])
        home = [around[number].get(terms.terms[term].area, 0.0) for term in chosen]
        columns = np.column_stack([nearer[number, at], spoken, family, best[number, at], standing[at], home])
        seen.append(Sights(np.array(chosen, dtype=np.int64), columns, near[number, at]))
    return seen


def _around(topics: Sequence[Spoken], areas: Sequence[str]) -> list[dict[str, float]]:
    """Return for each topic, by area, the root of the mean share of prompts that speak of it in the other topics."""
    totals = {area: sum(topic.areas.get(area, 0.0) for topic in topics) for area in areas}
    others = max(len(topics) - 1, 1)
    return [
        {area: math.sqrt(max(total - topic.areas.get(area, 0.0), 0.0) / others) for area, total in totals.items()}
        for topic in topics
    ]


def _standing(terms: TermList, term: int) -> tuple[float, float, float]:
    """What is seen of a term whatever the topic: how wide it is, of life, published."""
    listed = terms.terms[term]
    return math.log1p(len(terms.narrower.get(term, ()))), float(listed.area in LIFE), float(not listed.trade)


def _short_lists(topics: Sequence[Spoken], terms: TermList) -> list[list[int]]:
    total: dict[int, float] = {}
    for topic in topics:
        for term, mine in topic.shares.items():
            total[term] = total.get(term, 0.0) + mine
    others = max(len(topics) - 1, 1)
    trade = [number for number, term in enumerate(terms.terms) if term.trade]
    short = []
    for topic in topics:
        apart = {
            term: _setting_apart(mine, (total[term] - mine) / others)
            for term, mine in topic.shares.items()
            if mine >= LEAST_MENTIONS
        }
        best = sorted(apart, key=lambda term: (-apart[term], term))
        short.append(sorted({*trade, *best[:CANDIDATES]}))
    return short


def _setting_apart(mine: float, elsewhere: float) -> float:
    """How much a mention sets the topic apart: its share times the log of how much commoner it is here."""
    return mine * math.log((mine + 0.02) / (elsewhere + 0.02))
