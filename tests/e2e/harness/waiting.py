"""Waits for exchanges to arrive, and says where they are when they do not."""

from e2e.harness.chromium import wait_until
from e2e.harness.comparison import key_of
from e2e.harness.world import World


def until_stored(world: World, *, count: int, seconds: float) -> None:
    """Wait until so many exchanges are stored and nothing is left in the outbox."""
    service, extension, site = world.service, world.extension, world.site

    def arrived() -> bool:
        return service.count() >= count and extension.waiting() == 0

    def where() -> str:
        status = extension.status()
        stored = {key_of(row) for row in service.rows()}
        missing = [
            f"{turn.plan.way}, {turn.status}: {turn.prompt[:13]}"
            for turn in site.truth.must_be_stored()
            if turn.key not in stored
        ]
        return (
            f"missing {missing[:5]}; "
            f"{service.count()} of {count} stored; outbox {status['outbox']}; server {status['server']}; "
            f"problem {status['problem']}; health {status['health']['state']}"
        )

    wait_until(arrived, seconds=seconds, what=where, every=0.5)
