"""Any history of captures, copies, edits, restarts, crashes and clock jumps leaves the server equal to its model."""

from __future__ import annotations

import sys

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from torture.machine import ServerMachine
from torture.nursery import Nursery

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_any_history_leaves_the_server_equal_to_its_model(
    nursery: Nursery, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = pytestconfig.getoption("--examples")

    class Machine(ServerMachine):
        pass

    Machine.nursery = nursery
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    with capsys.disabled():
        print(f"\nstateful: {Machine.runs} histories of up to 25 steps, model equals database after each")
