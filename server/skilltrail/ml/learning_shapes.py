"""Cues of form in a prompt, and cues that follow from which other cues are there and which are not."""

from __future__ import annotations

import re
from collections.abc import Iterable

SHAPES = (
    "question_mark",
    "ends_with_question",
    "code",
    "quote",
    "numbers",
    "colon",
    "exclamation",
    "choices",
)
"""Cues of form: each 0, or up to 1."""

MANNERS = ("keywords", "lookup", "no_request")
"""Cues that follow from others: 0 or 1. Length alone is none: short questions are as good as long ones."""

_FENCE = re.compile(r"```|[{};<>]|=>|\(\)|==|</|\w\(\w*\)")
_CHOICES = re.compile(r"(?:^|[\s(])[aA][).] ?\S[^\n]{0,200}?[\s(][bB][).] ?\S")

_FEW = 8
"""Words up to which a prompt may be a handful of key words, as one types them into a search."""

_SHORT = 16
"""Words up to which asking for a fact is all that a prompt does."""

_SENTENCES = frozenset(
    (
        "question_mark",
        "why",
        "explain",
        "compare",
        "command",
        "own",
        "thanks",
        "greet",
        "feeling",
        "advice",
        "please",
        "judge",
        "understand",
        "contradict",
        "small",
        "told",
        "play",
    )
)
_IDEAS = frozenset(
    ("why", "compare", "understand", "own", "attempt", "practice", "self", "contradict", "make", "trouble")
)
_REQUESTS = frozenset(
    (
        "question_mark",
        "why",
        "how",
        "explain",
        "compare",
        "ask",
        "make",
        "command",
        "practice",
        "fact",
        "pick",
        "advice",
        "please",
        "trouble",
        "more",
    )
)
_LOOKED_UP = frozenset(("fact", "pick"))


def shapes(text: str) -> dict[str, float]:
    """Return the cues of form that a text shows."""
    stripped = text.rstrip(" \n\t.)\"'")
    found = {
        "question_mark": float(any(sign in text for sign in "?¿？؟")),
        "ends_with_question": float(stripped.endswith(("?", "？", "؟"))),
        "code": min(1.0, len(_FENCE.findall(text)) / 6.0),
        "quote": float(text.count('"') >= 2 or "„" in text or "«" in text),
        "numbers": min(1.0, sum(sign.isdigit() for sign in text) / 20.0),
        "colon": float(": " in text or ":\n" in text),
        "exclamation": float("!" in text),
        "choices": float(_CHOICES.search(text) is not None),
    }
    return {name: value for name, value in found.items() if value}


def manners(shown: Iterable[str], count: int) -> dict[str, float]:
    """Return the cues that follow from the ones ``shown`` and from how many words there are.

    A weight for each cue alone cannot say that something is asked without a verb, nor that nothing is asked at all.
    """
    if not count:
        return {}
    cues = frozenset(shown)
    found = {
        "keywords": count <= _FEW and not _SENTENCES & cues,
        "lookup": count <= _SHORT and bool(_LOOKED_UP & cues) and not _IDEAS & cues,
        "no_request": not _REQUESTS & cues,
    }
    return {name: 1.0 for name, there in found.items() if there}
