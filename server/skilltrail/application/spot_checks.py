"""Use cases of spot checks: what was asked for, as the learner sees it, and the answer as one file."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from skilltrail.application.common_words import common_words
from skilltrail.application.evidence_log import EvidenceLogFacade
from skilltrail.domain.checkpoint import read_proof
from skilltrail.domain.spot_check import AskedEntry, SpotAnswer, fields_to_show
from skilltrail.domain.timeline import ExportFile
from skilltrail.exporters.spot_answer import spot_answer
from skilltrail.platform.clock import Clock
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.services import spot_checks
from skilltrail.storage import redaction_queries
from skilltrail.storage.database import Database


class SpotChecksFacade:
    """Answers spot checks."""

    def __init__(self, *, database: Database, clock: Clock, log: EvidenceLogFacade, redactor: SecretRedactor) -> None:
        self._database = database
        self._clock = clock
        self._log = log
        self._redactor = redactor

    def asked(self, entries: Sequence[int], admitted: Collection[int] = ()) -> list[AskedEntry]:
        """Return what could be shown of entries; raises as ``services.spot_checks.asked`` does."""
        with self._database.read() as session:
            exempt = redaction_queries.read_lists(session).exempt
            return spot_checks.asked(
                session, entries, admitted, redactor=self._redactor, exempt=exempt, common=common_words
            )

    def answer(self, answer: SpotAnswer, admitted: Collection[int] = (), older: bytes | None = None) -> ExportFile:
        """Return the answer as an archive; what is disclosed stands in the record of exports.

        ``older`` is a checkpoint that the asker has: the archive then shows that the log goes on from it.

        Raises
        ------
        NotFound, RequestInvalid
            See ``services.spot_checks``.
        EvidenceInvalid
            If ``older`` is no checkpoint of this log.
        """
        found = self.asked([*answer.shown, *answer.withheld], admitted)
        spot_checks.check(answer, found)
        answer = self._reasons_cleared(answer, admitted)
        extension = None if older is None else self._log.extension(older)
        shown = self._log.show_chosen(fields_to_show(found, answer), admitted=admitted)
        checkpoint = read_proof(shown[0].proof).checkpoint if shown else self._log.checkpoint()
        return spot_answer(
            found,
            answer,
            {one.entry: one for one in shown},
            checkpoint=checkpoint,
            key=self._log.standing().log.key().text(),
            extension=extension,
            made_at=self._clock(),
        )

    def _reasons_cleared(self, answer: SpotAnswer, admitted: Collection[int]) -> SpotAnswer:
        with self._database.read() as session:
            exempt = redaction_queries.read_lists(session).exempt
            return spot_checks.reasons_cleared(
                session, answer, admitted, redactor=self._redactor, exempt=exempt, common=common_words
            )
