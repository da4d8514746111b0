"""Waits for exchanges to arrive, and says where they are when they do not."""

from e2e.harness.chromium import wait_until
from e2e.harness.world import World


def until_stored(world: World, *, count: int, seconds: float) -> None:
    """Wait until so many exchanges are stored and nothing is left in the outbox."""
    service, extension = world.service, world.extension

    def arrived() -> bool:
        return service.count() >= count and extension.waiting() == 0

    def where() -> str:
        status = extension.status()
        return (
            f"{service.count()} of {count} stored; outbox {status['outbox']}; server {status['server']}; "
            f"problem {status['problem']}; health {status['health']['state']}"
        )

    wait_until(arrived, seconds=seconds, what=where, every=0.5)
