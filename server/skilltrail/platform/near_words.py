"""Finds what looks like a client's word without being it: run together, apart, as a part of a longer word, misspelt.

Too much for assigning exchanges or masking names; before a file goes out it is shown to the learner, who decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from skilltrail.domain.context_words import LEGAL, fold
from skilltrail.domain.contexts import How
from skilltrail.platform.client_words import IdentifyingWord

LEAST = 4
"""Signs that a word must have to be looked for within others."""

LEAST_INSIDE = 5
"""Signs that a word must have to be found within a longer one and not at its beginning: no "sign" in "design"."""

LEAST_MISSPELT = 6
"""Signs that a word must have before one wrong sign is forgiven."""

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

    def __init__(self, words: Iterable[IdentifyingWord]) -> None:
        self._squeezed: dict[str, IdentifyingWord] = {}
        for word in words:
            if not word.literal:
                for form in _forms(word):
                    self._squeezed.setdefault(form, word)
        self._misspelt: dict[str, IdentifyingWord] = {}
        for form, word in self._squeezed.items():
            if len(form) >= LEAST_MISSPELT:
                for shorter in _one_less(form):
                    self._misspelt.setdefault(shorter, word)
        self._sizes = frozenset(map(len, self._squeezed))

    def find(self, text: str) -> list[NearWord]:
        """Return what looks like a client's word, the exact ones too; each place of the text once."""
        if not self._squeezed:
            return []
        tokens = list(_tokens(text))
        found = [one for token in tokens for one in self._within(token)]
        found += [one for at in range(len(tokens)) for one in self._joined(tokens[at : at + _RUN])]
        kept: dict[tuple[int, int], NearWord] = {(one.start, one.end): one for one in found}
        return sorted(kept.values(), key=lambda one: (one.start, -one.end))

    def _within(self, token: tuple[str, int, int]) -> Iterator[NearWord]:
        said, start, end = token
        word = self._contained(said) or self._as_misspelt(said)
        if word is not None:
            yield NearWord(word, start, end)

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
        if not LEAST_MISSPELT - 1 <= len(said) <= _LONGEST:
            return None
        for form in (said, *_one_less(said)):
            word = self._misspelt.get(form)
            if word is None and len(form) >= LEAST_MISSPELT:
                word = self._squeezed.get(form)
            if word is not None:
                return word
        return None

    def _joined(self, run: list[tuple[str, int, int]]) -> Iterator[NearWord]:
        """Read words of a text that stand beside each other as one: "Blue Whale" is "BlueWhale"."""
        said = run[0][0]
        for token in run[1:]:
            said += token[0]
            word = self._squeezed.get(said)
            if word is not None:
                yield NearWord(word, run[0][1], token[2])


_LONGEST = 60
"""Longer words of a text are keys and hashes: a stretch of them is looked at, misspellings are not."""


def _forms(word: IdentifyingWord) -> set[str]:
    """Return the letters and digits of a word, of a domain also those of its name; of a name those of its rare part."""
    folded = fold(word.word)
    parts = [part for part in "".join(sign if sign.isalnum() else " " for sign in folded).split() if part]
    if word.how is How.DOMAIN:
        parts = parts[:-1] or parts
        return {part for part in parts if len(part) >= LEAST and part != "www"}
    rare = [part for part in parts if part not in LEGAL]
    return {form for form in ("".join(parts), "".join(rare)) if len(form) >= LEAST}


def _one_less(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
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
