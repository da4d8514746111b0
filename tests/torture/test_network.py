"""P3, P5: cut, lost, doubled, reordered and delayed requests leave the database equal to the model. Goal G14."""

from __future__ import annotations

import sys

import pytest

from torture.network import run_behind_a_bad_line
from torture.nursery import Nursery

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_the_database_equals_the_model_behind_a_bad_line(
    nursery: Nursery, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    operations, seed = pytestconfig.getoption("--operations"), pytestconfig.getoption("--seed")

    run = run_behind_a_bad_line(nursery, operations=operations, seed=seed)

    with capsys.disabled():
        print(f"\nG14 seed {seed}: {run.operations} operations in {run.requests} requests, {run.seconds:.0f} s")
        print(f"  faults {run.faults}")
        print(f"  {run.exchanges} exchanges, {run.revisions} revisions, {len(run.differences)} differences")
    assert run.differences == ()
    assert (run.doubled, run.gaps, run.damaged) == (0, 0, False)
    assert run.requests > run.operations
    assert all(run.faults.values())
