"""Use cases about the learner's rights to their data: all of it, and what exports may hold."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from skilltrail.domain.data_rights import FullExchange
from skilltrail.domain.timeline import ExportFile
from skilltrail.errors import StorageError
from skilltrail.platform.clock import Clock
from skilltrail.services import data_rights
from skilltrail.storage.data_rights_queries import imports
from skilltrail.storage.database import Database
from skilltrail.storage.export_log_queries import add_export
from skilltrail.storage.meta_queries import bump_revision

log = logging.getLogger(__name__)

EVERYTHING = "everything"


class DataRightsFacade:
    """Hands out everything, and keeps the record of what was handed out."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def restrict(self, exchange_id: int, *, restricted: bool, whole_conversation: bool = False) -> int:
        """Leave an exchange, or its whole conversation, out of exports, or no longer; raises NotFound."""
        with self._database.write() as session:
            count = data_rights.restrict(
                session, exchange_id, restricted=restricted, whole_conversation=whole_conversation
            )
            bump_revision(session)
        return count

    def everything(self) -> Iterator[bytes]:
        """Yield all data of the learner as one JSON document, piece by piece; it is read while it is sent.

        When it was sent whole, it stands in the record of exports.
        """
        from skilltrail.exporters.everything_json import everything_json

        made_at = self._clock()
        digest = hashlib.sha256()
        members: list[int] = []
        for piece in everything_json(self._exchanges(members), self._rest(), made_at=made_at):
            digest.update(piece)
            yield piece
        self._note(made_at, EVERYTHING, self.everything_name(), digest.hexdigest(), members)

    def everything_name(self) -> str:
        """Return the name of the file with everything."""
        return f"skilltrail-everything-{self._clock().astimezone():%Y-%m-%d}.json"

    def record(self, file: ExportFile, format_name: str) -> None:
        """Note that a file was made, and which exchanges it holds."""
        digest = hashlib.sha256(file.data).hexdigest()
        self._note(self._clock(), format_name, file.name, digest, file.exchange_ids)

    def _note(self, made_at: datetime, kind: str, name: str, sha256: str, members: Sequence[int]) -> None:
        try:
            with self._database.write() as session:
                add_export(session, made_at=made_at, format_name=kind, name=name, sha256=sha256, members=members)
        except StorageError as error:
            # The file is made, and reading goes on while the disk is full: the learner gets it without the note.
            log.warning("a saved file could not be noted: %s", error.code)

    def imports(self) -> list[dict[str, Any]]:
        """Return the imports, the newest first, each with the number of its exchanges that are still there."""
        with self._database.read() as session:
            return imports(session)

    def _exchanges(self, members: list[int]) -> Iterator[FullExchange]:
        after = 0
        while True:
            # One short transaction for each page: a slow download must not hold the log for minutes.
            with self._database.read() as session:
                page = data_rights.read_exchanges(session, after)
            if not page:
                return
            for held in page:
                members.append(held.detail.id)
                yield held
            after = page[-1].detail.id

    def _rest(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        with self._database.read() as session:
            yield from data_rights.read_rest(session)
