"""Reading a query. Any text is one: what is no filter is read as words, and the query's notes say so."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

from skilltrail.domain.exchange import PROVIDERS
from skilltrail.domain.search import FIELDS, HOLDS, QUERY_LIMIT, TERMS_MOST, Note, SearchQuery, Term

_QUOTES = '"“”„«»'
_DATE_KEYS = ("after", "before", "on")
_KEYS = ("topic", "area", "source", "client", *_DATE_KEYS, "in", "has", "is")
_PLACES = {"question": "prompt", "questions": "prompt", "answer": "reply", "answers": "reply"}
_SOURCES = {"openai": "chatgpt", "anthropic": "claude", "google": "gemini"}
_PREFIX_LEAST = 2
_TYPED_LEAST = 3
"""Letters from which a word that is still being typed stands for all that begin so."""


def read_query(text: str, *, today: date, typing: bool = False) -> SearchQuery:
    """Read a query; any text is one.

    Parameters
    ----------
    text
        As typed; at most ``QUERY_LIMIT`` characters of it count.
    today
        The learner's day, for ``after:7d``, ``on:today`` and the like.
    typing
        The learner is still at it: the last word may be the beginning of one.
    """
    notes: list[Note] = [Note("cut", "")] if len(text) > QUERY_LIMIT else []
    text = "".join(sign if sign.isprintable() else " " for sign in text[:QUERY_LIMIT])
    reader = _Reader(today, notes)
    pieces = _pieces(text, notes)
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        reader.take(piece, open_end=typing and last and not text.endswith((" ", *_QUOTES)))
    return reader.query()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a query between blanks: ``key`` is "" for words."""

    text: str
    key: str = ""
    minus: bool = False
    quoted: bool = False


def _pieces(text: str, notes: list[Note]) -> list[_Piece]:
    found: list[_Piece] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece, at = _piece(text, at, notes)
        found.append(piece)
    return found


def _piece(text: str, at: int, notes: list[Note]) -> tuple[_Piece, int]:
    minus = text[at] in "-−" and at + 1 < len(text) and not text[at + 1].isspace()
    at += minus
    key = next((key for key in _KEYS if text[at : at + len(key) + 1].lower() == f"{key}:"), "")
    start = at + len(key) + 1 if key else at
    if start < len(text) and text[start] in _QUOTES:
        value, end = _quotation(text, start, notes)
        return _Piece(value, key, minus, quoted=True), end
    end = next((place for place in range(start, len(text)) if text[place].isspace()), len(text))
    return _Piece(text[start:end], key, minus), end


def _quotation(text: str, start: int, notes: list[Note]) -> tuple[str, int]:
    end = next((place for place in range(start + 1, len(text)) if text[place] in _QUOTES), -1)
    if end < 0:
        notes.append(Note("quote", text[start]))
        return text[start + 1 :].strip(), len(text)
    return text[start + 1 : end].strip(), end + 1


class _Reader:
    """Puts the pieces of a query together."""

    def __init__(self, today: date, notes: list[Note]) -> None:
        self._today = today
        self._notes = notes
        self._query = SearchQuery()

    def query(self) -> SearchQuery:
        return replace(self._query, notes=tuple(self._notes))

    def take(self, piece: _Piece, *, open_end: bool) -> None:
        if not piece.key or not self._filter(piece):
            text = piece.text if not piece.key else f"{piece.key} {piece.text}"
            self._words(replace(piece, text=text), open_end=open_end)

    def _words(self, piece: _Piece, *, open_end: bool) -> None:
        starred = not piece.quoted and piece.text.endswith("*")
        # Marks between words part them here as they do in the index: "e-mail" is the phrase of its two words.
        words = piece.text.split() if not piece.quoted else [" ".join(piece.text.split())]
        for number, word in enumerate(words):
            bare = word.strip("*")
            if not any(sign.isalnum() for sign in bare):
                self._notes.append(Note("sign", word))
                continue
            if len(self._query.terms) == TERMS_MOST:
                self._notes.append(Note("cut", word))
                return
            last = number == len(words) - 1
            least = _PREFIX_LEAST if starred else _TYPED_LEAST
            prefix = last and not piece.quoted and (starred or open_end) and len(bare) >= least
            term = Term(bare, phrase=piece.quoted, prefix=prefix, excluded=piece.minus)
            self._query = replace(self._query, terms=(*self._query.terms, term))

    def _filter(self, piece: _Piece) -> bool:
        """Take a filter; returns False where it is none, and its text is words."""
        value = " ".join(piece.text.split())
        if not value or piece.minus:
            self._notes.append(Note("value", f"{piece.key}:{value}"))
            return False
        taken = self._date(piece.key, value) if piece.key in _DATE_KEYS else self._value(piece.key, value.casefold())
        if not taken:
            self._notes.append(Note("date" if piece.key in _DATE_KEYS else "value", f"{piece.key}:{value}"))
        return taken

    def _value(self, key: str, value: str) -> bool:
        query = self._query
        if key == "topic":
            self._query = replace(query, topics=_with(query.topics, value))
        elif key == "area":
            self._query = replace(query, areas=_with(query.areas, value))
        elif key == "client":
            self._query = replace(query, clients=_with(query.clients, value))
        elif key == "source" and (source := _SOURCES.get(value, value)) in PROVIDERS:
            self._query = replace(query, sources=_with(query.sources, source))
        elif key == "in" and (place := _PLACES.get(value, value)) in FIELDS:
            self._query = replace(query, fields=_with(query.fields, place))
        elif key == "has" and (thing := value.removesuffix("s")) in HOLDS:
            self._query = replace(query, holds=_with(query.holds, thing))
        elif key == "is" and value == "earlier":
            self._query = replace(query, earlier=True)
        else:
            return False
        return True

    def _date(self, key: str, value: str) -> bool:
        span = read_days(value, self._today)
        if span is None:
            return False
        first, after = span
        if key in ("after", "on"):
            self._query = replace(self._query, since=max(first, self._query.since or first))
        if key in ("before", "on"):
            end = first if key == "before" else after
            self._query = replace(self._query, before=min(end, self._query.before or end))
        return True


def read_days(value: str, today: date) -> tuple[date, date] | None:
    """Return the first day that a date names and the first one after it; None where it is no date.

    A day (2026-03-01), a month (2026-03), a year (2026), today, yesterday, or so long ago: 7d, 2w, 3m, 1y.
    """
    value = value.casefold()
    if value in ("today", "yesterday"):
        day = today - timedelta(days=value == "yesterday")
        return day, day + timedelta(days=1)
    ago = _ago(value, today)
    if ago is not None:
        return ago, today + timedelta(days=1)
    parts = value.split("-")
    if len(parts) > 3 or len(parts[0]) != 4 or not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        numbers = [int(part) for part in parts]
        if not 1970 <= numbers[0] <= 9000:
            return None
        first = date(*[*numbers, 1, 1][:3])
    except ValueError:
        return None
    days = {1: 366 if monthrange(first.year, 2)[1] == 29 else 365, 2: monthrange(first.year, first.month)[1], 3: 1}
    return first, first + timedelta(days=days[len(parts)])


def _ago(value: str, today: date) -> date | None:
    number, unit = value[:-1], value[-1:]
    days = {"d": 1, "w": 7, "m": 30, "y": 365}.get(unit)
    if days is None or not (number.isascii() and number.isdecimal() and len(number) <= 4):
        return None
    return max(date(1970, 1, 1), today - timedelta(days=min(days * int(number), 20_000)))


def _with(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return values if value in values else (*values, value)
