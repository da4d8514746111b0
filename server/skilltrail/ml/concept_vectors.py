"""Dense vectors of the published concepts: shipped for the default model, made once and kept for any other.

They say nothing of any learner: the file holds what a model makes of published texts.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from skilltrail.ml.concepts import DATA, Concepts
from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.ml.name_fit import Embed

SHIPPED_FOR = "all-MiniLM-L6-v2@53aa5117"
"""The model whose vectors ``concept_vectors.npy`` holds (``tools/embed_concepts.py``)."""

SLICE = 100
"""Concepts read in one go: about two seconds, so that what is captured meanwhile finds its place in between."""

_VIEWS = 3


class ConceptVectors:
    """One unit vector a concept: the mean of its views.

    Parameters
    ----------
    concepts
        What to have vectors for.
    identity
        Name and digest of the embedding model.
    folder
        Where vectors of other models than the default are kept; None keeps them in memory only.
    """

    def __init__(self, concepts: Concepts, identity: str, folder: Path | None) -> None:
        self._concepts = concepts
        self._identity = identity
        self._folder = folder
        self._made: list[NDArray[np.float32]] = []
        self._count = 0
        self._whole: NDArray[np.float32] | None = None

    @property
    def total(self) -> int:
        """Return how many concepts there are."""
        return len(self._concepts.listed)

    def prepare(self, embed: Embed) -> int:
        """Make the next vectors, if any are missing; return how many there are now."""
        if self.matrix() is not None:
            return self.total
        rows = range(self._count, min(self._count + SLICE, self.total))
        texts = [view for row in rows for view in self._concepts.views(row)]
        self._made.append(mean_views(embed(texts)))
        self._count = rows.stop
        if self._count == self.total:
            self._whole = np.concatenate(self._made)
            self._made = []
            self._keep(packed(self._whole))
        return self._count

    def matrix(self) -> NDArray[np.float32] | None:
        """Return unit vectors, shape (concepts, dims); None while some are still to be made."""
        if self._whole is None:
            found = self._read()
            self._whole = None if found is None else unit_rows(found.astype(np.float32))
        return self._whole

    def _read(self) -> NDArray[np.int8] | None:
        path = DATA / "concept_vectors.npy" if self._identity == SHIPPED_FOR else self._file
        if path is None or not path.exists():
            return None
        try:
            found: NDArray[np.int8] = np.load(path, allow_pickle=False)
        except (OSError, ValueError):
            return None  # half a file, or none of ours: it is made anew
        return found if found.dtype == np.int8 and found.ndim == 2 and len(found) == self.total else None

    @property
    def _file(self) -> Path | None:
        if self._folder is None:
            return None
        # A model may be named by a path: the name says which only to us.
        listed = "\n".join(concept.key for concept in self._concepts.listed)
        digest = hashlib.sha256(f"{self._identity}\n{listed}".encode()).hexdigest()[:16]
        return self._folder / f"concepts-{digest}.npy"

    def _keep(self, vectors: NDArray[np.int8]) -> None:
        path = self._file
        if path is None:
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            aside = path.with_suffix(".part")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                np.save(out, vectors, allow_pickle=False)
            aside.replace(path)
        except OSError:
            return  # a full disk: the vectors are in memory, and made again next time


def mean_views(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return one unit vector for each three rows, shape (n, dims) from (3 n, dims)."""
    return unit_rows(vectors.reshape(-1, _VIEWS, vectors.shape[1]).mean(axis=1))


def packed(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return unit rows as 8-bit integers: only their direction counts (largest error of a cosine measured: 0.0025)."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(np.round(vectors * 127 / np.where(largest > 0, largest, 1)), dtype=np.int8)
