"""What happened since the learner was last here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skilltrail.domain.corrections import LogLine


@dataclass(frozen=True, slots=True)
class Grown:
    """A topic that got exchanges; ``is_new``: it held none before."""

    topic_id: str
    name: str
    colour: int
    exchanges: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """What was stored since ``since`` and stands on the current path, and what changed about topics.

    ``grown`` and ``changes`` begin with the largest and the newest; ``topics`` and ``changed`` say how many there are.
    ``episodes`` are runs of new exchanges of a topic without a long pause.
    """

    since: datetime
    exchanges: int
    conversations: int
    learning: int
    episodes: int
    topics: int
    grown: tuple[Grown, ...]
    changed: int
    changes: tuple[LogLine, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened."""
        return not self.exchanges and not self.changed
