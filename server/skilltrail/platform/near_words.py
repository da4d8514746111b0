"""Finds what looks like a client's word without being it: run together, apart, as a part of a longer word, misspelt.

Too much for assigning exchanges or masking names; before a file goes out it is shown to the learner, who decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from skilltrail.domain.context_words import LEGAL, fold, spelt
from skilltrail.domain.contexts import How
from skilltrail.platform.client_words import IdentifyingWord

LEAST = 4
"""Signs that a word must have to be looked for within others."""

LEAST_INSIDE = 5
"""Signs that a word must have to be found within a longer one and not at its beginning: no "sign" in "design"."""

LEAST_MISSPELT = 6
"""Signs that a word must have before one wrong sign is forgiven."""

_Token = tuple[str, int, int]
"""A word of a text, folded, with where it stands."""

_Place = tuple[tuple[int, int], IdentifyingWord]
"""Numbers of the first word of a place and of the one past it, and whose word is there."""

_RUN = 4
"""Words of a text that are read as one."""


@dataclass(frozen=True, slots=True)
class NearWord:
    """A place of a text that looks like a word of a client's; ``end`` is exclusive."""

    word: IdentifyingWord
    start: int
    end: int


class NearWords:
    """The words of clients, ready to be looked for in all forms; built once for each scan."""

    def __init__(self, words: Iterable[IdentifyingWord], common: Callable[[], Collection[str]] = frozenset) -> None:
        """``common`` are everybody's words: nothing looks like a client's only because a project is called "Orders"."""
        self._squeezed: dict[str, IdentifyingWord] = {}
        for word in words:
            if not word.literal:
                for form in _forms(word) - set(common()):
                    self._squeezed.setdefault(form, word)
        self._misspelt: dict[str, IdentifyingWord] = {}
        for form, word in self._squeezed.items():
            if len(form) >= LEAST_MISSPELT:
                for shorter in _one_less(form):
                    self._misspelt.setdefault(shorter, word)
        self._sizes = frozenset(map(len, self._squeezed))
        long = {size for size in self._sizes if size >= LEAST_MISSPELT}
        self._near_sizes = frozenset(size + more for size in long for more in (-1, 0, 1))

    def find(self, text: str) -> list[NearWord]:
        """Return what looks like a client's word, the exact ones too; each place of the text once."""
        if not self._squeezed:
            return []
        tokens = list(_tokens(text))
        found = dict(self._sure(tokens))
        taken = {at for first, past in found for at in range(first, past)}
        for (first, past), word in sorted(self._likely(tokens), key=lambda one: one[0][1] - one[0][0]):
            if taken.isdisjoint(range(first, past)):
                found[first, past] = word
                taken.update(range(first, past))
        kept = [NearWord(word, tokens[first][1], tokens[past - 1][2]) for (first, past), word in found.items()]
        return sorted(kept, key=lambda one: (one.start, -one.end))

    def _sure(self, tokens: Sequence[_Token]) -> Iterator[_Place]:
        """Yield the words of a text that hold a client's word, and those that together are one."""
        for at, (said, _start, _end) in enumerate(tokens):
            word = self._contained(said) or self._as_misspelt(said)
            if word is not None:
                yield (at, at + 1), word
            for past, joined in _runs(tokens, at):
                word = self._squeezed.get(joined)
                if word is not None:
                    yield (at, past), word
        for first, past in _spelled_out(tokens):
            yield from self._spelled(tokens, first, past)

    def _likely(self, tokens: Sequence[_Token]) -> Iterator[_Place]:
        """Yield words that stand beside each other and together begin or end with a client's, or are one misspelt."""
        for at in range(len(tokens)):
            for past, joined in _runs(tokens, at):
                word = self._in_run(joined, len(tokens[at][0]), len(tokens[past - 1][0]))
                if word is not None:
                    yield (at, past), word

    def _contained(self, said: str) -> IdentifyingWord | None:
        """Look whether a client's word begins it, or, a longer one, stands anywhere in it."""
        for size in self._sizes:
            last = len(said) - size if size >= LEAST_INSIDE else 0
            for at in range(last + 1 if size <= len(said) else 0):
                word = self._squeezed.get(said[at : at + size])
                if word is not None:
                    return word
        return None

    def _as_misspelt(self, said: str) -> IdentifyingWord | None:
        if len(said) not in self._near_sizes or len(said) > _LONGEST:
            return None
        for form in (said, *_one_less(said)):
            word = self._misspelt.get(form)
            if word is None and len(form) >= LEAST_MISSPELT:
                word = self._squeezed.get(form)
            if word is not None:
                return word
        return None

    def _in_run(self, said: str, first: int, last: int) -> IdentifyingWord | None:
        """Look at words read as one, whose first and last have so many signs.

        Somewhere within them everyday words meet by chance, so a client's begins or ends with them.
        """
        for size in self._sizes:
            if LEAST_MISSPELT <= size < len(said):
                begun = self._squeezed.get(said[:size]) if size > len(said) - last else None
                word = begun or (self._squeezed.get(said[-size:]) if size > len(said) - first else None)
                if word is not None:
                    return word
        word = self._as_misspelt(said) if len(said) >= LEAST_MISSPELT else None
        return word if word is not None and any(form[0] == said[0] for form in _forms(word)) else None

    def _spelled(self, tokens: Sequence[_Token], first: int, past: int) -> Iterator[_Place]:
        """Find clients' words in letters that stand apart, "N o r d"; each letter is a word's end."""
        said = "".join(token[0] for token in tokens[first:past])
        for sizes, look in ((self._sizes, self._squeezed.get), (self._near_sizes, self._as_misspelt)):
            for size in sizes:
                for at in range(len(said) - size + 1):
                    word = look(said[at : at + size])
                    if word is not None:
                        yield (first + at, first + at + size), word


_LONGEST = 60
"""Longer words of a text are keys and hashes: a stretch of them is looked at, misspellings are not."""


def _forms(word: IdentifyingWord) -> set[str]:
    """Return the letters and digits of a word, of a domain also those of its name; of a name those of its rare part."""
    return _forms_of(word, fold(word.word)) | _forms_of(word, fold(spelt(word.word)))


def _forms_of(word: IdentifyingWord, folded: str) -> set[str]:
    parts = [part for part in "".join(sign if sign.isalnum() else " " for sign in folded).split() if part]
    if word.how is How.DOMAIN:
        parts = parts[:-1] or parts
        return {part for part in parts if len(part) >= LEAST and part != "www"}
    rare = [part for part in parts if part not in LEGAL]
    return {form for form in ("".join(parts), "".join(rare)) if len(form) >= LEAST}


def _runs(tokens: Sequence[_Token], at: int) -> Iterator[tuple[int, str]]:
    """Yield the words from one on, read as one, each with the place past its last: two of them, three, four."""
    said = tokens[at][0]
    for past in range(at + 2, min(at + _RUN, len(tokens)) + 1):
        said += tokens[past - 1][0]
        yield past, said


def _spelled_out(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Yield where runs of single letters begin and end that are longer than what is read as one anyway."""
    first = 0
    for at in range(len(tokens) + 1):
        if at == len(tokens) or len(tokens[at][0]) != 1:
            if at - first > _RUN:
                yield first, at
            first = at + 1


def _one_less(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _tokens(text: str) -> Iterator[_Token]:
    """Yield each run of letters and digits, folded, with its place."""
    start = None
    for at, sign in enumerate(text):
        if sign.isalnum():
            start = at if start is None else start
        elif start is not None and not _is_mark(sign):
            yield fold(text[start:at]), start, at
            start = None
    if start is not None:
        yield fold(text[start:]), start, len(text)


def _is_mark(sign: str) -> bool:
    """Tell whether a sign goes with the letter before it: accents and signs that nobody sees."""
    return unicodedata.category(sign) in ("Mn", "Cf")
