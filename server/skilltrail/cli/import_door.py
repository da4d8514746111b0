"""The history as `skilltrail import` sees it: through a running server, or opened here; the answers are the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import orjson

from skilltrail.cli.running import RunningServer
from skilltrail.cli.unlocking import door_to
from skilltrail.config import Settings
from skilltrail.domain.forget import ForgetWish
from skilltrail.errors import ImportFailed

if TYPE_CHECKING:
    from skilltrail.application import Application

Advance = Callable[[dict[str, Any]], None]

_POLL_SECONDS = 0.25
_OVER = ("done",)


class Door(Protocol):
    """What the command asks; all answers are as the API gives them."""

    def run(self, paths: Sequence[Path], account: str, only: Sequence[str], advance: Advance) -> dict[str, Any]:
        """Import, and return the account."""
        ...

    def resume(self, import_id: int, advance: Advance) -> dict[str, Any]:
        """Go on with an import, and return the account."""
        ...

    def preview(self, paths: Sequence[Path], account: str, advance: Advance) -> dict[str, Any]:
        """Say what the files hold."""
        ...

    def listing(self) -> list[dict[str, Any]]:
        """Return all imports."""
        ...

    def show(self, import_id: int) -> dict[str, Any]:
        """Return the account of an import."""
        ...

    def skipped(self, import_id: int) -> list[dict[str, Any]]:
        """Return what an import skipped."""
        ...

    def undo_plan(self, import_id: int) -> dict[str, Any]:
        """Return what undoing would do."""
        ...

    def undo(self, import_id: int) -> None:
        """Undo, and return when no byte of it is left."""
        ...


def import_door(settings: Settings) -> AbstractContextManager[Door]:
    """Yield the history's door: a running server's, or that of the folder opened here."""
    return door_to(settings, there=_There, here=_Here)


class _There:
    """Through the running server."""

    def __init__(self, server: RunningServer) -> None:
        self._server = server

    def run(self, paths: Sequence[Path], account: str, only: Sequence[str], advance: Advance) -> dict[str, Any]:
        body = {"paths": [str(path) for path in paths], "account": account, "only": list(only)}
        return self._follow(self._ask("POST", "/api/v1/imports/start", body)["import_id"], advance)

    def resume(self, import_id: int, advance: Advance) -> dict[str, Any]:
        self._ask("POST", f"/api/v1/imports/{import_id}/resume", {})
        return self._follow(import_id, advance)

    def preview(self, paths: Sequence[Path], account: str, advance: Advance) -> dict[str, Any]:  # noqa: ARG002 - answered at once
        body = {"paths": [str(path) for path in paths], "account": account}
        found: dict[str, Any] = self._ask("POST", "/api/v1/imports/preview", body)["preview"]
        return found

    def listing(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", "/api/v1/imports")["imports"]
        return found

    def show(self, import_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", f"/api/v1/imports/{import_id}")
        return found

    def skipped(self, import_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("GET", f"/api/v1/imports/{import_id}/skipped")["elements"]
        return found

    def undo_plan(self, import_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self._ask("GET", f"/api/v1/imports/{import_id}/undo")
        return found

    def undo(self, import_id: int) -> None:
        asked = self._ask("POST", f"/api/v1/imports/{import_id}/undo", {})
        while asked["state"] not in _OVER:
            time.sleep(_POLL_SECONDS)
            asked = self._ask("GET", f"/api/v1/forget/{asked['id']}")

    def _follow(self, import_id: int, advance: Advance) -> dict[str, Any]:
        try:
            done = self.show(import_id)
            while done["progress"] is not None or done["state"] == "running":
                if done["progress"] is not None:
                    advance(done["progress"])
                time.sleep(_POLL_SECONDS)
                done = self.show(import_id)
        except KeyboardInterrupt:
            self._ask("POST", f"/api/v1/imports/{import_id}/cancel", {})
            raise
        return _or_raise(done)

    def _ask(self, method: str, path: str, body: object | None = None) -> Any:
        return self._server.call(method, path, body, seconds=None)


class _Here:
    """In a data folder that no server holds."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def run(self, paths: Sequence[Path], account: str, only: Sequence[str], advance: Advance) -> dict[str, Any]:
        report = self._application.imports.run(paths, _told(advance), account=account, only=only)
        return self.show(report.import_id)

    def resume(self, import_id: int, advance: Advance) -> dict[str, Any]:
        self._application.imports.resume(import_id, _told(advance))
        return self.show(import_id)

    def preview(self, paths: Sequence[Path], account: str, advance: Advance) -> dict[str, Any]:
        return _plain(asdict(self._application.uploads.look_at(paths, account=account, watch=_told(advance))))

    def listing(self) -> list[dict[str, Any]]:
        from skilltrail.web.import_schemas import ImportLine

        return [_plain(asdict(ImportLine.of(record))) for record in self._application.imports.listing()]

    def show(self, import_id: int) -> dict[str, Any]:
        from skilltrail.web.import_schemas import ImportAnswer

        return _plain(asdict(ImportAnswer.of(self._application.imports.report(import_id))))

    def skipped(self, import_id: int) -> list[dict[str, Any]]:
        self._application.imports.get(import_id)
        return [_plain(asdict(element)) for element in self._application.imports.skipped(import_id)]

    def undo_plan(self, import_id: int) -> dict[str, Any]:
        return _plain(asdict(self._application.imports.undo_plan(import_id)))

    def undo(self, import_id: int) -> None:
        forgetting = self._application.forgetting
        forgetting.ask(ForgetWish(import_id=import_id), wait=timedelta())
        forgetting.run_due()


def _told(advance: Advance) -> Callable[[Any], None]:
    from skilltrail.web.import_schemas import ProgressAnswer

    return lambda progress: advance(asdict(ProgressAnswer.of(progress)))


def _or_raise(done: dict[str, Any]) -> dict[str, Any]:
    """Return an account; raises ImportFailed as an import here does."""
    if done["state"] == "failed":
        from skilltrail.application.imports import failure_words

        raise ImportFailed(failure_words(done["import_id"], done["problem"]))
    return done


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(values, option=orjson.OPT_UTC_Z))
    return plain
