"""Which history a request is about, and what the dashboard knows of this computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, request

from skilltrail.application import Application
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.web.background import Worker
from skilltrail.web.security import SPACE_HEADER

T = TypeVar("T")

SPACES = "skilltrail.spaces"
_FOLDER = "skilltrail.extension_folder"


@dataclass(frozen=True, slots=True)
class Spaces:
    """What the views of one Flask app work with."""

    own: Application
    port: int
    worker: Worker


def spaces() -> Spaces:
    """Return what the views of this app work with."""
    found: Spaces = current_app.extensions[SPACES]
    return found


def in_demo() -> bool:
    """Tell whether the request is about the invented history."""
    return request.headers.get(SPACE_HEADER) == "demo"


def application() -> Application:
    """Return the application that holds the history this request is about.

    Raises
    ------
    NotFound
        If the invented history is asked for and was not made.
    """
    own = spaces().own
    if not in_demo():
        return own
    if not own.demo.exists():
        raise NotFound(_("The invented history is not there. Start it from the first page."))
    return own.demo.open()


def extension_folder() -> str:
    """Return the folder that a browser can load as the extension."""
    from skilltrail.application.extension import place_extension

    known: str | None = current_app.extensions.get(_FOLDER)
    if known is None:
        known = str(place_extension())
        current_app.extensions[_FOLDER] = known
    return known


def has_demo() -> bool:
    """Tell whether the invented history was made."""
    return spaces().own.demo.exists()


def autostart_is_on() -> bool | None:
    """Tell whether Skilltrail starts at sign-in; None in the invented history, which is nobody's computer."""
    from skilltrail.platform.autostart import autostart

    return None if in_demo() else autostart(home=spaces().own.settings.home).is_on()


def of_one_moment(view: Callable[..., T]) -> Callable[..., T]:
    """Let a page read one state of the database from its first line to its last, in one transaction.

    Only for pages that write nothing and wait for nothing.
    """

    @wraps(view)
    def read(**named: Any) -> T:
        with application().trail.one_view():
            return view(**named)

    return read
