"""What the learner's corrections ask of a topic run, and of the places that new exchanges get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.corrections import bound_topics, last_words
from skilltrail.storage import correction_queries as queries

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TopicHolds:
    """Where exchanges stood, and the corrections as a run obeys them.

    ``topics`` are all living topics by their number in ``numbers``, the ``corrected`` ones first. ``numbers`` and
    ``bound`` have a row for each exchange of the run, see ``ml.holding.Holds``. ``decided``: exchanges by id, with the
    topic (None: no topic) that the learner put them into; it holds whatever a run finds.
    """

    topics: tuple[str, ...]
    corrected: int
    numbers: NDArray[np.int64]
    bound: NDArray[np.bool_]
    decided: Mapping[int, str | None]

    @property
    def own(self) -> frozenset[str]:
        """Return the topics that the learner corrected."""
        return frozenset(self.topics[: self.corrected])


def read_holds(session: Session, rows: Sequence[int], standing: Mapping[int, str], living: Iterable[str]) -> TopicHolds:
    """Return what corrections ask of a run over ``rows``; ``standing``: the topic of each exchange that has one."""
    words = last_words(queries.places(session))
    alive = set(living)
    decided = {row: place.to_topic for row, place in words.items() if place.to_topic is None or place.to_topic in alive}
    chosen = queries.corrected_topics(session) | {topic for topic in decided.values() if topic is not None}
    topics = (*sorted(chosen & alive), *sorted(alive - chosen))
    position = {topic: number for number, topic in enumerate(topics)}
    numbers = np.array([position.get(decided.get(row, standing.get(row)) or "", -1) for row in rows], dtype=np.int64)
    drawn = bound_topics(words)
    bound = np.array([decided.get(row) in drawn for row in rows], dtype=np.bool_)
    return TopicHolds(topics, len(chosen & alive), numbers, bound, decided)


def decided_places(session: Session, exchanges: Sequence[int]) -> dict[int, str | None]:
    """Return where the learner put some of the exchanges (None: in no topic); those left alone are not in it."""
    words = last_words(queries.places(session, exchanges))
    living = {found.id for found in queries.topics(session)} if words else set()
    return {row: place.to_topic for row, place in words.items() if place.to_topic is None or place.to_topic in living}
