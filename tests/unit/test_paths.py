"""Which exchanges are on the current path of their conversation."""

from __future__ import annotations

import time
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchanges import NOON
from skilltrail.domain.paths import Turn, current_path


def turn(number: int, prompt: str | None, reply: str | None, parent: str | None, *, at: int, on: bool = True) -> Turn:
    moment = NOON + timedelta(minutes=at)
    return Turn(number, prompt, reply, parent, flagged=on, active_at=moment, happened_at=moment)


def test_a_plain_talk_is_all_on_the_path() -> None:
    talk = [turn(n, f"p{n}", f"r{n}", f"r{n - 1}", at=n) for n in range(1, 6)]

    assert current_path(talk) == {1, 2, 3, 4, 5}


def test_a_regenerated_reply_takes_the_place_of_the_older_one() -> None:
    talk = [turn(1, "p1", "r1", "root", at=1), turn(2, "p1", "r1b", "root", at=2)]

    assert current_path(talk) == {2}
    assert current_path(talk[::-1]) == {2}


def test_a_regenerated_reply_is_known_by_its_prompt_alone() -> None:
    talk = [turn(1, "p1", "r1", None, at=1), turn(2, "p1", "r1b", None, at=2)]

    assert current_path(talk) == {2}


def test_only_one_copy_needs_to_know_the_parent() -> None:
    talk = [turn(1, "p1", "r1", "root", at=1), turn(2, "p1", "r1b", None, at=2)]

    assert current_path(talk) == {2}


def test_an_edited_prompt_leaves_the_older_branch_with_all_that_hangs_on_it() -> None:
    talk = [
        turn(1, "p1", "r1", "root", at=1),
        turn(2, "p2", "r2", "r1", at=2),
        turn(3, "p3", "r3", "r2", at=3),
        turn(4, "p2b", "r2b", "r1", at=4),
    ]

    assert current_path(talk) == {1, 4}


def test_going_on_in_the_older_branch_makes_it_current_again() -> None:
    talk = [
        turn(1, "p1", "r1", "root", at=1),
        turn(2, "p1", "r1b", "root", at=2),
        turn(3, "p2", "r2", "r1", at=3),
    ]

    assert current_path(talk) == {1, 3}


def test_what_an_export_says_is_respected() -> None:
    talk = [
        turn(1, "p1", "r1", "root", at=1, on=True),
        turn(2, "p1", "r1b", "root", at=2, on=False),
        turn(3, "p2", "r2", "r1b", at=3, on=False),
    ]

    assert current_path(talk) == {1}


def test_life_after_the_export_counts_more_than_what_it_said() -> None:
    talk = [
        turn(1, "p1", "r1", "root", at=1, on=True),
        turn(2, "p1", "r1b", "root", at=2, on=False),
        turn(3, "p2", "r2", "r1b", at=9, on=True),
    ]

    assert current_path(talk) == {2, 3}


def test_turns_without_ids_stand_as_they_are_flagged() -> None:
    talk = [turn(1, None, None, None, at=1), turn(2, None, None, None, at=2, on=False), turn(3, None, None, None, at=3)]

    assert current_path(talk) == {1, 3}


def test_an_unknown_parent_is_a_root() -> None:
    talk = [turn(1, "p1", "r1", "root", at=1), turn(2, "p9", "r9", "a hidden message", at=2)]

    assert current_path(talk) == {1, 2}


def test_messages_in_a_circle_come_to_an_end() -> None:
    talk = [turn(1, "p1", "r1", "r2", at=1), turn(2, "p2", "r2", "r1", at=2)]

    assert current_path(talk) == {1, 2}


def test_a_talk_of_ten_thousand_turns_takes_no_time() -> None:
    talk = [turn(n, f"p{n}", f"r{n}", f"r{n - 1}", at=n) for n in range(1, 10_001)]
    began = time.perf_counter()

    path = current_path(talk)

    assert len(path) == 10_000
    assert time.perf_counter() - began < 2


_IDS = st.one_of(st.none(), st.sampled_from(["a", "b", "c", "d"]))


@given(
    st.lists(
        st.builds(
            turn,
            number=st.integers(1, 99),
            prompt=_IDS,
            reply=_IDS,
            parent=_IDS,
            at=st.integers(0, 5),
            on=st.booleans(),
        ),
        max_size=12,
        unique_by=lambda found: found.id,
    ).flatmap(lambda talk: st.tuples(st.just(talk), st.permutations(talk)))
)
def test_the_path_never_depends_on_the_order_in_which_turns_are_given(talks: tuple[list[Turn], list[Turn]]) -> None:
    talk, shuffled = talks
    unique = len({turn.reply_id for turn in talk if turn.reply_id}) == sum(turn.reply_id is not None for turn in talk)

    path = current_path(talk)

    assert path <= {turn.id for turn in talk}
    # Two turns that claim the same reply contradict each other; then the order may decide, but nothing may break.
    if unique and _parents_agree(talk):
        assert current_path(shuffled) == path


def _parents_agree(talk: list[Turn]) -> bool:
    parents: dict[str, set[str]] = {}
    for found in talk:
        if found.prompt_id and found.parent_id:
            parents.setdefault(found.prompt_id, set()).add(found.parent_id)
    return all(len(known) == 1 for known in parents.values())
