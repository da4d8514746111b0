"""Use cases about the records of imports: what was read, what became of it, what stays out of the next ones."""

from __future__ import annotations

import orjson

from skilltrail.domain.capture import ImportReport
from skilltrail.domain.imports import Exclusions, ImportRecord, SkippedElement, UndoOutcome
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.services import undo_import
from skilltrail.storage import import_queries as queries
from skilltrail.storage.database import Database
from skilltrail.storage.import_queries import REFUSED
from skilltrail.storage.meta_queries import bump_revision, get_value, set_value

_EXCLUSIONS = "import_exclusions"


class ImportRecords:
    """Reads what the database remembers of imports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, import_id: int) -> ImportRecord:
        """Return the record of an import; raises NotFound."""
        with self._database.read() as session:
            found = queries.find_import(session, import_id)
        if found is None:
            raise NotFound(_("There is no such import (any more)."))
        return found

    def listing(self) -> tuple[ImportRecord, ...]:
        """Return the records of all imports, the newest first."""
        with self._database.read() as session:
            return queries.list_imports(session)

    def skipped(self, import_id: int) -> tuple[SkippedElement, ...]:
        """Return what was skipped, one by one, as far as it is listed."""
        with self._database.read() as session:
            return queries.skipped_elements(session, import_id)

    def report(self, import_id: int) -> ImportReport:
        """Return the counts of an import; raises NotFound."""
        record = self.get(import_id)
        with self._database.read() as session:
            totals = queries.read_totals(session, import_id)
        refused = {name.removeprefix(REFUSED): count for name, count in totals.skipped.items() if REFUSED in name}
        return ImportReport(
            import_id=import_id,
            files=len(record.names) or 1,
            conversations=totals.talks,
            found=totals.found,
            stored=totals.stored,
            known=totals.known,
            revised=totals.revised,
            refused=totals.refused,
            skipped={reason: count for reason, count in totals.skipped.items() if REFUSED not in reason},
            problems=tuple(f"{code}: {count}" for code, count in sorted(refused.items())),
            record=record,
        )

    def undo_plan(self, import_id: int) -> UndoOutcome:
        """Return what undoing an import would do; changes nothing. Raises NotFound."""
        record = self.get(import_id)
        with self._database.read() as session:
            return undo_import.foresee(session, record)

    def exclusions(self) -> Exclusions:
        """Return the chats that imports leave out."""
        with self._database.read() as session:
            kept = get_value(session, _EXCLUSIONS)
        values = orjson.loads(kept) if kept else {}
        return Exclusions(**{name: tuple(words) for name, words in values.items()})

    def set_exclusions(self, exclusions: Exclusions) -> None:
        """Leave these chats out of imports from now on; what is stored stays."""
        with self._database.write() as session:
            set_value(session, _EXCLUSIONS, orjson.dumps(exclusions).decode())
            bump_revision(session)
