"""Fitting the model of intent and learning: which words it knows, and what cues and words are worth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from benchmarks.histories.examples import CHATS, TERSE
from scipy.sparse import csr_matrix, hstack
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

OFTEN = 6.0
"""Weight of an example by those who wrote as people type into a chat: the histories are eight times as many, and of one
manner each. From 4 to 8 nothing changes by more than a hundredth in intent and two in learning."""


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
    counts = example_weights(examples)
    columns = [_intents(rows, examples, counts), _learning(rows, examples, counts)]
    signed = [number for number, example in enumerate(examples) if example.signals is not None]
    for signal in SIGNALS:
        targets = np.array([signal in (examples[number].signals or ()) for number in signed])
        columns.append(LogisticRegression(max_iter=3_000).fit(rows[signed], targets, sample_weight=counts[signed]))
    weights = np.hstack([one.coef_.T for one in columns]).astype(np.float32)
    return Fitted(names, weights, np.concatenate([one.intercept_ for one in columns]).astype(np.float32))


def example_weights(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Return how much each example counts."""
    return np.array([OFTEN if example.writer in (*CHATS, TERSE) else 1.0 for example in examples])


def _intents(rows: Any, examples: Sequence[Example], counts: NDArray[np.float64]) -> LogisticRegression:
    intents = np.array([INTENTS.index(example.intent) for example in examples])  # type: ignore[arg-type]
    # Expressing is rare in the examples, and no rarer a mistake.
    model = LogisticRegression(C=STRENGTH, max_iter=3_000, class_weight={0: 1, 1: 1, 2: 2})
    return model.fit(rows, intents, sample_weight=counts)


def _learning(rows: Any, examples: Sequence[Example], counts: NDArray[np.float64]) -> LogisticRegression:
    """Fit the chance of learning; what a labeller could not tell counts half as learning and half as none."""
    hard = [number for number, example in enumerate(examples) if example.learning is not None]
    open_ = [number for number, example in enumerate(examples) if example.learning is None]
    order = [*hard, *open_, *open_]
    targets = [*(examples[number].learning for number in hard), *[True] * len(open_), *[False] * len(open_)]
    weights = counts[order] * np.array([1.0] * len(hard) + [0.5] * (2 * len(open_)))
    return LogisticRegression(C=STRENGTH, max_iter=3_000).fit(rows[order], np.array(targets), sample_weight=weights)


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


def chances_with(
    examples: Sequence[Example], vectors: NDArray[np.float32], train: Sequence[int], tested: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the chances of intents and of learning for the ``tested`` examples, with ``vectors`` beside the features.

    ``vectors`` has one row an example; words and weights are learnt from the ``train`` examples alone.
    """
    cues = [read_cues(example.prompt) for example in examples]
    names = all_names(_words([examples[row] for row in train], [cues[row] for row in train]))
    rows = hstack([_matrix(cues, names), csr_matrix(vectors)]).tocsr()
    taught = [examples[number] for number in train]
    counts = example_weights(taught)
    intents, learning = _intents(rows[train], taught, counts), _learning(rows[train], taught, counts)
    return intents.predict_proba(rows[tested]), learning.predict_proba(rows[tested])[:, 1]
