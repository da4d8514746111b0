"""What each route asks of a request: declared at the view, checked by the gate in ``security``.

A view without a declaration is refused at run time and fails a test, so nothing is open by oversight::

    @blueprint.get("/fragments/home")
    @asks(DASHBOARD_READ)
    def home() -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from skilltrail.domain.access import Scope

View = TypeVar("View", bound=Callable[..., Any])

CAPTURE_BYTES = 2_000_000
SMALL_BYTES = 16_384
CHECK_BYTES = 3_900_000
"""A file that somebody sent; the server takes no body of 4 MB and more."""
JSON = "application/json"
BYTES = "application/octet-stream"


class Origins(StrEnum):
    """Which Origin headers may reach a route; ``null`` never may. Without one: any route but EXTENSION_ONLY."""

    OWN = "own"
    PAIRED = "paired"
    """Our own, or that of a paired extension, compared whole; the credential must be bound to that very origin."""
    EXTENSION = "extension"
    """Our own, or any extension's: routes that give nothing away."""
    EXTENSION_ONLY = "extension_only"
    """An extension's, and it must be there, with Sec-Fetch-Site none or same-origin: among browser senders only one
    that was granted access to 127.0.0.1 has that pair."""


@dataclass(frozen=True, slots=True)
class Access:
    """One route's rules.

    ``scopes`` empty means no credential. ``page`` marks the empty shell page, which holds no data: the only thing
    that other sites may link to. ``cross_site`` lets a paired extension through whose browser withholds the host
    permission. ``demo`` says that the route also serves the invented history. ``rate`` names a tighter bucket.
    ``media`` is the one media type that its bodies may have.
    """

    scopes: frozenset[Scope] = frozenset()
    origins: Origins = Origins.OWN
    max_bytes: int = SMALL_BYTES
    page: bool = False
    cross_site: bool = False
    demo: bool = False
    rate: str | None = None
    media: str = JSON


SHELL = Access(page=True)
"""The shell page: no data, no credential."""

STATIC = Access()
"""Scripts, styles, fonts, icons of ours: no data, no credential, same origin only."""

PUBLIC = Access(origins=Origins.EXTENSION)
"""What a server says about itself to anyone on this computer."""

PAIRING = Access(origins=Origins.EXTENSION_ONLY)
"""The extension's side of a pairing that waits."""

PAIRING_START = Access(origins=Origins.EXTENSION_ONLY, rate="pairing")
"""The beginning of a pairing."""

SIGN_IN = Access(rate="sign_in")
"""Changing a one-use key for a session."""

CAPTURE = Access(
    scopes=frozenset({Scope.CAPTURE, Scope.CLI}), origins=Origins.PAIRED, max_bytes=CAPTURE_BYTES, cross_site=True
)
"""Exchanges."""

CAPTURE_PREFLIGHT = Access(origins=Origins.PAIRED, cross_site=True)
"""The question a browser asks before a cross-site capture; it carries no credential."""

REPORT = Access(scopes=frozenset({Scope.CAPTURE}), origins=Origins.PAIRED, max_bytes=CAPTURE_BYTES)
"""The extension's account of itself."""

DASHBOARD_READ = Access(scopes=frozenset({Scope.DASHBOARD}), demo=True)
"""Pages and fragments for the learner."""

READ = Access(scopes=frozenset({Scope.DASHBOARD, Scope.CLI}), demo=True)
"""Reading, from the dashboard or the command line."""

DECIDE = Access(scopes=frozenset({Scope.DASHBOARD, Scope.CLI}))
"""Changing things, from the dashboard or the command line."""

DECIDE_SECRET = Access(scopes=frozenset({Scope.DASHBOARD, Scope.CLI}), rate="unlock")
"""The same, where a passphrase can be tried."""

MAKE_FILES = Access(scopes=frozenset({Scope.DASHBOARD, Scope.CLI}), rate="portfolio")
"""Making a file that is signed, perhaps with a passphrase."""

DECIDE_IN_WORDS = Access(scopes=frozenset({Scope.DASHBOARD, Scope.CLI}), max_bytes=65_536)
"""The same, with a text of the learner's."""

DECIDE_LARGE = Access(scopes=frozenset({Scope.DASHBOARD, Scope.CLI}), max_bytes=CAPTURE_BYTES)
"""The same, with a file that somebody sent."""

DASHBOARD_ONLY = Access(scopes=frozenset({Scope.DASHBOARD}))
"""About the dashboard's own session."""

DASHBOARD_SECRET = Access(scopes=frozenset({Scope.DASHBOARD}), rate="unlock")
"""Where a passphrase can be tried."""

DASHBOARD_BYTES = Access(scopes=frozenset({Scope.DASHBOARD}), max_bytes=CAPTURE_BYTES, media=BYTES)
"""A piece of a file that the learner hands over."""

DASHBOARD_FILE = Access(scopes=frozenset({Scope.DASHBOARD}), max_bytes=CHECK_BYTES, media=BYTES, demo=True)
"""A whole file that is looked at and not stored."""

DASHBOARD_LARGE = Access(scopes=frozenset({Scope.DASHBOARD}), max_bytes=CAPTURE_BYTES)
"""About the dashboard's own session, with a list that can be long."""

UNLOCK = Access(rate="unlock")
"""Opening a history that is locked: the passphrase or the recovery key is the credential."""

SHUT = Access(origins=Origins.EXTENSION, max_bytes=CAPTURE_BYTES)
"""Everything else of a history that is locked: paired extensions are not known now, and get the same answer as all."""

CLI_ONLY = Access(scopes=frozenset({Scope.CLI}))
"""For commands that work through a running server."""

_MARK = "__skilltrail_access__"


def asks(access: Access) -> Callable[[View], View]:
    """Declare what a view asks of its requests."""

    def declare(view: View) -> View:
        setattr(view, _MARK, access)
        return view

    return declare


def access_of(view: Callable[..., Any] | None) -> Access | None:
    """Return what a view declared, or None."""
    return getattr(view, _MARK, None)
