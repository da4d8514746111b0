"""Topics keep id, name and colour through runs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from skilltrail.domain.carry_over import PALETTE_SIZE, Death, KnownTopic, Merge, Split, carry_over, topic_id
from skilltrail.domain.topics import NameReason, TopicGroup


def keys(first: int, last: int) -> list[str]:
    return [f"key-{number:03d}" for number in range(first, last)]


def group(members: list[str], name: str = "New name", *alternatives: str) -> TopicGroup:
    return TopicGroup(
        members=tuple(sorted(members)),
        strengths=(1.0,) * len(members),
        name=name,
        terms=(),
        exemplars=(),
        area="Programming",
        reason=NameReason((), ()),
        alternatives=alternatives,
    )


def known(
    topic: str, members: list[str], name: str = "Old name", *, colour: int = 3, pinned: str | None = None
) -> KnownTopic:
    return KnownTopic(topic, frozenset(members), name, colour, pinned)


def test_the_same_group_keeps_id_name_and_colour() -> None:
    result = carry_over([known("t1", keys(0, 10))], [group(keys(0, 10))])

    (topic,) = result.topics
    assert (topic.id, topic.name, topic.colour, topic.kept, topic.overlap) == ("t1", "Old name", 3, True, 1.0)
    assert (result.splits, result.merges, result.deaths) == ((), (), ())


def test_many_new_exchanges_do_not_make_a_topic_another_one() -> None:
    result = carry_over([known("t1", keys(0, 10))], [group(keys(0, 100))])

    assert result.topics[0].id == "t1"
    assert result.topics[0].name == "Old name"
    assert result.topics[0].overlap == 1.0


def test_group_without_common_exchanges_is_a_new_topic_and_the_old_one_has_ended() -> None:
    result = carry_over([known("t1", keys(0, 10))], [group(keys(50, 60))])

    assert result.topics[0].id == topic_id("key-050")
    assert result.topics[0].name == "New name"
    assert not result.topics[0].kept
    assert result.deaths == (Death("t1"),)


def test_new_id_depends_on_the_first_source_key_alone() -> None:
    small, large = carry_over([], [group(keys(5, 8))]), carry_over([], [group(keys(5, 80), "Other")])

    assert small.topics[0].id == large.topics[0].id
    assert re.fullmatch(r"t[0-9a-f]{12}", small.topics[0].id)


def test_retired_id_is_never_given_out_again() -> None:
    result = carry_over([], [group(keys(5, 8))], retired=[topic_id("key-005")])

    assert result.topics[0].id == topic_id("key-005", 1)


def test_larger_part_of_a_split_keeps_the_identity() -> None:
    result = carry_over([known("t1", keys(0, 10))], [group(keys(7, 10), "Small"), group(keys(0, 7), "Large")])

    small, large = result.topics
    assert (large.id, large.name) == ("t1", "Old name")
    assert small.id == topic_id("key-007")
    assert result.splits == (Split("t1", ("t1", small.id)),)
    assert result.deaths == ()


def test_merge_keeps_the_larger_topic_and_says_what_went_into_it() -> None:
    result = carry_over([known("t1", keys(0, 4)), known("t2", keys(4, 14), "Second")], [group(keys(0, 14))])

    assert result.topics[0].id == "t2"
    assert result.topics[0].name == "Second"
    assert result.merges == (Merge(("t1", "t2"), "t2"),)
    assert result.deaths == (Death("t1", into=("t2",)),)


def test_learners_name_wins_a_merge_even_from_the_smaller_topic() -> None:
    result = carry_over([known("t1", keys(0, 4), pinned="Mine"), known("t2", keys(4, 14))], [group(keys(0, 14))])

    assert (result.topics[0].id, result.topics[0].name) == ("t1", "Mine")


def test_learners_name_stays_on_a_small_topic_that_has_grown() -> None:
    result = carry_over([known("t1", keys(0, 3), pinned="Mine")], [group(keys(0, 50))])

    assert result.topics[0].name == "Mine"


def test_name_found_on_few_exchanges_gives_way_once_the_topic_has_doubled() -> None:
    result = carry_over([known("t1", keys(0, 4))], [group(keys(0, 8))])

    assert (result.topics[0].id, result.topics[0].name) == ("t1", "New name")


def test_death_of_a_named_topic_tells_the_learners_name() -> None:
    result = carry_over([known("t1", keys(0, 4), pinned="Mine")], [])

    assert result.deaths == (Death("t1", "Mine"),)


def test_what_the_learner_decided_is_certain_however_small_the_overlap() -> None:
    old = [known("t1", keys(0, 20), "Large"), replace(known("t2", keys(20, 22), "Kept"), corrected=True)]
    groups = [replace(group(keys(0, 22)), held=0), group(keys(30, 40), "Fresh")]

    result = carry_over(old, groups, held=["t2"])

    assert next((topic.id, topic.name) for topic in result.topics) == ("t2", "Kept")
    assert result.deaths == (Death("t1", into=("t2",)),)


def test_new_topic_takes_an_alternative_when_its_name_is_taken() -> None:
    groups = [group(keys(0, 10)), group(keys(20, 30), "Old name", "Old name", "Second choice")]

    result = carry_over([known("t1", keys(0, 10))], groups)

    assert [topic.name for topic in result.topics] == ["Old name", "Second choice"]


def test_names_differ_even_without_alternatives() -> None:
    result = carry_over([], [group(keys(0, 5), "SQL"), group(keys(5, 10), "sql")])

    assert [topic.name for topic in result.topics] == ["SQL", "sql 2"]


def test_new_topics_take_the_colours_least_in_use() -> None:
    groups = [group(keys(10 * number, 10 * number + 5), f"Name {number}") for number in range(PALETTE_SIZE + 1)]

    result = carry_over([known("t1", keys(0, 5), colour=2)], groups)

    colours = [topic.colour for topic in result.topics]
    assert colours[:4] == [2, 0, 1, 3]
    assert sorted(colours[:PALETTE_SIZE]) == list(range(PALETTE_SIZE))


@pytest.mark.parametrize("reverse", [False, True])
def test_order_of_the_old_topics_makes_no_difference(reverse: bool) -> None:
    old = [known("t2", keys(5, 10), "Second"), known("t1", keys(0, 5), "First")]

    result = carry_over(old[::-1] if reverse else old, [group(keys(0, 10))])

    assert [topic.id for topic in result.topics] == ["t1"]


def test_every_group_gets_one_identity_and_no_two_share_it() -> None:
    old = [known(f"t{number}", keys(4 * number, 4 * number + 4), f"Name {number}") for number in range(5)]
    groups = [group(keys(3 * number, 3 * number + 3), f"Fresh {number}") for number in range(8)]

    result = carry_over(old, groups)

    assert len({topic.id for topic in result.topics}) == 8
    assert len({topic.name.casefold() for topic in result.topics}) == 8
