"""Values of the evidence log: which log it is, what is signed of it, and what is shown of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from skilltrail.domain.checkpoint import TreeHead
from skilltrail.domain.signed_note import NoteKey, encoded


class LogReason(StrEnum):
    """Why a log was started."""

    FIRST = "first"
    RESTORED = "restored"
    """The history is an older one than what was signed last."""
    KEY_GONE = "key_gone"
    """The outer half of the key is not in this data folder."""


class EntryState(StrEnum):
    """What an entry is good for."""

    OPEN = "open"
    SUPERSEDED = "superseded"
    """Its exchange has a newer entry, or is forgotten: nothing but the hash is left."""
    START = "start"
    PRIVATE = "private"
    """Its exchange is a client's who was not admitted, or is left out of exports: nothing of it is disclosed."""


@dataclass(frozen=True, slots=True)
class OpenedEntry:
    """What the learner could show of an entry: its leaf, and a disclosure of each field by name."""

    entry: int
    state: EntryState
    leaf: bytes | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    exchange_id: int | None = None


@dataclass(frozen=True, slots=True)
class EvidenceLog:
    """A log; ``half`` is the inner half of its key, ``follows`` the last signed head of the log before it."""

    id: int
    origin: str
    public_key: bytes
    half: bytes
    size: int
    caught_up: bool
    started_at: datetime
    ended_at: datetime | None
    reason: LogReason
    follows: Mapping[str, Any] | None
    start_leaf: bytes

    def key(self) -> NoteKey:
        """Return the public key that its checkpoints are checked with."""
        return NoteKey(self.origin, self.public_key)


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """Where the newest entry of an exchange stands, and what shows it; without ``leaf`` and ``key`` nothing does."""

    exchange_id: int
    log_id: int
    entry: int
    supersedes: int | None
    leaf: bytes | None
    key: bytes | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """The entry of an exchange as "everything I have" states it."""

    log: str
    entry: int
    leaf: str | None
    key: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the learner shows of one entry: the leaf's bytes, the proof file, and the chosen disclosures."""

    entry: int
    state: EntryState
    leaf: bytes | None
    proof: bytes
    disclosures: tuple[str, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class LogStanding:
    """How the log stands; ``waiting`` exchanges are not in it yet, ``checkpoint`` is the last signed one."""

    log: EvidenceLog
    waiting: int
    checkpoint: bytes | None
    signed_size: int


def as_reference(head: TreeHead | None) -> tuple[str, int, str] | None:
    """Return a head as a start leaf names it."""
    return None if head is None else (head.origin, head.size, encoded(head.root))
