"""What happened to captured exchanges, and what the extension says about its own health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from skilltrail.domain.exchange import CapturedExchange
from skilltrail.domain.imports import ImportRecord


class Outcome(StrEnum):
    """What became of one captured item."""

    STORED = "stored"
    KNOWN = "known"
    REVISED = "revised"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CapturedItem:
    """One item of a batch: ``capture_id`` is the sender's own and comes back in its result."""

    capture_id: str
    exchange: CapturedExchange


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """The answer for one item, in the order of the request."""

    capture_id: str
    outcome: Outcome
    exchange_id: int | None = None
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """The answers of a batch, in its order; ``revision`` is the data's after it."""

    results: tuple[CaptureResult, ...]
    revision: int

    def count(self, outcome: Outcome) -> int:
        """Return how many items had this outcome."""
        return sum(result.outcome is outcome for result in self.results)


@dataclass(frozen=True, slots=True)
class OutboxState:
    """What waits in an extension's outbox; ``bytes`` is its size, ``oldest_at`` the age of its first item."""

    waiting: int = 0
    rejected: int = 0
    bytes: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Counts of one conversation since the extension first saw it; all cumulative.

    ``reset_at`` is the forgetting after which the extension began to count anew; ``forgotten`` is the server's own
    count of what was stored and forgotten since.
    """

    provider: str
    conversation_id: str
    sends_seen: int = 0
    replies_finished: int = 0
    turns_in_page: int = 0
    captured: int = 0
    stored: int = 0
    waiting: int = 0
    rejected: int = 0
    failed: int = 0
    degraded: bool = False
    updated_at: datetime | None = None
    reset_at: datetime | None = None
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class HeldExchange:
    """An exchange that an extension still holds, waiting or refused; no text."""

    capture_id: str
    provider: str
    conversation_id: str
    prompt_id: str | None
    reply_id: str | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """One report of one paired extension; ``held`` are exchanges of which it asks whether they were forgotten."""

    state: str
    outbox: OutboxState
    rows: tuple[LedgerRow, ...]
    held: tuple[HeldExchange, ...] = ()


@dataclass(frozen=True, slots=True)
class ResetTalk:
    """A conversation of which every exchange was forgotten at ``at``: its counts begin anew."""

    provider: str
    conversation_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LedgerReply:
    """What a report is answered: which held exchanges were forgotten (capture ids), and which conversations whole."""

    forgotten: tuple[str, ...] = ()
    reset: tuple[ResetTalk, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """The newest report of one device."""

    device_id: str
    label: str
    state: str
    outbox: OutboxState
    reported_at: datetime | None


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The server's ledger: devices, conversations that need a look first, and refusals by code.

    ``rows`` are the first 200 of ``conversations``; ``totals`` and ``missing`` (finished replies that are nowhere) are
    about all. ``in_database`` is the number of exchanges the database holds for a row's conversation, counted now.
    """

    devices: tuple[DeviceHealth, ...]
    rows: tuple[LedgerRow, ...]
    in_database: dict[str, int]
    refused: dict[str, int]
    totals: LedgerRow
    missing: int
    conversations: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import read and what became of it; ``record`` is how the database remembers it.

    ``found`` and the outcomes count exchanges; ``skipped`` counts what did not become one, by reason.
    """

    import_id: int
    files: int
    conversations: int
    found: int
    stored: int
    known: int
    revised: int
    refused: int
    skipped: dict[str, int]
    problems: tuple[str, ...]
    record: ImportRecord

    @property
    def agrees(self) -> bool:
        """Tell whether every conversation, message and exchange found is accounted for."""
        return self.record.agrees
