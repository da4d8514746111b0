"""Finds the learner's own words: names of clients and projects, whatever their case, as whole words.

A word stands between signs that are neither letters nor digits: ``acme_gmbh`` holds "acme", ``acmeshop`` does not.
Between the parts of a name may stand white space, a hyphen or an underscore: "Acme GmbH" finds ``acme-gmbh`` too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from skilltrail.domain.redaction import OwnWord
from skilltrail.platform.linear import Subject, WordSet, escaped

_APART = r"[ \t\r\n\x{A0}_-]{1,3}"
_OUTSIDE = r"[^\pL\pN]"


class OwnWords:
    """The list, ready to be looked for; built once for each change of it."""

    def __init__(self, words: Sequence[OwnWord]) -> None:
        self._words = tuple(words)
        self._patterns = tuple(_pattern(word.word) for word in self._words)
        firsts = [(first, at) for at, word in enumerate(self._words) for first in _firsts(word.word)]
        self._places = tuple(at for _first, at in firsts)
        self._set = WordSet([first for first, _at in firsts])

    def find(self, subject: Subject) -> Iterator[tuple[int, int, int]]:
        """Yield start, end and the word's number for each place; they may overlap."""
        if not self._words:
            return
        for at in sorted({self._places[found] for found in self._set.found_in(subject.text)}):
            for start, end in subject.places(self._patterns[at]):
                yield start, end, self._words[at].id


def _firsts(word: str) -> Iterable[str]:
    """Return what every form of the word holds: its longest part, lower case, composed and decomposed."""
    longest = max(word.split(), key=len, default=word)
    return {form.lower() for form in _forms(longest)}


def _forms(text: str) -> set[str]:
    return {unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)}


def _pattern(word: str) -> str:
    parts = [_one_of(sorted(map(escaped, _forms(part)))) for part in word.split()]
    return f"(?i)(?:^|{_OUTSIDE})(?P<secret>{_APART.join(parts)})(?:{_OUTSIDE}|$)"


def _one_of(forms: Sequence[str]) -> str:
    return forms[0] if len(forms) == 1 else f"(?:{'|'.join(forms)})"
