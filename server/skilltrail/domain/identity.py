"""The identity key: what signs for the learner. Not the log key, which signs checkpoints unattended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class IdentityReason(StrEnum):
    """Why a key began: the first one, handed over by the one before, or begun anew because that one was lost."""

    FIRST = "first"
    ROTATED = "rotated"
    ANEW = "anew"


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """One identity key as it is kept; the one that signs has no ``ended_at``.

    ``sealed`` is PKCS#8 (PEM), encrypted where ``locked``; empty once the key has ended and nothing can bring it back.
    ``used_at`` is when it first signed something. Of a key that was handed over, ``statement`` is the credential in
    which the key before says so.
    """

    id: int
    did: str
    sealed: bytes = field(repr=False)
    locked: bool
    made_at: datetime
    reason: IdentityReason
    used_at: datetime | None = None
    ended_at: datetime | None = None
    statement: bytes | None = None


@dataclass(frozen=True, slots=True)
class EarlierKey:
    """A key of before; ``handed_over``: its successor carries a statement that it signed."""

    did: str
    made_at: datetime
    ended_at: datetime
    handed_over: bool


@dataclass(frozen=True, slots=True)
class IdentityStanding:
    """How the identity stands: ``did`` is what others compare; ``locked`` means that a passphrase opens the key.

    ``undoable``: nothing was signed since the key was changed, so the change can be taken back.
    """

    did: str
    made_at: datetime
    reason: IdentityReason
    locked: bool
    used: bool
    undoable: bool
    earlier: tuple[EarlierKey, ...]


def held_ended(keys: Sequence[IdentityKey], moment: datetime) -> bool:
    """Tell whether the history held a key that has ended by now at a moment, a copy's say, of which seconds are known.

    An ended key is kept until the one after it has first signed, for until then the change can be taken back.
    """
    ended = [key for key in keys if key.ended_at is not None]
    now = next((key for key in keys if key.ended_at is None), None)
    if not ended or moment < min(key.made_at for key in ended).replace(microsecond=0):
        return False
    return now is None or now.used_at is None or moment <= now.used_at
