"""Workers of the applications that a server serves; the command line says what a worker is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from skilltrail.application import Application


class Worker(Protocol):
    """Something that works on an application in a thread of its own."""

    def start(self) -> None:
        """Begin."""
        ...

    def wake(self) -> None:
        """Say that there is something to do; returns at once."""
        ...

    def stop(self, *, seconds: float = 10.0) -> None:
        """End, waiting for at most ``seconds``."""
        ...


class Workforce:
    """One worker for each application; without ``hire`` nobody works."""

    def __init__(self, hire: Callable[[Application], Worker] | None = None) -> None:
        self._hire = hire
        self._workers: dict[int, Worker] = {}
        self._lock = threading.Lock()

    def attend(self, application: Application) -> None:
        """Start a worker for ``application`` if it has none."""
        with self._lock:
            if self._hire is None or id(application) in self._workers:
                return
            worker = self._hire(application)
            self._workers[id(application)] = worker
        worker.start()

    def wake(self, application: Application) -> None:
        """Tell the application's worker that there is something to do."""
        with self._lock:
            worker = self._workers.get(id(application))
        if worker is not None:
            worker.wake()

    def leave(self, application: Application) -> None:
        """End the application's worker."""
        with self._lock:
            worker = self._workers.pop(id(application), None)
        if worker is not None:
            worker.stop()

    def stop(self, *, seconds: float) -> None:
        """End all workers."""
        with self._lock:
            workers, self._workers = list(self._workers.values()), {}
        for worker in workers:
            worker.stop(seconds=seconds)
