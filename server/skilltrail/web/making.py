"""What takes the model process a while, charts and proposed divisions: made in the background so that no page waits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextvars import copy_context
from threading import Lock
from typing import Any, Generic, TypeVar

from flask import current_app

from skilltrail.i18n import language
from skilltrail.services.topic_division import Division
from skilltrail.web.space import spaces

T = TypeVar("T")

KEPT = 32
PATIENCE_SECONDS = 0.03
"""A picture that takes longer is fetched again by the page, which shows its table meanwhile."""


class Background(Generic[T]):
    """Makes one thing at a time and keeps the newest; what failed is not kept."""

    def __init__(self) -> None:
        self._makings: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")

    def made(self, key: Hashable, make: Callable[[], T], *, patience: float = PATIENCE_SECONDS) -> T | None:
        """Return what is made for ``key``, or None while it is being made.

        Raises
        ------
        SkilltrailError
            Whatever ``make`` raised; the next call tries again.
        """
        # What is made holds words.
        key = (language(), key)
        making = self._making(key, make)
        try:
            return making.result(timeout=patience)
        except NotYet:
            if not making.done():
                return None
            raise
        finally:
            if making.done() and making.exception() is not None:
                self._forget(key, making)

    def take(self, key: Hashable, make: Callable[[], T], *, patience: float = PATIENCE_SECONDS) -> T | None:
        """Return what is made for ``key`` as ``made`` does, and do not keep it: the next call makes it anew."""
        found = self.made(key, make, patience=patience)
        if found is not None:
            with self._lock:
                self._makings.pop((language(), key), None)
        return found

    def clear(self) -> None:
        """Forget all; what is being made is not kept."""
        with self._lock:
            self._makings.clear()

    def _making(self, key: Hashable, make: Callable[[], T]) -> Future[T]:
        with self._lock:
            making = self._makings.get(key)
            if making is None:
                making = self._makings[key] = self._thread.submit(copy_context().run, make)
            self._makings.move_to_end(key)
            while len(self._makings) > KEPT:
                self._makings.popitem(last=False)
            return making

    def _forget(self, key: Hashable, making: Future[T]) -> None:
        with self._lock:
            if self._makings.get(key) is making:
                del self._makings[key]


def charts() -> Background[str]:
    """Return the charts of this app."""
    return _kept("skilltrail.charts")


def divisions() -> Background[Division]:
    """Return the proposed divisions of topics that are being worked out."""
    return _kept("skilltrail.divisions")


def _kept(name: str) -> Background[Any]:
    cache: Background[Any] | None = current_app.extensions.get(name)
    if cache is None:
        cache = current_app.extensions[name] = Background()
        # A picture names topics, and a division quotes questions: either may have been forgotten, or be of the history
        # before a restore.
        spaces().own.when_forgotten(cache.clear)
    return cache
