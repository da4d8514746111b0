"""Use cases of corrections: one transaction each; what the worker remembers of topics is dropped after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from skilltrail.application.common_words import common_words
from skilltrail.domain.corrections import Corrected, LogLine, Part, Standing, TopicSay
from skilltrail.errors import CorrectionRefused
from skilltrail.i18n import _
from skilltrail.platform.clock import Clock
from skilltrail.services import correction_undo, corrections, topic_log
from skilltrail.services.context_boundary import names_to_avoid
from skilltrail.services.ports import ModelPort
from skilltrail.services.topic_division import (
    Division,
    dense_model,
    find_parts,
    made_of,
    read_topic_rows,
    with_questions,
)
from skilltrail.services.topic_run import TopicRows
from skilltrail.storage.database import Database


class CorrectionsFacade:
    """Corrects topics, takes corrections back, and tells what changed."""

    def __init__(
        self, *, database: Database, clock: Clock, model: Callable[[], ModelPort], changed: Callable[[], None]
    ) -> None:
        self._database = database
        self._clock = clock
        self._model = model
        self._changed = changed
        self._division: Division | None = None

    def say(self, topic_id: str) -> TopicSay:
        """Return what the learner has said about a topic; raises NotFound."""
        with self._database.read() as session:
            return corrections.say_of(session, topic_id)

    def rename(self, topic_id: str, name: str | None) -> Corrected:
        """Call a topic by a name of the learner's, None: by ours; raises as ``services.corrections.rename``."""
        return self._do(lambda session: corrections.rename(session, topic_id, name, now=self._clock()))

    def set_standing(self, topic_id: str, standing: Standing) -> Corrected:
        """Hide a topic, call it no skill, or show it again; raises NotFound."""
        return self._do(lambda session: corrections.set_standing(session, topic_id, standing, now=self._clock()))

    def set_colour(self, topic_id: str, colour: int) -> Corrected:
        """Give a topic another colour; raises NotFound, CorrectionRefused."""
        return self._do(lambda session: corrections.set_colour(session, topic_id, colour, now=self._clock()))

    def set_area(self, topic_id: str, area: str) -> Corrected:
        """Put a topic into another area; raises NotFound, CorrectionRefused."""
        return self._do(lambda session: corrections.set_area(session, topic_id, area, now=self._clock()))

    def keep(self, topic_id: str, *, on: bool) -> Corrected:
        """Keep a topic as it is, or no longer; raises NotFound."""
        return self._do(lambda session: corrections.keep(session, topic_id, on=on, now=self._clock()))

    def move(self, exchanges: Sequence[int], topic_id: str | None) -> Corrected:
        """Put exchanges into a topic, or into none; raises NotFound."""
        return self._do(lambda session: corrections.move(session, exchanges, topic_id, now=self._clock()))

    def merge(self, sources: Sequence[str], into: str) -> Corrected:
        """Make topics one; raises NotFound, CorrectionRefused."""
        return self._do(lambda session: corrections.merge(session, sources, into, now=self._clock()))

    def split_off(self, exchanges: Sequence[int], name: str) -> Corrected:
        """Make a topic of exchanges; raises NotFound, CorrectionRefused."""
        return self._do(lambda session: corrections.split_off(session, exchanges, name, now=self._clock()))

    def split_as_proposed(self, topic_id: str, numbers: Sequence[int]) -> Corrected:
        """Divide a topic as last proposed; ``numbers`` are the parts, from 0, that become topics of their own.

        Raises
        ------
        CorrectionRefused
            If nothing was proposed, or a part is chosen that was not in it.
        ModelUnavailable
            If it has to be worked out again and the model cannot answer.
        """
        parts = self.divide(topic_id).parts
        if not numbers or max(numbers) >= len(parts) or len(set(numbers)) >= len(parts):
            raise CorrectionRefused(_("Choose at least one part to split off, and leave one where it is."))
        chosen = [parts[number] for number in sorted(set(numbers))]
        return self._do(lambda session: corrections.split_into(session, topic_id, chosen, now=self._clock()))

    def undo(self, correction_id: int) -> Corrected:
        """Take one correction back; raises NotFound, CorrectionRefused."""
        return self._do(lambda session: correction_undo.undo(session, correction_id, now=self._clock()))

    def log(self, limit: int = topic_log.LINES) -> list[LogLine]:
        """Return what changed, the newest first: what runs did, and corrections."""
        with self._database.read() as session:
            return topic_log.read_log(session, limit=limit)

    def divide(self, topic_id: str) -> Division:
        """Return a proposed division of a topic; raises NotFound, ModelUnavailable."""
        model = self._model()
        rows, avoid = self._rows(topic_id, model)
        known, rests_on = self._division, made_of(rows, avoid)
        if known is not None and (known.topic_id, known.made_of) == (topic_id, rests_on):
            return known
        parts: tuple[Part, ...] = find_parts(model, rows, avoid) if len(rows.keys) else ()
        with self._database.read() as session:
            found = Division(topic_id, rests_on, with_questions(session, parts))
        self._division = found
        return found

    def still_stands(self, division: Division) -> bool:
        """Tell whether the topic is what it was when it was divided; raises NotFound."""
        return made_of(*self._rows(division.topic_id, self._model())) == division.made_of

    def _rows(self, topic_id: str, model: ModelPort) -> tuple[TopicRows, frozenset[str]]:
        name = dense_model(model)
        with self._database.read() as session:
            rows = read_topic_rows(session, topic_id, model=name, static_model=model.static_identity)
            return rows, names_to_avoid(session, common_words)

    def forget_remembered(self) -> None:
        """Drop the proposal that is remembered: it holds words of exchanges."""
        self._division = None

    def _do(self, change: Callable[[Session], Corrected]) -> Corrected:
        with self._database.write() as session:
            done = change(session)
        if done.id is not None:
            self._changed()
        return done
