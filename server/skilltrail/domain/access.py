"""Who may do what: scopes, principals, paired devices and pairing requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a credential is good for."""

    CAPTURE = "capture"
    DASHBOARD = "dashboard"
    CLI = "cli"


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of a credential; ``device_id`` and ``origin`` only for paired extensions."""

    scope: Scope
    device_id: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A paired extension."""

    id: str
    label: str
    origin: str
    paired_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PairingRequest:
    """A pairing that waits for the learner's decision; ``digits`` as "47 29 81", None until the keys were exchanged."""

    id: str
    label: str
    origin: str
    digits: str | None
    expires_at: datetime
