"""Names of topics: from the allow-list of skill terms where one fits, else a term that the topic itself carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.topics import UNNAMED, Concept
from skilltrail.ml.name_fit import Candidate, Embed, fits, spoken_of
from skilltrail.ml.skill_terms import TermList
from skilltrail.ml.telling_words import TellingWords
from skilltrail.ml.words import Word, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE = 200
"""Exchanges read of one topic, those nearest its middle: more do not change a name, and cost time."""

FIRST_SAMPLE = 50
"""The same for a first picture, whose names give way to those of the next run."""

ALTERNATIVES = 6
LEAST_SIMILARITY = 0.30
"""A term that, with all its parts, is less like the topic than this does not name it, however often it is spoken of."""

OWN_SHARES = (0.5, 0.3)
"""A term of the topic's own makes a name when it occurs in this share of its exchanges: one word, several words."""

# A block without an end was cut off with the head of its text.
_CODE = re.compile(r"```.*?(?:```|$)|`[^`]*`", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Label:
    """What a topic is called and why; ``alternatives`` best first. Mentions from 0 to 1, similarity a cosine."""

    name: str
    terms: tuple[str, ...]
    alternatives: tuple[str, ...]
    concept: Concept | None = None
    similarity: float | None = None
    mentions: float = 0.0


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
    spoken = [spoken_of([parts_of(text) for text in topic], terms) for topic in read]
    telling = TellingWords.of(_prose(topic) for topic in read)
    ranked = fits(spoken, middles, terms, embed)
    labels: list[Label] = []
    taken: set[str] = set()
    for number, candidates in enumerate(ranked):
        label = _choose(candidates, telling.carried(number, OWN_SHARES), telling.best(number), taken, terms)
        taken.add(label.name.casefold())
        labels.append(label)
    return labels


def parts_of(text: str) -> tuple[list[Word], list[Word]]:
    """Return the words of the prompt and of the reply of a representation."""
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


def _choose(
    candidates: Sequence[Candidate], own: Sequence[str], words: Sequence[str], taken: set[str], terms: TermList
) -> Label:
    """Name one topic: the best term of the list that fits, else a term of its own, else none."""
    fitting = [candidate for candidate in candidates if candidate.family >= LEAST_SIMILARITY][: ALTERNATIVES + 1]
    names = [terms.terms[candidate.term].name for candidate in fitting]
    if not names:
        own_names = [term[:1].upper() + term[1:] for term in own]
        return Label(_free([*own_names, UNNAMED], taken), tuple(words), tuple(own_names[1:]))
    # Two topics of one skill: a part of it tells them apart, or else the second best term.
    parts = terms.narrower.get(fitting[0].term, ())
    apart = sorted(fitting[1:], key=lambda candidate: candidate.term not in parts)
    beside = [f"{names[0]} · {terms.terms[other.term].name}" for other in apart]
    name = _free([names[0], *beside], taken)
    others = tuple(other for other in (*names[1:], *beside) if other != name)[:ALTERNATIVES]
    best = fitting[0]
    return Label(name, tuple(words), others, terms.terms[best.term].concept, best.similarity, best.mentions)


def _free(names: Sequence[str], taken: set[str]) -> str:
    for name in names:
        if name.casefold() not in taken:
            return name
    number = 2
    while f"{names[-1]} {number}".casefold() in taken:
        number += 1
    return f"{names[-1]} {number}"
