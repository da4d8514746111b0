"""Lets many readers through at once, and now and then somebody alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from skilltrail.errors import StorageError
from skilltrail.i18n import _


class Passage:
    """Counts who is inside; a thread that is inside already may enter again while somebody waits to be alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[int, int] = {}
        self._closed = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Be inside with others; waits while somebody is alone, or waits to be."""
        own = threading.get_ident()
        with self._changed:
            while self._closed and own not in self._inside:
                self._changed.wait()
            self._inside[own] = self._inside.get(own, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[own] -= 1
                if not self._inside[own]:
                    del self._inside[own]
                self._changed.notify_all()

    @contextmanager
    def alone(self, *, seconds: float) -> Iterator[None]:
        """Be inside with nobody else.

        Raises
        ------
        StorageError
            If somebody is still inside after ``seconds``.
        """
        with self._changed:
            self._closed = True
            empty = self._changed.wait_for(lambda: not self._inside, timeout=seconds)
        try:
            if not empty:
                raise StorageError(_("The database is busy; try again in a moment."))
            yield
        finally:
            with self._changed:
                self._closed = False
                self._changed.notify_all()
