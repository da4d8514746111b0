"""Train the model that tells learning from delegation, on the examples that come with the project.

    python tools/train_learning.py

Writes ``server/skilltrail/ml/data/learning_model.npz``: names of features, weights, biases. scikit-learn is needed here
only. ``benchmarks/learning.py`` trains the same way, each time without one writer, and measures.
"""

from __future__ import annotations

from benchmarks.histories.examples import all_examples
from benchmarks.learning_fit import fit

from skilltrail.ml.learning import MODEL


def main() -> None:
    """Train on everything and write the arrays."""
    examples = all_examples()
    fit(examples).save(MODEL)
    print(f"{len(examples)} examples → {MODEL.name}, {MODEL.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
