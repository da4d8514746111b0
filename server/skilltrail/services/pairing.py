"""Pairing an extension: a request waits in memory until the learner decides; only approved ones are stored.

Order of events: start (the server commits to its key) · keys (both sides can show six digits) · the learner approves
in the dashboard · the extension learns its device id. A restart drops what waits; the extension starts again.
"""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from skilltrail.domain.access import PairingRequest
from skilltrail.errors import PairingError, RateLimited
from skilltrail.i18n import _
from skilltrail.services import handshake
from skilltrail.services.credentials import new_token

REQUEST_LIFE = timedelta(seconds=120)
# The extension asks each second; an answer that got lost can be asked for again for a while.
ANSWER_LIFE = timedelta(seconds=120)
PENDING_MOST = 3
LABEL_MOST = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class PairingState(StrEnum):
    """Where a pairing request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class StartedPairing:
    """What the extension is told first."""

    request_id: str
    request_secret: str = field(repr=False)
    commitment: bytes
    expires_in: int


@dataclass(frozen=True, slots=True)
class OpenedHalf:
    """The server's public key and nonce, told after the extension's key has come."""

    public_key: bytes
    nonce: bytes


@dataclass(frozen=True, slots=True)
class WaitingPairing:
    """One request in memory."""

    id: str
    secret: str = field(repr=False)
    label: str
    origin: str
    half: handshake.ServerHalf = field(repr=False)
    expires_at: datetime
    state: PairingState = PairingState.PENDING
    digits: str | None = None
    shared_key: bytes | None = field(default=None, repr=False)
    device_id: str | None = None


class WaitingRoom:
    """The requests that wait, by id. All methods may be called from several threads."""

    def __init__(self, *, instance_id: str) -> None:
        self._instance_id = instance_id
        self._requests: dict[str, WaitingPairing] = {}
        self._lock = threading.Lock()

    def start(self, *, label: str, origin: str, now: datetime) -> StartedPairing:
        """Take in a request.

        Raises
        ------
        RateLimited
            If three wait already.
        """
        request = WaitingPairing(
            id=secrets.token_urlsafe(16),
            secret=new_token(),
            label=shown_label(label),
            origin=origin,
            half=handshake.new_half(),
            expires_at=now + REQUEST_LIFE,
        )
        with self._lock:
            self._drop_old(now)
            pending = [other for other in self._requests.values() if _is_pending(other, now)]
            if len(pending) >= PENDING_MOST:
                wait = min(other.expires_at for other in pending) - now
                raise RateLimited(
                    _("Three connections wait already. Answer them in the dashboard, or try again in two minutes."),
                    retry_after=wait.total_seconds(),
                )
            self._requests[request.id] = request
        return StartedPairing(request.id, request.secret, request.half.commitment, int(REQUEST_LIFE.total_seconds()))

    def exchange_keys(self, request_id: str, *, secret: str, public_key: bytes, now: datetime) -> OpenedHalf:
        """Take the extension's key, once; after that the digits stand.

        Raises
        ------
        PairingError
            If the request is unknown or over, the secret is wrong, or a key has come before.
        """
        with self._lock:
            request = self._asked_by_extension(request_id, secret)
            if not _is_pending(request, now) or request.shared_key is not None:
                raise PairingError(_("This connection was started before. Start it again."))
            shared = handshake.derive_shared_key(request.half, public_key, instance_id=self._instance_id)
            digits = handshake.pairing_digits(
                request.id, extension_public=public_key, server_public=request.half.public_key, nonce=request.half.nonce
            )
            self._requests[request.id] = replace(request, shared_key=shared, digits=digits)
        return OpenedHalf(request.half.public_key, request.half.nonce)

    def pending(self, now: datetime) -> tuple[PairingRequest, ...]:
        """Return the requests that wait for the learner, the oldest first."""
        with self._lock:
            waiting = sorted((row for row in self._requests.values() if _is_pending(row, now)), key=_age)
        return tuple(PairingRequest(row.id, row.label, row.origin, row.digits, row.expires_at) for row in waiting)

    def decide(self, request_id: str, *, approve: bool, now: datetime) -> WaitingPairing:
        """Settle a request and return it; approving gives it a device id.

        Raises
        ------
        PairingError
            If it is unknown, over, settled already, or its digits do not stand yet.
        """
        with self._lock:
            request = self._requests.get(request_id)
            if request is None or not _is_pending(request, now):
                raise PairingError(_("This connection is no longer waiting. Start it again in the extension."))
            if approve and request.shared_key is None:
                raise PairingError(_("The extension has not sent its key yet. Wait until both show the same number."))
            settled = replace(
                request,
                state=PairingState.APPROVED if approve else PairingState.REJECTED,
                device_id=secrets.token_urlsafe(16) if approve else None,
                expires_at=now + ANSWER_LIFE,
            )
            self._requests[request_id] = settled
        return settled

    def reopen(self, settled: WaitingPairing) -> None:
        """Undo a decision that could not be stored."""
        with self._lock:
            self._requests[settled.id] = replace(settled, state=PairingState.PENDING, device_id=None)

    def status(self, request_id: str, *, secret: str, now: datetime) -> tuple[PairingState, WaitingPairing | None]:
        """Return where a request stands; a request that is not known (any more) has expired.

        Raises
        ------
        PairingError
            If the secret is wrong.
        """
        with self._lock:
            if request_id not in self._requests:
                return PairingState.EXPIRED, None
            request = self._asked_by_extension(request_id, secret)
        if request.expires_at <= now:
            return PairingState.EXPIRED, None
        return request.state, request

    def _asked_by_extension(self, request_id: str, secret: str) -> WaitingPairing:
        request = self._requests.get(request_id)
        if request is None or not hmac.compare_digest(request.secret.encode(), secret.encode("utf-8", "surrogatepass")):
            raise PairingError(_("There is no such connection. Start it again."))
        return request

    def _drop_old(self, now: datetime) -> None:
        for request_id in [row.id for row in self._requests.values() if row.expires_at <= now]:
            del self._requests[request_id]


def shown_label(label: str) -> str:
    """Return a label fit to be shown: one line, no control or direction signs, not too long."""
    line = " ".join(_CONTROL.sub(" ", label).split())
    return line[:LABEL_MOST] or _("A browser extension")


def _is_pending(request: WaitingPairing, now: datetime) -> bool:
    return request.state is PairingState.PENDING and request.expires_at > now


def _age(request: WaitingPairing) -> tuple[datetime, str]:
    return request.expires_at, request.id
