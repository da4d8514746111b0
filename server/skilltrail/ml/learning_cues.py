"""What the wording of a prompt shows: cues that a person can read, found in one pass over its words.

The lists stand in ``data/learning_cues.toml``. A cue is a number, never a verdict: what it is worth was learnt.
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

DATA = Path(__file__).parent / "data"

HEAD, TAIL = 700, 300
"""Characters that are read. What is wanted stands at the beginning or the end; between them stands what is pasted."""

SHAPES = (
    "question_mark",
    "ends_with_question",
    "code",
    "quote",
    "numbers",
    "colon",
    "exclamation",
)
"""Cues of form: each 0, or up to 1. Length is none of them: short questions are as good as long ones."""

_WORD = re.compile(r"[^\W\d_]+|[.!?:;\n]")
_FENCE = re.compile(r"```|[{};<>]|=>|\(\)|==|</|\w\(\w*\)")
_APOSTROPHE = str.maketrans("", "", "'’`´")
_SENTENCE_ENDS = frozenset(".!?:;\n")
_LONGEST_PHRASE = 4


@dataclass(frozen=True, slots=True)
class Cues:
    """What one prompt shows: cues by name (0 to 1), its words and pairs of words, and how many words there are."""

    values: dict[str, float]
    words: frozenset[str]
    phrases: dict[str, str]
    count: int


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
    values, phrases = _shape(text), dict[str, str]()
    for name, count, phrase in _found(tokens):
        values[name] = min(1.0, 0.5 + 0.25 * count)
        phrases[name] = phrase
    words = [token for token in tokens if token not in _SENTENCE_ENDS]
    pairs = {f"{one} {two}" for one, two in pairwise(words)}
    opening = {f"^{words[0]}", f"^{' '.join(words[:2])}"} if words else set()
    return Cues(values, frozenset(words) | pairs | opening, phrases, len(words))


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
    table = _table()
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    begins = True
    for place, token in enumerate(tokens):
        if token in _SENTENCE_ENDS:
            begins = True
            continue
        for phrase in table.starting(token, tokens, place, begins=begins):
            for name in table.cues[phrase]:
                counts[name] += 1
                first.setdefault(name, phrase.lstrip("^"))
        begins = False
    return [(name, count, first[name]) for name, count in counts.items()]


def _shape(text: str) -> dict[str, float]:
    stripped = text.rstrip(" \n\t.)\"'")
    code = len(_FENCE.findall(text))
    found = {
        "question_mark": float("?" in text or "¿" in text),
        "ends_with_question": float(stripped.endswith("?")),
        "code": min(1.0, code / 6.0),
        "quote": float(text.count('"') >= 2 or "„" in text or "«" in text),
        "numbers": min(1.0, sum(sign.isdigit() for sign in text) / 20.0),
        "colon": float(": " in text or ":\n" in text),
        "exclamation": float("!" in text),
    }
    return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class _Table:
    cues: dict[str, tuple[str, ...]]
    heads: dict[str, tuple[str, ...]]

    def starting(self, token: str, tokens: list[str], place: int, *, begins: bool) -> list[str]:
        """Return the phrases that stand at a place."""
        found = []
        for phrase in self.heads.get(token, ()):
            opens = phrase[0] == "^"
            parts = phrase.lstrip("^").split(" ")
            if (begins or not opens) and tokens[place : place + len(parts)] == parts:
                found.append(phrase)
        return found


@cache
def _table() -> _Table:
    cues: dict[str, list[str]] = {}
    for name, phrases in tomllib.loads((DATA / "learning_cues.toml").read_text("utf-8")).items():
        for phrase in dict.fromkeys(phrases):
            cues.setdefault(phrase, []).append(name)
    heads: dict[str, list[str]] = {}
    for phrase in cues:
        heads.setdefault(phrase.lstrip("^").split(" ")[0], []).append(phrase)
    return _Table({key: tuple(names) for key, names in cues.items()}, {key: tuple(all_) for key, all_ in heads.items()})


@cache
def cue_names() -> tuple[str, ...]:
    """Return the names of all cues, those of the lists first, then those of form."""
    return (*tomllib.loads((DATA / "learning_cues.toml").read_text("utf-8")), *SHAPES)
