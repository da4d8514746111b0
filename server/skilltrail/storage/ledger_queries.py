"""The ledger's sums and the conversations that need a look, beside what the database holds of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from skilltrail.domain.capture import LedgerRow
from skilltrail.storage.access_models import DeviceRow, LedgerRowRecord
from skilltrail.storage.models import Conversation, Exchange

COUNTS = ("sends_seen", "replies_finished", "turns_in_page", "captured", "stored", "waiting", "rejected", "failed")
_ROW = LedgerRowRecord
_SHOWN = ("provider", "conversation_id", *COUNTS, "degraded", "updated_at", "forgotten")


@dataclass(frozen=True, slots=True)
class LedgerSums:
    """What all rows of the ledger say together; ``missing`` are finished replies that are nowhere."""

    totals: LedgerRow
    missing: int
    conversations: int


def _held() -> Any:
    """Return the number of exchanges that the database holds of a row's conversation."""
    return (
        select(func.count(Exchange.id))
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .where(Conversation.provider == _ROW.provider, Conversation.source_id == _ROW.conversation_id)
        .correlate(_ROW)
        .scalar_subquery()
    )


def _missing() -> Any:
    """Return finished replies that are neither stored nor waiting nor refused, by the lower of both counts."""
    stored = func.min(_ROW.stored, _held() + _ROW.forgotten)
    return func.max(0, _ROW.replies_finished - stored - _ROW.waiting - _ROW.rejected)


def ledger_sums(session: Session) -> LedgerSums:
    """Return the sums over the rows of all paired devices."""
    summed = [func.coalesce(func.sum(getattr(_ROW, name)), 0) for name in COUNTS]
    columns = (*summed, func.max(_ROW.degraded), func.max(_ROW.updated_at))
    statement = _of_paired(select(*columns, func.coalesce(func.sum(_missing()), 0), func.count()))
    *counts, degraded, newest, missing, conversations = session.execute(statement).one()
    named = dict(zip(COUNTS, counts, strict=True))
    totals = LedgerRow(provider="", conversation_id="", degraded=bool(degraded), updated_at=newest, **named)
    return LedgerSums(totals, missing, conversations)


def first_rows(session: Session, *, limit: int, missing: bool) -> tuple[tuple[LedgerRow, ...], dict[str, int]]:
    """Return the rows that need a look first, then the newest, and what the database holds of them.

    ``missing``: whether any reply is missing at all; only then are the rows in which some are looked for.
    """
    look = or_(_ROW.degraded, _ROW.rejected > 0, _ROW.waiting > 0)
    order = [look.desc(), _ROW.updated_at.desc(), _ROW.provider, _ROW.conversation_id]
    if missing:
        order.insert(0, (_missing() > 0).desc())
    statement = _of_paired(select(*(getattr(_ROW, name) for name in _SHOWN), _held()))
    found = session.execute(statement.order_by(*order).limit(limit)).all()
    rows = tuple(LedgerRow(**dict(zip(_SHOWN, one, strict=False))) for one in found)
    return rows, {one[1]: one[-1] for one in found if one[-1]}


def _of_paired(statement: Any) -> Any:
    return statement.join(DeviceRow, DeviceRow.id == _ROW.device_id).where(DeviceRow.revoked_at.is_(None))
