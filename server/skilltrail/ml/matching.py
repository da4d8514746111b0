"""Which published concepts a topic may be aligned with: arrays and texts in, proposals out.

How near a concept is comes from four signs, weighed: the topic's exchanges and its name against the concept's dense
vector, the exchanges against its static vector, and in how many of them the concept is spoken of. The weights are
round numbers that held on both halves of ``benchmarks/labelled_topics`` (``benchmarks/claims.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.claims import LEAST_FIT, Proposal, TopicMatch
from skilltrail.ml.concepts import Concepts
from skilltrail.ml.static_vectors import unit_rows
from skilltrail.ml.words import Word, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.ml.name_fit import Embed
    from skilltrail.ml.skill_terms import TermList

EXCHANGES_WEIGHT = 0.4
NAME_WEIGHT = 0.3
STATIC_WEIGHT = 0.2
MENTIONS_WEIGHT = 0.2

PROPOSALS = 6
FALL = 0.2
"""Alternatives that fit so much worse than the best one are left out, unless they might be proposed themselves."""

EXEMPLARS = 2
REPLY_WEIGHT = 0.5
"""As in naming: a term in the reply alone is the model's word, not the learner's."""

_WORDS_SHOWN = 3
_TEXTS_SEARCHED = 8
_LONGEST_FORM = 5


@dataclass(frozen=True, slots=True)
class ConceptSpace:
    """Concepts with their unit vectors, shapes (n, d1) and (n, d2), and terms whose mention is one of theirs."""

    concepts: Concepts
    dense: NDArray[np.float32]
    static: NDArray[np.float32]
    terms: TermList
    rows: dict[int, int]

    @classmethod
    def of(cls, concepts: Concepts, dense: NDArray[np.float32], embed_static: Embed, terms: TermList) -> ConceptSpace:
        """Put a space together."""
        static = embed_static([concepts.all_words(row) for row in range(len(concepts.listed))])
        rows = {}
        for number, term in enumerate(terms.terms):
            esco = term.concept.framework == "esco"
            name = term.concept.uri.rpartition("/")[2] if esco else term.concept.label
            row = concepts.rows.get((term.concept.framework, name))
            if row is not None:
                rows[number] = row
        return cls(concepts, dense, static, terms, rows)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words of one exchange, and the weight with which it mentions each concept."""

    words: list[Word]
    concepts: dict[int, float]


def match_topics(
    *,
    names: Sequence[str],
    texts: Sequence[Sequence[str]],
    dense: Sequence[NDArray[np.float32]],
    static: Sequence[NDArray[np.float32]],
    space: ConceptSpace,
    embed: Embed,
) -> list[TopicMatch]:
    """Match topics with concepts; each topic's result depends on nothing but itself.

    Parameters
    ----------
    names
        What the topics are called, by the learner or by us; "" for one without a name.
    texts
        For each topic, representations of exchanges that stand for it: the prompt, then the reply as last line.
    dense, static
        Their vectors: for each topic of shapes (k, d1) and (k, d2), k as many as texts and at least one.
    space
        The concepts.
    embed
        Gives dense unit vectors for names.

    Returns
    -------
    list[TopicMatch]
        In the order of ``names``.
    """
    if not names or not len(space.concepts.listed):
        return [TopicMatch() for _name in names]
    of_names = embed(list(names))
    parts = zip(names, of_names, texts, dense, static, strict=True)
    return [_match(bool(name), vector, said, own, quick, space) for name, vector, said, own, quick in parts]


def _match(
    named: bool,
    name: NDArray[np.float32],
    texts: Sequence[str],
    dense: NDArray[np.float32],
    static: NDArray[np.float32],
    space: ConceptSpace,
) -> TopicMatch:
    middle, static_middle = (unit_rows(rows.mean(axis=0, keepdims=True))[0] for rows in (dense, static))
    spoken = [_spoken(text, space) for text in texts]
    near = space.dense @ middle
    mentions = _shares(spoken, len(space.concepts.listed))
    fit = EXCHANGES_WEIGHT * near + STATIC_WEIGHT * (space.static @ static_middle)
    fit = fit + MENTIONS_WEIGHT * np.sqrt(mentions)
    # A topic without a name is compared by its exchanges alone, on the same scale.
    fit = fit + NAME_WEIGHT * (space.dense @ name if named else near)
    best = np.lexsort((np.arange(len(fit)), -fit.round(6)))[:PROPOSALS]
    least = min(float(fit[best[0]]) - FALL, LEAST_FIT)
    proposals = tuple(
        Proposal(
            concept=space.concepts.listed[row],
            similarity=round(float(near[row]), 4),
            mentions=round(float(mentions[row]), 4),
            words=_words(row, spoken, space),
            fit=round(float(fit[row]), 4),
            exemplars=_exemplars(row, dense, spoken, space),
        )
        for row in best.tolist()
    )
    return TopicMatch(tuple(proposal for proposal in proposals if proposal.fit >= least))


def _spoken(text: str, space: ConceptSpace) -> _Spoken:
    prompt, newline, reply = text.rpartition("\n")
    asked, answered = (words_of(prompt), words_of(reply)) if newline else (words_of(text), [])
    concepts = {space.rows[term]: REPLY_WEIGHT for term in space.terms.mentioned(answered) if term in space.rows}
    concepts |= {space.rows[term]: 1.0 for term in space.terms.mentioned(asked) if term in space.rows}
    return _Spoken([*asked, *answered], concepts)


def _shares(spoken: Sequence[_Spoken], count: int) -> NDArray[np.float32]:
    shares = np.zeros(count, dtype=np.float32)
    for exchange in spoken:
        for row, weight in exchange.concepts.items():
            shares[row] += weight
    return np.asarray(shares / len(spoken), dtype=np.float32)


def _exemplars(row: int, dense: NDArray[np.float32], spoken: Sequence[_Spoken], space: ConceptSpace) -> tuple[int, ...]:
    near = dense @ space.dense[row] + np.array([exchange.concepts.get(row, 0.0) for exchange in spoken])
    order = np.lexsort((np.arange(len(near)), -near.round(6)))
    return tuple(order[:EXEMPLARS].tolist())


def _words(row: int, spoken: Sequence[_Spoken], space: ConceptSpace) -> tuple[str, ...]:
    """How the exchanges call a concept: spellings of the published list, as they are written there."""
    found: dict[str, None] = {}
    saying = [exchange for exchange in spoken if row in exchange.concepts]
    for exchange in saying[:_TEXTS_SEARCHED]:
        words = _first_mention(row, exchange.words, space)
        if words:
            found.setdefault(words.casefold())
    return tuple(found)[:_WORDS_SHOWN]


def _first_mention(row: int, words: Sequence[Word], space: ConceptSpace) -> str:
    for length in range(1, _LONGEST_FORM + 1):
        for start in range(len(words) - length + 1):
            part = words[start : start + length]
            if any(space.rows.get(term) == row for term in space.terms.mentioned(part)):
                return " ".join(word.text for word in part)
    return ""
