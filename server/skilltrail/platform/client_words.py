"""Finds words that identify clients in texts, whole, whatever their case and accents; in linear time.

A word stands between signs that are neither letters nor digits; between the parts of a name may stand white space, a
hyphen or an underscore. A domain stands alone or behind a dot ("shop.acme.example"), and nothing that would make it
another one follows. Scripts that put no spaces between words need none here. A word inside a longer one of another
client ("Acme" in "Acme Labs") does not count. A text is looked through as it stands and as it is meant: entities,
escapes and the like (``platform.readings``), and with "ue" for "ü" on either side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from skilltrail.domain.context_words import SPELT_OUT, fold, spelt
from skilltrail.domain.contexts import How
from skilltrail.platform.linear import Subject, WordSet, escaped
from skilltrail.platform.readings import Reading, readings, spelt_out

MASK = "[client]"
"""What stands in exports in place of a client's word."""

_APART = r"[ \t\r\n\x{A0}_+-]{1,3}"
_SOLID = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"


@dataclass(frozen=True, slots=True)
class IdentifyingWord:
    """A word of a client or project (``context_id``), as the learner wrote it."""

    context_id: int
    owner: int
    how: How
    word: str
    literal: str = ""
    """What stands in texts in its place: the mark of a word that the learner has hidden."""


@dataclass(frozen=True, slots=True)
class WordFound:
    """A word at a place of a folded text; ``end`` is exclusive."""

    word: IdentifyingWord
    start: int
    end: int


class ClientWords:
    """All identifying words, ready to be looked for; built once for each change of them."""

    def __init__(self, words: Sequence[IdentifyingWord], *, spared: Collection[int] = ()) -> None:
        self._words = tuple(words)
        self._spared = frozenset(spared)
        self._looked = [(word, form) for word in self._words for form in _spellings(word)]
        self._patterns = tuple(_pattern(form) for _word, form in self._looked)
        self._set = WordSet([_longest(form) for _word, form in self._looked])
        folded = [fold(word.word) for word in self._words]
        self._spells_out = any(two in word for word in folded for two in set(map(str.lower, SPELT_OUT.values())))

    def __bool__(self) -> bool:
        return any(word.owner not in self._spared for word in self._words)

    def sparing(self, owners: Collection[int]) -> ClientWords:
        """Return the same words, those of some clients masked nowhere."""
        return ClientWords(self._words, spared=owners)

    def find(self, text: str) -> tuple[IdentifyingWord, ...]:
        """Return the words that a text holds, each once, in the order of their list."""
        if not self._words or not text:
            return ()
        said = (text, *(one.text for one in self._meant(text)))
        found = {one.word for each in said for one in self._places(fold(each))}
        return tuple(word for word in self._words if word in found) if found else ()

    def masked(self, text: str) -> str:
        """Return a short text with ``MASK`` in place of every word, but those of spared clients."""
        done, at = [], 0
        for one in self.places(text):
            if one.start >= at:
                done += [text[at : one.start], MASK]
            at = max(at, one.end)
        return "".join([*done, text[at:]])

    def places(self, text: str) -> list[WordFound]:
        """Return where words of clients stand in a text, those of spared clients left out, in the order of the text."""
        if not self or not text:
            return []
        found = dict.fromkeys(self._here(text))
        for one in self._meant(text):
            spans = ((place, one.span(place.start, place.end)) for place in self._here(one.text))
            found |= dict.fromkeys(replace(place, start=start, end=end) for place, (start, end) in spans)
        return sorted(found, key=lambda one: (one.start, -one.end))

    def _meant(self, text: str) -> Iterator[Reading]:
        """Yield the text as it is meant where it is written in code, or spelt otherwise."""
        for one in (None, *readings(text)):
            if one is not None:
                yield one
            spelt_so = spelt_out(text if one is None else one.text) if self._spells_out else None
            if spelt_so is not None and one is not None:
                yield Reading(spelt_so.text, [one.places[place] for place in spelt_so.places])
            elif spelt_so is not None:
                yield spelt_so

    def _here(self, text: str) -> list[WordFound]:
        folded, places = _with_places(text)
        if folded != fold(text):
            # Signs that melt together when they are folded: which of them the word is cannot be told.
            return [replace(one, start=0, end=len(text)) for one in self._masked(fold(text))]
        return [replace(one, start=places[one.start], end=places[one.end]) for one in self._masked(folded)]

    def unspared(self) -> tuple[IdentifyingWord, ...]:
        """Return the words that are masked."""
        return tuple(word for word in self._words if word.owner not in self._spared)

    def without_spared(self, text: str) -> str:
        """Return a text folded, with blanks where words of spared clients stand."""
        folded = fold(text)
        signs = list(folded)
        for one in self._places(folded) if self._spared else ():
            if one.word.owner in self._spared:
                signs[one.start : one.end] = " " * (one.end - one.start)
        return "".join(signs)

    def _masked(self, folded: str) -> list[WordFound]:
        return [one for one in self._places(folded) if one.word.owner not in self._spared]

    def _places(self, folded: str) -> list[WordFound]:
        numbers = self._set.found_in(folded)
        if not numbers:
            return []
        subject = Subject(folded)
        found = [
            WordFound(self._looked[number][0], start, end)
            for number in numbers
            for start, end in subject.places(self._patterns[number])
            if _stands_alone(self._looked[number][0], folded, start, end)
        ]
        return _outermost(found)


def _outermost(found: list[WordFound]) -> list[WordFound]:
    """Leave out what stands inside a longer word of another client."""
    if len({one.word.owner for one in found}) < 2:
        return found
    ordered = sorted(found, key=lambda one: (one.start, -one.end))
    kept: list[WordFound] = []
    # The widest place so far, for every client: what lies in another's wider one is left out.
    widest: dict[int, WordFound] = {}
    for one in ordered:
        within = any(
            owner != one.word.owner and other.end >= one.end and other.end - other.start > one.end - one.start
            for owner, other in widest.items()
        )
        if not within:
            kept.append(one)
        before = widest.get(one.word.owner)
        if before is None or one.end > before.end:
            widest[one.word.owner] = one
    return kept


def _spellings(word: IdentifyingWord) -> tuple[IdentifyingWord, ...]:
    """Return a word as it is spelt, and with "ue" for "ü" where that is another form."""
    other = spelt(word.word)
    return (word,) if word.literal or fold(other) == fold(word.word) else (word, replace(word, word=other))


def _with_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its places (and its end) the place in ``text``."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    signs: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        folded = fold(sign)
        signs.append(folded)
        places += [at] * len(folded)
    return "".join(signs), [*places, len(text)]


def _longest(word: IdentifyingWord) -> str:
    """Return what every form of a word holds."""
    if word.literal:
        return word.literal.lower()
    folded = fold(word.word)
    return folded if word.how is How.DOMAIN else max(_parts(folded), key=len)


def _parts(folded: str) -> list[str]:
    return folded.replace("_", " ").replace("-", " ").split() or [folded]


@lru_cache(maxsize=4096)
def _pattern(word: IdentifyingWord) -> str:
    if word.literal:
        return f"(?P<secret>{escaped(word.literal.lower())})"
    folded = fold(word.word)
    body = escaped(folded) if word.how is How.DOMAIN else _APART.join(map(escaped, _parts(folded)))
    return f"(?P<secret>{body})"


def _stands_alone(word: IdentifyingWord, text: str, start: int, end: int) -> bool:
    """Tell whether what stands beside a place leaves it a word of its own."""
    if word.literal:
        return True
    before, after = text[start - 1 : start], text[end : end + 1]
    if word.how is How.DOMAIN:
        goes_on = after in ".-" and text[end + 1 : end + 2].isalnum() if after else False
        return not (before == "-" or before.isalnum() or after.isalnum() or goes_on)
    return _parted(before, text[start]) and _parted(text[end - 1], after)


def _parted(left: str, right: str) -> bool:
    """Tell whether a word may end between two signs."""
    if not (left.isalnum() and right.isalnum()):
        return True
    return (not left.isascii() and is_solid(left)) or (not right.isascii() and is_solid(right))


@lru_cache(maxsize=1024)
def is_solid(sign: str) -> bool:
    """Tell whether a sign is of a script without spaces between words."""
    return any(True for _place in Subject(sign).places(f"(?P<secret>[{_SOLID}])"))


def identifying(words: Iterable[IdentifyingWord]) -> ClientWords:
    """Return words ready to be looked for."""
    return ClientWords(tuple(words))
