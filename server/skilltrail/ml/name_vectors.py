"""Dense vectors of our own list of names, shipped for the default model: every topic run compares topics with them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.concept_vectors import SHIPPED_FOR
from skilltrail.ml.skill_terms import DATA, TermList, term_list
from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

PATH = DATA / "name_vectors.npz"
"""8-bit ``vectors`` and the ``digest`` of the texts that they are of; made by ``tools/embed_concepts.py``."""


def listed_names(terms: TermList) -> list[str]:
    """Return the texts that have shipped vectors: the terms of our own list, spelled out."""
    return [term.spelled_out for term in terms.terms if term.trade]


def digest_of(texts: Sequence[str]) -> str:
    """Return what tells one list of texts from another."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def shipped_name_vectors(identity: str) -> dict[str, NDArray[np.float32]]:
    """Return unit vectors by text; none for another model than the default, or when the list was changed since."""
    texts = listed_names(term_list())
    if identity != SHIPPED_FOR or not PATH.exists():
        return {}
    with np.load(PATH, allow_pickle=False) as found:
        if str(found["digest"]) != digest_of(texts):
            return {}
        return dict(zip(texts, unit_rows(found["vectors"].astype(np.float32)), strict=True))
