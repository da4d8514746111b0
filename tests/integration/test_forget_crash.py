"""A forgetting that is killed is finished at the next start, or was not begun; tests/torture has the long campaign."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from forgetful import OTHERS, faults, killed, make_template

SOME = ["before it is asked for", "after it is asked for", "after rows are deleted", "before it is committed"]
SOME += ["after it is committed", "after the file was written anew", "between two old backups"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("forgetful") / "template"
    make_template(home)
    return home


@pytest.mark.parametrize("point", SOME)
def test_killed_at_a_point_it_is_finished_or_not_begun(template: Path, tmp_path: Path, point: str) -> None:
    outcome = killed(template, tmp_path / "home", wish="ForgetWish(word='Quuxwerk')", point=point)

    assert faults(outcome, others=OTHERS + 1) == []


def test_killed_at_any_moment_it_is_finished_or_not_begun(template: Path, tmp_path: Path) -> None:
    chance = random.Random(5)
    for turn in range(4):
        seconds = chance.uniform(0.0, 0.25)

        outcome = killed(template, tmp_path / f"home-{turn}", wish="ForgetWish(word='Quuxwerk')", seconds=seconds)

        assert faults(outcome, others=OTHERS + 1) == [], f"killed after {seconds:.3f} s"
