"""Which rows a change of the data touched, so that what is worked out from the whole history can follow it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from sqlalchemy.orm import Session

_INFO = "skilltrail.touched"
_KEPT = 4_096
"""Changes remembered; whoever is further behind reads everything anew."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Rows that may count differently since a change; none: what is counted stayed as it was."""

    conversations: frozenset[int] = frozenset()
    exchanges: frozenset[int] = frozenset()


def note_touched(session: Session, revision: int, touched: Touched) -> None:
    """Note what the transaction's step to ``revision`` touched; it counts once the transaction is committed."""
    session.info.setdefault(_INFO, {})[revision] = touched


class TouchedLog:
    """The newest changes of this process, by revision. One that is missing may have touched anything."""

    def __init__(self) -> None:
        self._changes: OrderedDict[int, Touched] = OrderedDict()
        self._lock = threading.Lock()
        self.file = 0
        """Rises when another database takes the place of this one: its revisions are others."""

    def publish(self, session: Session) -> None:
        """Take over what a committed transaction noted."""
        noted: dict[int, Touched] = session.info.get(_INFO, {})
        with self._lock:
            self._changes.update(noted)
            while len(self._changes) > _KEPT:
                self._changes.popitem(last=False)

    def between(self, known: int, wanted: int) -> Touched | None:
        """Return what was touched after revision ``known`` up to ``wanted``, or None when that is not known."""
        if wanted < known or wanted - known > _KEPT:
            return None
        with self._lock:
            steps = [self._changes.get(number) for number in range(known + 1, wanted + 1)]
        found = [step for step in steps if step is not None]
        if len(found) < len(steps):
            return None
        return Touched(
            frozenset().union(*(step.conversations for step in found)),
            frozenset().union(*(step.exchanges for step in found)),
        )

    def clear(self) -> None:
        """Forget all: another database took the place of this one."""
        with self._lock:
            self._changes.clear()
            self.file += 1
