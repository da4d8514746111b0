"""The worker of a server: what it must be able to do. The command line hands one in; this layer knows none."""

from __future__ import annotations

from typing import Protocol


class Worker(Protocol):
    """Something that works on the learner's history, and then on the invented one, in a thread of its own."""

    def start(self) -> None:
        """Begin."""
        ...

    def wake(self) -> None:
        """Say that there is something to do; returns at once."""
        ...

    def stop(self, *, seconds: float = 10.0) -> None:
        """End, waiting for at most ``seconds``."""
        ...


class NoWorker:
    """Nobody works: what waits stays in the database."""

    def start(self) -> None:
        """Begin nothing."""

    def wake(self) -> None:
        """Wake nobody."""

    def stop(self, *, seconds: float = 10.0) -> None:
        """End nothing."""
