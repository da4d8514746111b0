"""Names of topics: from the allow-list of skill terms where one fits, else a term that the topic itself carries."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.topics import Concept
from skilltrail.i18n import _
from skilltrail.ml.skill_terms import TermList
from skilltrail.ml.telling_words import TellingWords
from skilltrail.ml.words import Word, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 200
"""Exchanges read of one topic, those nearest its middle: more do not change a name, and cost time."""

FIRST_SAMPLE = 50
"""The same for a first picture, whose names give way to those of the next run."""

REPLY_WEIGHT = 0.5
"""A term in the reply alone is the model's word, not the learner's."""

CANDIDATES = 40
ALTERNATIVES = 6
LEAST_MENTIONS = 0.12
"""A published term must be spoken of in at least this share of the topic, replies at half weight."""

LEAST_SIMILARITY = 0.30
"""A term less like the topic than this does not name it, however often it is spoken of."""

MENTION_WEIGHT = 1.5
"""Of the root of a term's mentions, where the likeness of the term counts 2: so a term of half of the topic goes before
a more special one of a fifth of it."""

WORDY_COST = 0.03
"""Our own terms are worded as profiles word them; each word over three makes a name read like a job description."""

PUBLISHED_COST = 0.15
"""Published terms are many, and some are near anything."""

OWN_SHARES = (0.5, 0.3)
"""A term of the topic's own makes a name when it occurs in this share of its exchanges: one word, several words."""

# A block without an end was cut off with the head of its text.
_CODE = re.compile(r"```.*?(?:```|$)|`[^`]*`", re.DOTALL)

Embed = Callable[[Sequence[str]], "NDArray[np.float32]"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a topic is called and why; ``alternatives`` best first. Mentions from 0 to 1, similarity a cosine."""

    name: str
    terms: tuple[str, ...]
    alternatives: tuple[str, ...]
    concept: Concept | None = None
    similarity: float | None = None
    mentions: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term of the allow-list for one topic: mentioned in this share of it and of the others, and how well it fits."""

    term: int
    mentions: float
    elsewhere: float
    similarity: float
    fit: float


def label_topics(
    texts: Sequence[str],
    members: Sequence[NDArray[np.int64]],
    middles: NDArray[np.float32],
    *,
    terms: TermList,
    embed: Embed,
    sample: int = SAMPLE,
) -> list[Label]:
    """Name every topic, all names different.

    Parameters
    ----------
    texts
        Representations of all exchanges: the prompt, then the reply as last line.
    members
        Rows of every topic, nearest its middle first.
    middles
        Unit centroids, shape (topics, dims), in the space of ``embed``.
    terms
        The allow-list.
    embed
        Gives unit vectors for names, shape (n, dims).
    sample
        Exchanges read of each topic.

    Returns
    -------
    list[Label]
        In the order of ``members``; earlier topics have the first choice of a name.
    """
    read = [[texts[row] for row in rows[:sample].tolist()] for rows in members]
    shares = [_mentions((_parts(text) for text in topic), len(topic), terms) for topic in read]
    telling = TellingWords.of(_prose(topic) for topic in read)
    ranked = _fits(shares, middles, terms, embed)
    labels: list[Label] = []
    taken: set[str] = set()
    for number, candidates in enumerate(ranked):
        label = _choose(candidates, telling.carried(number, OWN_SHARES), telling.best(number), taken, terms)
        taken.add(label.name.casefold())
        labels.append(label)
    return labels


def _parts(text: str) -> tuple[list[Word], list[Word]]:
    """Words of the prompt and of the reply."""
    prompt, newline, reply = text.rpartition("\n")
    return (words_of(prompt), words_of(reply)) if newline else (words_of(text), [])


def _prose(topic: Sequence[str]) -> list[list[Word]]:
    """Words of a topic's exchanges without code, every line once.

    Titles and earlier prompts come back in each exchange of a conversation, and would outweigh all that is said in it.
    """
    seen: set[str] = set()
    prose = []
    for text in topic:
        lines = [line for line in text.split("\n") if line not in seen]
        seen.update(lines)
        prose.append(words_of(_CODE.sub(" . ", "\n".join(lines))))
    return prose


def _mentions(exchanges: Iterable[tuple[list[Word], list[Word]]], count: int, terms: TermList) -> dict[int, float]:
    """Share of the ``count`` exchanges that mention each term."""
    totals: dict[int, float] = {}
    for prompt, reply in exchanges:
        asked = terms.mentioned(prompt)
        weights = dict.fromkeys(terms.mentioned(reply), REPLY_WEIGHT) | dict.fromkeys(asked, 1.0)
        for term, weight in weights.items():
            totals[term] = totals.get(term, 0.0) + weight
    return {term: total / count for term, total in sorted(totals.items())}


def _fits(
    shares: Sequence[dict[int, float]], middles: NDArray[np.float32], terms: TermList, embed: Embed
) -> list[list[Candidate]]:
    """Candidates of every topic, the best fit first: all terms of our own list, and published ones spoken of there."""
    total: dict[int, float] = {}
    for share in shares:
        for term, mine in share.items():
            total[term] = total.get(term, 0.0) + mine
    others = max(len(shares) - 1, 1)
    trade = [number for number, term in enumerate(terms.terms) if term.trade]
    short = []
    for share in shares:
        apart = {term: (mine, (total[term] - mine) / others) for term, mine in share.items() if mine >= LEAST_MENTIONS}
        best = sorted(apart, key=lambda term: (-_setting_apart(*apart[term]), term))
        short.append(sorted({*trade, *best[:CANDIDATES]}))
    wanted = sorted({term for chosen in short for term in chosen})
    if not wanted:
        return [[] for _ in shares]
    near = middles @ embed([terms.terms[term].spelled_out for term in wanted]).T
    # Some terms are a little like everything: what counts as well is how much more they are like this topic.
    fits = 2 * near - near.mean(axis=0, keepdims=True)
    places = {term: place for place, term in enumerate(wanted)}
    ranked = []
    for number, chosen in enumerate(short):
        found = []
        for term in chosen:
            mine, place = shares[number].get(term, 0.0), places[term]
            elsewhere = (total.get(term, 0.0) - mine) / others
            fit = float(fits[number, place]) + MENTION_WEIGHT * math.sqrt(min(mine, 1.0)) - _cost(terms, term)
            found.append(Candidate(term, mine, elsewhere, float(near[number, place]), fit))
        ranked.append(sorted(found, key=lambda candidate: (-round(candidate.fit, 6), candidate.term)))
    return ranked


def _setting_apart(mine: float, elsewhere: float) -> float:
    """How much a mention sets the topic apart: its share times the log of how much commoner it is here."""
    return mine * math.log((mine + 0.02) / (elsewhere + 0.02))


def _cost(terms: TermList, term: int) -> float:
    listed = terms.terms[term]
    wordy = max(len(listed.name.split()) - 3, 0) * WORDY_COST
    return wordy + (0.0 if listed.trade else PUBLISHED_COST)


def _choose(
    candidates: Sequence[Candidate], own: Sequence[str], words: Sequence[str], taken: set[str], terms: TermList
) -> Label:
    """Name one topic: the best term of the list that fits, else a term of its own, else none."""
    fitting = [candidate for candidate in candidates if candidate.similarity >= LEAST_SIMILARITY]
    names = [terms.terms[candidate.term].name for candidate in fitting[:ALTERNATIVES]]
    for number, candidate in enumerate(fitting[:ALTERNATIVES]):
        if names[number].casefold() in taken or _far_behind(candidate, fitting[0]):
            continue
        # Beside a name that is taken stands the next best one: "React · Unit testing".
        beside = [f"{names[number]} · {other}" for other in names[number + 1 :]]
        alternatives = tuple(dict.fromkeys((*names[:number], *names[number + 1 :], *beside)))[:ALTERNATIVES]
        concept = terms.terms[candidate.term].concept
        return Label(
            names[number], tuple(words), alternatives, concept, candidate.similarity, min(candidate.mentions, 1.0)
        )
    if len(names) > 1:
        pairs = [f"{names[0]} · {other}" for other in names[1:]]
        return Label(_free(pairs, taken), tuple(words), tuple(pairs[1:]), None)
    own_names = [term[:1].upper() + term[1:] for term in own]
    return Label(_free([*own_names, *names, _("Unnamed topic")], taken), tuple(words), tuple(own_names[1:]))


def _far_behind(candidate: Candidate, best: Candidate) -> bool:
    return candidate.fit < best.fit - 0.3


def _free(names: Sequence[str], taken: set[str]) -> str:
    for name in names:
        if name.casefold() not in taken:
            return name
    number = 2
    while f"{names[-1]} {number}".casefold() in taken:
        number += 1
    return f"{names[-1]} {number}"
