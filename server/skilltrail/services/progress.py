"""How far processing is, and whether topics are due. Light: pages ask this often."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from skilltrail.storage.meta_queries import TOPICS_STALE, get_counter
from skilltrail.storage.topic_queries import has_run
from skilltrail.storage.work_queries import QueueCounts, queue_counts

LEAST_FOR_TOPICS = 8
"""Exchanges. Below this there is nothing that could be called a group."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is done and to do; ``stale`` counts exchanges that came, changed or left since the last topic run."""

    total: int
    waiting: int
    set_aside: int
    stale: int
    has_run: bool

    @property
    def embedded(self) -> int:
        """Return the number of exchanges with vectors."""
        return self.total - self.waiting - self.set_aside

    def topics_due(self, *, after: int, asked: bool = False) -> bool:
        """Tell whether topics are to be looked for: at first, when enough is new, or when ``asked`` and anything is."""
        if self.embedded < LEAST_FOR_TOPICS and not self.has_run:
            return False
        return not self.has_run or self.stale >= (1 if asked else max(1, after))


def read_backlog(session: Session) -> Backlog:
    """Return what is done and to do."""
    counts: QueueCounts = queue_counts(session)
    return Backlog(
        total=counts.total,
        waiting=counts.waiting,
        set_aside=counts.set_aside,
        stale=get_counter(session, TOPICS_STALE),
        has_run=has_run(session),
    )
