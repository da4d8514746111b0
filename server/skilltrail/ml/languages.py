"""In which language a text is, as far as telling apart what is not in the language of the rest."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.words import grammar_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

AT_HOME = 0.25
"""From this share of a history on a second language is at home in it, too."""

_READ = 80
"""Words of a text that are looked at: a sentence or two tell."""

_LEAST = 3
_CLEARLY = 1.2
"""How many words of grammar tell a language, and how many times as many as those of any other."""

_MARKS = ".,;:!?()[]{}\"'«»„“”…¿¡*#`>-"
_LATIN = "LATIN"


def elsewhere(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell which texts are in another language than their history.

    Parameters
    ----------
    texts
        Representations: the prompt, then the reply as last line.

    Returns
    -------
    NDArray[np.bool_]
        Shape (n,). A text counts as foreign where its prompt and its reply, as far as they tell, are in one language,
        and that is not at home: whoever translates or learns a language has two in most exchanges. Fewer than three
        words of grammar tell nothing.
    """
    spoken = [_one_language(text) for text in texts]
    counts = Counter(language for language in spoken if language)
    if not counts:
        return np.zeros(len(texts), dtype=np.bool_)
    told = counts.total()
    common = min(counts, key=lambda language: (-counts[language], language))
    home = {common, *(language for language, count in counts.items() if count >= AT_HOME * told)}
    return np.array([bool(language) and language not in home for language in spoken], dtype=np.bool_)


def language_of(text: str) -> str:
    """Return the name of a text's language, of its script where that is not Latin, or "" where nothing tells."""
    script = _script(text)
    if script != _LATIN:
        return script
    counts = Counter[str]()
    known = _languages_of_words()
    for word in islice(text.casefold().split(), _READ):
        for language in known.get(word.strip(_MARKS), ()):
            counts[language] += 1
    (best, most), (_next, less) = (*counts.most_common(2), ("", 0), ("", 0))[:2]
    return best if most >= _LEAST and most >= _CLEARLY * less else ""


def _one_language(text: str) -> str:
    """Return the language of an exchange; "" where prompt and reply are in two, or nothing tells."""
    prompt, _newline, reply = text.rpartition("\n")
    spoken = {language_of(prompt), language_of(reply)} - {""}
    return spoken.pop() if len(spoken) == 1 else ""


def _script(text: str) -> str:
    """Return the script of most letters, as Unicode calls it."""
    if text.isascii():
        return _LATIN
    letters = islice((sign for sign in text if sign.isalpha()), 200)
    scripts = Counter(
        _LATIN if sign.isascii() else unicodedata.name(sign, _LATIN).partition(" ")[0] for sign in letters
    )
    return min(scripts, key=lambda script: (-scripts[script], script), default=_LATIN)


@lru_cache(maxsize=1)
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    """Return the languages in which a word is grammar."""
    found: dict[str, tuple[str, ...]] = {}
    for language, words in grammar_words().items():
        for word in words:
            found[word] = (*found.get(word, ()), language)
    return found
