"""The record of imports: what each read, how far it is, and what became of everything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.imports import (
    Counts,
    ImportedSource,
    ImportRecord,
    ImportState,
    SkippedElement,
    UndoOutcome,
)
from skilltrail.storage.import_models import ImportSkipRow, ImportSourceRow
from skilltrail.storage.models import Exchange, ImportBatch
from skilltrail.storage.once import once

REFUSED = "refused:"
SKIPS_KEPT = 1_000
"""Skipped elements listed one by one; all of them are counted."""

_SKIP = cast("Table", ImportSkipRow.__table__)


@dataclass(frozen=True, slots=True)
class Begin:
    """What is noted when an import begins; ``upload`` names the spooled upload that it reads."""

    names: tuple[str, ...]
    paths: tuple[str, ...]
    account: str
    sources: tuple[ImportedSource, ...]
    left: dict[str, int]
    upload: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a source is: all before ``next_index`` is stored, and ``next_exchange`` exchanges of that element.

    ``open_counts`` are the outcomes of those, with the number of messages of each.
    """

    position: int
    source: ImportedSource
    next_index: int = 0
    next_exchange: int = 0
    open_counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of a whole import: exchanges, conversations with an exchange, and skips by reason.

    Refused exchanges stand among the skips under ``REFUSED`` and their code.
    """

    talks: int = 0
    found: int = 0
    stored: int = 0
    known: int = 0
    revised: int = 0
    refused: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    skipped: dict[str, int] = field(default_factory=dict)


def begin_import(session: Session, begin: Begin, *, now: datetime) -> int:
    """Note that an import began and return its id."""
    row = ImportBatch(
        started_at=now,
        finished_at=None,
        files=len(begin.names),
        **dict.fromkeys(("conversations", "found", "stored", "known", "revised", "refused"), 0),
        skipped={},
        state=ImportState.RUNNING.value,
        account=begin.account,
        names=list(begin.names),
        paths=list(begin.paths),
        upload=begin.upload,
        left_out=begin.left,
    )
    session.add(row)
    session.flush()
    for position, source in enumerate(begin.sources):
        session.add(_source_row(row.id, Standing(position, source)))
    return row.id


def _source_row(import_id: int, standing: Standing) -> ImportSourceRow:
    source = standing.source
    return ImportSourceRow(
        import_id=import_id,
        position=standing.position,
        key=source.key,
        format=source.format,
        provider=source.provider,
        size=source.size,
        **_standing_values(standing),
    )


def _standing_values(standing: Standing) -> dict[str, Any]:
    source = standing.source
    return {
        "at_bytes": source.at_bytes,
        "next_index": standing.next_index,
        "next_exchange": standing.next_exchange,
        "finished": source.finished,
        "conversations": asdict(source.conversations),
        "messages": asdict(source.messages),
        "open_counts": standing.open_counts,
        "problem": source.problem,
    }


def save_standing(session: Session, import_id: int, standing: Standing) -> None:
    """Write how far a source is, in the transaction that stores what was read."""
    where = (ImportSourceRow.import_id == import_id, ImportSourceRow.position == standing.position)
    session.execute(update(ImportSourceRow).where(*where).values(**_standing_values(standing)))


def save_totals(session: Session, import_id: int, totals: Totals) -> None:
    """Write the counts of a whole import."""
    names = ("found", "stored", "known", "revised", "refused", "skipped", "first_at", "last_at")
    values = {name: getattr(totals, name) for name in names} | {"conversations": totals.talks}
    session.execute(update(ImportBatch).where(ImportBatch.id == import_id).values(**values))


def read_totals(session: Session, import_id: int) -> Totals:
    """Return the counts of a whole import as they stand."""
    row = session.get_one(ImportBatch, import_id)
    return Totals(
        talks=row.conversations,
        found=row.found,
        stored=row.stored,
        known=row.known,
        revised=row.revised,
        refused=row.refused,
        first_at=row.first_at,
        last_at=row.last_at,
        skipped=dict(row.skipped),
    )


def add_skips(session: Session, import_id: int, position: int, skips: Sequence[SkippedElement]) -> None:
    """List skipped elements, as many as are kept."""
    listed = session.execute(select(func.count()).where(ImportSkipRow.import_id == import_id)).scalar_one()
    rows = [
        {
            "import_id": import_id,
            "position": position,
            "element": skip.index,
            "source_id": skip.id,
            "reason": skip.reason,
            "messages": skip.messages,
        }
        for skip in skips[: max(0, SKIPS_KEPT - listed)]
    ]
    if rows:
        session.connection().execute(insert(_SKIP), rows)


def end_import(
    session: Session, import_id: int, state: ImportState, *, now: datetime, problem: str | None = None
) -> None:
    """Note how an import ended; where its files are is kept only as long as it can go on."""
    values: dict[str, Any] = {"state": state.value, "finished_at": now, "problem": problem}
    if not state.can_go_on:
        values |= {"paths": [], "upload": None}
    session.execute(update(ImportBatch).where(ImportBatch.id == import_id).values(**values))


def go_on(session: Session, import_id: int) -> None:
    """Note that an import goes on."""
    values = {"state": ImportState.RUNNING.value, "finished_at": None, "problem": None}
    session.execute(update(ImportBatch).where(ImportBatch.id == import_id).values(**values))


def let_go(session: Session, import_id: int) -> None:
    """Forget where the files of an import are: it cannot go on any more."""
    session.execute(update(ImportBatch).where(ImportBatch.id == import_id).values(paths=[], upload=None))


def interrupted(session: Session) -> list[int]:
    """Return the imports that say that they run; after a start none does."""
    return list(session.scalars(select(ImportBatch.id).where(ImportBatch.state == ImportState.RUNNING.value)))


def spooled(session: Session) -> dict[int, str]:
    """Return the imports that can still go on from a spooled upload, with its name."""
    rows = session.execute(select(ImportBatch.id, ImportBatch.upload).where(ImportBatch.upload.is_not(None)))
    return {number: str(upload) for number, upload in rows}


def where_from(session: Session, import_id: int) -> tuple[tuple[str, ...], str | None]:
    """Return the paths that an import reads, and the spooled upload if it is one."""
    row = session.get_one(ImportBatch, import_id)
    return tuple(row.paths), row.upload


def find_import(session: Session, import_id: int) -> ImportRecord | None:
    """Return the record of an import, or None."""
    return once(session, f"import {import_id}", lambda: _find_import(session, import_id))


def _find_import(session: Session, import_id: int) -> ImportRecord | None:
    row = session.get(ImportBatch, import_id)
    return None if row is None else _records(session, [row])[0]


def list_imports(session: Session, *, limit: int = 200) -> tuple[ImportRecord, ...]:
    """Return the records of imports, the newest first."""
    rows = session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc()).limit(limit)).all()
    return tuple(_records(session, rows))


def standings(session: Session, import_id: int) -> list[Standing]:
    """Return how far each source of an import is, in their order."""
    rows = session.scalars(
        select(ImportSourceRow).where(ImportSourceRow.import_id == import_id).order_by(ImportSourceRow.position)
    )
    return [
        Standing(row.position, _source(row), row.next_index, row.next_exchange, dict(row.open_counts)) for row in rows
    ]


def skipped_elements(session: Session, import_id: int, *, limit: int = SKIPS_KEPT) -> tuple[SkippedElement, ...]:
    """Return the skipped elements of an import, in the order of its files."""
    keys = {row.position: row.source.key for row in standings(session, import_id)}
    rows = session.scalars(
        select(ImportSkipRow)
        .where(ImportSkipRow.import_id == import_id)
        .order_by(ImportSkipRow.position, ImportSkipRow.element, ImportSkipRow.id)
        .limit(limit)
    )
    return tuple(
        SkippedElement(keys.get(row.position, ""), row.element, row.source_id, row.reason, row.messages) for row in rows
    )


def drop_source_ids(session: Session) -> None:
    """Delete the ids in the lists of skipped elements: one of them could be of what is forgotten."""
    session.execute(update(ImportSkipRow).values(source_id=None))


def drop_all_imports(session: Session) -> None:
    """Delete the records of all imports."""
    session.execute(delete(ImportBatch))


def _records(session: Session, rows: Iterable[ImportBatch]) -> list[ImportRecord]:
    listed = list(rows)
    ids = [row.id for row in listed]
    held = dict(
        session.execute(
            select(Exchange.import_id, func.count()).where(Exchange.import_id.in_(ids)).group_by(Exchange.import_id)
        ).all()
    )
    sources: dict[int, list[ImportedSource]] = {}
    found = select(ImportSourceRow).where(ImportSourceRow.import_id.in_(ids)).order_by(ImportSourceRow.position)
    for source in session.scalars(found):
        sources.setdefault(source.import_id, []).append(_source(source))
    return [_record(row, tuple(sources.get(row.id, ())), held.get(row.id, 0)) for row in listed]


def _record(row: ImportBatch, sources: tuple[ImportedSource, ...], held: int) -> ImportRecord:
    return ImportRecord(
        id=row.id,
        state=ImportState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        names=tuple(row.names),
        account=row.account,
        sources=sources,
        stored=row.stored,
        known=row.known,
        revised=row.revised,
        refused=row.refused,
        found=row.found,
        held=held,
        first_at=row.first_at,
        last_at=row.last_at,
        left=dict(row.left_out),
        problem=row.problem,
        undo=None if row.undo is None else UndoOutcome(**row.undo),
        resumable=ImportState(row.state).can_go_on and bool(row.paths),
    )


def _source(row: ImportSourceRow) -> ImportedSource:
    return ImportedSource(
        key=row.key,
        format=row.format,
        provider=row.provider,
        size=row.size,
        at_bytes=row.at_bytes,
        finished=row.finished,
        conversations=Counts(**row.conversations),
        messages=Counts(**row.messages),
        problem=row.problem,
    )
