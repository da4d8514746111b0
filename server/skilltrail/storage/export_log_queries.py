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
    gone = _gone(session)
    statement = select(ExportLog).order_by(ExportLog.id.desc())
    return tuple(
        PastExport(row.id, row.made_at, row.format, row.name, row.exchanges, gone.get(row.id, 0), row.sha256)
        for row in session.execute(statement).scalars()
    )


def _gone(session: Session) -> dict[int, int]:
    """Return by file how many of its exchanges are no longer there.

    What is missing is looked up, and not every member of every file: few are forgotten, and a file may hold all.
    """
    there = set(session.execute(select(Exchange.id)).scalars())
    highest = session.execute(select(func.max(ExportMember.exchange_id))).scalar_one() or 0
    missing = sorted(set(range(1, highest + 1)) - there)
    if not missing:
        return {}
    named = select(func.json_each(str(missing)).table_valued("value").c.value)
    statement = select(ExportMember.export_id, func.count()).where(ExportMember.exchange_id.in_(named))
    return {row[0]: row[1] for row in session.execute(statement.group_by(ExportMember.export_id))}


def count_holding(session: Session, ids: Sequence[int]) -> int:
    """Return how many of the files held any of these exchanges."""
    found: set[int] = set()
    for start in range(0, len(ids), _CHUNK):
        part = list(ids[start : start + _CHUNK])
        statement = select(ExportMember.export_id).where(ExportMember.exchange_id.in_(part)).distinct()
        found.update(session.execute(statement).scalars())
    return len(found)
