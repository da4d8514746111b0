"""An exchange with everything that is kept of it: what "everything I have" hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skilltrail.domain.evidence_log import LogEntry
from skilltrail.domain.exchange import ExchangeDetail


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """An earlier or other text of an exchange."""

    number: int
    prompt: str
    reply: str
    origin: str
    fidelity: str
    status: str
    captured_at: datetime
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class FullExchange:
    """A stored exchange with its other texts, in their order, and its entry in the evidence log."""

    detail: ExchangeDetail
    revisions: tuple[StoredRevision, ...]
    log_entry: LogEntry | None = None
