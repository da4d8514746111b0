"""Use cases of endorsements: writing a request, taking in what comes back, removing and undoing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from skilltrail.application.common_words import common_words
from skilltrail.application.identity import IdentityFacade
from skilltrail.domain.endorsement import Asked, marked_slots, proof_options, unsigned_document
from skilltrail.domain.entries import Entry
from skilltrail.domain.timeline import ExportFile
from skilltrail.exporters.endorsement_request import credential_name, endorsement_request, statements_to_tick
from skilltrail.platform.clock import Clock
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.services import endorsements
from skilltrail.services.endorsements import Wish
from skilltrail.services.portfolio_names import is_of_held_back
from skilltrail.storage import redaction_queries
from skilltrail.storage.asking import ask_together
from skilltrail.storage.claim_queries import CLAIMS
from skilltrail.storage.context_queries import LIVING
from skilltrail.storage.database import Database
from skilltrail.storage.export_log_queries import add_export
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.trail_queries import TOPIC_NAMES, topic_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Done = TypeVar("Done")

EXPORT = "endorsement-request"
"""What requests are called in the record of exports."""


class EndorsementsFacade:
    """Asks for endorsements and keeps those that come back."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        clock: Clock,
        identity: IdentityFacade,
        redactor: SecretRedactor,
    ) -> None:
        self._database = database
        self._history = history
        self._clock = clock
        self._identity = identity
        self._redactor = redactor

    def ask(self, wish: Wish) -> tuple[ExportFile, Entry]:
        """Return the file that is sent, in the language that is spoken now, and the note that it was made.

        Of what it says nothing is kept but the skill's name and a digest: the same file cannot be made again.

        Raises
        ------
        NotFound, RequestInvalid
            See ``services.endorsements.ask`` and ``cleared``.
        """
        did = self._identity.standing().did
        with self._database.read() as session:
            others = is_of_held_back(session, wish.topic_id, history=self._history)
        asked, entry = self._written(lambda session: self._noted(session, wish, did, others))
        file = request_file(asked)
        self._written(lambda session: self._record(session, file))
        return file, entry

    def suggested_name(self, topic_id: str) -> str:
        """Return what a request can call a skill; "" where its name may not go out as it is."""
        with self._database.read() as session:
            # What a topic's page asks as well, so that together they ask no more.
            ask_together(session, (TOPIC_NAMES, CLAIMS, LIVING, redaction_queries.OWN_DATA))
            names = topic_names(session).get(topic_id)
            if names is None or is_of_held_back(session, topic_id, history=self._history):
                return ""
            exempt = redaction_queries.own_data(session)
            return endorsements.suggested_name(
                session, names.name, redactor=self._redactor, exempt=exempt, common=common_words
            )

    def _noted(self, session: Session, wish: Wish, did: str, of_held_back: bool) -> tuple[Asked, Entry]:
        told = endorsements.cleared(
            session,
            wish,
            redactor=self._redactor,
            exempt=redaction_queries.own_data(session),
            common=common_words,
            of_held_back=of_held_back,
        )
        statements = statements_to_tick(" ".join(told.person.split()), work=bool(told.deliverables))
        return endorsements.ask(session, told, did=did, statements=statements, now=self._clock())

    def _record(self, session: Session, file: ExportFile) -> None:
        digest, made_at = hashlib.sha256(file.data).hexdigest(), self._clock()
        add_export(session, made_at=made_at, format_name=EXPORT, name=file.name, sha256=digest, members=())

    def take(self, data: bytes, topic_id: str | None = None) -> Entry:
        """Take an endorsement in; raises as ``services.endorsements.take`` does."""
        return self._written(lambda session: endorsements.take(session, data, now=self._clock(), topic_id=topic_id))

    def listed(self, topic_id: str | None = None) -> list[Entry]:
        """Return requests and endorsements, the newest first."""
        with self._database.read() as session:
            return endorsements.listed(session, topic_id)

    def remove(self, entry_id: int) -> Entry:
        """Remove a request or an endorsement; raises NotFound."""
        return self._written(lambda session: endorsements.remove(session, entry_id, now=self._clock()))

    def undo(self, entry_id: int) -> Entry | None:
        """Take its last change back; raises NotFound."""
        return self._written(lambda session: endorsements.undo(session, entry_id))

    def _written(self, change: Callable[[Session], Done]) -> Done:
        with self._database.write() as session:
            return change(session)


def request_file(asked: Asked) -> ExportFile:
    """Return the file of a request: the page, with the canonical statements of what is signed in it."""
    from skilltrail.platform.data_integrity import canonical_statements

    marks = marked_slots()
    statements = canonical_statements(unsigned_document(asked, credential_name(asked), marks))
    return endorsement_request(asked, statements=statements, proof=canonical_statements(proof_options(marks)))
