"""Topics stay put: a run moves old rows only as far as new ones allow, the best founded first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.ml.communities import UNASSIGNED, Communities, by_size
from skilltrail.ml.neighbours import nearest_neighbours
from skilltrail.ml.steadying import Known, steady


def found(labels: list[int], *, dims: int = 12) -> Communities:
    """Rows around one axis for each community, found as they are."""
    numbers = np.array(labels, dtype=np.int64)
    noise = np.random.default_rng(5).normal(scale=0.05, size=(len(labels), dims))
    vectors = (np.eye(dims)[numbers] + noise).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Communities(by_size(numbers), vectors, nearest_neighbours(vectors, 4))


def known(numbers: list[int], *, spare: int = 0, settled: bool = True, bound: int | None = None) -> Known:
    given_numbers = np.array(numbers, dtype=np.int64)
    return Known(given_numbers, (given_numbers >= 0) & settled, given_numbers == bound, spare)


def numbers_after(before: Communities, standing: Known) -> list[int | None]:
    """Return the topic that each row stands in afterwards; None: in a new one."""
    after, continues = steady(before, standing)
    return [continues.get(label) for label in after.labels.tolist()]


def test_the_same_rows_in_the_same_groups_stay() -> None:
    assert numbers_after(found([0] * 6 + [1] * 5), known([7] * 6 + [3] * 5)) == [7] * 6 + [3] * 5


def test_without_anything_settled_nothing_is_changed() -> None:
    before = found([0] * 6 + [1] * 5)

    after, continues = steady(before, known([0] * 11, settled=False))

    assert after is before
    assert continues == {}


def test_a_part_that_is_found_apart_stays_until_there_is_room_for_it() -> None:
    before = found([0] * 8 + [1] * 4)

    assert numbers_after(before, known([2] * 12, spare=3)) == [2] * 12
    assert numbers_after(before, known([2] * 12, spare=4)) == [2] * 8 + [None] * 4


def test_topics_that_would_be_merged_stay_two_until_there_is_room() -> None:
    before = found([0] * 12)

    assert numbers_after(before, known([1] * 8 + [4] * 4)) == [1] * 8 + [4] * 4
    assert numbers_after(before, known([1] * 8 + [4] * 4, spare=4)) == [1] * 12


def test_what_the_learner_put_there_uses_no_room_up() -> None:
    before = found([0] * 12 + [1] * 8 + [2] * 4)

    after = numbers_after(before, known([1] * 8 + [4] * 4 + [2] * 12, spare=4, bound=4))

    assert after == [1] * 8 + [4] * 4 + [2] * 8 + [None] * 4


def test_new_rows_found_with_a_part_that_stays_stay_with_it() -> None:
    before = found([0] * 8 + [1] * 7)

    assert numbers_after(before, known([2] * 12 + [UNASSIGNED] * 3)) == [2] * 15


def test_new_rows_that_are_most_of_a_new_topic_found_it() -> None:
    before = found([0] * 8 + [1] * 10)

    after = numbers_after(before, known([2] * 11 + [UNASSIGNED] * 7))

    assert after == [2] * 11 + [None] * 7


def test_a_row_that_is_near_nothing_any_more_keeps_its_topic() -> None:
    before = found([0] * 8)
    labels = before.labels.copy()
    labels[7] = UNASSIGNED

    after = numbers_after(Communities(labels, before.vectors, before.neighbours), known([2] * 8))

    assert after == [2] * 8


def test_the_best_founded_change_comes_first() -> None:
    """Two parts want to leave; the one whose neighbours all left with it goes, the one in between stays."""
    before = found([0] * 8 + [1] * 4 + [2] * 4)
    vectors = before.vectors.copy()
    middle = vectors[:8].mean(axis=0)
    vectors[8:12] = (vectors[8:12] + 3 * middle) / 4
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    blurred = Communities(before.labels, vectors, nearest_neighbours(vectors, 6))

    after = numbers_after(blurred, known([5] * 16, spare=4))

    assert after == [5] * 12 + [None] * 4


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 4)), min_size=4, max_size=40),
    st.integers(0, 12),
)
def test_never_more_settled_rows_move_than_there_is_room_for(rows: list[tuple[int, int]], spare: int) -> None:
    before = found([label for label, _number in rows])
    standing = known([number for _label, number in rows], spare=spare)

    after = numbers_after(before, standing)

    moved = sum(number >= 0 and number != now for (_label, number), now in zip(rows, after, strict=True))
    assert moved <= spare


@pytest.mark.parametrize("spare", [0, 5])
def test_every_group_is_one_topic_and_every_topic_one_group(spare: int) -> None:
    labels = np.random.default_rng(2).integers(0, 5, 60).tolist()
    numbers = np.random.default_rng(3).integers(-1, 4, 60).tolist()

    after, continues = steady(found(labels), known(numbers, spare=spare))

    assert len(set(continues.values())) == len(continues)
    assert set(np.unique(after.labels)) == set(range(after.count))
