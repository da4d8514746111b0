"""Charts already drawn, by what they show; drawing goes on in the background so that no page waits for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from threading import Lock

from flask import current_app

from skilltrail.web.space import spaces

KEPT = 32
PATIENCE_SECONDS = 0.05
"""A picture that takes longer is fetched again by the page, which shows its table meanwhile."""


class ChartCache:
    """Draws one chart at a time and keeps the newest; a failed drawing is not kept."""

    def __init__(self) -> None:
        self._drawings: OrderedDict[Hashable, Future[str]] = OrderedDict()
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chart")

    def svg(self, key: Hashable, draw: Callable[[], str], *, patience: float = PATIENCE_SECONDS) -> str | None:
        """Return the chart for ``key``, or None while it is being drawn.

        Raises
        ------
        SkilltrailError
            Whatever ``draw`` raised; the next call draws again.
        """
        drawing = self._drawing(key, draw)
        try:
            return drawing.result(timeout=patience)
        except NotYet:
            if not drawing.done():
                return None
            raise
        finally:
            if drawing.done() and drawing.exception() is not None:
                self._forget(key, drawing)

    def clear(self) -> None:
        """Forget all charts; one that is being drawn is not kept."""
        with self._lock:
            self._drawings.clear()

    def _drawing(self, key: Hashable, draw: Callable[[], str]) -> Future[str]:
        with self._lock:
            drawing = self._drawings.get(key)
            if drawing is None:
                drawing = self._drawings[key] = self._thread.submit(draw)
            self._drawings.move_to_end(key)
            while len(self._drawings) > KEPT:
                self._drawings.popitem(last=False)
            return drawing

    def _forget(self, key: Hashable, drawing: Future[str]) -> None:
        with self._lock:
            if self._drawings.get(key) is drawing:
                del self._drawings[key]


def charts() -> ChartCache:
    """Return the charts of this app."""
    cache: ChartCache | None = current_app.extensions.get("skilltrail.charts")
    if cache is None:
        cache = current_app.extensions["skilltrail.charts"] = ChartCache()
        # A picture names topics, and a name may have been forgotten.
        spaces().own.when_forgotten(cache.clear)
    return cache
