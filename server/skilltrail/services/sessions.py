"""Signing in to the dashboard: a link with a one-use key, then a session until it is locked or 90 days old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.errors import NotPaired
from skilltrail.i18n import _
from skilltrail.services.credentials import new_token, token_hash
from skilltrail.storage import access_queries

LAUNCH_KEY_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LaunchLink:
    """A one-use sign-in key; it goes into the fragment of a link, which browsers never send."""

    key: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session's token, told once."""

    token: str
    expires_at: datetime


def mint_launch_key(session: Session, *, now: datetime) -> LaunchLink:
    """Make a sign-in key; only its hash is kept."""
    key, expires_at = new_token(), now + LAUNCH_KEY_LIFE
    access_queries.add_launch_key(session, key_hash=token_hash(key), now=now, expires_at=expires_at)
    return LaunchLink(key=key, expires_at=expires_at)


def exchange_launch_key(session: Session, key: str, *, now: datetime) -> OpenedSession:
    """Use a sign-in key up and open a session.

    Raises
    ------
    NotPaired
        If the key is unknown, used or older than 10 minutes.
    """
    if not access_queries.use_launch_key(session, token_hash(key), now):
        raise NotPaired(_("This sign-in link was used already or is too old. Run `skilltrail open` for a new one."))
    token, expires_at = new_token(), now + SESSION_LIFE
    access_queries.add_session(session, token_hash=token_hash(token), now=now, expires_at=expires_at)
    return OpenedSession(token=token, expires_at=expires_at)


def lock(session: Session, token: str, *, now: datetime) -> bool:
    """End the session of ``token``; return whether it was alive."""
    return access_queries.revoke_session(session, token_hash(token), now)
