"""Each request speaks its reader's language: the learner's choice, else the setting, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask, Response, current_app, request

from skilltrail.i18n import direction, first_known, language, speak

_IN_WORDS = ("text/html", "application/problem+json", "application/json", "text/markdown")


def register(app: Flask, *, wish: Callable[[], str | None]) -> None:
    """Choose the language before anything is said, and tell it to whoever reads the answer.

    Parameters
    ----------
    wish
        Returns the language that is wished for whatever the browser says, or None.
    """

    def choose() -> None:
        asked = (tag for tag, weight in request.accept_languages if weight)
        speak(wish() or first_known(*asked))

    def tell(response: Response) -> Response:
        if response.mimetype in _IN_WORDS:
            response.headers["Content-Language"] = language()
        if response.is_streamed:
            # Parts of it are made while it is sent.
            response.call_on_close(partial(speak, None))
        else:
            speak(None)
        return response

    app.before_request(choose)
    # The first that is registered is the last that is called: by then all is said.
    app.after_request(tell)


def for_templates() -> dict[str, Any]:
    """Return the attributes of ``<html>``, and the macros that put elements into a whole sentence."""
    code = language()
    words: Any = current_app.jinja_env.get_template("_words.html").module
    macros = {name: getattr(words, name) for name in ("filled", "bdi", "code", "slot")}
    return {"language": code, "direction": direction(code), **macros}
