"""What is told of exchanges and what the learner said: reading, writing, counting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, case, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from skilltrail.domain.learning import Intent, Kind, Signal, Telling, Word
from skilltrail.storage.learning_models import ExchangeLearning, LearningSay
from skilltrail.storage.models import Exchange, ExchangeText, TopicMembership

_TOLD = cast("Table", ExchangeLearning.__table__)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Untold:
    """An exchange that is to be told (anew), with its prompt."""

    id: int
    prompt: str
    prompt_digest: bytes


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What stands of one exchange: what counts, and what was told."""

    kind: Kind
    intent: Intent | None
    told: Telling


def untold(session: Session, *, model: int, lessons: str, before: int | None, limit: int) -> list[Untold]:
    """Return exchanges on the current path not told with this model and these lessons, the last to arrive first.

    ``before``: the id of the last one looked at, to go on from there.
    """
    statement = (
        select(Exchange.id, ExchangeText.prompt, Exchange.prompt_digest)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .outerjoin(ExchangeLearning, ExchangeLearning.exchange_id == Exchange.id)
        .where(Exchange.on_current_path == literal_column("1"), Exchange.text_removed.is_(False))
        .where(
            or_(
                ExchangeLearning.exchange_id.is_(None),
                ExchangeLearning.model != model,
                ExchangeLearning.lessons != lessons,
                ExchangeLearning.prompt_digest != Exchange.prompt_digest,
            )
        )
        .order_by(Exchange.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Exchange.id < before)
    return [Untold(*row) for row in session.execute(statement)]


def prompt_of(session: Session, exchange_id: int) -> Untold | None:
    """Return one exchange with its prompt, "" where the text was removed; None if it is not there."""
    found = standing(session, exchange_id)
    return None if found is None else found[0]


def standing(session: Session, exchange_id: int) -> tuple[Untold, ToldRow | None] | None:
    """Return one exchange with its prompt, and what stands of it, None where it was not told yet."""
    statement = (
        select(Exchange.id, ExchangeText.prompt, Exchange.prompt_digest, ExchangeLearning)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .outerjoin(ExchangeLearning, ExchangeLearning.exchange_id == Exchange.id)
        .where(Exchange.id == exchange_id)
    )
    row = session.execute(statement).first()
    return None if row is None else (Untold(*row[:3]), None if row[3] is None else _told(row[3]))


def keep(
    session: Session, told: Sequence[tuple[Untold, Telling]], *, model: int, lessons: str, words: Mapping[int, Word]
) -> int:
    """Write what is told of exchanges that still stand as they were read; return how many.

    ``words`` of the learner go before what is told.
    """
    standing = _standing(session, [item for item, _telling in told])
    rows = [
        _row(item, telling, words.get(item.id, Word()), model=model, lessons=lessons)
        for item, telling in told
        if item.id in standing
    ]
    if rows:
        statement = insert(_TOLD)
        set_ = {column.name: statement.excluded[column.name] for column in _TOLD.columns if not column.primary_key}
        session.connection().execute(statement.on_conflict_do_update(index_elements=["exchange_id"], set_=set_), rows)
    return len(rows)


def _standing(session: Session, items: Iterable[Untold]) -> set[int]:
    wanted = {item.id: item.prompt_digest for item in items}
    ids = sorted(wanted)
    found: set[int] = set()
    for start in range(0, len(ids), _AT_ONCE):
        part = Exchange.id.in_(ids[start : start + _AT_ONCE])
        found.update(
            row[0]
            for row in session.execute(select(Exchange.id, Exchange.prompt_digest).where(part))
            if wanted[row[0]] == row[1]
        )
    return found


def _row(item: Untold, telling: Telling, word: Word, *, model: int, lessons: str) -> dict[str, Any]:
    told_intent = telling.intent.value if telling.intent else None
    return {
        "exchange_id": item.id,
        "kind": (word.kind or telling.kind).value,
        "intent": word.intent.value if word.intent else told_intent,
        "told_kind": telling.kind.value,
        "told_intent": told_intent,
        "chance": round(telling.chance, 4),
        "signals": [signal.value for signal in telling.signals],
        "taught": telling.taught,
        "model": model,
        "lessons": lessons,
        "prompt_digest": item.prompt_digest,
    }


def _told(row: ExchangeLearning) -> ToldRow:
    telling = Telling(
        Kind(row.told_kind), _intent(row.told_intent), tuple(Signal(one) for one in row.signals), row.chance, row.taught
    )
    return ToldRow(Kind(row.kind), _intent(row.intent), telling)


def _intent(value: str | None) -> Intent | None:
    return None if value is None else Intent(value)


def set_effective(session: Session, exchange_id: int, word: Word) -> None:
    """Let the learner's word, or where there is none what was told, be what counts."""
    values = {
        "kind": word.kind.value if word.kind else ExchangeLearning.told_kind,
        "intent": word.intent.value if word.intent else ExchangeLearning.told_intent,
    }
    session.execute(update(ExchangeLearning).where(ExchangeLearning.exchange_id == exchange_id).values(**values))


def said_by_topic(session: Session, topic_id: str | None = None) -> dict[str, int]:
    """Return of how many exchanges of each topic, or of one, the learner said what they are."""
    newest = select(func.max(LearningSay.id)).group_by(LearningSay.exchange_id, LearningSay.part)
    statement = (
        select(TopicMembership.topic_id, func.count(func.distinct(LearningSay.exchange_id)))
        .select_from(TopicMembership)
        .join(LearningSay, LearningSay.exchange_id == TopicMembership.exchange_id)
        .where(LearningSay.id.in_(newest), LearningSay.part == "kind", LearningSay.value.is_not(None))
        .group_by(TopicMembership.topic_id)
    )
    if topic_id is not None:
        statement = statement.where(TopicMembership.topic_id == topic_id)
    return {row[0]: row[1] for row in session.execute(statement)}


# --- the learner's word ---------------------------------------------------------------------------------------------


def say(session: Session, exchange_id: int, part: str, value: str | None, *, now: datetime) -> None:
    """Keep one word of the learner."""
    session.add(LearningSay(exchange_id=exchange_id, part=part, value=value, said_at=now))
    session.flush()


def undo(session: Session, exchange_id: int) -> bool:
    """Delete the learner's last word about an exchange; return whether there was one."""
    last = select(func.max(LearningSay.id)).where(LearningSay.exchange_id == exchange_id).scalar_subquery()
    number = session.execute(select(LearningSay.id).where(LearningSay.id == last)).scalar_one_or_none()
    if number is None:
        return False
    session.execute(delete(LearningSay).where(LearningSay.id == number))
    return True


def word_of(session: Session, exchange_id: int) -> Word | None:
    """Return what the learner's word is about one exchange; None if they never said anything that was not undone."""
    statement = select(LearningSay.part, LearningSay.value).where(LearningSay.exchange_id == exchange_id)
    said = {row[0]: row[1] for row in session.execute(statement.order_by(LearningSay.id))}
    kind = said.get("kind")
    return Word(Kind(kind) if kind else None, _intent(said.get("intent"))) if said else None


def words(session: Session, ids: Sequence[int] | None = None, *, newest: int | None = None) -> dict[int, Word]:
    """Return what the learner's word is about exchanges: those of ``ids``, or the ``newest`` that they spoke of."""
    last = func.max(LearningSay.id)
    kind = func.max(case((LearningSay.part == "kind", LearningSay.id)))
    intent = func.max(case((LearningSay.part == "intent", LearningSay.id)))
    statement = select(LearningSay.exchange_id, kind, intent).group_by(LearningSay.exchange_id).order_by(last.desc())
    if newest is not None:
        statement = statement.limit(newest)
    found: dict[int, Word] = {}
    for part in _parts(ids):
        limited = statement if part is None else statement.where(LearningSay.exchange_id.in_(part))
        rows = session.execute(limited).all()
        values = _values(session, [number for row in rows for number in row[1:] if number is not None])
        for exchange_id, of_kind, of_intent in rows:
            kind_value, intent_value = values.get(of_kind), values.get(of_intent)
            found[exchange_id] = Word(Kind(kind_value) if kind_value else None, _intent(intent_value))
    return found


def _parts(ids: Sequence[int] | None) -> Iterable[Sequence[int] | None]:
    if ids is None:
        return [None]
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _values(session: Session, numbers: Sequence[int]) -> dict[int, str | None]:
    found: dict[int, str | None] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        found |= {
            row[0]: row[1]
            for row in session.execute(select(LearningSay.id, LearningSay.value).where(LearningSay.id.in_(part)))
        }
    return found


def lessons_mark(session: Session) -> str:
    """Return what changes whenever a word of the learner is added, undone or forgotten."""
    statement = select(
        func.count(), func.coalesce(func.max(LearningSay.id), 0), func.coalesce(func.sum(LearningSay.id), 0)
    )
    return "-".join(str(number) for number in session.execute(statement).one())


def prompts_of(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the prompts of exchanges, of those that still have their texts."""
    statement = select(ExchangeText.exchange_id, ExchangeText.prompt).where(
        ExchangeText.exchange_id.in_(ids), ExchangeText.prompt != ""
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def all_says(session: Session) -> list[dict[str, Any]]:
    """Return everything that the learner said, the oldest first."""
    statement = select(LearningSay.exchange_id, LearningSay.part, LearningSay.value, LearningSay.said_at)
    return [
        {"exchange": row[0], "part": row[1], "value": row[2], "said_at": row[3]}
        for row in session.execute(statement.order_by(LearningSay.id))
    ]


def all_told(session: Session) -> list[dict[str, Any]]:
    """Return what every exchange counts as, by its number, as "everything I have" shows it."""
    statement = select(
        ExchangeLearning.exchange_id,
        ExchangeLearning.kind,
        ExchangeLearning.intent,
        ExchangeLearning.chance,
        ExchangeLearning.signals,
    ).order_by(ExchangeLearning.exchange_id)
    return [
        {"exchange": row[0], "kind": row[1], "intent": row[2], "chance": row[3], "signals": row[4]}
        for row in session.execute(statement)
    ]
