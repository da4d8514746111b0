"""Telling learning from delegation: what waits is told, the learner's word goes before, and corrections teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.learning import (
    CORRECTIONS_USED,
    LEARNING_MODEL,
    Intent,
    Kind,
    Lesson,
    Lessons,
    Reason,
    Shares,
    Telling,
    ToldExchange,
    Word,
)
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.services import counting
from skilltrail.services.ports import PromptReader
from skilltrail.storage import learning_queries as queries
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.learning_queries import Untold
from skilltrail.storage.meta_queries import bump_revision
from skilltrail.storage.touched import Touched

BATCH = 1_000
"""Exchanges told at once: some tenths of a second."""


@dataclass(frozen=True, slots=True)
class Taught:
    """What the learner's corrections teach; ``mark`` changes whenever one of them does."""

    mark: str
    lessons: Lessons


def learn(session: Session, reader: PromptReader, known: Taught | None = None) -> Taught:
    """Return what the newest corrections teach; ``known`` itself while none of them changed."""
    mark = queries.lessons_mark(session)
    if known is not None and known.mark == mark:
        return known
    words = {row: word for row, word in queries.words(session, newest=CORRECTIONS_USED).items() if word != Word()}
    prompts = queries.prompts_of(session, sorted(words))
    ids = sorted(prompts)
    readings = reader.read([prompts[row] for row in ids])
    return Taught(mark, Lessons([Lesson(reading, words[row]) for row, reading in zip(ids, readings, strict=True)]))


def waiting(session: Session, taught: Taught, before: int | None = None) -> list[Untold]:
    """Return exchanges that are to be told (anew), the newest first."""
    return queries.untold(session, model=LEARNING_MODEL, lessons=taught.mark, before=before, limit=BATCH)


def tell(reader: PromptReader, taught: Taught, items: Sequence[Untold]) -> list[tuple[Untold, Telling]]:
    """Return what is told of each exchange."""
    readings = reader.read([item.prompt for item in items])
    return [(item, taught.lessons.tell(reading)) for item, reading in zip(items, readings, strict=True)]


def keep(session: Session, taught: Taught, told: Sequence[tuple[Untold, Telling]]) -> int:
    """Write what was told; return of how many exchanges."""
    words = queries.words(session, [item.id for item, _telling in told])
    kept = queries.keep(session, told, model=LEARNING_MODEL, lessons=taught.mark, words=words)
    if kept:
        bump_revision(session, Touched(exchanges=frozenset(item.id for item, _telling in told)))
    return kept


def read(session: Session, reader: PromptReader, exchange_id: int) -> ToldExchange:
    """Return all about one exchange, with the reasons.

    Raises
    ------
    NotFound
        If there is no such exchange (any more).
    """
    found = queries.standing(session, exchange_id)
    if found is None:
        raise NotFound(_("This exchange does not exist (any more)."))
    item, row = found
    said = queries.word_of(session, exchange_id)
    word = said or Word()
    told = row.told if row is not None else None
    return ToldExchange(
        exchange_id=exchange_id,
        kind=row.kind if row is not None else word.kind or Kind.UNSURE,
        intent=row.intent if row is not None else word.intent,
        told=told,
        word=word,
        reasons=_reasons(reader, item.prompt, told),
        undoable=said is not None,
    )


def say(
    session: Session, reader: PromptReader, exchange_id: int, part: str, value: Kind | Intent | None, *, now: datetime
) -> ToldExchange:
    """Keep the learner's word about an exchange: of its ``part`` "kind" or "intent"; None leaves it to us again.

    Raises
    ------
    NotFound
        If there is no such exchange (any more).
    """
    item = _item(session, exchange_id)
    _tell_now(session, reader, item)
    queries.say(session, exchange_id, part, None if value is None else value.value, now=now)
    return _after(session, reader, exchange_id)


def undo(session: Session, reader: PromptReader, exchange_id: int) -> ToldExchange:
    """Take back the learner's last word about an exchange; each further call the one before it.

    Raises
    ------
    NotFound
        If there is no such exchange (any more), or nothing to undo.
    """
    _item(session, exchange_id)
    if not queries.undo(session, exchange_id):
        raise NotFound(_("There is nothing to undo about this exchange."))
    return _after(session, reader, exchange_id)


def shares(session: Session, history: HistoryColumns, topic_id: str | None = None) -> dict[str, Shares]:
    """Return how many exchanges of each topic, or of one, are learning, delegated, neither, unsure."""
    counts, said = counting.kinds(history.at(session)), queries.said_by_topic(session, topic_id)
    wanted = counts if topic_id is None else counts.keys() & {topic_id}
    return {topic: Shares(**counts[topic], said=said.get(topic, 0)) for topic in wanted}


def _after(session: Session, reader: PromptReader, exchange_id: int) -> ToldExchange:
    word = queries.word_of(session, exchange_id) or Word()
    queries.set_effective(session, exchange_id, word)
    bump_revision(session, Touched(exchanges=frozenset([exchange_id])))
    return read(session, reader, exchange_id)


def _tell_now(session: Session, reader: PromptReader, item: Untold) -> None:
    """See to it that there is something told: the learner need not wait for the worker."""
    found = queries.standing(session, item.id)
    if found is not None and found[1] is None:
        taught = learn(session, reader)
        keep(session, taught, tell(reader, taught, [item]))


def _item(session: Session, exchange_id: int) -> Untold:
    found = queries.prompt_of(session, exchange_id)
    if found is None:
        raise NotFound(_("This exchange does not exist (any more)."))
    return found


def _reasons(reader: PromptReader, prompt: str, told: Telling | None) -> tuple[Reason, ...]:
    """Return what spoke for what is told; where we are unsure, what spoke for learning and then against it."""
    if told is None or not prompt:
        return ()
    if told.kind is Kind.LEARNING:
        return reader.reasons(prompt, "learning")
    if told.kind is Kind.DELEGATED:
        return reader.reasons(prompt, Intent.DOING.value)
    if told.kind is Kind.NEITHER:
        return reader.reasons(prompt, "-learning")
    return reader.reasons(prompt, "learning", 2) + reader.reasons(prompt, "-learning", 2)
