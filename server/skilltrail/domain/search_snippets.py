"""Pieces of texts around what was looked for, and fusing several orders into one. Plain values, no HTML."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from skilltrail.domain.search import Snippet, Term

SNIPPET = 240
"""Characters of a snippet."""

READ = 200_000
"""Characters of a text that are looked through; the first match of nearly every text stands there."""

_BEFORE = 60
# As in the index: "C++" and "C#" are words of their own.
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
FUSION = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a term stands in a text: ``number`` is the term's position among those looked for."""

    start: int
    end: int
    number: int


def fuse(*orders: Iterable[int], weights: Sequence[float] = ()) -> list[int]:
    """Return all ids of several orders, the best first: reciprocal rank fusion, ties by the higher id.

    An id scores the sum of ``weight / (60 + rank)`` over the orders in which it stands.
    """
    scores: dict[int, float] = {}
    for number, order in enumerate(orders):
        weight = weights[number] if weights else 1.0
        for rank, one in enumerate(order, 1):
            scores[one] = scores.get(one, 0.0) + weight / (FUSION + rank)
    return sorted(scores, key=lambda one: (-scores[one], -one))


def folded(word: str) -> str:
    """Return a word for comparing, as the index does: no case, no accents."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def variants(word: str) -> tuple[str, ...]:
    """Return a word and, for a plain English one, its singular or plural: "invoice" finds "invoices"."""
    if not (word.isascii() and word.isalpha() and len(word) >= 4):
        return (word,)
    if word[-1] in "sS":
        return (word,) if word[-2] in "sS" else (word, word[:-1])
    return (word, f"{word}s")


def matches(text: str, terms: Sequence[Term]) -> list[Match]:
    """Return where terms stand in the beginning of a text, in order, none within another."""
    looked_for = [_words_of(term) for term in terms]
    # Most words of a text begin nothing that is looked for: one look into a table tells.
    whole: dict[str, list[int]] = {}
    openings: list[str] = []
    for number, (forms, prefix) in enumerate(looked_for):
        for form in forms:
            if prefix and len(form) == 1:
                openings.append(form[0])
            elif form:
                whole.setdefault(form[0], []).append(number)
    begins = tuple(openings)
    words = [(found.start(), found.end(), folded(found[0])) for found in _WORD.finditer(text[:READ])]
    found: list[Match] = []
    for at, (start, _end, word) in enumerate(words):
        if not (word in whole or (begins and word.startswith(begins))) or (found and start < found[-1].end):
            continue
        for number, (forms, prefix) in enumerate(looked_for):
            length = _fits(words, at, forms, prefix=prefix)
            if length:
                found.append(Match(start, words[at + length - 1][1], number))
                break
    return found


def telling(terms: Sequence[Term]) -> tuple[Term, ...]:
    """Return the terms that are worth a mark: one or two letters are not, beside longer words."""
    longer = tuple(term for term in terms if term.phrase or len(term.text) > 2)
    return longer or tuple(terms)


def marked_line(place: str, text: str, terms: Sequence[Term]) -> Snippet:
    """Return a whole short text with the terms marked."""
    return _cut(place, text, matches(text, terms), 0, len(text))


def snippet(place: str, text: str, terms: Sequence[Term], *, size: int = SNIPPET) -> Snippet:
    """Return the piece of a text that holds most of the terms, each marked; without any, its beginning."""
    found = matches(text, terms)
    start = _best_start(found, size)
    # Not in the middle of a word.
    start = 0 if start <= _BEFORE else text.find(" ", start - _BEFORE, start) + 1 or start
    return _cut(place, text, found, start, min(len(text), start + size))


def _cut(place: str, text: str, found: Sequence[Match], start: int, end: int) -> Snippet:
    parts: list[tuple[str, bool]] = [("…", False)] if start else []
    at = start
    for match in found:
        if match.start < at or match.end > end:
            continue
        parts += [(text[at : match.start], False), (text[match.start : match.end], True)]
        at = match.end
    parts += [(text[at:end], False)] + ([("…", False)] if end < len(text) else [])
    return Snippet(place, tuple((_one_line(part), marked) for part, marked in parts if part))


def _one_line(text: str) -> str:
    # Signs of Markdown say nothing here. A blank at an end parts a word from the mark beside it.
    for sign in ("```", "**", "`", "##"):
        text = text.replace(sign, " " if sign == "```" else "")
    return " ".join(("|" + text + "|").split())[1:-1]


def _words_of(term: Term) -> tuple[tuple[tuple[str, ...], ...], bool]:
    words = tuple(folded(found) for found in _WORD.findall(term.text))
    if term.phrase or term.prefix or len(words) != 1:
        return (words,), term.prefix
    return tuple((form,) for form in variants(words[0])), False


def _fits(words: Sequence[tuple[int, int, str]], at: int, forms: Sequence[tuple[str, ...]], *, prefix: bool) -> int:
    """Return how many words from ``at`` on are one of the forms; 0 where none is."""
    for form in forms:
        here = [word for _start, _end, word in words[at : at + len(form)]]
        if len(here) < len(form) or not form:
            continue
        last_fits = here[-1].startswith(form[-1]) if prefix else here[-1] == form[-1]
        if last_fits and here[:-1] == list(form[:-1]):
            return len(form)
    return 0


def _best_start(found: Sequence[Match], size: int) -> int:
    """Return where the piece with most different terms begins; the earliest of equals."""
    starts = [match.start for match in found]
    best, start = 0, 0
    for number, match in enumerate(found):
        until = bisect_right(starts, match.start + size - _BEFORE)
        different = len({one.number for one in found[number : min(until, number + 64)]})
        if different > best:
            best, start = different, match.start
    return start
