"""What the learner sees of the key that opens the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """Where the key is kept (keyring, file or passphrase), and what stands between the learner and losing it.

    ``keyring``: a keyring answers here. ``recovery_made_at``: None while there is no recovery key. ``old_backups``:
    backups that an older key still closes.
    """

    place: str
    keyring: bool
    recovery_made_at: datetime | None
    old_backups: int


@dataclass(frozen=True, slots=True)
class LockStanding:
    """Why a data folder cannot be opened, and what would open it.

    ``reason``: passphrase (closed with one), keyring (silent), missing (the key is gone), wrong (it does not fit).
    ``renew``: whoever opens it with the recovery key must choose a new passphrase.
    """

    reason: str
    words: str
    passphrase: bool
    recovery: bool
    renew: bool
