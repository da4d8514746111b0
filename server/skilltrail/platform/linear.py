"""RE2, the one engine for patterns that run over captured text: linear time, whatever the text holds.

Texts are matched as UTF-8, encoded once for all patterns; places come back as characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import re2


class Subject:
    """A text that many patterns are run on."""

    __slots__ = ("_ascii", "data", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "surrogatepass")
        self._ascii = len(self.data) == len(text)

    def places(self, pattern: str) -> Iterator[tuple[int, int]]:
        """Yield start and end (exclusive), in characters, of each match: of its group "secret" if it names one."""
        found, group = compiled(pattern)
        spans = (match.span(group) for match in found.finditer(self.data))
        whole = (span for span in spans if 0 <= span[0] < span[1])
        return whole if self._ascii else self._in_characters(whole)

    def holds(self, pattern: str) -> bool:
        """Tell whether ``pattern`` occurs."""
        return compiled(pattern)[0].search(self.data) is not None

    def _in_characters(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        byte = place = 0
        for start, end in spans:
            first = place + self._length(byte, start)
            byte, place = end, first + self._length(start, end)
            yield first, place

    def _length(self, start: int, end: int) -> int:
        return len(self.data[start:end].decode("utf-8", "surrogatepass"))


class WordSet:
    """Tells in one pass which of many lower-case words a text holds."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        self._set = re2.Set.SearchSet()
        for word in self._words:
            self._set.Add(re2.escape(word.encode()))
        # Found in every text: an answer without it says that the engine gave up, which it does silently.
        self._set.Add(b"(?s:.)")
        self._set.Compile()

    def found_in(self, text: str) -> list[int]:
        """Return the positions of the words that occur in ``text``, whatever its case."""
        if not text:
            return []
        lower = text.lower()
        found = self._set.Match(lower.encode("utf-8", "replace"))
        if not found:
            return [at for at, word in enumerate(self._words) if word in lower]
        return [at for at in found if at < len(self._words)]


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> tuple[Any, int]:
    """Return ``pattern`` ready to run on UTF-8, and its group "secret", 0 if it has none."""
    found = re2.compile(pattern.encode())
    return found, found.groupindex.get(b"secret", 0)


def matches(pattern: str, text: str) -> bool:
    """Tell whether ``pattern`` occurs in ``text``."""
    return compiled(pattern)[0].search(text.encode("utf-8", "surrogatepass")) is not None


def escaped(text: str) -> str:
    """Return a pattern that matches ``text`` alone."""
    return str(re2.escape(text))
