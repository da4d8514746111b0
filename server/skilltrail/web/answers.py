"""What answers hold, where the domain has no value for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skilltrail.domain.access import Device, PairingRequest
from skilltrail.domain.capture import CaptureResult, ResetTalk
from skilltrail.domain.forget import PastExport
from skilltrail.domain.timeline import Home, TopicLine


@dataclass(frozen=True, slots=True)
class Hello:
    """Who listens here; no data. ``state``: open, or locked while the key of the history cannot be had."""

    product: str
    version: str
    api: list[str]
    instance_id: str
    port: int
    schemas: list[int]
    capabilities: list[str]
    state: str = "open"


@dataclass(frozen=True, slots=True)
class CaptureAnswer:
    """One result per item, in the order of the request; they are on the disk when this is read."""

    results: list[CaptureResult]
    revision: int


@dataclass(frozen=True, slots=True)
class Done:
    """It was done."""

    ok: bool = True


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """Kept. ``forgotten``: capture ids of held exchanges to delete; ``reset``: conversations that count anew."""

    ok: bool
    forgotten: list[str]
    reset: list[ResetTalk]


@dataclass(frozen=True, slots=True)
class PairingStarted:
    """The server's commitment: SHA-256 of its public key and nonce, base64url."""

    request_id: str
    request_secret: str
    commitment: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class PairingHalf:
    """The server's public key and nonce, base64url."""

    public_key: str
    nonce: str


@dataclass(frozen=True, slots=True)
class SealedMarkKey:
    """The key of the redaction marks, AES-256-GCM, base64url."""

    nonce: str
    box: str


@dataclass(frozen=True, slots=True)
class PairingStanding:
    """pending, approved, rejected or expired; the rest only when approved."""

    state: str
    device_id: str | None = None
    mark_key: SealedMarkKey | None = None


@dataclass(frozen=True, slots=True)
class PairingList:
    """Extensions that wait for the learner."""

    pairings: list[PairingRequest]


@dataclass(frozen=True, slots=True)
class ProofAnswer:
    """HMAC-SHA-256, base64url."""

    proof: str


@dataclass(frozen=True, slots=True)
class DeviceList:
    """Connected extensions."""

    devices: list[Device]


@dataclass(frozen=True, slots=True)
class LaunchKeyAnswer:
    """A sign-in link, good once."""

    key: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionAnswer:
    """A session's bearer token, told once."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """How this server and its history are."""

    version: str
    port: int
    instance_id: str
    home: Home


@dataclass(frozen=True, slots=True)
class RevisionAnswer:
    """A number that grows whenever something shown on a page changed."""

    revision: int


@dataclass(frozen=True, slots=True)
class TopicList:
    """All topics."""

    topics: list[TopicLine]


@dataclass(frozen=True, slots=True)
class ForgetAnswer:
    """How far a forgetting is: waiting (it can be undone), forgetting, cleaning or done. Never what it is about."""

    id: int
    scope: str
    state: str
    exchanges: int
    conversations: int
    exports: int
    done: int
    asked_at: datetime
    due_at: datetime
    finished_at: datetime | None
    seconds_left: float
    problem: str | None


@dataclass(frozen=True, slots=True)
class ForgetList:
    """Forgettings of late, about how many exchanges are kept out, and the retention rule (0: off)."""

    passes: list[ForgetAnswer]
    kept_out: int
    retention_months: int


@dataclass(frozen=True, slots=True)
class RetentionAnswer:
    """The rule, and the pass that brings the history in line with it; null when nothing is old enough."""

    months: int
    asked: ForgetAnswer | None


@dataclass(frozen=True, slots=True)
class RestrictAnswer:
    """How many exchanges the switch was set for."""

    restricted: bool
    exchanges: int


@dataclass(frozen=True, slots=True)
class PastExports:
    """Files that were made, the newest first."""

    exports: list[PastExport]


@dataclass(frozen=True, slots=True)
class LanguageAnswer:
    """The chosen language, "auto" for the browser's; and all that there are, by code, with their own names."""

    chosen: str
    known: dict[str, str]


@dataclass(frozen=True, slots=True)
class AutostartAnswer:
    """Whether Skilltrail starts at sign-in."""

    on: bool


@dataclass(frozen=True, slots=True)
class DemoAnswer:
    """The invented history is there; its exchanges are grouped in the background."""

    exchanges: int


@dataclass(frozen=True, slots=True)
class Problem:
    """RFC 9457; ``code`` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
