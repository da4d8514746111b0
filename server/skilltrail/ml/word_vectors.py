"""Word vectors: which words of this very history an exchange uses, by latent semantic analysis.

The dense and the static vectors know language at large. What sets the subjects of one learner apart, their tools and
terms, only their own history shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.static_vectors import unit_rows
from skilltrail.ml.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.ml.skill_terms import TermList

DIMENSIONS = 100
COMMONEST = 0.1
"""Words in a larger share of the exchanges set nothing apart."""

VOCABULARY = 30_000
"""The commonest words count; more would only take memory."""

_WORD = re.compile(r"\b\w\w+\b")


def word_vectors(texts: Sequence[str], *, terms: TermList, seed: int) -> NDArray[np.float32]:
    """Return a vector for each text.

    Parameters
    ----------
    texts
        Representations, n of them, in an order that the caller keeps the same for the same data.
    terms
        The allow-list: a skill that a text mentions counts as one more word of it, whatever it was called there.
    seed
        For the search for the main directions; the same seed gives the same vectors.

    Returns
    -------
    NDArray[np.float32]
        Shape (n, dims), dims at most 100; rows have length 1, those without a word that others use too are zeros.
        Shape (n, 0) where the texts share no words.

    Notes
    -----
    Deerwester et al. 1990, doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9, on logarithmic counts.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(
        analyzer=lambda text: _telling(text, terms),
        sublinear_tf=True,
        min_df=2,
        max_df=max(COMMONEST, 3 / max(len(texts), 1)),
        max_features=VOCABULARY,
        dtype=np.float32,
    )
    try:
        counts = counter.fit_transform(texts)
    except ValueError:
        # Nothing is left when no word occurs twice.
        return np.zeros((len(texts), 0), dtype=np.float32)
    dims = min(DIMENSIONS, min(counts.shape) - 1)
    if dims < 1:
        return np.zeros((len(texts), 0), dtype=np.float32)
    return unit_rows(TruncatedSVD(dims, random_state=seed).fit_transform(counts).astype(np.float32))


def _telling(text: str, terms: TermList) -> list[str]:
    """Return the words of a text in small letters, without the commonest English ones, and the skills it mentions."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    words = [word for word in _WORD.findall(text.lower()) if word not in ENGLISH_STOP_WORDS]
    return words + [f"skill {number}" for number in sorted(terms.mentioned(words_of(text)))]
