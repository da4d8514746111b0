"""Short versions of the campaigns in tests/torture: the same code, a few rounds."""

from __future__ import annotations

import sys

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from torture.damages import DAMAGES, make_bases, planned, try_damage
from torture.disk import small_disk
from torture.fixtures import nursery
from torture.full_disk import Sender, Story, live_through, stored
from torture.killing import kill_under_load
from torture.machine import ServerMachine
from torture.network import run_behind_a_bad_line
from torture.nursery import Nursery

__all__ = ["nursery"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_nothing_acknowledged_is_lost_or_doubled_by_kills(nursery: Nursery) -> None:
    campaign = kill_under_load(nursery, rounds=8, least=100, seed=8)

    assert campaign.wrong == ()
    assert campaign.unknown > 0
    assert campaign.verdict.good, campaign.verdict


def test_the_database_equals_the_model_behind_a_bad_line(nursery: Nursery) -> None:
    run = run_behind_a_bad_line(nursery, operations=200, seed=7)

    assert run.differences == ()
    assert (run.doubled, run.gaps, run.damaged) == (0, 0, False)
    assert run.requests > run.operations
    assert all(run.faults.values())


def test_any_history_leaves_the_server_equal_to_its_model(nursery: Nursery) -> None:
    class Machine(ServerMachine):
        pass

    Machine.nursery = nursery
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=3,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_kind_of_damage_is_noticed_or_harmless(nursery: Nursery) -> None:
    bases = make_bases(nursery)

    outcomes = [
        try_damage(bases, nursery.folder, damage, number) for number, damage in enumerate(planned(len(DAMAGES) + 10))
    ]

    assert {outcome.damage for outcome in outcomes} == {damage.__name__ for damage in DAMAGES}
    assert [outcome for outcome in outcomes if not outcome.good] == []


def test_a_full_disk_loses_nothing_and_is_got_over(nursery: Nursery) -> None:
    with small_disk(nursery.folder / "small", megabytes=8) as disk:
        server = nursery.start(disk.home)
        story = live_through(server, disk, size=20_000, leave=300_000)
        server.stop()

    assert (story.lost, story.failed_reads) == (set(), [])
    assert set(story.refused) == {"507 storage_full"}
    assert "disk is full" in story.words
    assert story.seconds < 10


def test_a_limit_of_the_system_is_treated_like_a_full_disk(nursery: Nursery) -> None:
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("needs prlimit")
    story, server = Story(), nursery.start(nursery.folder / "limited")
    sender = Sender(server, story)
    assert sender.send(size=2_000)

    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
    while not story.refused:
        sender.send(size=50_000)
    sender.read_everything()
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    assert sender.send(size=50_000)
    assert set(story.refused) == {"507 storage_full"}, story.words
    assert story.failed_reads == []
    assert story.acknowledged <= stored(server)
    server.stop()
