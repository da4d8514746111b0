"""The server that may be running on a data folder, as the command line sees it."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from skilltrail.config import Settings
from skilltrail.errors import SkilltrailError
from skilltrail.i18n import first_known, language, speak_by_default

RUNTIME_FILE = "server.json"
TOKEN_FILE = "cli-token"  # noqa: S105 - a file's name
_TIMEOUT_SECONDS = 60


class ServerAnswered(SkilltrailError):
    """The running server refused; carries its code."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Talks to the server on 127.0.0.1 with the CLI credential; no proxy is ever asked."""

    port: int
    token: str

    def call(
        self, method: str, path: str, body: object | None = None, *, seconds: float | None = _TIMEOUT_SECONDS
    ) -> Any:
        """Return the JSON answer; ``seconds`` None waits as long as it takes.

        Raises
        ------
        ServerAnswered
            If the server refuses; the message is the server's own.
        """
        return orjson.loads(self.fetch(method, path, body, seconds=seconds))

    def fetch(
        self, method: str, path: str, body: object | None = None, *, seconds: float | None = _TIMEOUT_SECONDS
    ) -> bytes:
        """Return the body of the answer as bytes; raises like ``call``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Host": f"127.0.0.1:{self.port}",
            "Accept-Language": language(),
        }
        data = None
        if body is not None:
            data = orjson.dumps(body)
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            content = answer.read()
            # What the learner chose stands in the history, which the server holds open: we speak as it does.
            speak_by_default(first_known(answer.headers.get("Content-Language"), language()))
        finally:
            connection.close()
        if answer.status >= 400:
            raise _refusal(content, answer.status)
        return content


def running_server(settings: Settings) -> RunningServer | None:
    """Return the server that runs on this data folder, or None.

    The runtime file alone proves nothing (a killed server leaves it behind), so the server is asked who it is.
    """
    try:
        noted = orjson.loads((settings.home / RUNTIME_FILE).read_bytes())
        token = (settings.home / TOKEN_FILE).read_text(encoding="ascii").strip()
        port, instance = int(noted["port"]), noted["instance_id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    server = RunningServer(port=port, token=token)
    try:
        hello = server.call("GET", "/api/v1/hello")
    except (OSError, http.client.HTTPException, ValueError, ServerAnswered):
        return None
    return server if isinstance(hello, dict) and hello.get("instance_id") == instance else None


def absolute(paths: tuple[Path, ...]) -> list[str]:
    """Return absolute paths: the server's working folder is another one."""
    return [str(path.expanduser().resolve()) for path in paths]


def _refusal(content: bytes, status: int) -> ServerAnswered:
    try:
        problem = orjson.loads(content)
        return ServerAnswered(str(problem["detail"]), code=str(problem["code"]))
    except (ValueError, KeyError, TypeError):
        return ServerAnswered(f"The running server answered with status {status}.", code="server")
