"""Words of a text as labelling sees them: no numbers, no redaction marks, no stop words at the ends of a term."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"

# With limits, so that a long line without a blank takes no longer than any other text.
_MARK = re.compile(r"\[secret:[^\]]{0,80}\]|https?://\S+|[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@]+")
# Letters first; "+", "#", "-" and inner dots belong to words of the trade: C++, C#, Node.js, e-mail, .NET.
_WORD = re.compile(r"\.?[^\W\d_](?:[\w+#]|['’.&/-](?=\w))*|[.!?;:,()\n\"“”]")
_MARK_SIGNS = ("://", "@", "[secret:")
"""One of these is in every mark; most texts hold none, and looking for them is quicker than for marks."""

_ENDINGS = (
    ("isation", "ization"),
    ("ising", "izing"),
    ("ised", "ized"),
    ("ise", "ize"),
    ("our", "or"),
    ("lyse", "lyze"),
)


class Word(NamedTuple):
    """One word: as written, and as compared. A mark of punctuation has the stem "".

    ``opens`` is True at the head of a sentence, where a capital says nothing. A tuple: a run makes millions of them.
    """

    text: str
    stem: str
    opens: bool


def words_of(text: str) -> list[Word]:
    """Return the words of a text in order; punctuation that ends a phrase stands between as a word without stem."""
    words: list[Word] = []
    opens = True
    for found in _WORD.findall(_unmarked(text)):
        if not found[-1].isalnum() and found[-1] not in "+#":
            words.append(Word(found, "", opens))
            opens = found in ".!?:\n"
            continue
        words.append(Word(found, stem(found), opens))
        opens = False
    return words


def written_words(text: str) -> list[tuple[str, bool] | None]:
    """Return the words of a text as written, each with whether it opens a sentence; None where a phrase ends.

    What ``words_of`` says without stems, for those who look at capitals alone and read much while somebody waits.
    """
    words: list[tuple[str, bool] | None] = []
    opens = True
    for found in _WORD.findall(_unmarked(text)):
        if found[-1].isalnum() or found[-1] in "+#":
            words.append((found, opens))
            opens = False
        else:
            words.append(None)
            opens = found in ".!?:\n"
    return words


def _unmarked(text: str) -> str:
    """Return a text with the end of a sentence in place of each mark, address and link."""
    return _MARK.sub(" . ", text) if any(sign in text for sign in _MARK_SIGNS) else text


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return a word for comparing: lower case, singular, one spelling for British and American."""
    word = word.casefold().replace("’", "'").removesuffix("'s")
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("ses", "xes", "ches", "shes")) and len(word) > 5:
        word = word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is", "js", "ws", "os")):
        word = word[:-1]
    for british, american in _ENDINGS:
        if word.endswith(british) and len(word) > len(british) + 2:
            return word[: -len(british)] + american
    return word


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return words that never name a topic, as stems: grammar of several languages, and the small talk of chats."""
    listed = {word for words in _listed().values() for word in words}
    return frozenset(listed | {stem(word) for word in listed})


def grammar_words() -> dict[str, frozenset[str]]:
    """Return the words of grammar by the English name of their language."""
    return {title.removesuffix(_GRAMMAR): frozenset(words) for title, words in _listed().items() if _GRAMMAR in title}


_GRAMMAR = " grammar"


@lru_cache(maxsize=1)
def _listed() -> dict[str, list[str]]:
    """Return the words of ``stop_words.txt`` by the heading above them."""
    listed: dict[str, list[str]] = {}
    for line in (DATA / "stop_words.txt").read_text("utf-8").splitlines():
        if line.startswith("# "):
            heading = line.removeprefix("# ")
        else:
            listed.setdefault(heading, []).extend(line.split())
    return listed


def term_stems(phrase: str) -> tuple[str, ...]:
    """Return a phrase as the tuple of its stems."""
    return tuple(word.stem for word in words_of(phrase) if word.stem)
