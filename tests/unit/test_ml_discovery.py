"""Topic runs: the same data gives the same topics, whatever the row order and however small the history."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from skilltrail.domain.topics import TopicPartition
from skilltrail.ml.communities import UNASSIGNED, TopicParams, by_size, find_communities, side_by_side, strengths
from skilltrail.ml.discovery import discover
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.ml.static_vectors import unit_rows

SUBJECTS = {
    "sql": "left join query plan index table column SQL database rows scan",
    "type": "kerning serif typeface poster letters spacing headline font pairing ligature",
    "tax": "VAT invoice deductible income tax return receipts quarter reverse charge ledger",
    "bread": "sourdough starter oven flour dough proof crumb hydration crust baking",
}


def history(each: int, *, seed: int = 5, subjects: Sequence[str] = tuple(SUBJECTS)) -> dict[str, str]:
    """Texts by key; the key begins with the subject."""
    draw = random.Random(seed)
    return {
        f"{subject}-{number:03d}": "How about " + " ".join(draw.sample(SUBJECTS[subject].split(), 5))
        for subject in subjects
        for number in range(each)
    }


def run(texts: dict[str, str], *, order: Sequence[str] | None = None) -> TopicPartition:
    host = HashEmbedder()
    keys = list(order or texts)
    read = [texts[key] for key in keys]
    return host.discover(dense=host.embed(read), static=host.static(read), texts=read, keys=keys)


def test_subjects_become_topics_without_their_number_being_given() -> None:
    partition = run(history(20))

    assert [len(group.members) for group in partition.groups] == [20, 20, 20, 20]
    for group in partition.groups:
        assert len({key.split("-")[0] for key in group.members}) == 1


def test_row_order_makes_no_difference_at_all() -> None:
    texts = history(15)
    shuffled = list(texts)
    random.Random(1).shuffle(shuffled)

    assert run(texts, order=shuffled) == run(texts)


def test_every_exchange_stands_in_exactly_one_place() -> None:
    texts = history(12) | {"empty-1": "", "empty-2": " \n "}

    partition = run(texts)

    placed = [key for group in partition.groups for key in group.members] + list(partition.unassigned)
    assert sorted(placed) == sorted(texts)
    assert {"empty-1", "empty-2"} <= set(partition.unassigned)


def test_topics_have_different_names_areas_and_reasons() -> None:
    partition = run(history(20))

    assert len({group.name.casefold() for group in partition.groups}) == 4
    for group in partition.groups:
        assert group.area
        assert group.terms
        assert group.reason.exemplars == group.exemplars
        assert set(group.exemplars) <= set(group.members)
        assert all(0 <= strength <= 1 for strength in group.strengths)


def test_new_data_of_another_subject_leaves_the_old_groups_together() -> None:
    before = run(history(20, subjects=("sql", "type")))

    after = run(history(20, subjects=("sql", "type", "tax")))

    assert {group.members for group in before.groups} <= {group.members for group in after.groups}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_exchanges_make_no_topic(count: int) -> None:
    texts = dict(list(history(5).items())[:count])

    partition = run(texts)

    assert partition.groups == ()
    assert partition.unassigned == tuple(sorted(texts))


def test_small_history_of_one_subject_is_one_topic() -> None:
    partition = run(history(6, subjects=("sql",)))

    assert [len(group.members) for group in partition.groups] == [6]


def test_exchanges_that_have_nothing_in_common_stay_unassigned() -> None:
    texts = {"a": "kerning of a serif", "b": "sourdough crumb", "c": "income declaration", "d": "left join"}

    partition = run(texts)

    assert partition.groups == ()
    assert partition.unassigned == ("a", "b", "c", "d")


def test_history_of_identical_texts_is_one_topic() -> None:
    partition = run({f"key-{number:02d}": "Explain the left join in SQL" for number in range(40)})

    assert len(partition.groups) == 1


def test_side_by_side_gives_the_weighted_mean_of_both_cosines() -> None:
    dense = unit_rows(np.random.default_rng(1).normal(size=(2, 6)).astype(np.float32))
    static = unit_rows(np.random.default_rng(2).normal(size=(2, 4)).astype(np.float32))

    joined = side_by_side(dense, static, TopicParams(dense_weight=0.25))

    expected = 0.25 * dense[0] @ dense[1] + 0.75 * static[0] @ static[1]
    assert joined[0] @ joined[1] == pytest.approx(expected, abs=1e-6)


def test_three_blobs_are_three_communities_and_far_rows_join_none() -> None:
    draw = np.random.default_rng(3)
    blobs = np.concatenate([np.eye(12, dtype=np.float32)[axis] + draw.normal(0, 0.1, (30, 12)) for axis in range(3)])
    far = np.eye(12, dtype=np.float32)[10:]

    rows = unit_rows(np.concatenate([blobs, far]).astype(np.float32))
    found = find_communities(rows, rows, TopicParams())

    labels, firm = found.labels, strengths(found.labels, found.neighbours)
    assert found.count == 3
    assert [sorted(np.flatnonzero(labels == label).tolist()) for label in range(3)] == [
        list(range(30)),
        list(range(30, 60)),
        list(range(60, 90)),
    ]
    assert labels[90:].tolist() == [UNASSIGNED, UNASSIGNED]
    assert firm[:90].min() > 0.9
    assert firm[90:].tolist() == [0, 0]


def test_groups_are_numbered_by_size_then_first_row() -> None:
    labels = np.array([7, 3, 3, UNASSIGNED, 7, 9, 9, 9])

    assert by_size(labels).tolist() == [1, 2, 2, UNASSIGNED, 1, 0, 0, 0]


def gapped(texts: dict[str, str], *, read: Sequence[str]) -> TopicPartition:
    """A run in which only the exchanges of ``read`` have a dense vector."""
    host = HashEmbedder()
    keys, spoken = list(texts), list(texts.values())
    dense = host.embed(spoken)
    dense[[row for row, key in enumerate(keys) if key not in set(read)]] = 0
    return host.discover(dense=dense, static=host.static(spoken), texts=spoken, keys=keys)


def test_exchanges_without_a_dense_vector_go_where_their_static_neighbours_stand() -> None:
    texts = history(20)
    read = [key for key in texts if int(key.split("-")[1]) % 2]

    partition = gapped(texts, read=read)

    assert [len(group.members) for group in partition.groups] == [20, 20, 20, 20]
    for group in partition.groups:
        assert len({key.split("-")[0] for key in group.members}) == 1
        assert set(group.exemplars) <= set(read)
        assert list(group.members) == sorted(group.members)
        assert all(0 < strength <= 1 for strength in group.strengths)


def test_static_vectors_alone_give_topics_without_asking_for_a_dense_one() -> None:
    texts = history(20)
    host = HashEmbedder()
    spoken = list(texts.values())

    def never(names: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"asked for dense vectors of {len(names)} names")

    partition = discover(
        dense=np.zeros((len(texts), 0), np.float32),
        static=host.static(spoken),
        texts=spoken,
        keys=list(texts),
        embed_dense=never,
        embed_static=host.static,
    )

    assert [len(group.members) for group in partition.groups] == [20, 20, 20, 20]
    assert gapped(texts, read=[]) == partition
