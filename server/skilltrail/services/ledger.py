"""The server's side of the ledger: what the extensions count, beside what the database holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.capture import LedgerReply, LedgerReport, LedgerRow, LedgerView
from skilltrail.services import tombstones
from skilltrail.storage import access_queries

_COUNTS = ("sends_seen", "replies_finished", "turns_in_page", "captured", "stored", "waiting", "rejected", "failed")


def record(session: Session, device_id: str, report: LedgerReport, *, now: datetime) -> LedgerReply:
    """Keep a device's report; say what of it was forgotten."""
    reply = tombstones.reply_to(session, report)
    access_queries.touch_device(session, device_id, now)
    access_queries.save_report(session, device_id, state=report.state, outbox=report.outbox, now=now)
    # Counts from before a forgetting would say that what is gone is missing.
    stale = {(talk.provider, talk.conversation_id) for talk in reply.reset}
    rows = [row for row in report.rows if (row.provider, row.conversation_id) not in stale]
    access_queries.save_ledger_rows(session, device_id, rows, now)
    return reply


def read(session: Session, *, refused_since: Mapping[str, int]) -> LedgerView:
    """Return the ledger; ``refused_since`` are refusals that are counted but not yet written."""
    rows = access_queries.ledger_rows(session)
    in_database = access_queries.exchanges_by_conversation(
        session, ((row.provider, row.conversation_id) for row in rows)
    )
    refused = access_queries.refusals(session)
    for code, count in refused_since.items():
        refused[code] = refused.get(code, 0) + count
    return LedgerView(
        devices=access_queries.device_health(session),
        rows=tuple(sorted(rows, key=lambda row: needs_a_look(row, in_database), reverse=True)),
        in_database=in_database,
        refused=refused,
        totals=_totals(rows),
    )


def needs_a_look(row: LedgerRow, in_database: Mapping[str, int]) -> tuple[bool, bool]:
    """Order rows: replies that are nowhere first, then degraded or refused ones, then the newest."""
    stored = min(row.stored, in_database.get(row.conversation_id, 0) + row.forgotten)
    missing = row.replies_finished - stored - row.waiting - row.rejected
    return missing > 0, row.degraded or row.rejected > 0 or row.waiting > 0


def _totals(rows: tuple[LedgerRow, ...]) -> LedgerRow:
    counts = {name: sum(getattr(row, name) for row in rows) for name in _COUNTS}
    newest = max((row.updated_at for row in rows if row.updated_at), default=None)
    degraded = any(row.degraded for row in rows)
    return LedgerRow(provider="", conversation_id="", degraded=degraded, updated_at=newest, **counts)
