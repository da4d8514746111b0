"""The gate: every request passes here before any view runs, and every answer on its way out.

The order of the checks is the order in which they get dearer; each refusal names the check that failed, and is
counted. The only cross-origin permission of the whole server is given here, to paired extensions, on one address.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Protocol

from flask import Flask, Response, current_app, g, redirect, request
from flask_cors.core import get_cors_options, set_cors_headers
from werkzeug.wrappers import Response as BaseResponse

from skilltrail.domain.access import Principal, Scope
from skilltrail.errors import (
    CrossSiteRefused,
    HostRefused,
    MediaTypeRefused,
    NotPaired,
    OriginRefused,
    PayloadTooLarge,
    RateLimited,
    RequestInvalid,
    ScopeRefused,
    ShuttingDown,
    Undeclared,
)
from skilltrail.i18n import _
from skilltrail.web.access import CAPTURE_PREFLIGHT, STATIC, Access, Origins, access_of
from skilltrail.web.rates import Buckets, Rate

CAPTURE_PATH = "/api/v1/exchanges"
SPACE_HEADER = "Skilltrail-Space"

# Any extension's origin, as Chrome, Firefox and Safari write it.
_EXTENSION = re.compile(
    r"(?:chrome-extension://[a-p]{32}|moz-extension://[0-9a-f-]{36}|safari-web-extension://[0-9A-Fa-f-]{36})"
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CLOSED = Access()

RATES = {
    "credential": Rate(per_second=200, burst=400),
    "failed": Rate(per_second=10 / 60, burst=10),
    "pairing": Rate(per_second=5 / 60, burst=5),
    "sign_in": Rate(per_second=20 / 60, burst=20),
    "unlock": Rate(per_second=5 / 60, burst=5),
    # Each format of a portfolio is a request; a passphrase that is wrong costs a second of work.
    "portfolio": Rate(per_second=30 / 60, burst=30),
}

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types skilltrail"
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Doorkeeper(Protocol):
    """Knows who may come in."""

    def authenticate(self, token: str) -> Principal:
        """Return the holder of a token; raises NotPaired."""
        ...

    def paired_origins(self) -> frozenset[str]:
        """Return the origins of all paired extensions."""
        ...


class Door(Protocol):
    """What the gate stands before: an open application, or a locked one."""

    @property
    def credentials(self) -> Doorkeeper:
        """Who knows who may come in."""
        ...


class Gate:
    """Checks requests for one server on one port.

    Parameters
    ----------
    draining
        Tells whether the server is ending.
    monotonic
        Seconds, for the rates.
    """

    def __init__(
        self,
        application: Door,
        *,
        port: int,
        draining: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._application = application
        self._host = f"127.0.0.1:{port}"
        self._other_name = f"localhost:{port}"
        self._origin = f"http://127.0.0.1:{port}"
        self._draining = draining
        self._app: Flask | None = None
        self._buckets = {name: Buckets(rate, monotonic=monotonic) for name, rate in RATES.items()}

    def register(self, app: Flask) -> None:
        """Stand before every view of ``app`` and behind every answer."""
        self._app = app
        app.before_request(self.check)
        app.after_request(self.finish)

    def check(self) -> BaseResponse | None:
        """Let the request pass (None), lead it to our own name, or raise what it failed."""
        access = self._declared()
        if self._draining():
            raise ShuttingDown(_("Skilltrail is ending. Nothing is lost; try again when it runs."))
        if (elsewhere := self._check_host(access)) is not None:
            return elsewhere
        self._check_origin(access)
        self._check_site(access)
        if request.routing_exception is not None:
            raise request.routing_exception
        self._check_body(access)
        self._check_credential(access)
        self._check_space(access)
        return None

    def finish(self, response: Response) -> Response:
        """Add the headers that every answer carries, and count refusals."""
        for name, value in HEADERS.items():
            response.headers[name] = value
        origin = request.headers.get("Origin")
        if request.path == CAPTURE_PATH and request.method in ("POST", "OPTIONS") and self._is_paired(origin):
            # The origin was compared whole; flask-cors gets this one and nothing that it could read as a pattern.
            set_cors_headers(response, _cors_options(self._app, str(origin)))
        return response

    # --- the checks, in order -----------------------------------------------------------------------------------

    def _declared(self) -> Access:
        if request.endpoint is None:
            return _CLOSED
        if request.endpoint == "static":
            return STATIC
        if request.method == "OPTIONS" and request.path == CAPTURE_PATH:
            return CAPTURE_PREFLIGHT
        access = access_of(current_app.view_functions.get(request.endpoint))
        if access is None:
            raise Undeclared(_("This address has no rules, so it is closed."))
        return access

    def _check_host(self, access: Access) -> BaseResponse | None:
        host = request.headers.get("Host", "").lower()
        if host == self._host:
            return None
        # Browser storage is kept by origin: a dashboard under another name would not know the learner's session.
        if host == self._other_name and access.page and request.method == "GET":
            return redirect(f"{self._origin}{request.full_path.rstrip('?')}", code=HTTPStatus.TEMPORARY_REDIRECT)
        raise HostRefused(_("Skilltrail answers only as {host}.").format(host=self._host))

    def _check_origin(self, access: Access) -> None:
        origin = request.headers.get("Origin")
        if origin is None:
            allowed = access.origins is not Origins.EXTENSION_ONLY
        elif _EXTENSION.fullmatch(origin):
            anyone = access.origins in (Origins.EXTENSION, Origins.EXTENSION_ONLY)
            allowed = anyone or (access.origins is Origins.PAIRED and self._is_paired(origin))
        else:
            allowed = origin == self._origin and access.origins is not Origins.EXTENSION_ONLY
        if not allowed:
            raise OriginRefused(_("Requests from this page or extension are not taken here."))

    def _check_site(self, access: Access) -> None:
        site = request.headers.get("Sec-Fetch-Site")
        if site in ("none", "same-origin") or (site is None and access.origins is not Origins.EXTENSION_ONLY):
            return
        if site in ("same-site", "cross-site"):
            if access.cross_site and self._is_paired(request.headers.get("Origin")):
                return
            if access.page and is_top_level_visit():
                return
        raise CrossSiteRefused(_("Another website caused this request; Skilltrail does not answer it."))

    def _check_body(self, access: Access) -> None:
        length = request.content_length or 0
        if request.method not in _SAFE and (length or request.method != "DELETE") and request.mimetype != access.media:
            raise MediaTypeRefused(_("Send the body as {media}.").format(media=access.media))
        if length > access.max_bytes:
            raise PayloadTooLarge(
                _("The body is larger than the {limit} bytes taken here.").format(limit=access.max_bytes)
            )
        # What the header says is only a claim; reading stops there too.
        request.max_content_length = access.max_bytes

    def _check_credential(self, access: Access) -> None:
        if not access.scopes:
            if access.rate is not None:
                self._take(access.rate, access.rate)
            # Anonymous answers cost little, but they are not free: one bucket for all of them; pages are not counted.
            if request.path.startswith("/api/"):
                self._take("credential", None)
            return
        principal = self._principal()
        g.principal = principal
        self._take("credential", principal.device_id or principal.scope)
        if principal.scope not in access.scopes:
            raise ScopeRefused(_("This credential may not do that."))
        # Last: whoever may not come here at all must not use up what the learner may try.
        if access.rate is not None:
            self._take(access.rate, access.rate)

    def _principal(self) -> Principal:
        try:
            return self._bound(self._application.credentials.authenticate(_needed_token()))
        except NotPaired:
            # Only failures draw from this bucket: nobody can lock the learner out by guessing.
            self._take("failed", request.headers.get("Origin"))
            raise

    def _bound(self, principal: Principal) -> Principal:
        """Return ``principal`` if it may come from this Origin: a stolen token is of no use to another extension."""
        origin = request.headers.get("Origin")
        if origin is None or origin == principal.origin:
            return principal
        if origin == self._origin and principal.scope is Scope.DASHBOARD:
            return principal
        raise NotPaired(_("This credential belongs to another browser extension or page."))

    def _check_space(self, access: Access) -> None:
        space = request.headers.get(SPACE_HEADER)
        if space not in (None, "demo"):
            # Answering with the learner's own history would be the wrong guess.
            raise RequestInvalid(_("Skilltrail-Space is demo, or is left out."))
        if space == "demo" and not access.demo:
            raise ScopeRefused(_("The invented history can be looked at and exported, nothing else."))

    def _take(self, bucket: str, sender: object) -> None:
        wait = self._buckets[bucket].take(sender)
        if wait:
            raise RateLimited(_("Too many requests. Try again in a moment."), retry_after=wait)

    def _is_paired(self, origin: str | None) -> bool:
        return origin is not None and origin in self._application.credentials.paired_origins()


def bearer_token() -> str | None:
    """Return the token of the Authorization header, or None."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _needed_token() -> str:
    token = bearer_token()
    if token is None:
        raise NotPaired(_("This needs a credential: open the dashboard with `skilltrail open`, or pair the extension."))
    return token


def principal() -> Principal:
    """Return who asks; only for views whose access demands a credential."""
    who: Principal = g.principal
    return who


def is_top_level_visit() -> bool:
    """Tell whether a person opens this address in a tab: Fetch Metadata says so, and no script can."""
    mode, target = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return request.method == "GET" and mode == "navigate" and target == "document"


def _cors_options(app: Flask | None, origin: str) -> Any:
    options = {
        "origins": [origin],
        "methods": ["POST"],
        "allow_headers": ["Authorization", "Content-Type"],
        "max_age": 600,
        "send_wildcard": False,
        "supports_credentials": False,
        "vary_header": True,
        "allow_private_network": True,
    }
    return get_cors_options(app, options)
