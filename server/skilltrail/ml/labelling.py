"""Names of topics: from the allow-list of skill terms where one fits, else from the topic's own telling words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.topics import Concept
from skilltrail.ml.skill_terms import TermList
from skilltrail.ml.telling_words import TellingWords, display
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
"""A name must be spoken of in at least this share of the topic, replies at half weight."""

LEAST_FIT = 0.30
"""Fit below which no name is better than the telling words."""

TRADE_BONUS = 0.08
WORDY_COST = 0.03
"""Our own terms are worded as profiles word them; each word over three makes a name read like a job description."""

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
        label = _choose(candidates, telling.best(number), terms, taken)
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
    """Candidates of every topic, the best fit first."""
    total: dict[int, float] = {}
    for share in shares:
        for term, mine in share.items():
            total[term] = total.get(term, 0.0) + mine
    others = max(len(shares) - 1, 1)
    short = []
    for share in shares:
        apart = {term: (mine, (total[term] - mine) / others) for term, mine in share.items() if mine >= LEAST_MENTIONS}
        best = sorted(apart, key=lambda term: (-_setting_apart(*apart[term]), term))
        short.append({term: apart[term] for term in best[:CANDIDATES]})
    wanted = sorted({term for chosen in short for term in chosen})
    places = {term: place for place, term in enumerate(wanted)}
    if not wanted:
        return [[] for _ in shares]
    near = middles @ embed([terms.terms[term].name for term in wanted]).T
    ranked = []
    for number, chosen in enumerate(short):
        found = [_candidate(term, *chosen[term], float(near[number, places[term]]), terms) for term in chosen]
        ranked.append(sorted(found, key=lambda candidate: (-round(candidate.fit, 6), candidate.term)))
    return ranked


def _setting_apart(mine: float, elsewhere: float) -> float:
    """How much a mention sets the topic apart: its share times the log of how much commoner it is here."""
    return mine * math.log((mine + 0.02) / (elsewhere + 0.02))


def _candidate(term: int, mine: float, elsewhere: float, similarity: float, terms: TermList) -> Candidate:
    listed = terms.terms[term]
    apart = max(_setting_apart(mine, elsewhere), 0.0) / math.log(1.02 / 0.02)
    wordy = max(len(listed.name.split()) - 3, 0) * WORDY_COST
    # The square root keeps a term that half of the topic mentions from losing to a vaguer one that all of it does.
    fit = 0.5 * similarity + 0.5 * math.sqrt(apart) + (TRADE_BONUS if listed.trade else 0.0) - wordy
    return Candidate(term, mine, elsewhere, similarity, fit)


def _choose(candidates: Sequence[Candidate], telling: Sequence[str], terms: TermList, taken: set[str]) -> Label:
    fitting = [candidate for candidate in candidates if candidate.fit >= LEAST_FIT]
    names = [terms.terms[candidate.term].name for candidate in fitting]
    own = display(telling)
    words = tuple(telling)
    for candidate, name in zip(fitting, names, strict=True):
        if name.casefold() in taken:
            continue
        beside = _with_word(name, telling)
        more = (*beside[:1], *[other for other in names if other != name][:2], *beside[1:], own)
        alternatives = tuple(dict.fromkeys(more))[:ALTERNATIVES]
        concept = terms.terms[candidate.term].concept
        return Label(name, words, alternatives, concept, candidate.similarity, min(candidate.mentions, 1.0))
    alternatives = tuple(dict.fromkeys((*(f"{own} · {word}" for word in telling[2:]), *names)))[:ALTERNATIVES]
    return Label(_free([own, *alternatives], taken), words, alternatives)


def _with_word(name: str, telling: Sequence[str]) -> list[str]:
    """The name with a telling word beside it, for when another topic has the name."""
    inside = set(name.casefold().split())
    return [f"{name} · {word}" for word in telling if not inside & set(word.casefold().split())]


def _free(names: Sequence[str], taken: set[str]) -> str:
    for name in names:
        if name.casefold() not in taken:
            return name
    number = 2
    while f"{names[0]} {number}".casefold() in taken:
        number += 1
    return f"{names[0]} {number}"
