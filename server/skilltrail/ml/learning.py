"""A small model of intent and learning: linear, over cues and words that a person can read.

Trained by ``tools/train_learning.py`` on examples written by hand; shipped as plain arrays. It needs neither the
embedding model nor its vectors: measured (benchmarks/learning.py), they add little to what the wording says.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.domain.learning import INTENTS, SIGNALS, PromptReading, Reason
from skilltrail.ml.learning_cues import Cues, cue_names, read_cues
from skilltrail.ml.learning_shapes import MANNERS, SHAPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL = Path(__file__).parent / "data" / "learning_model.npz"
HEADS = (*INTENTS, "learning", *SIGNALS)
"""Columns of the weights: three intents that share one unit, and chances that stand each for itself."""

_FORMS = frozenset((*SHAPES, *MANNERS))
_CUE_MARK = 0.6
"""Weight of a cue beside words where two prompts are compared: corrections then do no harm (benchmarks/learning.py)."""

_WORDS_SCALE = 3.0
_FEWEST_WORDS = 4.0
_LEAST_KNOWN = 0.15
"""Share of a prompt's words below which nothing is said: it is in a language or a code that was never seen."""


_LEAST_WEIGHT = 0.15
"""Part of the log-odds below which a reason is not worth saying."""


class LearningModel:
    """Weights of cues and words; one row a feature, one column a head."""

    def __init__(self, names: Sequence[str], weights: NDArray[np.float32], bias: NDArray[np.float32]) -> None:
        self._names = list(names)
        self._places = {name: place for place, name in enumerate(names)}
        self._weights = weights
        self._bias = bias

    @classmethod
    @cache
    def shipped(cls) -> LearningModel:
        """Return the model that comes with the product."""
        with np.load(MODEL, allow_pickle=False) as found:
            return cls([str(name) for name in found["names"]], found["weights"], found["bias"])

    def read(self, prompts: Sequence[str]) -> list[PromptReading]:
        """Return what each prompt shows of intent and learning; some 10,000 short prompts a second."""
        return [self._read(read_cues(prompt)) for prompt in prompts]

    def reasons(self, prompt: str, head: str, limit: int = 4) -> tuple[Reason, ...]:
        """Return what in a prompt speaks most for ("learning", an intent) or, with "-" in front, against a head.

        Parameters
        ----------
        prompt
            The whole text.
        head
            One of ``HEADS``, or "-" and one of them.
        limit
            How many reasons at most.

        Returns
        -------
        tuple[Reason, ...]
            The weightiest first; weights are parts of the log-odds and above 0.
        """
        sign, column = (-1.0, HEADS.index(head[1:])) if head.startswith("-") else (1.0, HEADS.index(head))
        cues = read_cues(prompt)
        found = []
        for name, value in self._features(cues).items():
            weight = sign * value * float(self._weights[self._places[name], column])
            if weight >= _LEAST_WEIGHT and _is_sayable(name):
                cue, words = ("word", name[2:]) if name.startswith("w:") else (name, cues.phrases.get(name, ""))
                found.append(Reason(cue, words, weight))
        found.sort(key=lambda reason: (-reason.weight, reason.cue, reason.words))
        return tuple(_without_repeats(found))[:limit]

    def _read(self, cues: Cues) -> PromptReading:
        features = self._features(cues)
        rows = [self._places[name] for name in features]
        values = np.fromiter(features.values(), dtype=np.float32, count=len(features))
        sums = values @ self._weights[rows] + self._bias if rows else self._bias
        odds = np.exp(np.clip(sums, -30, 30))
        intents, chances = odds[:3] / odds[:3].sum(), odds[3:] / (1 + odds[3:])
        return PromptReading(
            intents=(float(intents[0]), float(intents[1]), float(intents[2])),
            learning=float(chances[0]),
            signals=tuple(float(chance) for chance in chances[1:]),
            known=_is_known(cues, features),
            marks=_marks(features),
        )

    def _features(self, cues: Cues) -> dict[str, float]:
        return features(cues, self._places)


def features(cues: Cues, known: Container[str]) -> dict[str, float]:
    """Return the values of those features of a prompt that are ``known``: cues by name, words as "w:word"."""
    found = {name: value for name, value in cues.values.items() if name in known}
    words = sorted(word for word in (f"w:{word}" for word in cues.words) if word in known)
    scale = _WORDS_SCALE / max(len(words), _FEWEST_WORDS) ** 0.5
    return found | dict.fromkeys(words, scale)


def all_names(words: Iterable[str]) -> list[str]:
    """Return the names of all features: every cue, and these words."""
    return [*cue_names(), *(f"w:{word}" for word in words)]


def _marks(found: dict[str, float]) -> dict[str, float]:
    """Return the wording alone, of length 1: cues of form are shared by what is worded quite otherwise."""
    own = {
        name: value if name.startswith("w:") else _CUE_MARK * value
        for name, value in found.items()
        if name not in _FORMS
    }
    length = sum(value * value for value in own.values()) ** 0.5 or 1.0
    return {name: value / length for name, value in own.items()}


def _is_sayable(name: str) -> bool:
    """Tell whether a feature means something to a reader: no opening, no short word alone."""
    return not name.startswith("w:^") and (not name.startswith("w:") or len(name) > 5)


def _is_known(cues: Cues, found: dict[str, float]) -> bool:
    # A letter alone is a word of no language in particular.
    plain_words = sum(1 for name in found if name.startswith("w:") and len(name) > 3 and not {" ", "^"} & set(name))
    heard = plain_words + cues.heard
    return heard > 0 and heard + 1 >= _LEAST_KNOWN * min(cues.count, 40)


def _without_repeats(reasons: Iterable[Reason]) -> Iterable[Reason]:
    """Leave out single words that another reason names already."""
    said: list[str] = []
    for reason in reasons:
        if reason.cue == "word" and any(reason.words in words or words in reason.words for words in said):
            continue
        if reason.words:
            said.append(reason.words)
        yield reason
