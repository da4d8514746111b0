"""The Flask application: the gate, the API, the dashboard. Nothing heavy is imported here."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask
from werkzeug.routing import IntegerConverter

from skilltrail.application import Application
from skilltrail.web import (
    claim_pages,
    client_pages,
    correction_pages,
    dashboard,
    entry_pages,
    export_pages,
    forget_pages,
    import_pages,
    language,
    portfolio_pages,
    problems,
    redaction_pages,
    review_pages,
    search_pages,
    since_pages,
    skill_list_pages,
    skill_pages,
    spot_pages,
    timeline_pages,
    verify_pages,
)
from skilltrail.web.api import api_blueprint
from skilltrail.web.background import NoWorker, Worker
from skilltrail.web.security import Gate
from skilltrail.web.space import SPACES, Spaces

MAX_BODY = 2_000_000


class RowNumber(IntegerConverter):
    """A number in an address: plain digits, and no more of them than the database can look up."""

    regex = "[0-9]{1,16}"


def create_app(
    application: Application,
    *,
    port: int,
    worker: Worker | None = None,
    draining: Callable[[], bool] = lambda: False,
    monotonic: Callable[[], float] = time.monotonic,
) -> Flask:
    """Return the WSGI application.

    Parameters
    ----------
    port
        The port it will be served on: Host headers, sign-in links and proofs name it.
    worker
        The workers; default: none.
    draining
        Tells whether the server is ending; new requests are then answered 503.
    monotonic
        Seconds, for the rates.
    """
    app = bare_app()
    # First, for whatever follows may have to refuse in words.
    language.register(app, wish=_wish_of(application))
    app.extensions[SPACES] = Spaces(own=application, port=port, worker=worker or NoWorker())
    problems.register(app, count=application.ledger.count_refused)
    Gate(application, port=port, draining=draining, monotonic=monotonic).register(app)
    app.register_blueprint(api_blueprint())
    app.register_blueprint(dashboard.bp)
    app.register_blueprint(correction_pages.bp)
    app.register_blueprint(claim_pages.bp)
    app.register_blueprint(skill_pages.bp)
    app.register_blueprint(skill_list_pages.bp)
    app.register_blueprint(timeline_pages.bp)
    app.register_blueprint(since_pages.bp)
    app.register_blueprint(forget_pages.bp)
    app.register_blueprint(redaction_pages.bp)
    app.register_blueprint(import_pages.bp)
    app.register_blueprint(search_pages.bp)
    app.register_blueprint(review_pages.bp)
    app.register_blueprint(entry_pages.bp)
    app.register_blueprint(client_pages.bp)
    app.register_blueprint(export_pages.bp)
    app.register_blueprint(spot_pages.bp)
    app.register_blueprint(verify_pages.bp)
    app.register_blueprint(portfolio_pages.bp)
    return app


def _wish_of(application: Application) -> Callable[[], str | None]:
    def wish() -> str | None:
        # Asked for anew each time: a restore puts another history in place, with its own choice.
        return application.language.wish()

    return wish


def bare_app() -> Flask:
    """Return an application with its limits and its static files, and nothing else."""
    app = Flask("skilltrail.web", static_folder=None, template_folder="templates")
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_PARTS=10,
        MAX_FORM_MEMORY_SIZE=100_000,
        # Flask would answer OPTIONS everywhere; here only the capture address does.
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    app.url_map.converters["int"] = RowNumber
    # Added here, for Flask adds it before it is told to answer no OPTIONS of its own.
    app.static_folder = "static"
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)
    return app
