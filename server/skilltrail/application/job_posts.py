"""Use cases of job posts: what one asks for, and what in the history stands for it; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from skilltrail.application.common_words import common_words
from skilltrail.domain.job_post import JobMatch, Requirement, sentences_of
from skilltrail.domain.portfolio import Selection
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import ModelUnavailable
from skilltrail.platform.clock import Clock
from skilltrail.services import job_match
from skilltrail.services.context_boundary import client_mask
from skilltrail.services.portfolio import Clean
from skilltrail.services.ports import ModelPort, Redactor
from skilltrail.services.skill_leans import near_of, read_middles
from skilltrail.storage import claim_queries, context_queries, trail_queries
from skilltrail.storage.asking import ask_together
from skilltrail.storage.database import Database
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.trail_queries import topic_names

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from skilltrail.ml.post_terms import PostReader


class JobPosts:
    """Compares job posts with the history, under the boundaries of exports."""

    def __init__(
        self,
        *,
        database: Database,
        history: HistoryColumns,
        clock: Clock,
        redactor: Redactor,
        model: Callable[[], ModelPort],
    ) -> None:
        self._database = database
        self._history = history
        self._clock = clock
        self._redactor = redactor
        self._model = model

    def matched(self, selection: Selection, *, quick: bool = False) -> JobMatch:
        """Return what the job post of a selection asks for, and what in the history stands for it.

        ``quick``: without the model, which may have to start first; then nothing is related by its texts alone.
        """
        reader = _reader()
        asked = job_match.requirements_of(sentences_of(selection.job_post), reader)
        with self._database.read() as session:
            ask_together(session, (context_queries.LIVING, trail_queries.TOPIC_NAMES, claim_queries.CLAIMS))
            clean = cleaning(session, selection.admitted, self._redactor)
            return job_match.match(
                session,
                selection.job_post,
                reader,
                admitted=frozenset(selection.admitted),
                wanted=TimelineFilter(since=selection.since, until=selection.until),
                history=self._history,
                now=self._clock(),
                near={} if quick else self._near(session, asked, reader),
                names={topic: clean(one.name) for topic, one in topic_names(session).items()},
            )

    def _near(self, session: Session, asked: Sequence[Requirement], reader: PostReader) -> job_match.Near:
        """Return how near requirements are to skills; without the model nothing is called near."""
        model = self._model()
        topics = [topic for topic, one in topic_names(session).items() if one.shown]
        try:
            middles = read_middles(session, topics, history=self._history, static_model=model.static_identity)
            if not middles or not asked:
                return {}
            texts = [one.name if one.term is None else reader.spelled_out(one.term) for one in asked]
            return near_of([one.name for one in asked], model.static(texts), middles)
        except ModelUnavailable:
            return {}


def cleaning(session: Session, admitted: Collection[int], redactor: Redactor) -> Clean:
    """Return what cleans names: no secrets, no own words, no words of clients who are not admitted."""
    mask = client_mask(session, admitted, common_words)
    return lambda text: mask.name(redactor.redact(text)[0])


@lru_cache(maxsize=1)
def _reader() -> PostReader:
    from skilltrail.ml.post_terms import PostReader

    return PostReader()
