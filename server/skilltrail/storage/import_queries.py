"""The record of imports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from skilltrail.domain.capture import ImportReport
from skilltrail.storage.models import ImportBatch


def begin_import(session: Session, *, now: datetime, files: int) -> int:
    """Note that an import began and return its id."""
    row = ImportBatch(
        started_at=now,
        finished_at=None,
        files=files,
        conversations=0,
        found=0,
        stored=0,
        known=0,
        revised=0,
        refused=0,
        skipped={},
    )
    session.add(row)
    session.flush()
    return row.id


def finish_import(session: Session, report: ImportReport, *, now: datetime) -> None:
    """Note what became of an import."""
    names = ("files", "conversations", "found", "stored", "known", "revised", "refused", "skipped")
    values = {name: getattr(report, name) for name in names}
    session.execute(update(ImportBatch).where(ImportBatch.id == report.import_id).values(finished_at=now, **values))
