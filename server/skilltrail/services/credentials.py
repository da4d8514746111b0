"""Who is asking: bearer tokens are looked up by their hash; no token is ever stored.

The few rows are read once and kept until one of them changes: the gate runs on every request, and a flood of wrong
credentials must not cost a query each.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.access import Principal, Scope
from skilltrail.storage import access_queries

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token with a certain hash may do; ``expires_at`` None: until it is revoked."""

    token_hash: bytes
    principal: Principal
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grants:
    """All grants of one moment."""

    by_hash: Mapping[bytes, Grant]
    origins: frozenset[str]

    def holder_of(self, token: str, now: datetime) -> Principal | None:
        """Return whom ``token`` belongs to, or None if it is unknown or over."""
        digest = token_hash(token)
        grant = self.by_hash.get(digest)
        # The look-up is by a hash that nobody can steer; the comparison keeps even its timing out of the question.
        if grant is None or not hmac.compare_digest(grant.token_hash, digest):
            return None
        if grant.expires_at is not None and grant.expires_at <= now:
            return None
        return grant.principal


def new_token() -> str:
    """Return a fresh 256-bit token, base64url without padding."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """Return the SHA-256 under which a token is kept: it is random, so it needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def load_grants(session: Session, *, cli_hashes: Iterable[bytes]) -> Grants:
    """Read who may do what; ``cli_hashes`` are the hashes of this run's command-line tokens."""
    devices = access_queries.device_credentials(session)
    grants = [
        Grant(row.token_hash, Principal(Scope.CAPTURE, device_id=row.device_id, origin=row.origin)) for row in devices
    ]
    grants += [
        Grant(row.token_hash, Principal(Scope.DASHBOARD), row.expires_at)
        for row in access_queries.session_credentials(session)
    ]
    grants += [Grant(digest, Principal(Scope.CLI)) for digest in cli_hashes]
    return Grants(
        by_hash={grant.token_hash: grant for grant in grants}, origins=frozenset(row.origin for row in devices)
    )
