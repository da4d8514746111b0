"""What a sentence of a job post speaks of: names of the allow-list by any of their spellings, and names on no list.

A history is long, and a wrong mention drowns in it; in a post each one counts. So the longest spelling of a place wins,
our own list goes before the published ones, and a single word of a published framework counts only where it is a tool
or a field of knowledge. A name on no list is a word with a capital that nothing else explains: a product, most often.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from skilltrail.domain.claims import TOOL
from skilltrail.ml.concepts import published_concepts
from skilltrail.ml.skill_terms import LONGEST_FORM, TermList, term_list
from skilltrail.ml.words import Word, stop_words, words_of

_PLACES_AFTER = frozenset({"in", "from", "near", "to", "at", "aus", "bei", "en", "de", "desde"})
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december montag dienstag mittwoch donnerstag freitag samstag sonntag""".split()  # noqa: SIM905 - words, to be read
)
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class PostTerm:
    """Something that a sentence speaks of, as it says it; ``number`` is None for a name on no list."""

    said: str
    name: str
    number: int | None = None
    framework: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    number: int


class PostReader:
    """Reads posts; make it once, for the lists are long."""

    def __init__(self, terms: TermList | None = None) -> None:
        self._terms = terms or term_list()

    def read(self, text: str) -> list[PostTerm]:
        """Return what a sentence speaks of, in its order."""
        words = words_of(text)
        places = self._best(one for start in range(len(words)) for one in self._at(words, start))
        taken = {at for one in places for at in range(one.start, one.end)}
        found = [(one.start, self._term(one, words)) for one in places]
        found += [(start, name) for start, name in _unknown(words, taken)]
        return [term for _start, term in sorted(found, key=lambda pair: pair[0])]

    def named(self, name: str) -> list[int]:
        """Return the terms that a name as a whole stands for."""
        stems = tuple(word.stem for word in words_of(name) if word.stem)
        return [*self._terms.stems.get(stems, ()), *self._terms.exact.get(name.strip(), ())]

    def related(self, number: int) -> frozenset[int]:
        """Return the parts of what a term names, and what it is a part of."""
        return frozenset((*self._terms.narrower.get(number, ()), *self._terms.wider.get(number, ())))

    def spellings(self, number: int) -> list[str]:
        """Return some spellings by which exchanges speak of a term, its name first."""
        term = self._terms.terms[number]
        others = term.spelled_out.partition(": ")[2].split(", ") if ": " in term.spelled_out else []
        return [term.name, *(other for other in others if other)]

    def spelled_out(self, number: int) -> str:
        """Return a term with its spellings as one text, for a vector."""
        return self._terms.terms[number].spelled_out

    def _at(self, words: Sequence[Word], start: int) -> Iterator[_Place]:
        word = words[start]
        if not word.stem:
            return
        for number in self._terms.exact.get(word.text, ()):
            if self._terms.terms[number].trade or word.text.isupper() or not word.opens:
                yield _Place(start, start + 1, number)
        reach = min(self._terms.longest.get(word.stem, 0), LONGEST_FORM, len(words) - start)
        for end in range(start + 1, start + reach + 1):
            stems = tuple(each.stem for each in words[start:end])
            for number in self._terms.stems.get(stems, ()):
                if self._counts(number, stems):
                    yield _Place(start, end, number)

    def _counts(self, number: int, stems: tuple[str, ...]) -> bool:
        """Tell whether a spelling is telling enough; a single everyday word of a framework is not."""
        if self._terms.terms[number].trade or len(stems) > 1:
            return True
        return stems[0] not in stop_words() and number in self._telling

    @cached_property
    def _telling(self) -> frozenset[int]:
        """The published terms that are a tool or a field of knowledge."""
        kinds = {(one.framework, one.label.casefold()): one.kind for one in published_concepts().listed}
        return frozenset(
            number
            for number, term in enumerate(self._terms.terms)
            if kinds.get((term.concept.framework, term.concept.label.casefold())) in (TOOL, "knowledge")
        )

    def _best(self, found: Iterable[_Place]) -> list[_Place]:
        """Return one name for each place of the text: the longest spelling, then our own list, then the first."""
        taken: set[int] = set()
        kept: list[_Place] = []
        for one in sorted(
            found, key=lambda one: (one.start - one.end, not self._terms.terms[one.number].trade, one.start)
        ):
            if taken.isdisjoint(range(one.start, one.end)):
                taken.update(range(one.start, one.end))
                kept.append(one)
        return kept

    def _term(self, place: _Place, words: Sequence[Word]) -> PostTerm:
        term = self._terms.terms[place.number]
        said = " ".join(word.text for word in words[place.start : place.end])
        return PostTerm(said, term.name, place.number, term.concept.framework, term.concept.uri)


def _unknown(words: Sequence[Word], taken: set[int]) -> Iterator[tuple[int, PostTerm]]:
    """Yield runs of words with capitals that no name of the lists explains."""
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and end - at < _MOST_WORDS and end not in taken and _is_name(words[end]):
            end += 1
        if end > at and not _is_place(words, at, end):
            said = " ".join(word.text for word in words[at:end])
            yield at, PostTerm(said, said)
        at = max(end, at + 1)


def _is_name(word: Word) -> bool:
    """Tell whether a word is a name by its letters: a capital in it, or at its head where no sentence begins."""
    if not word.stem or len(word.text) < 2 or word.stem in _DAYS or word.stem in stop_words():
        return False
    inner = any(sign.isupper() for sign in word.text[1:])
    return inner or (word.text[0].isupper() and not word.opens)


def _is_place(words: Sequence[Word], at: int, end: int) -> bool:
    """Tell whether it is where something is: one word behind "in" or the like."""
    plain = end - at == 1 and words[at].text[1:].islower()
    return plain and at > 0 and words[at - 1].text.casefold() in _PLACES_AFTER
