"""Facades for who may do what: pairing, credentials, sessions, and the ledger of captures."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.access import Device, PairingRequest, Principal
from skilltrail.domain.capture import LedgerReply, LedgerReport, LedgerView
from skilltrail.errors import NotFound, NotPaired, StorageError
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services import handshake, ledger, sessions
from skilltrail.services.credentials import Grants, load_grants, new_token, token_hash
from skilltrail.services.pairing import OpenedHalf, PairingState, StartedPairing, WaitingRoom
from skilltrail.services.sessions import LaunchLink, OpenedSession
from skilltrail.storage import access_queries
from skilltrail.storage.database import Database
from skilltrail.storage.ledger_queries import LedgerSums

# Refusals are written this often at most: a flood of bad requests must not become a flood of commits.
REFUSALS_EVERY = timedelta(seconds=30)


class Credentials:
    """Tells whom a bearer token belongs to."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._cli_hashes: set[bytes] = set()
        self._grants: Grants | None = None
        self._lock = threading.Lock()

    def authenticate(self, token: str) -> Principal:
        """Return the holder of ``token``.

        Raises
        ------
        NotPaired
            If it is unknown, over or revoked.
        """
        principal = self._current().holder_of(token, self._clock())
        if principal is None:
            raise NotPaired(_("This credential is unknown, has ended, or was disconnected. Connect again."))
        return principal

    def paired_origins(self) -> frozenset[str]:
        """Return the origins of all paired extensions."""
        return self._current().origins

    def issue_cli_token(self) -> str:
        """Return a new token for the command line; it is good for this run of the server."""
        token = new_token()
        with self._lock:
            self._cli_hashes.add(token_hash(token))
            self._grants = None
        return token

    def changed(self) -> None:
        """Read the grants anew at the next request."""
        with self._lock:
            self._grants = None

    def _current(self) -> Grants:
        grants = self._grants
        if grants is not None:
            return grants
        # Under the lock, so that a change that comes in between is not overwritten by what was read before it.
        with self._lock:
            if self._grants is None:
                with self._database.read() as session:
                    self._grants = load_grants(session, cli_hashes=frozenset(self._cli_hashes))
            return self._grants


class Pairing:
    """Introduces extensions to this server, and ends that."""

    def __init__(
        self, *, database: Database, clock: Clock, credentials: Credentials, instance_id: str, mark_key: bytes
    ) -> None:
        self._database = database
        self._clock = clock
        self._credentials = credentials
        self._instance_id = instance_id
        self._mark_key = mark_key
        self._room = WaitingRoom(instance_id=instance_id)

    @property
    def instance_id(self) -> str:
        """The id of this data folder; extensions know their server by it."""
        return self._instance_id

    def start(self, *, label: str, origin: str) -> StartedPairing:
        """Take in an extension's request; raises RateLimited when three wait."""
        return self._room.start(label=label, origin=origin, now=self._clock())

    def exchange_keys(self, request_id: str, *, secret: str, public_key: str) -> OpenedHalf:
        """Take the extension's public key (base64url) and return ours; raises PairingError."""
        point = handshake.decode(public_key, least=handshake.POINT_BYTES, most=handshake.POINT_BYTES)
        return self._room.exchange_keys(request_id, secret=secret, public_key=point, now=self._clock())

    def pending(self) -> tuple[PairingRequest, ...]:
        """Return the requests that wait for the learner."""
        return self._room.pending(self._clock())

    def approve(self, request_id: str) -> Device:
        """Connect the extension; raises PairingError."""
        now = self._clock()
        settled = self._room.decide(request_id, approve=True, now=now)
        if settled.device_id is None or settled.shared_key is None:  # decide() sees to both
            raise AssertionError("an approved pairing has a device and a key")
        device = Device(settled.device_id, settled.label, settled.origin, now, None)
        bearer = token_hash(handshake.bearer_token(settled.shared_key))
        try:
            with self._database.write() as session:
                access_queries.add_device(session, device, shared_key=settled.shared_key, token_hash=bearer)
        except StorageError:
            self._room.reopen(settled)
            raise
        self._credentials.changed()
        return device

    def reject(self, request_id: str) -> None:
        """Turn the extension away; raises PairingError."""
        self._room.decide(request_id, approve=False, now=self._clock())

    def status(self, request_id: str, *, secret: str) -> tuple[PairingState, str | None, handshake.MarkKeyBox | None]:
        """Return where a request stands; approved: with the device id and the key of the marks, sealed for it."""
        state, request = self._room.status(request_id, secret=secret, now=self._clock())
        if state is not PairingState.APPROVED or request is None or request.shared_key is None or not request.device_id:
            return state, None, None
        box = handshake.seal_mark_key(request.shared_key, self._mark_key, device_id=request.device_id)
        return state, request.device_id, box

    def prove(self, device_id: str, *, nonce: str, port: int) -> bytes:
        """Show a paired extension that this is its server.

        Raises
        ------
        NotPaired
            If the device is unknown or was disconnected.
        """
        challenge = handshake.decode(nonce, least=handshake.PROOF_NONCE_LEAST, most=handshake.PROOF_NONCE_MOST)
        with self._database.read() as session:
            shared = access_queries.shared_key(session, device_id)
        if shared is None:
            raise NotPaired(_("This browser was disconnected. Connect it again from the extension."))
        return handshake.proof(shared, nonce=challenge, instance_id=self._instance_id, port=port)

    def devices(self) -> tuple[Device, ...]:
        """Return the connected extensions."""
        with self._database.read() as session:
            return access_queries.list_devices(session)

    def revoke(self, device_id: str) -> None:
        """Disconnect an extension at once; raises NotFound."""
        with self._database.write() as session:
            found = access_queries.revoke_device(session, device_id, self._clock())
        if not found:
            raise NotFound(_("This browser is not connected (any more)."))
        self._credentials.changed()


class Sessions:
    """Signs the learner in to the dashboard."""

    def __init__(self, *, database: Database, clock: Clock, credentials: Credentials) -> None:
        self._database = database
        self._clock = clock
        self._credentials = credentials

    def mint_launch_key(self) -> LaunchLink:
        """Make a one-use key for a sign-in link."""
        with self._database.write() as session:
            return sessions.mint_launch_key(session, now=self._clock())

    def exchange_launch_key(self, key: str) -> OpenedSession:
        """Open a session with a one-use key; raises NotPaired."""
        with self._database.write() as session:
            opened = sessions.exchange_launch_key(session, key, now=self._clock())
        self._credentials.changed()
        return opened

    def lock(self, token: str) -> None:
        """End a session."""
        with self._database.write() as session:
            sessions.lock(session, token, now=self._clock())
        self._credentials.changed()


class Ledger:
    """Keeps the extensions' accounts and counts refusals."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._refused: Counter[str] = Counter()
        self._known_sums: tuple[tuple[object, ...], LedgerSums] | None = None
        self._written_at: datetime | None = None
        self._lock = threading.Lock()

    def record(self, device_id: str, report: LedgerReport) -> LedgerReply:
        """Keep a device's report; say which of what it names was forgotten."""
        with self._database.write() as session:
            reply = ledger.record(session, device_id, report, now=self._clock())
        self._known_sums = None
        return reply

    def read(self) -> LedgerView:
        """Return the whole ledger, with refusals up to this moment."""
        with self._lock:
            waiting = dict(self._refused)
        with self._database.read() as session:
            return ledger.read(session, self._sums(session), refused_since=waiting)

    def outline(self) -> LedgerView:
        """Return the ledger's sums and devices, without rows and refusals."""
        with self._database.read() as session:
            return ledger.read_outline(session, self._sums(session))

    def _sums(self, session: Session) -> LedgerSums:
        """Return the sums; they are remembered until something is stored or an extension reports again."""
        stamp = ledger.stamp(session)
        known = self._known_sums
        if known is None or known[0] != stamp:
            known = self._known_sums = (stamp, ledger.read_sums(session))
        return known[1]

    def count_refused(self, code: str) -> None:
        """Count a refusal; counts go to the database every now and then."""
        now = self._clock()
        with self._lock:
            self._refused[code] += 1
            if self._written_at is None:
                self._written_at = now
            due = now - self._written_at >= REFUSALS_EVERY
        if due:
            self.flush_refusals()

    def flush_refusals(self) -> None:
        """Write the counts; while that is impossible they wait."""
        with self._lock:
            counts, self._refused = self._refused, Counter()
            self._written_at = self._clock()
        if not counts:
            return
        try:
            with self._database.write() as session:
                access_queries.add_refusals(session, counts, self._clock())
        except StorageError:
            with self._lock:
                self._refused.update(counts)
