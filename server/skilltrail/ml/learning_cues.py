"""What the wording of a prompt shows: cues that a person can read, found in one pass over its words.

The lists stand in ``data/learning_cues.toml``, those of further languages in ``learning_cues_further.toml``. A cue is a
number, never a verdict: what it is worth was learnt.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from skilltrail.ml.learning_shapes import MANNERS, SHAPES, manners, shapes

DATA = Path(__file__).parent / "data"

HEAD, TAIL = 700, 300
"""Characters that are read. What is wanted stands at the beginning or the end; between them stands what is pasted."""

# Chinese and Japanese are written without spaces: each sign counts as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+|[.!?:;\n。！？：；]")
_APOSTROPHE = str.maketrans("", "", "'’`´")
_UNSPACED = re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff]) (?=[\u3040-\u30ff\u3400-\u9fff])")
_SENTENCE_ENDS = frozenset(".!?:;\n。！？：；")

_OF_IDEAS = frozenset(("how", "explain"))
"""Cues that a question about a fact does not show, though it begins with their words: "how many", "quanto costa"."""


@dataclass(frozen=True, slots=True)
class Cues:
    """What one prompt shows: cues by name (0 to 1), its words and pairs of words, and how many words there are.

    ``phrases`` are the words that showed a cue first, ``heard`` how many these are together.
    """

    values: dict[str, float]
    words: frozenset[str]
    phrases: dict[str, str]
    count: int
    heard: int


def read_cues(prompt: str) -> Cues:
    """Return what the wording of a prompt shows.

    Parameters
    ----------
    prompt
        Any text; of a long one the first 700 and the last 300 characters are read.

    Returns
    -------
    Cues
        ``values`` holds only what is there; ``phrases`` names for each cue the words that spoke for it first.
    """
    text = prompt if len(prompt) <= HEAD + TAIL else f"{prompt[:HEAD]}\n{prompt[-TAIL:]}"
    tokens = _WORD.findall(plain(text))
    values, phrases = shapes(text), dict[str, str]()
    heard = 0
    for name, count, phrase in _found(tokens):
        values[name] = min(1.0, 0.5 + 0.25 * count)
        phrases[name] = _UNSPACED.sub("", phrase)
        heard += phrase.count(" ") + 1
    words = [token for token in tokens if token not in _SENTENCE_ENDS]
    values |= manners(values, len(words))
    pairs = {f"{one} {two}" for one, two in pairwise(words)}
    opening = {f"^{words[0]}", f"^{' '.join(words[:2])}"} if words else set()
    return Cues(values, frozenset(words) | pairs | opening, phrases, len(words), heard)


def plain(text: str) -> str:
    """Return a text in lower case, without accents and apostrophes."""
    text = (
        text.lower()
        .replace("qu'", "qu ")
        .replace("c'", "c ")
        .replace("d'", "d ")
        .replace("j'", "j ")
        .replace("s'il", "s il")
    )
    text = text.translate(_APOSTROPHE)
    if text.isascii():
        return text
    return "".join(
        sign for sign in unicodedata.normalize("NFD", text.replace("ß", "ss")) if not unicodedata.combining(sign)
    )


def _found(tokens: list[str]) -> list[tuple[str, int, str]]:
    """Return for each cue its name, how often it is there, and the phrase that showed it first."""
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    begins = True
    for place, token in enumerate(tokens):
        ends = token in _SENTENCE_ENDS
        for name, phrase in () if ends else _shown_at(tokens, place, begins=begins):
            counts[name] += 1
            first.setdefault(name, phrase.lstrip("^"))
        begins = ends
    return [(name, count, first[name]) for name, count in counts.items()]


def _shown_at(tokens: list[str], place: int, *, begins: bool) -> list[tuple[str, str]]:
    table = _table()
    phrases = table.starting(tokens[place], tokens, place, begins=begins)
    shown = [(name, phrase) for phrase in phrases for name in table.cues[phrase]]
    if any(name == "fact" for name, _phrase in shown):
        return [(name, phrase) for name, phrase in shown if name not in _OF_IDEAS]
    return shown


@dataclass(frozen=True, slots=True)
class _Table:
    cues: dict[str, tuple[str, ...]]
    heads: dict[str, tuple[tuple[str, bool, list[str]], ...]]

    def starting(self, token: str, tokens: list[str], place: int, *, begins: bool) -> list[str]:
        """Return the phrases that stand at a place."""
        return [
            phrase
            for phrase, opens, parts in self.heads.get(token, ())
            if (begins or not opens) and tokens[place : place + len(parts)] == parts
        ]


@cache
def _lists() -> dict[str, list[str]]:
    """Return the phrases of each cue as they are compared, of all languages."""
    lists: dict[str, list[str]] = {}
    for file in ("learning_cues.toml", "learning_cues_further.toml"):
        for name, phrases in tomllib.loads((DATA / file).read_text("utf-8")).items():
            lists.setdefault(name, []).extend(_as_compared(phrase) for phrase in phrases)
    return lists


def _as_compared(phrase: str) -> str:
    opens = "^" if phrase[0] == "^" else ""
    return opens + " ".join(_WORD.findall(plain(phrase.lstrip("^"))))


@cache
def _table() -> _Table:
    cues: dict[str, list[str]] = {}
    for name, phrases in _lists().items():
        for phrase in dict.fromkeys(phrases):
            cues.setdefault(phrase, []).append(name)
    heads: dict[str, list[tuple[str, bool, list[str]]]] = {}
    for phrase in cues:
        parts = phrase.lstrip("^").split(" ")
        heads.setdefault(parts[0], []).append((phrase, phrase[0] == "^", parts))
    return _Table({key: tuple(names) for key, names in cues.items()}, {key: tuple(all_) for key, all_ in heads.items()})


@cache
def cue_names() -> tuple[str, ...]:
    """Return the names of all cues: those of the lists, those of form, and those that follow from others."""
    return (*_lists(), *SHAPES, *MANNERS)
