"""The recovery key: readable on paper, and a slip of the pen is found in its group."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.errors import SecretRefused
from skilltrail.platform.recovery_key import GROUP_SIGNS, GROUPS, SIGNS, new_recovery_key, recovery_secret

KEY = "K7UH7-4GG45-5VTSU-SRYEC-E4PY8-8NQBJ-62XXD-84UZ6"


def test_it_has_eight_groups_of_signs_that_nobody_confuses() -> None:
    assert re.fullmatch(r"(?:[2-9A-HJKMNP-Z]{5}-){7}[2-9A-HJKMNP-Z]{5}", KEY)
    assert not set(SIGNS) & set("01ILO")
    assert len(SIGNS) == 31


def test_every_one_is_another() -> None:
    assert len({new_recovery_key() for _time in range(200)}) == 200


@pytest.mark.parametrize(
    "written",
    [
        KEY.lower(),
        KEY.replace("-", " "),
        KEY.replace("-", ""),
        f"\n {KEY.replace('-', ' – ')} \n",
        f"Recovery key of your Skilltrail history\n\n{KEY}\n\nIt opens your history.\n",
    ],
)
def test_however_it_is_typed_or_saved_it_is_the_same(written: str) -> None:
    assert recovery_secret(written) == recovery_secret(KEY)
    assert len(recovery_secret(KEY)) == 32


def test_every_single_wrong_sign_is_found_in_its_group() -> None:
    plain = KEY.replace("-", "")
    for place, right in enumerate(plain):
        for wrong in set(SIGNS) - {right}:
            with pytest.raises(SecretRefused, match=f"group {place // GROUP_SIGNS + 1} "):
                recovery_secret(plain[:place] + wrong + plain[place + 1 :])


def test_every_swap_of_neighbours_in_a_group_and_of_two_groups_is_found() -> None:
    groups = KEY.split("-")
    for number in range(GROUPS):
        for place in range(GROUP_SIGNS - 1):
            group = groups[number]
            swapped = group[:place] + group[place + 1] + group[place] + group[place + 2 :]
            if swapped != group:
                with pytest.raises(SecretRefused, match=f"group {number + 1} "):
                    recovery_secret("-".join([*groups[:number], swapped, *groups[number + 1 :]]))
        for other in range(number):
            moved = list(groups)
            moved[number], moved[other] = moved[other], moved[number]
            with pytest.raises(SecretRefused, match="group"):
                recovery_secret("-".join(moved))


@pytest.mark.parametrize("written", ["", "ABCDE", KEY[:-1], f"{KEY}2", KEY.replace(KEY[0], "0"), "O" * 40, "ä" * 40])
def test_what_cannot_be_one_is_refused_in_words(written: str) -> None:
    with pytest.raises(SecretRefused) as refused:
        recovery_secret(written)

    assert not written or written not in str(refused.value)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_nothing_else_goes_wrong_whatever_is_typed(written: str) -> None:
    with pytest.raises(SecretRefused):
        recovery_secret(written)
