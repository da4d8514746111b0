"""What waitress serves: the unlock page while the key of the history cannot be had, the whole service from then on."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from skilltrail.application import Application
from skilltrail.application.opening import LockedHome
from skilltrail.errors import StorageError, StorageFull
from skilltrail.i18n import _
from skilltrail.platform.folders import write_private
from skilltrail.web.api_learner import launch_url
from skilltrail.web.app import create_app
from skilltrail.web.background import NoWorker, Worker
from skilltrail.web.json_door import dump_json
from skilltrail.web.keeping import Keeper
from skilltrail.web.locked import create_locked_app

log = logging.getLogger(__name__)

RUNTIME_FILE = "server.json"
TOKEN_FILE = "cli-token"  # noqa: S105 - a file's name

# Together with the drain below the ten seconds in which a process that was told to end should be gone.
WORKER_SECONDS = 3.0

Hire = Callable[[Application], Worker]


class Front:
    """The WSGI application of one data folder, and what works behind it. Begin it, close it.

    Parameters
    ----------
    opened
        The open folder, or the held one.
    hire
        Makes what embeds and groups in the background; None: nothing is embedded by this server.
    draining
        Tells whether the server is ending.
    """

    def __init__(self, opened: Application | LockedHome, *, hire: Hire | None, draining: Callable[[], bool]) -> None:
        self._opened = opened
        self._hire = hire
        self._draining = draining
        self._port = 0
        self._app: Flask | None = None
        self._behind = ExitStack()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        app = self._app
        if app is None:
            raise AssertionError("begin() comes first")
        return app(environ, start_response)

    def begin(self, port: int) -> str:
        """Begin to answer on ``port``; return the link to open: with a key for signing in, or to the unlock page."""
        self._port = port
        if isinstance(self._opened, LockedHome):
            log.warning("%s", self._opened.standing().words)
            self._app = create_locked_app(self._opened, port=port, opened=self._open, draining=self._draining)
            self._note(self._opened.settings.home, self._opened.instance_id)
            return f"http://127.0.0.1:{port}/"
        self._open(self._opened)
        return launch_url(port, self._opened.sessions.mint_launch_key().key)

    def close(self) -> None:
        """End what works behind, and close the folder."""
        with ExitStack() as last:
            last.callback(self._opened.close)
            last.push(self._behind.pop_all())

    def _open(self, application: Application) -> None:
        """Serve ``application`` from now on."""
        self._opened = application
        application.language.speak_alone()
        for words in application.folder_warnings:
            log.warning("%s", words)
        worker = self._hire(application) if self._hire else NoWorker()
        keeper = Keeper(application)
        app = create_app(application, port=self._port, worker=worker, draining=self._draining)
        self._note(
            application.settings.home,
            application.instance_id,
            token=application.credentials.issue_cli_token(),
            at=application.clock(),
        )
        worker.start()
        self._behind.callback(worker.stop, seconds=WORKER_SECONDS)
        keeper.start()
        self._behind.callback(keeper.stop)
        application.imports.resume_uploads()
        application.forgetting.start()
        self._behind.callback(application.forgetting.end)
        self._app = app

    def _note(self, home: Path, instance_id: str, *, token: str | None = None, at: datetime | None = None) -> None:
        """Keep the files by which the command line finds this server, for as long as it runs."""
        runtime = {"port": self._port, "pid": os.getpid(), "instance_id": instance_id, "started_at": at}
        # Without one every question of the command line is answered with why the history is locked.
        try:
            write_private(home / TOKEN_FILE, (token or "none").encode())
            write_private(home / RUNTIME_FILE, dump_json(runtime))
        except OSError as error:
            raise _unwritable(home, error) from None
        for name in (RUNTIME_FILE, TOKEN_FILE):
            self._behind.callback((home / name).unlink, missing_ok=True)


def _unwritable(home: Path, error: OSError) -> StorageError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(_("The disk is full. Free some space and start again; nothing is lost."))
    reason = error.strerror or type(error).__name__
    return StorageError(_("The data folder {home} cannot be written: {reason}.").format(home=home, reason=reason))
