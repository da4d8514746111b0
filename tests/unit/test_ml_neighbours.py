"""Exact neighbours and placing by their vote."""

from __future__ import annotations

import numpy as np
import pytest

from skilltrail.ml import neighbours as module
from skilltrail.ml.communities import TopicParams
from skilltrail.ml.neighbours import largest, nearest_neighbours
from skilltrail.ml.placing import place
from skilltrail.ml.static_vectors import unit_rows


def unit(rows: int, dims: int = 8, seed: int = 1) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(rows, dims)).astype(np.float32))


def test_neighbours_are_those_of_a_full_sort() -> None:
    vectors = unit(60)
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)

    found = nearest_neighbours(vectors, 5)

    np.testing.assert_array_equal(found.indices, np.argsort(-scores, axis=1, kind="stable")[:, :5])
    np.testing.assert_allclose(found.similarities, -np.sort(-scores, axis=1)[:, :5], rtol=1e-6)


def test_block_size_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit(100)
    whole = nearest_neighbours(vectors, 4)

    monkeypatch.setattr(module, "_BLOCK_BYTES", 100 * 4 * 7)

    np.testing.assert_array_equal(nearest_neighbours(vectors, 4).indices, whole.indices)


def test_ties_go_to_the_lowest_row() -> None:
    vectors = np.tile(unit(1), (9, 1))

    found = nearest_neighbours(vectors, 3)

    assert found.indices[0].tolist() == [1, 2, 3]
    assert found.indices[8].tolist() == [0, 1, 2]


def test_largest_settles_ties_at_the_border() -> None:
    scores = np.array([[0.5, 0.9, 0.5, 0.5, 0.1]], dtype=np.float32)

    columns, values = largest(scores, 2)

    assert columns.tolist() == [[1, 0]]
    np.testing.assert_allclose(values, [[0.9, 0.5]])


@pytest.mark.parametrize(("rows", "expected"), [(0, (0, 0)), (1, (1, 0)), (2, (2, 1)), (4, (4, 3))])
def test_few_rows_have_few_neighbours(rows: int, expected: tuple[int, int]) -> None:
    assert nearest_neighbours(unit(rows), 5).indices.shape == expected


def test_new_row_joins_the_group_of_its_neighbours() -> None:
    known = unit_rows(np.array([[1, 0, 0.1]] * 4 + [[0, 1, 0.1]] * 4, dtype=np.float32))
    labels = np.array([0] * 4 + [1] * 4)
    new = unit_rows(np.array([[0.1, 1, 0], [0.9, 0, 0]], dtype=np.float32))

    placed = place(new, known, labels, TopicParams(neighbours=3))

    assert placed.tolist() == [1, 0]


def test_row_near_nothing_stays_unassigned() -> None:
    known = unit_rows(np.array([[1, 0, 0]] * 4, dtype=np.float32))

    placed = place(np.array([[0, 0, 1]], dtype=np.float32), known, np.zeros(4, dtype=np.int64))

    assert placed.tolist() == [-1]


def test_lengths_of_rows_make_no_difference() -> None:
    known, labels = unit(30), np.arange(30) % 2
    new = unit(5, seed=9)

    np.testing.assert_array_equal(place(new * 7, known * 3, labels), place(new, known, labels))


def test_unassigned_neighbours_have_no_vote() -> None:
    known = np.tile(unit_rows(np.array([[1, 0, 0]], dtype=np.float32)), (6, 1))
    new = known[:1]

    assert place(new, known, np.full(6, -1)).tolist() == [-1]
    assert place(new, known, np.array([-1, -1, -1, 0, 0, 0])).tolist() == [0]


def test_placing_into_an_empty_history_gives_unassigned() -> None:
    assert place(unit(2), np.zeros((0, 8), np.float32), np.zeros(0, np.int64)).tolist() == [-1, -1]
