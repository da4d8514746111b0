"""A small deterministic stand-in for the model: words hashed into vectors. For tests, and without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from skilltrail.domain.claims import TopicMatch
from skilltrail.ml.communities import TopicParams
from skilltrail.ml.concept_vectors import mean_views
from skilltrail.ml.concepts import Concepts
from skilltrail.ml.placing import place
from skilltrail.ml.static_vectors import unit_rows
from skilltrail.ml.words import stop_words, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skilltrail.domain.topics import TopicPartition
    from skilltrail.ml.skill_terms import TermList


class HashEmbedder:
    """``ModelPort`` without a process: texts are near each other when they share words."""

    def __init__(
        self,
        *,
        dimensions: int = 384,
        params: TopicParams | None = None,
        terms: TermList | None = None,
        concepts: Concepts | None = None,
    ) -> None:
        self._dimensions = dimensions
        self._params = params
        self._terms = terms
        self._concepts = concepts or Concepts((), ())

    @property
    def identity(self) -> str:
        """Name and version of the hashing."""
        return f"hash-{self._dimensions}@1"

    @property
    def static_identity(self) -> str:
        """Name and version of the hashing into static vectors."""
        return "hash-static@1"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, dimensions); zeros for a text without words."""
        return self._hashed(texts, self._dimensions, salt="dense")

    def embed_now(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return what ``embed`` returns."""
        return self.embed(texts)

    def static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, shape (n, 256)."""
        return self._hashed(texts, 256, salt="static")

    def discover(
        self,
        *,
        dense: NDArray[np.float32],
        static: NDArray[np.float32],
        texts: Sequence[str],
        keys: Sequence[str],
        talks: Sequence[str] | None = None,
        held: NDArray[np.int64] | None = None,
        bound: NDArray[np.bool_] | None = None,
        corrected: int = 0,
        settled: NDArray[np.bool_] | None = None,
        spare: int = 0,
        divide: bool = False,
        avoid: frozenset[str] = frozenset(),
    ) -> TopicPartition:
        """Find topics in this process; see ``discovery.discover``."""
        from skilltrail.ml.discovery import discover

        return discover(
            dense=dense,
            static=static,
            texts=texts,
            keys=keys,
            talks=talks,
            embed_dense=self.embed,
            embed_static=self.static,
            held=held,
            bound=bound,
            corrected=corrected,
            settled=settled,
            spare=spare,
            divide=divide,
            avoid=avoid,
            params=self._params,
            terms=self._terms,
        )

    def place(
        self, *, vectors: NDArray[np.float32], known: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Put new rows into existing groups; see ``placing.place``."""
        return place(vectors, known, labels, self._params)

    def prepare_concepts(self) -> tuple[int, int]:
        """Nothing to prepare: hashing costs nothing."""
        return len(self._concepts.listed), len(self._concepts.listed)

    def match(
        self,
        *,
        names: Sequence[str],
        texts: Sequence[Sequence[str]],
        dense: Sequence[NDArray[np.float32]],
        static: Sequence[NDArray[np.float32]],
    ) -> list[TopicMatch]:
        """Match topics in this process with the concepts that were handed in; see ``matching.match_topics``."""
        from skilltrail.ml.matching import ConceptSpace, match_topics
        from skilltrail.ml.skill_terms import term_list

        if not self._concepts.listed:
            return [TopicMatch() for _name in names]
        rows = range(len(self._concepts.listed))
        vectors = mean_views(self.embed([view for row in rows for view in self._concepts.views(row)]))
        space = ConceptSpace.of(self._concepts, vectors, self.static, self._terms or term_list())
        return match_topics(names=names, texts=texts, dense=dense, static=static, space=space, embed=self.embed)

    def chart(self, spec: dict[str, Any]) -> str:
        """Return the SVG of a specification."""
        from skilltrail.ml.charts import render_svg

        return render_svg(spec)

    def close(self) -> None:
        """Nothing to end."""

    def _hashed(self, texts: Sequence[str], dimensions: int, *, salt: str) -> NDArray[np.float32]:
        rows = [_row(text, dimensions, salt) for text in texts]
        return unit_rows(np.stack(rows)) if rows else np.zeros((0, dimensions), dtype=np.float32)


@lru_cache(maxsize=4_096)  # a run compares every topic with the same thousand names
def _row(text: str, dimensions: int, salt: str) -> NDArray[np.float32]:
    row = np.zeros(dimensions, dtype=np.float32)
    for word in words_of(text):
        if word.stem and word.stem not in stop_words():
            digest = hashlib.blake2b(f"{salt}:{word.stem}".encode(), digest_size=8).digest()
            place, sign = int.from_bytes(digest[:7]) % dimensions, 1 if digest[7] & 1 else -1
            row[place] += sign
    return row
