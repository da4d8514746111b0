"""Use cases about skill claims, and the worker's step that finds proposals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from skilltrail.application.common_words import common_words
from skilltrail.domain.claims import PublishedConcept, TopicClaims, Verdict
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services import claims
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from skilltrail.services.ports import ModelPort


class ClaimsFacade:
    """Shows proposals, and keeps the learner's decisions."""

    def __init__(self, *, database: Database, history: HistoryColumns, clock: Clock) -> None:
        self._database = database
        self._history = history
        self._clock = clock

    def all(self) -> tuple[TopicClaims, ...]:
        """Return the claims of all topics, those that wait for the learner's word first."""
        with self._database.read() as session:
            return claims.read_all(session, history=self._history)

    def topic(self, topic_id: str) -> TopicClaims:
        """Return all about one topic's claims; raises NotFound."""
        with self._database.read() as session:
            return claims.read_topic(session, topic_id, history=self._history)

    def find(self, query: str) -> list[PublishedConcept]:
        """Return published concepts whose labels hold all words of ``query``, the best first."""
        from skilltrail.ml.concepts import published_concepts

        return published_concepts().find(query)

    def confirm(self, topic_id: str, key: str, *, instead_of: str | None = None) -> TopicClaims:
        """Align a topic with a concept, in the place of another one if that is named; raises NotFound."""
        return self._decide(topic_id, Verdict.CONFIRMED, key, instead_of=instead_of)

    def reject(self, topic_id: str, key: str) -> TopicClaims:
        """Note that a concept does not fit a topic; raises NotFound."""
        return self._decide(topic_id, Verdict.REJECTED, key)

    def none_fits(self, topic_id: str) -> TopicClaims:
        """Note that no concept fits a topic; raises NotFound."""
        return self._written(lambda session: claims.decide(session, topic_id, Verdict.NONE, None, now=self._clock()))

    def withdraw(self, topic_id: str, key: str | None) -> TopicClaims:
        """End a decision about a concept, or without a key "none fits"; raises NotFound."""
        return self._written(lambda session: claims.withdraw(session, topic_id, key))

    def undo(self, topic_id: str) -> TopicClaims:
        """Take back the last decision about a topic; raises NotFound."""
        return self._written(lambda session: claims.undo(session, topic_id))

    def _decide(self, topic_id: str, verdict: Verdict, key: str, *, instead_of: str | None = None) -> TopicClaims:
        concept = self._concept(topic_id, key)
        now = self._clock()
        return self._written(
            lambda session: claims.decide(session, topic_id, verdict, concept, now=now, instead_of=instead_of)
        )

    def _concept(self, topic_id: str, key: str) -> PublishedConcept:
        """Return a concept that stands at the topic already, or any other published one."""
        topic = self.topic(topic_id)
        named = [proposal.concept for proposal in topic.proposals]
        named += [decision.concept for decision in topic.confirmed if decision.concept is not None]
        for concept in named:
            if concept.key == key:
                return concept
        from skilltrail.ml.concepts import published_concepts

        found = published_concepts().by_key.get(key)
        if found is None:
            raise NotFound(_("There is no such concept in ESCO or O*NET. Look for it with other words."))
        return found

    def _written(self, change: Callable[[Session], TopicClaims]) -> TopicClaims:
        with self._database.write() as session:
            return change(session)


class ClaimMatching:
    """Matches topics that changed with published concepts, a few in each step of the worker."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def step(self, model: ModelPort, identity: str) -> int:
        """Do the next bit of work; return how many topics or concepts it was about, 0 when all is done.

        Raises
        ------
        ModelUnavailable
            If the model cannot answer; everything waits.
        """
        from skilltrail.services import matching_run

        with self._database.read() as session:
            if not matching_run.is_due(session, model=identity):
                return 0
        made, total = model.prepare_concepts()
        if made < total:
            return made
        with self._database.read() as session:
            due = matching_run.gather(session, model=identity, static_model=model.static_identity)
        found = model.match(
            names=[topic.name for topic in due.topics],
            texts=[topic.texts for topic in due.topics],
            dense=[topic.dense for topic in due.topics],
            static=[topic.static for topic in due.topics],
        )
        with self._database.write() as session:
            matching_run.keep(session, due, found, now=self._clock(), common=common_words)
        return len(due.topics)
