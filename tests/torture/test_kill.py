"""P1, P3, P5: nothing acknowledged is lost or doubled, whenever the server is killed. Goal G13."""

from __future__ import annotations

import sys

import pytest

from torture.killing import kill_under_load
from torture.nursery import Nursery

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

PER_ROUND = 200
"""Acknowledged captures a round at least: 100,000 in 500."""


def test_nothing_acknowledged_is_lost_or_doubled(
    nursery: Nursery, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds, seed = pytestconfig.getoption("--rounds"), pytestconfig.getoption("--seed")

    campaign = kill_under_load(nursery, rounds=rounds, least=PER_ROUND * rounds, seed=seed)

    starts = sorted(campaign.starts)
    with capsys.disabled():
        print(f"\nG13 seed {seed}: {campaign.kills} kills under load, {campaign.early_kills} while starting")
        print(f"  {campaign.invoked} requests, {campaign.unknown} unanswered, {campaign.seconds:.0f} s")
        print(f"  {campaign.verdict}")
        print(f"  start to first answer: median {starts[len(starts) // 2]:.2f} s, worst {starts[-1]:.2f} s")
    assert campaign.wrong == ()
    assert campaign.unknown >= rounds / 2
    assert campaign.verdict.good, campaign.verdict
