"""P9: on a full disk reading goes on, writing says so, and it recovers by itself. Goal G18."""

from __future__ import annotations

import sys

import pytest

from torture.disk import small_disk
from torture.full_disk import Sender, Story, live_through, stored
from torture.nursery import Nursery

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs tmpfs")

SHAPES = {
    "at once": (8, 2_000, 0),
    "while the log grows": (8, 60_000, 1_500_000),
    "at a checkpoint": (16, 30_000, 5_500_000),
    "a large capture": (8, 900_000, 400_000),
}
"""Where it gets tight: megabytes of the disk, bytes of a capture, bytes that are left when the filling begins."""


@pytest.mark.parametrize("where", list(SHAPES))
def test_a_full_disk_loses_nothing_and_is_got_over(
    nursery: Nursery, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    megabytes, size, leave = SHAPES[where]
    with small_disk(nursery.folder / f"disk-{megabytes}-{size}", megabytes=megabytes) as disk:
        server = nursery.start(disk.home, worker=True)
        story = live_through(server, disk, size=size, leave=leave)
        server.stop()

    with capsys.disabled():
        print(f"\nG18 full {where}: {len(story.acknowledged)} acknowledged, {len(story.lost)} lost, ", end="")
        print(f"{dict(story.refused)}, {story.reads} reads, {len(story.failed_reads)} failed, ", end="")
        print(f"saving again after {story.seconds:.2f} s")
    assert story.lost == set()
    assert story.failed_reads == []
    assert set(story.refused) == {"507 storage_full"}
    assert "disk" in story.words
    assert story.seconds < 10


def test_a_kill_on_a_full_disk_loses_nothing(nursery: Nursery) -> None:
    with small_disk(nursery.folder / "killed-full", megabytes=8) as disk:
        server = nursery.start(disk.home)
        story = Story()
        sender = Sender(server, story)
        for _number in range(20):
            assert sender.send(size=4_000)
        disk.fill()
        while not story.refused:
            sender.send(size=4_000)
        server.kill()
        refused = nursery.start(disk.home, ready=False)
        assert refused.wait_gone(20)
        assert "disk is full" in refused.log()

        disk.free()
        again = nursery.start(disk.home)

        assert story.acknowledged <= stored(again)
        again.stop()
