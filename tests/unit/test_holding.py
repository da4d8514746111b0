"""A run obeys the learner: bound rows stay together, corrected topics live on, and nothing else is touched."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.ml.communities import UNASSIGNED, Communities, TopicParams, by_size, centroids
from skilltrail.ml.discovery import discover
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.ml.holding import Holds, obey
from skilltrail.ml.neighbours import nearest_neighbours

PARAMS = TopicParams(smallest=3)


def clusters(*sizes: int, dims: int = 16) -> Communities:
    """Groups of rows around an axis each, in the order of sizes, found as they are."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    noise = np.random.default_rng(3).normal(scale=0.05, size=(len(labels), dims))
    vectors = (np.eye(dims)[labels] + noise).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Communities(labels.astype(np.int64), vectors, nearest_neighbours(vectors, 4))


def holds(count: int, places: dict[int, int], *, bound: set[int] | None = None) -> Holds:
    numbers = np.full(count, UNASSIGNED, dtype=np.int64)
    for row, number in places.items():
        numbers[row] = number
    wanted = set(places) if bound is None else bound
    return Holds(numbers, np.array([row in wanted for row in range(count)]))


def rows_of(found: Communities, numbers: tuple[int | None, ...], number: int) -> list[int]:
    return np.flatnonzero(found.labels == numbers.index(number)).tolist()


def test_without_corrections_nothing_changes() -> None:
    found = clusters(6, 5)

    after, numbers = obey(found, holds(11, {}), PARAMS)

    assert after is found
    assert numbers == (None, None)


def test_a_kept_topic_that_the_run_would_merge_stays_apart_and_takes_no_strangers() -> None:
    found = clusters(12)

    after, numbers = obey(found, holds(12, dict.fromkeys(range(4), 7)), PARAMS)

    assert rows_of(after, numbers, 7) == [0, 1, 2, 3]
    assert np.flatnonzero(after.labels == numbers.index(None)).tolist() == list(range(4, 12))


def test_merged_topics_that_the_run_finds_apart_stay_one() -> None:
    found = clusters(6, 5)

    after, numbers = obey(found, holds(11, dict.fromkeys(range(11), 3)), PARAMS)

    assert numbers == (3,)
    assert set(after.labels.tolist()) == {0}


def test_new_rows_join_a_kept_topic_that_most_of_their_community_is() -> None:
    found = clusters(8, 6)
    kept = dict.fromkeys(range(6), 1)

    after, numbers = obey(found, holds(14, kept), PARAMS)

    assert rows_of(after, numbers, 1) == list(range(8))


def test_members_of_before_keep_new_ones_from_becoming_the_same_topic_twice() -> None:
    found = clusters(12, 5)
    members = dict.fromkeys(range(9), 1)

    after, numbers = obey(found, holds(17, members, bound={0, 1, 2}), PARAMS)

    assert rows_of(after, numbers, 1) == list(range(12))


def test_a_split_holds_on_both_sides() -> None:
    found = clusters(12)
    parts = {row: int(row >= 6) for row in range(12)}

    after, numbers = obey(found, holds(12, parts), PARAMS)

    assert rows_of(after, numbers, 0) == list(range(6))
    assert rows_of(after, numbers, 1) == list(range(6, 12))


def test_a_renamed_topic_drifts_with_its_community() -> None:
    found = clusters(10, 5)
    members = dict.fromkeys([0, 1, 2, 3, 4, 5, 11], 4)

    after, numbers = obey(found, holds(15, members, bound=set()), PARAMS)

    assert rows_of(after, numbers, 4) == list(range(10))


def test_a_renamed_topic_that_no_community_continues_is_held_whole() -> None:
    found = clusters(9, 9, 9)
    members = dict.fromkeys([0, 1, 9, 10, 18, 19], 4)

    after, numbers = obey(found, holds(27, members, bound=set()), PARAMS)

    assert rows_of(after, numbers, 4) == [0, 1, 9, 10, 18, 19]
    assert after.count == 4


def test_of_two_renamed_topics_in_one_community_the_smaller_is_held_whole() -> None:
    found = clusters(14)
    members = {row: 0 if row < 9 else 1 for row in range(12)}

    after, numbers = obey(found, holds(14, members, bound=set()), PARAMS)

    assert rows_of(after, numbers, 1) == [9, 10, 11]
    assert set(rows_of(after, numbers, 0)) >= set(range(9))


def test_a_renamed_topic_takes_no_community_in_which_another_topic_lives_on() -> None:
    found = clusters(20, 6)
    members = dict.fromkeys(range(5), 0)

    after, numbers = obey(found, holds(26, members, bound=set()), PARAMS, {0: 9, 1: 8})

    assert rows_of(after, numbers, 0) == [0, 1, 2, 3, 4]
    assert rows_of(after, numbers, 9) == list(range(5, 20))


def test_a_topic_of_a_single_exchange_stays() -> None:
    found = clusters(9)

    after, numbers = obey(found, holds(9, {4: 2}), PARAMS)

    assert rows_of(after, numbers, 2) == [4]
    assert after.count == 2


@given(
    st.lists(st.integers(0, 4), min_size=6, max_size=30),
    st.lists(st.integers(-1, 3), min_size=30, max_size=30),
    st.lists(st.booleans(), min_size=30, max_size=30),
)
def test_every_corrected_topic_is_one_group_and_holds_its_bound_rows(
    labels: list[int], numbers: list[int], bound: list[bool]
) -> None:
    count = len(labels)
    vectors = np.eye(8, dtype=np.float32)[np.array(labels)]
    found = Communities(by_size(np.array(labels, dtype=np.int64)), vectors, nearest_neighbours(vectors, 3))
    given = np.array(numbers[:count], dtype=np.int64)
    wanted = Holds(given, np.array(bound[:count]) & (given >= 0))

    after, given_numbers = obey(found, wanted, PARAMS)

    corrected = sorted(set(wanted.numbers[wanted.numbers >= 0].tolist()))
    assert sorted(number for number in given_numbers if number is not None) == corrected
    for row in np.flatnonzero(wanted.bound).tolist():
        assert given_numbers[int(after.labels[row])] == wanted.numbers[row]
    assert after.count == len(given_numbers)
    assert centroids(after.vectors, after.labels, after.count).shape[0] == after.count


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_rows_makes_no_difference(seed: int) -> None:
    model = HashEmbedder()
    words = ["sql join select index", "bread dough flour oven", "logo font colour brand"]
    texts = [f"{words[row % 3]} number {row}" for row in range(45)]
    keys = [f"k-{row:02}" for row in range(45)]
    numbers = np.array([0 if row % 3 == 0 and row < 20 else 1 if row % 7 == 1 else -1 for row in range(45)])
    bound = numbers == 1

    def partition(order: list[int]) -> object:
        chosen = [texts[row] for row in order]
        return discover(
            dense=model.embed(chosen),
            static=model.static(chosen),
            texts=chosen,
            keys=[keys[row] for row in order],
            embed_dense=model.embed,
            embed_static=model.static,
            held=numbers[order],
            bound=bound[order],
            corrected=2,
            settled=np.zeros(45, dtype=np.bool_),
        )

    shuffled = np.random.default_rng(seed).permutation(45).tolist()

    assert partition(shuffled) == partition(list(range(45)))
