"""Words that tell nobody apart: grammar, small talk, and what the names of skills are made of."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from skilltrail.domain.context_words import words_in
from skilltrail.ml.skill_terms import DATA
from skilltrail.ml.words import stop_words

SHARED_BY = 5
"""Listed names in which a word must stand to be everybody's: "data" and "design" do, "heron" does not."""

_LISTS = ("skill_terms.tsv", "trade_terms.tsv")


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return words and phrases as ``domain.context_words.words_in`` gives them: stop words, the names of the shipped
    lists of skills, and single words that several of these names share.
    """
    names = {words_in(name) for one in _LISTS for name in _names(one)}
    counts = Counter(word for name in names for word in set(name))
    shared = {word for word, count in counts.items() if count >= SHARED_BY}
    return frozenset({" ".join(name) for name in names} | shared | stop_words())


def _names(file: str) -> list[str]:
    lines = (DATA / file).read_text("utf-8").split("\n")
    return [line.split("\t", maxsplit=1)[0] for line in lines if line and not line.startswith("# ")]
