"""P10: every damage is noticed or harmless; no start loop, no empty database in a damaged one's place. Goal G19."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from torture.damages import make_bases, planned, try_damage
from torture.nursery import Nursery

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_every_damage_is_noticed_or_harmless(
    nursery: Nursery, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    count, seed = pytestconfig.getoption("--damages"), pytestconfig.getoption("--seed")
    bases = make_bases(nursery)

    outcomes = [
        try_damage(bases, nursery.folder, damage, seed * 1000 + number) for number, damage in enumerate(planned(count))
    ]

    with capsys.disabled():
        print(f"\nG19 seed {seed}: {len(outcomes)} damages, {dict(Counter(outcome.verdict for outcome in outcomes))}")
        for (name, verdict), times in sorted(Counter((each.damage, each.verdict) for each in outcomes).items()):
            print(f"  {name:24} {verdict:20} {times}")
    assert [outcome for outcome in outcomes if not outcome.good] == []
