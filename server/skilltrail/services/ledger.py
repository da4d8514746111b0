"""The server's side of the ledger: what the extensions count, beside what the database holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.capture import LedgerReply, LedgerReport, LedgerView
from skilltrail.services import tombstones
from skilltrail.storage import access_queries
from skilltrail.storage import ledger_queries as queries
from skilltrail.storage.ledger_queries import LedgerSums
from skilltrail.storage.meta_queries import get_revision

ROWS = 200
"""Conversations of which each is told; the sums are about all."""


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


def read_sums(session: Session) -> LedgerSums:
    """Return what all rows of the ledger say together; looks at every one of them."""
    return queries.ledger_sums(session)


def stamp(session: Session) -> tuple[object, ...]:
    """Return what is another one as soon as the sums may be others: something was stored, or an extension reported."""
    said = tuple((device.device_id, device.reported_at) for device in access_queries.device_health(session))
    return (get_revision(session), said)


def read_outline(session: Session, sums: LedgerSums) -> LedgerView:
    """Return the ledger without its rows and refusals: what one sentence about capture needs."""
    devices = access_queries.device_health(session)
    return LedgerView(devices, (), {}, {}, sums.totals, sums.missing, sums.conversations)


def read(session: Session, sums: LedgerSums, *, refused_since: Mapping[str, int]) -> LedgerView:
    """Return the ledger; ``refused_since`` are refusals that are counted but not yet written."""
    rows, in_database = queries.first_rows(session, limit=ROWS, missing=sums.missing > 0)
    refused = access_queries.refusals(session)
    for code, count in refused_since.items():
        refused[code] = refused.get(code, 0) + count
    return LedgerView(
        devices=access_queries.device_health(session),
        rows=rows,
        in_database=in_database,
        refused=refused,
        totals=sums.totals,
        missing=sums.missing,
        conversations=sums.conversations,
    )
