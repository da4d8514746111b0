"""The allow-list of names: terms of ESCO and O*NET, and Skilltrail's own for trades that these name poorly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from skilltrail.domain.topics import Concept
from skilltrail.ml.words import Word, stop_words, term_stems

DATA = Path(__file__).parent / "data"
ESCO_ADDRESS = "http://data.europa.eu/esco/skill/"
LONGEST_FORM = 5
SPELLED_OUT = 8


@dataclass(frozen=True, slots=True)
class SkillTerm:
    """One name that a topic may carry; ``area`` only for terms of our own list, whose ``trade`` is True.

    ``spelled_out``: the name and what counts as a mention of it, as one text; a name alone says too little to a model.
    """

    name: str
    concept: Concept
    area: str = ""
    trade: bool = False
    spelled_out: str = ""


@dataclass(frozen=True, slots=True)
class TermList:
    """All names, and the spellings that count as a mention of each.

    ``stems`` maps a spelling, as stems, to the numbers of the terms it mentions; ``exact`` maps a word to terms that
    it mentions only letter for letter ("Excel" is a program, "excel" is a verb). ``narrower`` are the parts and tools
    of what a term names, ``wider`` the other way round. ``longest`` follows from ``stems``: how many words the longest
    spelling has that begins with a stem.
    """

    terms: tuple[SkillTerm, ...]
    stems: dict[tuple[str, ...], tuple[int, ...]]
    exact: dict[str, tuple[int, ...]]
    narrower: dict[int, tuple[int, ...]] = field(default_factory=dict)
    longest: dict[str, int] = field(init=False, repr=False, default_factory=dict)
    wider: dict[int, tuple[int, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for wide, parts in self.narrower.items():
            for part in parts:
                self.wider[part] = (*self.wider.get(part, ()), wide)
        for spelling in self.stems:
            self.longest[spelling[0]] = max(len(spelling), self.longest.get(spelling[0], 0))

    def mentioned(self, words: Sequence[Word]) -> set[int]:
        """Return the numbers of the terms that ``words`` mention."""
        found: set[int] = set()
        stems = [word.stem for word in words]
        for start, word in enumerate(words):
            if not word.stem:
                continue
            # A capital at the head of a sentence is no name, an acronym is.
            if not word.opens or word.text.isupper():
                found.update(self.exact.get(word.text, ()))
            # Most words begin no spelling at all.
            reach = min(self.longest.get(word.stem, 0), LONGEST_FORM, len(words) - start)
            for end in range(start + 1, start + reach + 1):
                found.update(self.stems.get(tuple(stems[start:end]), ()))
        return found

    @property
    def areas(self) -> tuple[str, ...]:
        """All area names, in alphabetical order."""
        return tuple(sorted({term.area for term in self.terms if term.area}))


@lru_cache(maxsize=1)
def term_list() -> TermList:
    """Return the shipped list."""
    return read_terms(DATA / "skill_terms.tsv", DATA / "trade_terms.tsv", DATA / "term_families.tsv")


def read_terms(published: Path, trade: Path, families: Path | None = None) -> TermList:
    """Read the files; a trade term with a published name keeps the published concept and adds its own forms."""
    terms: dict[str, SkillTerm] = {}
    forms: dict[str, list[str]] = {}
    for name, framework, address, label, spellings in _rows(published, 5):
        uri = ESCO_ADDRESS + address if address else ""
        terms[name.casefold()] = SkillTerm(name, Concept(framework, label, uri))
        forms[name.casefold()] = [form for form in spellings.split("|") if _telling(form, name, framework)]
    for name, area, spellings in _rows(trade, 3):
        known = terms.get(name.casefold())
        concept = known.concept if known else Concept("skilltrail", name)
        terms[name.casefold()] = SkillTerm(name, concept, area, trade=True)
        own = [name] if known is None else []
        forms.setdefault(name.casefold(), []).extend([*own, *(form for form in spellings.split("|") if form)])
    narrower = _narrower(families, {key: number for number, key in enumerate(terms)}) if families else {}
    return _index({key: _spelled_out(term, forms[key]) for key, term in terms.items()}, forms, narrower)


def _narrower(families: Path, numbers: dict[str, int]) -> dict[int, tuple[int, ...]]:
    return {
        numbers[wider.casefold()]: tuple(sorted({numbers[name.casefold()] for name in names.split("|")}))
        for wider, names in _rows(families, 2)
    }


def _spelled_out(term: SkillTerm, forms: Sequence[str]) -> SkillTerm:
    if not term.trade:
        return replace(term, spelled_out=term.name)
    others = [form.removeprefix("=") for form in forms if form.casefold() != term.name.casefold()]
    words = ", ".join(others[:SPELLED_OUT])
    return replace(term, spelled_out=f"{term.name}: {words}" if words else term.name)


def _telling(form: str, name: str, framework: str) -> bool:
    """Leave out ESCO's alternatives of a single word: "watch", "number" and "call" mean too much."""
    return bool(form) and (framework != "esco" or " " in form or form.casefold() == name.casefold())


def _index(terms: dict[str, SkillTerm], forms: dict[str, list[str]], narrower: dict[int, tuple[int, ...]]) -> TermList:
    stems: dict[tuple[str, ...], set[int]] = {}
    exact: dict[str, set[int]] = {}
    for number, (key, term) in enumerate(terms.items()):
        for form in forms[key]:
            letters = form.removeprefix("=")
            spelling = term_stems(letters)
            if letters != form or _is_acronym(form):
                exact.setdefault(letters, set()).add(number)
            # People write "css" and "seo" small, but not every acronym that a form happens to be.
            by_stem = letters == form and (not _is_acronym(form) or (term.trade and form == term.name))
            if by_stem and spelling and not (len(spelling) == 1 and spelling[0] in stop_words()):
                stems.setdefault(spelling, set()).add(number)
    return TermList(
        tuple(terms.values()),
        {spelling: tuple(sorted(numbers)) for spelling, numbers in stems.items()},
        {word: tuple(sorted(numbers)) for word, numbers in exact.items()},
        narrower,
    )


def _is_acronym(form: str) -> bool:
    return len(form) <= 5 and form.isupper() and " " not in form


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    for line in path.read_text("utf-8").split("\n"):
        if line and not line.startswith("# "):
            cells = line.split("\t")
            yield cells + [""] * (columns - len(cells))
