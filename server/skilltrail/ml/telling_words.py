"""Telling words: terms of one to three words that occur in a topic far more than elsewhere (class-based TF-IDF)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from skilltrail.ml.words import Word, stop_words

LONGEST = 3
KEPT = 8
NAME_SHARE = 0.6
"""A word that has a capital inside sentences more often than this is somebody's name, and names no skill."""

_LEAST_COUNT = 2

Ngram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TellingWords:
    """In how many exchanges of each topic a term occurs, and how terms and single words are written most."""

    counts: tuple[Counter[Ngram], ...]
    sizes: tuple[int, ...]
    written: dict[Ngram, str]
    names: frozenset[str]

    @classmethod
    def of(cls, topics: Iterable[Sequence[Sequence[Word]]]) -> TellingWords:
        """Count the terms of ``topics``: topics of exchanges of words. Takes one topic at a time."""
        counts: list[Counter[Ngram]] = []
        sizes: list[int] = []
        written: dict[Ngram, str] = {}
        otherwise: dict[Ngram, Counter[str]] = {}
        capital, inside = Counter[str](), Counter[str]()
        for exchanges in topics:
            count = Counter[Ngram]()
            for words in exchanges:
                seen = dict(ngrams(words))
                count.update(seen.keys())
                for ngram, text in seen.items():
                    # Most terms are written one way: a count for each of a million would fill the memory.
                    if written.setdefault(ngram, text) != text:
                        otherwise.setdefault(ngram, Counter())[text] += 1
                for word in words:
                    if word.stem and not word.opens:
                        inside[word.stem] += 1
                        capital[word.stem] += looks_like_name(word.text)
            counts.append(count)
            sizes.append(len(exchanges))
        for ngram, forms in otherwise.items():
            forms[written[ngram]] = sum(count[ngram] for count in counts) - sum(forms.values())
            written[ngram] = min(forms, key=lambda form: (-forms[form], form))
        names = frozenset(word for word, total in inside.items() if capital[word] > NAME_SHARE * total)
        return cls(tuple(counts), tuple(sizes), written, names)

    def best(self, topic: int) -> list[str]:
        """Return up to eight terms of one topic, the most telling first; parts of a chosen term are not repeated."""
        enough = [ngram for ngram, count in self.counts[topic].items() if count >= _LEAST_COUNT]
        scored = sorted((-self._weight(topic, ngram), ngram) for ngram in enough)
        chosen: list[Ngram] = []
        for weight, ngram in scored:
            if weight >= 0 or len(chosen) == KEPT:
                break
            if not self.names.intersection(ngram) and not any(_overlap(ngram, other) for other in chosen):
                chosen.append(ngram)
        return [self.written[ngram] for ngram in chosen]

    def carried(self, topic: int, least: tuple[float, float]) -> list[str]:
        """Return the telling terms that a topic carries: in at least that share of its exchanges, (one word, more)."""
        by_text = {self.written[ngram]: ngram for ngram in self.counts[topic]}
        return [
            term
            for term in self.best(topic)
            if self.counts[topic][by_text[term]] >= least[len(by_text[term]) > 1] * self.sizes[topic]
        ]

    def _weight(self, topic: int, ngram: Ngram) -> float:
        share = self.counts[topic][ngram] / self.sizes[topic]
        shares = [count[ngram] / size for count, size in zip(self.counts, self.sizes, strict=True)]
        elsewhere = (sum(shares) - share) / max(len(shares) - 1, 1)
        # Two words that stay together say more than one.
        return round(share * math.log((share + 0.02) / (elsewhere + 0.02)) * math.sqrt(len(ngram)), 6)


def ngrams(words: Sequence[Word]) -> Iterator[tuple[Ngram, str]]:
    """Yield terms of one to three words with their spelling.

    None crosses punctuation, and none begins or ends with a stop word.
    """
    stops = stop_words()
    for start, first in enumerate(words):
        if not _speaks(first, stops):
            continue
        for end in range(start, min(start + LONGEST, len(words))):
            if not words[end].stem:
                break
            if _speaks(words[end], stops):
                part = words[start : end + 1]
                yield tuple(word.stem for word in part), " ".join(_plain(word) for word in part)


def _speaks(word: Word, stops: frozenset[str]) -> bool:
    """Tell whether a term may begin or end with this word; one with "_" is a name in somebody's code."""
    return len(word.stem) >= 2 and word.stem not in stops and "_" not in word.stem


def looks_like_name(text: str) -> bool:
    """Tell whether a word is written like a name: one capital in front. Acronyms and CamelCase are words of a trade."""
    return text[:1].isupper() and text[1:].islower()


def _plain(word: Word) -> str:
    """A word as a name shows it: without the capital that a sentence's head gives."""
    return word.text.lower() if looks_like_name(word.text) else word.text


def _overlap(one: Ngram, other: Ngram) -> bool:
    """Tell whether two terms share a word; "menus" and "menu" are one, whatever the stem says."""
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other if abs(len(a) - len(b)) <= 1)
