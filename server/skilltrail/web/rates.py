"""Token buckets: how often one sender may ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

_SENDERS_KEPT = 512


@dataclass(frozen=True, slots=True)
class Rate:
    """``per_second`` on average, ``burst`` at once."""

    per_second: float
    burst: int


class Buckets:
    """One bucket for each sender; ``monotonic`` returns seconds."""

    def __init__(self, rate: Rate, *, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._levels: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, sender: Hashable) -> float:
        """Take one; return 0.0 if there was one, else the seconds until there will be."""
        now = self._monotonic()
        with self._lock:
            level, at = self._levels.pop(sender, (float(self._rate.burst), now))
            level = min(float(self._rate.burst), level + (now - at) * self._rate.per_second)
            enough = level >= 1
            self._levels[sender] = (level - 1 if enough else level, now)
            while len(self._levels) > _SENDERS_KEPT:
                self._levels.popitem(last=False)
        return 0.0 if enough else (1 - level) / self._rate.per_second
