"""Make the vectors of the published concepts that ship: server/skilltrail/ml/data/concept_vectors.npy.

``python tools/embed_concepts.py``, after ``tools/build_concepts.py``; takes five minutes on one core. Rows are in the
order of concepts.tsv, 8-bit integers; the model is the default one, whose name stands in ``ml/concept_vectors.py``.
"""

from __future__ import annotations

import numpy as np

from skilltrail.ml.concept_vectors import SHIPPED_FOR, SLICE, mean_views, packed
from skilltrail.ml.concepts import DATA, published_concepts
from skilltrail.ml.embedding import Embedder
from skilltrail.ml.model_files import DEFAULT_EMBEDDER


def main() -> None:
    """Embed all concepts and write the vectors."""
    model = Embedder.load(DEFAULT_EMBEDDER, threads=1)
    if model.files.identity != SHIPPED_FOR:
        raise SystemExit(f"concept_vectors.py names {SHIPPED_FOR}, but this is {model.files.identity}")
    concepts = published_concepts()
    made = []
    for first in range(0, len(concepts.listed), SLICE):
        rows = range(first, min(first + SLICE, len(concepts.listed)))
        made.append(mean_views(model.embed([view for row in rows for view in concepts.views(row)])))
        print(f"\r{rows.stop} of {len(concepts.listed)}", end="", flush=True)
    vectors = packed(np.concatenate(made))
    np.save(DATA / "concept_vectors.npy", vectors, allow_pickle=False)
    print(f"\n{vectors.shape} written")


if __name__ == "__main__":
    main()
