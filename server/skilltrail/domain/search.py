"""What the learner looks for, and what a search finds; ``search_reading`` makes a query of what was typed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from skilltrail.domain.exchange import ExchangeSummary

QUERY_LIMIT = 500
"""Characters of a query that are read."""

TERMS_MOST = 24
"""Words and phrases of a query that are read."""

FIELDS = ("title", "prompt", "reply")
HOLDS = {"code": 1, "redaction": 2, "attachment": 4}
"""What ``has:`` can ask for, with the bit that says so in the index."""


class Why(StrEnum):
    """Why an exchange was found."""

    WORDS = "words"
    MEANING = "meaning"
    BOTH = "both"
    SOME = "some"
    """It holds some of the words."""
    FILTER = "filter"
    """The query names filters alone."""


class Order(StrEnum):
    """In which order results come."""

    BEST = "best"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase that must occur, or must not (``excluded``). A ``prefix`` stands for all that begin so."""

    text: str
    phrase: bool = False
    prefix: bool = False
    excluded: bool = False

    @property
    def written(self) -> str:
        """Return the term as it is typed."""
        text = f'"{self.text}"' if self.phrase else f"{self.text}{'*' if self.prefix else ''}"
        return f"-{text}" if self.excluded else text


@dataclass(frozen=True, slots=True)
class Note:
    """How a part of a query was read that is not what it looks like; ``code`` is date, value, sign, quote or cut."""

    code: str
    part: str


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A query as it was read. Filters of one kind add up (any of them), kinds narrow each other (all of them).

    ``since`` is inclusive, ``before`` exclusive; both are days in the learner's time zone. ``topics`` and ``areas`` are
    beginnings of words of their names, or "none"; ``clients`` too, or "own", "undecided". ``earlier`` asks for versions
    off the current path.
    """

    terms: tuple[Term, ...] = ()
    topics: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    since: date | None = None
    before: date | None = None
    fields: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    earlier: bool = False
    notes: tuple[Note, ...] = field(default=(), compare=False)

    @property
    def wanted(self) -> tuple[Term, ...]:
        """Return what must occur."""
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def excluded(self) -> tuple[Term, ...]:
        """Return what must not occur."""
        return tuple(term for term in self.terms if term.excluded)

    @property
    def filters(self) -> bool:
        """Tell whether anything but words narrows it."""
        named = (self.topics, self.areas, self.sources, self.clients, self.holds)
        more = (self.since, self.before, self.earlier)
        return any(map(bool, (*named, *more)))

    @property
    def empty(self) -> bool:
        """Tell whether it asks for nothing."""
        return not self.terms and not self.filters

    @property
    def meaning(self) -> str:
        """Return what is compared by meaning."""
        return " ".join(term.text for term in self.wanted)

    def written(self) -> str:
        """Return the query in the language in which it is read."""
        parts = [term.written for term in self.terms]
        parts += [f"{key}:{_quoted(value)}" for key, values in self._named() for value in values]
        parts += [f"after:{self.since}"] if self.since else []
        parts += [f"before:{self.before}"] if self.before else []
        parts += ["is:earlier"] if self.earlier else []
        return " ".join(parts)

    def _named(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (
            ("topic", self.topics),
            ("area", self.areas),
            ("source", self.sources),
            ("client", self.clients),
            ("in", self.fields),
            ("has", self.holds),
        )


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text, in order; ``marked`` parts are what was looked for. ``place``: title, prompt or reply."""

    place: str
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An exchange that was found; ``nearness`` is its vector's cosine to the query's (-1 to 1), where near."""

    exchange: ExchangeSummary
    why: Why
    question: Snippet
    snippet: Snippet
    nearness: float | None


@dataclass(frozen=True, slots=True)
class TopicFound:
    """A topic whose name or terms hold all words of a query."""

    id: str
    name: str
    area: str
    colour: int
    exchanges: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another query that finds more; ``code`` says what it leaves out (excluded, dates, filters, phrase, word)."""

    code: str
    query: str
    exchanges: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of results. ``by_words`` hold all words; ``by_meaning`` are near or hold some.

    ``closely`` tells whether the model read the query; else its token vectors alone stand for it.

    ``waiting`` exchanges are not in the word index yet. ``exchanges`` are all that could be
    found; they are counted only while some wait or nothing is asked for, and 0 else.
    """

    query: SearchQuery
    written: str
    hits: tuple[SearchHit, ...]
    offset: int
    by_words: int
    by_meaning: int
    topics: tuple[TopicFound, ...]
    suggestions: tuple[Suggestion, ...]
    waiting: int
    exchanges: int
    order: Order = Order.BEST
    closely: bool = False
    next_offset: int | None = None

    @property
    def total(self) -> int:
        """Return the number of all results."""
        return self.by_words + self.by_meaning


def lighter(query: SearchQuery) -> list[tuple[str, SearchQuery]]:
    """Return queries that ask for less, with what they leave out: for when nothing was found."""
    found: list[tuple[str, SearchQuery]] = []
    if query.excluded:
        found.append(("excluded", replace(query, terms=query.wanted)))
    if query.since or query.before:
        found.append(("dates", replace(query, since=None, before=None)))
    if query.filters or query.fields:
        found.append(("filters", SearchQuery(terms=query.terms)))
    if any(term.phrase and " " in term.text for term in query.wanted):
        words = (Term(word) for term in query.wanted for word in term.text.split())
        found.append(("phrase", replace(query, terms=(*words, *query.excluded))))
    if len(query.wanted) > 1:
        # What says most is mostly the longest: alone, it is what is left of a query that was too much.
        shortest = sorted(query.wanted, key=lambda term: len(term.text))
        found.append(("word", replace(query, terms=tuple(one for one in query.terms if one is not shortest[0]))))
        found.append(("word", SearchQuery(terms=(shortest[-1],))))
    return [(code, one) for code, one in found if one != query and not one.empty]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
