"""Catches the service in the very moment in which a delivery is on its way to it."""

import time
from pathlib import Path

from e2e.harness.chromium import Extension
from e2e.harness.service import Service

IN_FLIGHT = 60_000  # bytes unread by the server: only a batch of exchanges is that large
ESTABLISHED = "01"
FIRST_BURST_SECONDS = 0.004  # a quiet machine lets a proof through and no batch
LONGER_SECONDS = 0.002  # where other work has the cores, a burst is waiting for most of it
ASK_AGAIN_SECONDS = 4  # an attempt whose proof the frozen server answers too late gives up, and waits for its back-off


def freeze_in_mid_delivery(service: Service, extension: Extension) -> None:
    """Let the server run in short bursts until a batch lies unread at its door; leave it frozen there.

    The bursts get longer with each attempt that did not come so far.
    """
    service.freeze()
    asked = 0.0
    burst = FIRST_BURST_SECONDS - LONGER_SECONDS
    deadline = time.monotonic() + 90
    while unread_bytes(service.port) < IN_FLIGHT:
        assert time.monotonic() < deadline, "no delivery came to the frozen server"
        if time.monotonic() > asked + ASK_AGAIN_SECONDS:
            extension.tell_without_waiting("delivery.now")
            asked = time.monotonic()
            burst += LONGER_SECONDS
        service.thaw()
        time.sleep(burst)
        service.freeze()
        time.sleep(0.02)


def unread_bytes(port: int) -> int:
    """Return the most that any open connection to ``port`` holds unread, from the kernel's own table."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    unread = [0]
    for line in lines:
        _, local, _, state, queues, *_ = line.split()
        if state == ESTABLISHED and int(local.split(":")[1], 16) == port:
            unread.append(int(queues.split(":")[1], 16))
    return max(unread)
