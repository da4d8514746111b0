"""The invented history: a data folder of its own inside the learner's, opened when somebody asks for it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from skilltrail.application.opening import DATABASE_FILE
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import Origin
from skilltrail.platform.clock import Clock

if TYPE_CHECKING:
    from skilltrail.application.composition import Application

FOLDER = "demo"

_BATCH = 200


class DemoFacade:
    """Makes, opens and removes the invented history; ``tell`` hears that it was filled."""

    def __init__(
        self, *, home: Path, clock: Clock, open_folder: Callable[[Path], Application], tell: Callable[[], None]
    ) -> None:
        self.folder = home / FOLDER
        self._clock = clock
        self._open_folder = open_folder
        self._tell = tell
        self._guard = threading.RLock()
        self._opened: Application | None = None

    @property
    def opened(self) -> Application | None:
        """The invented history if it is open."""
        return self._opened

    def exists(self) -> bool:
        """Tell whether the invented history was made."""
        return (self.folder / DATABASE_FILE).exists()

    def open(self) -> Application:
        """Return the invented freelancer's history, an application of its own; the first call makes it."""
        with self._guard:
            if self._opened is None:
                self._opened = self._open_folder(self.folder)
                self._seed(self._opened)
            return self._opened

    def close(self) -> None:
        """Close the invented history if it is open."""
        with self._guard:
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.close()

    def delete(self) -> None:
        """Remove the invented history with all its files."""
        with self._guard:
            self.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _seed(self, demo: Application) -> None:
        """Fill the invented history; a second time changes nothing, so a crash half-way is made good."""
        from skilltrail.demo.loader import invented_history

        items = [
            CapturedItem(str(number), captured)
            for number, captured in enumerate(invented_history(self._clock().astimezone()))
        ]
        for start in range(0, len(items), _BATCH):
            demo.exchanges.capture(items[start : start + _BATCH], origin_allowed=(Origin.IMPORT, Origin.EXTENSION))
        _seed_clients(demo)
        self._tell()


def _seed_clients(demo: Application) -> None:
    """Name the clients and projects that are not there yet, and look through the history for them."""
    from skilltrail.demo.clients import CLIENTS

    there = {one.form.name: one.id for one in demo.contexts.all().values()}
    for form, projects in CLIENTS:
        if form.name not in there:
            kept = demo.contexts.keep(form).context
            there[form.name] = kept.id if kept is not None else 0
        for project in projects:
            if project.name not in there:
                demo.contexts.keep(project, client_id=there[form.name])
    demo.contexts.finish()
