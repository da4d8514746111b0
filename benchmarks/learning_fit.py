"""Fitting the model of intent and learning: which words it knows, and what cues and words are worth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from skilltrail.domain.learning import INTENTS, SIGNALS
from skilltrail.ml.learning import LearningModel, all_names, features
from skilltrail.ml.learning_cues import Cues, read_cues

if TYPE_CHECKING:
    from benchmarks.histories.examples import Example
    from numpy.typing import NDArray

WORDS = 1_500
LEAST, WRITERS = 4, 3
"""A word is known when four prompts of three writers have it: what fewer people say is about their trade."""

STRENGTH = 0.3
"""Inverse of the penalty on weights; from 0.25 to 1 nothing changes by more than a hundredth."""


TERSE = 4.0
"""Weight of an example among the terse prompts: they are few, and many people type like that."""


@dataclass(frozen=True)
class Fitted:
    """Names, weights (one row a feature, one column a head) and biases."""

    names: list[str]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def model(self) -> LearningModel:
        """Return the model as the product uses it."""
        return LearningModel(self.names, self.weights, self.bias)

    def save(self, path: Path) -> None:
        """Write plain arrays."""
        np.savez_compressed(path, names=np.array(self.names), weights=self.weights, bias=self.bias)


def fit(examples: Sequence[Example]) -> Fitted:
    """Return the model that these examples teach."""
    cues = [read_cues(example.prompt) for example in examples]
    names = all_names(_words(examples, cues))
    rows = _matrix(cues, names)
    intents = np.array([INTENTS.index(example.intent) for example in examples])  # type: ignore[arg-type]
    counts = np.array([TERSE if example.writer == "terse prompts" else 1.0 for example in examples])
    # Expressing is rare in the examples, and no rarer a mistake.
    main = LogisticRegression(C=STRENGTH, max_iter=3_000, class_weight={0: 1, 1: 1, 2: 2})
    main.fit(rows, intents, sample_weight=counts)
    columns, biases = [main.coef_.T], [main.intercept_]
    learning = [example.learning for example in examples]
    signed = [number for number, example in enumerate(examples) if example.signals is not None]
    for targets, chosen in [(learning, None)] + [([s in examples[n].signals for n in signed], signed) for s in SIGNALS]:
        one = LogisticRegression(C=STRENGTH if chosen is None else 1.0, max_iter=3_000)
        kept = range(len(examples)) if chosen is None else chosen
        one.fit(rows[kept], np.array(targets), sample_weight=counts[kept])
        columns.append(one.coef_.T)
        biases.append(one.intercept_)
    return Fitted(names, np.hstack(columns).astype(np.float32), np.concatenate(biases).astype(np.float32))


def _words(examples: Sequence[Example], cues: Sequence[Cues]) -> list[str]:
    counts: Counter[str] = Counter()
    writers: dict[str, set[str]] = defaultdict(set)
    for example, shown in zip(examples, cues, strict=True):
        counts.update(shown.words)
        for word in shown.words:
            writers[word].add(example.writer)
    known = [word for word, count in counts.items() if count >= LEAST and len(writers[word]) >= WRITERS]
    return sorted(sorted(known), key=lambda word: -counts[word])[:WORDS]


def _matrix(cues: Sequence[Cues], names: Sequence[str]) -> csr_matrix:
    places = {name: place for place, name in enumerate(names)}
    rows, columns, values = [], [], []
    for row, shown in enumerate(cues):
        for name, value in features(shown, places).items():
            rows.append(row)
            columns.append(places[name])
            values.append(value)
    return csr_matrix((values, (rows, columns)), shape=(len(cues), len(names)), dtype=np.float64)


def feature_rows(examples: Sequence[Example], train: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the features of all examples as rows, with the words that the chosen ones teach."""
    cues = [read_cues(example.prompt) for example in examples]
    chosen = np.flatnonzero(train)
    names = all_names(_words([examples[row] for row in chosen], [cues[row] for row in chosen]))
    return np.asarray(_matrix(cues, names).todense())
