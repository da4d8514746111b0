"""Word vectors: which words of this very history an exchange uses, by latent semantic analysis.

The dense and the static vectors know language at large. What sets the subjects of one learner apart, their tools and
terms, only their own history shows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.static_vectors import unit_rows
from skilltrail.ml.words import words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from skilltrail.ml.skill_terms import TermList

DIMENSIONS = 100
COMMONEST = 0.1
"""Words in a larger share of the exchanges set nothing apart."""

COMMONEST_SKILL = 0.3
"""The same of skills: one of somebody's ten may well be spoken of in every fourth exchange."""

SKILL_SHARE = 0.35
"""What the skills that a text mentions count for, the other words counting for the rest."""

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
        The allow-list: the skills that a text mentions, whatever they were called there, what these are parts of, and
        their areas, count beside its words. However long it is, they have the same share of its vector.
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
    from scipy.sparse import hstack
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    words = _counted([_telling(text) for text in texts], COMMONEST)
    skills = _counted([_skills(text, terms) for text in texts], COMMONEST_SKILL)
    both = [math.sqrt(share) * part for share, part in ((1 - SKILL_SHARE, words), (SKILL_SHARE, skills)) if part.nnz]
    dims = min(DIMENSIONS, len(texts) - 1, sum(part.shape[1] for part in both) - 1)
    if dims < 1:
        return np.zeros((len(texts), 0), dtype=np.float32)
    counts = normalize(hstack(both, format="csr", dtype=np.float32))
    return unit_rows(TruncatedSVD(dims, random_state=seed).fit_transform(counts).astype(np.float32))


def _counted(texts: Sequence[list[str]], commonest: float) -> csr_matrix:
    """Return weighted counts of the words of each text, rows of length 1 or 0; no columns where none occurs twice."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    counter = TfidfVectorizer(
        analyzer=_as_they_are,
        sublinear_tf=True,
        min_df=2,
        max_df=max(commonest, 3 / max(len(texts), 1)),
        max_features=VOCABULARY,
        dtype=np.float32,
    )
    try:
        return counter.fit_transform(texts)
    except ValueError:
        return csr_matrix((len(texts), 0), dtype=np.float32)


def _as_they_are(words: list[str]) -> list[str]:
    return words


def _telling(text: str) -> list[str]:
    """Return the words of a text in small letters, without the commonest English ones."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return [word for word in _WORD.findall(text.lower()) if word not in ENGLISH_STOP_WORDS]


def _skills(text: str, terms: TermList) -> list[str]:
    """Return what stands for the skills that a text mentions, for wider ones, and for the areas of all of them."""
    mentioned = terms.mentioned(words_of(text))
    mentioned |= {wider for term in mentioned for wider in terms.wider.get(term, ())}
    areas = [terms.terms[term].area for term in sorted(mentioned)]
    return [f"skill {term}" for term in sorted(mentioned)] + [f"area {area}" for area in areas if area]
