"""The service while the key of the history cannot be had: the unlock page, and a clear answer for everyone else.

The same gate stands before it. Extensions get 503 ``key_unavailable`` and keep what they have.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn

from flask import Flask

from skilltrail import __version__
from skilltrail.application import Application
from skilltrail.application.opening import LockedHome
from skilltrail.domain.access import Principal
from skilltrail.domain.keys import LockStanding
from skilltrail.errors import KeyUnavailable
from skilltrail.i18n import LANGUAGES, _
from skilltrail.services.backups import Secret
from skilltrail.web import answers, dashboard, language, problems
from skilltrail.web.access import PUBLIC, SHUT, STATIC, UNLOCK, asks
from skilltrail.web.api_capture import CAPABILITIES
from skilltrail.web.app import bare_app
from skilltrail.web.keeping_schemas import UnlockWish
from skilltrail.web.routes import PREFIX, Route, blueprint
from skilltrail.web.schemas import SCHEMA
from skilltrail.web.security import Gate

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class _Nobody:
    """Knows nobody: who may come in stands in the database that is locked."""

    def authenticate(self, _token: str) -> Principal:
        """Refuse everyone, and say why."""
        raise _shut()

    def paired_origins(self) -> frozenset[str]:
        """Know no extension."""
        return frozenset()


class _ShutDoor:
    """What the gate stands before now."""

    credentials = _Nobody()


def create_locked_app(
    home: LockedHome,
    *,
    port: int,
    opened: Callable[[Application], None],
    draining: Callable[[], bool] = lambda: False,
    monotonic: Callable[[], float] = time.monotonic,
) -> Flask:
    """Return the WSGI application of a locked history.

    Parameters
    ----------
    opened
        Is given the application once the learner has unlocked it; from then on that is served.
    """
    app = bare_app()
    language.register(app, wish=lambda: home.settings.language if home.settings.language in LANGUAGES else None)
    problems.register(app, count=lambda _code: None)
    Gate(_ShutDoor(), port=port, draining=draining, monotonic=monotonic).register(app)
    app.register_blueprint(blueprint(_routes(home, port, opened)))
    for page in (*dashboard.PAGES, *(f"/demo{page}" for page in dashboard.PAGES)):
        app.add_url_rule(page, view_func=dashboard.shell)
    for rest in (f"{PREFIX}/<path:rest>", "/fragments/<path:rest>"):
        app.add_url_rule(rest, view_func=_closed, methods=_METHODS)
    app.context_processor(dashboard.for_templates)
    return app


def _routes(home: LockedHome, port: int, opened: Callable[[Application], None]) -> tuple[Route, ...]:
    def hello() -> answers.Hello:
        return answers.Hello(
            product="skilltrail",
            version=__version__,
            api=["v1"],
            instance_id=home.instance_id,
            port=port,
            schemas=[SCHEMA],
            capabilities=CAPABILITIES,
            state="locked",
        )

    def read_lock() -> LockStanding:
        return home.standing()

    def unlock(body: UnlockWish) -> answers.SessionAnswer:
        secret = Secret(passphrase=body.passphrase or None, recovery_key=body.recovery_key or None)
        application = home.unlock(secret, new_passphrase=body.new_passphrase)
        # Who opens the history may also look at it.
        key = application.sessions.mint_launch_key().key
        session = application.sessions.exchange_launch_key(key)
        opened(application)
        return answers.SessionAnswer(token=session.token, expires_at=session.expires_at)

    return (
        Route("GET", "/hello", hello, PUBLIC, "Who listens here; no data.", gives=answers.Hello),
        Route("GET", "/lock", read_lock, STATIC, "Why it is locked.", gives=LockStanding),
        Route("POST", "/lock", unlock, UNLOCK, "Unlock.", takes=UnlockWish, gives=answers.SessionAnswer, status=201),
    )


@asks(SHUT)
def _closed(rest: str) -> NoReturn:  # noqa: ARG001 - whatever was asked for
    raise _shut()


def _shut() -> KeyUnavailable:
    return KeyUnavailable(_("Your history is locked. Open the dashboard and unlock it; nothing is lost meanwhile."))
