"""Static vectors: light, deterministic, and near for texts about the same thing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from skilltrail.ml.static_vectors import DIMENSIONS, StaticVectors

SERVER = Path(__file__).resolve().parents[2] / "server"


def test_rows_are_unit_vectors_of_256_dimensions() -> None:
    vectors = StaticVectors().embed(["How do I join two tables in SQL?", "A poster for a jazz concert"])

    assert vectors.shape == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_texts_about_the_same_thing_are_nearer_than_others() -> None:
    texts = ["left join in a SQL query", "SQL: joining tables in a query", "kerning of a serif typeface"]

    near = StaticVectors().embed(texts) @ StaticVectors().embed(texts).T

    assert near[0, 1] > 0.7
    assert near[0, 2] < 0.4


def test_grammar_words_hardly_move_a_vector() -> None:
    vectors = StaticVectors().embed(["kerning of the typeface", "and what is kerning of a typeface then"])

    assert vectors[0] @ vectors[1] > 0.9


def test_text_without_known_words_is_a_row_of_zeros() -> None:
    vectors = StaticVectors().embed(["", "   ", "hello"])

    assert not vectors[:2].any()
    assert vectors[2].any()


def test_letter_case_and_company_make_no_difference() -> None:
    static = StaticVectors()

    alone = static.embed(["Colour Grading"])[0]
    among = static.embed(["x" * 5_000, "colour grading", ""])[1]

    np.testing.assert_array_equal(alone, among)


def test_no_texts_give_no_rows() -> None:
    assert StaticVectors().embed([]).shape == (0, DIMENSIONS)


def test_import_and_use_stay_light() -> None:
    code = (
        "import sys; from skilltrail.ml.static_vectors import StaticVectors; StaticVectors().embed(['hello']);"
        "import skilltrail.ml.host;"
        "heavy = {'torch', 'scipy', 'sklearn', 'sentence_transformers', 'transformers'};"
        "print(sorted(heavy.intersection(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": str(SERVER)}
    )

    assert run.stdout.strip() == "[]"
