"""Make the vectors that ship: concept_vectors.npy and name_vectors.npz in server/skilltrail/ml/data.

``python tools/embed_concepts.py``, after ``tools/build_concepts.py``; takes five minutes on one core. ``--names`` makes
only those of our own list of names, after a change of trade_terms.tsv: seconds. All are 8-bit integers, in the order of
their lists; the model is the default one, whose name stands in ``ml/concept_vectors.py``.
"""

from __future__ import annotations

import argparse

import numpy as np

from skilltrail.ml.concept_vectors import SHIPPED_FOR, SLICE, mean_views, packed
from skilltrail.ml.concepts import DATA, published_concepts
from skilltrail.ml.embedding import Embedder
from skilltrail.ml.model_files import DEFAULT_EMBEDDER
from skilltrail.ml.name_vectors import PATH, digest_of, listed_names
from skilltrail.ml.skill_terms import term_list


def main() -> None:
    """Embed names and concepts, and write the vectors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", action="store_true", help="only those of our own list")
    options = parser.parse_args()
    model = Embedder.load(DEFAULT_EMBEDDER, threads=1)
    if model.files.identity != SHIPPED_FOR:
        raise SystemExit(f"concept_vectors.py names {SHIPPED_FOR}, but this is {model.files.identity}")
    embed_names(model)
    if not options.names:
        embed_concepts(model)


def embed_names(model: Embedder) -> None:
    """Write the vectors of our own list of names."""
    texts = listed_names(term_list())
    np.savez(PATH, vectors=packed(model.embed(texts)), digest=np.array(digest_of(texts)))
    print(f"{len(texts)} names written")


def embed_concepts(model: Embedder) -> None:
    """Write the vectors of the published concepts."""
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
