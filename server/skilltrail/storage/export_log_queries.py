"""The record of files that were made: which exchanges each one held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from skilltrail.domain.forget import PastExport
from skilltrail.storage.forget_models import ExportLog, ExportMember
from skilltrail.storage.models import Exchange

_CHUNK = 500
_MEMBER = cast("Table", ExportMember.__table__)


def add_export(
    session: Session, *, made_at: datetime, format_name: str, name: str, sha256: str, members: Sequence[int]
) -> int:
    """Keep a file in the record and return its id there."""
    row = ExportLog(made_at=made_at, format=format_name, name=name, exchanges=len(members), sha256=sha256)
    session.add(row)
    session.flush()
    if members:
        rows = [{"export_id": row.id, "exchange_id": member} for member in members]
        session.connection().execute(insert(_MEMBER), rows)
    return row.id


def past_exports(session: Session) -> tuple[PastExport, ...]:
    """Return the files that were made, the newest first, with how many of their exchanges are no longer there."""
    gone = (
        select(ExportMember.export_id, func.count().label("gone"))
        .outerjoin(Exchange, Exchange.id == ExportMember.exchange_id)
        .where(Exchange.id.is_(None))
        .group_by(ExportMember.export_id)
        .subquery()
    )
    statement = (
        select(ExportLog, func.coalesce(gone.c.gone, 0))
        .outerjoin(gone, gone.c.export_id == ExportLog.id)
        .order_by(ExportLog.id.desc())
    )
    return tuple(
        PastExport(row.id, row.made_at, row.format, row.name, row.exchanges, count, row.sha256)
        for row, count in session.execute(statement)
    )


def count_holding(session: Session, ids: Sequence[int]) -> int:
    """Return how many of the files held any of these exchanges."""
    found: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        part = list(ids[start : start + _CHUNK])
        statement = select(ExportMember.export_id).where(ExportMember.exchange_id.in_(part)).distinct()
        found.update(session.execute(statement).scalars())
    return len(found)
