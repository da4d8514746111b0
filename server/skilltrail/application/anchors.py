"""Use cases of anchors: a request for an authority, its answer, a checkpoint for a push; all of it by files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from skilltrail.application.evidence_log import EvidenceLogFacade
from skilltrail.domain.anchors import AnchorRequest, StoredAnchor
from skilltrail.domain.checkpoint import check_checkpoint
from skilltrail.platform.clock import Clock
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.signing import is_signed
from skilltrail.services import anchors
from skilltrail.storage import anchor_queries
from skilltrail.storage.database import Database

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Done = TypeVar("Done")


class AnchorsFacade:
    """Anchors of one evidence log."""

    def __init__(self, *, database: Database, clock: Clock, log: EvidenceLogFacade, redactor: SecretRedactor) -> None:
        self._database = database
        self._clock = clock
        self._log = log
        self._redactor = redactor

    def request(self) -> AnchorRequest:
        """Sign a checkpoint over everything that is stored, and return what an authority can be given about it."""
        from skilltrail.platform.timestamps import time_request

        note = self._log.checkpoint()
        head = check_checkpoint(note, self._log.standing().log.key(), is_signed)
        return AnchorRequest(head.size, note, time_request(note), hashlib.sha256(note).hexdigest())

    def key(self) -> str:
        """Return the public key that checkpoints are checked with."""
        return self._log.standing().log.key().text()

    def listed(self) -> list[StoredAnchor]:
        """Return all anchors, the newest first."""
        with self._database.read() as session:
            return anchor_queries.anchors(session)

    def take(self, answer: bytes, root: bytes) -> StoredAnchor:
        """Take in an authority's answer; raises as ``services.anchors.take_token`` does."""
        return self._written(lambda session: anchors.take_token(session, answer, root, now=self._clock()))

    def note_push(self, size: int, address: str) -> StoredAnchor:
        """Note where a checkpoint was pushed to; raises as ``services.anchors.note_push`` does."""
        return self._written(
            lambda session: anchors.note_push(session, size, address, redactor=self._redactor, now=self._clock())
        )

    def remove(self, anchor_id: int) -> StoredAnchor:
        """Remove an anchor; raises NotFound."""
        return self._written(lambda session: anchors.remove(session, anchor_id, now=self._clock()))

    def undo(self, anchor_id: int) -> StoredAnchor:
        """Bring a removed anchor back; raises NotFound."""
        return self._written(lambda session: anchors.undo(session, anchor_id))

    def _written(self, change: Callable[[Session], Done]) -> Done:
        with self._database.write() as session:
            return change(session)
