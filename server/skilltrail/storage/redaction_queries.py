"""What redaction reads and writes: the learner's lists, counts of what was hidden, and texts hidden after the fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from skilltrail.domain.redaction import Allowance, OwnWord, RedactionLists
from skilltrail.storage.asking import Question, answer
from skilltrail.storage.meta_queries import get_value, set_value
from skilltrail.storage.models import Area, Conversation, Exchange, ExchangeRevision, ExchangeText, Topic
from skilltrail.storage.once import once
from skilltrail.storage.redaction_models import AllowanceRow, OwnDataRow, OwnWordRow

MASK_PERSONAL = "mask_personal"
_CHUNK = 200


@dataclass(frozen=True, slots=True)
class WrittenTexts:
    """All that was written in one exchange or in one of its earlier versions (``revision_id``)."""

    exchange_id: int
    revision_id: int | None
    prompt: str
    reply: str
    attachments: tuple[dict[str, Any], ...] = ()
    citations: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class RedactedRow:
    """An exchange in which something was hidden, with its texts."""

    id: int
    asked_at: datetime
    title: str | None
    prompt: str
    reply: str


# --- the learner's lists --------------------------------------------------------------------------------------------


def read_lists(session: Session) -> RedactionLists:
    """Return everything that redaction must know of the learner."""
    return RedactionLists(
        words=words(session),
        allowed=frozenset((one.kind, one.mark) for one in allowances(session)),
        mask_personal=get_value(session, MASK_PERSONAL) == "1",
        exempt=tuple(session.scalars(select(OwnDataRow.value).order_by(OwnDataRow.id))),
    )


def words(session: Session) -> tuple[OwnWord, ...]:
    """Return the own words, the oldest first."""
    return once(session, "own words", lambda: _words(session))


def _words(session: Session) -> tuple[OwnWord, ...]:
    rows = session.execute(select(OwnWordRow.id, OwnWordRow.word, OwnWordRow.created_at).order_by(OwnWordRow.id))
    return tuple(OwnWord(*row) for row in rows)


def add_word(session: Session, word: str, *, now: datetime) -> OwnWord:
    """Add a word; its number was never another's."""
    row = OwnWordRow(word=word, created_at=now)
    session.add(row)
    session.flush()
    return OwnWord(row.id, row.word, row.created_at)


def remove_word(session: Session, word_id: int) -> bool:
    """Remove a word; tell whether it was there. Marks that stand in texts stay."""
    return _deleted(session, OwnWordRow, OwnWordRow.id == word_id)


def allowances(session: Session) -> tuple[Allowance, ...]:
    """Return what was called no secret, the newest first."""
    return once(session, "allowances", lambda: _allowances(session))


def _allowances(session: Session) -> tuple[Allowance, ...]:
    columns = (AllowanceRow.kind, AllowanceRow.mark, AllowanceRow.created_at)
    statement = select(*columns).order_by(AllowanceRow.created_at.desc(), AllowanceRow.kind, AllowanceRow.mark)
    return tuple(Allowance(*row) for row in session.execute(statement))


def allow(session: Session, kind: str, mark: str, *, now: datetime) -> None:
    """Note that hits of this kind with this mark are no secrets."""
    statement = insert(AllowanceRow).values(kind=kind, mark=mark, created_at=now)
    session.execute(statement.on_conflict_do_nothing())


def disallow(session: Session, kind: str, mark: str) -> bool:
    """Take an allowance back; tell whether there was one."""
    return _deleted(session, AllowanceRow, AllowanceRow.kind == kind, AllowanceRow.mark == mark)


def own_data(session: Session) -> tuple[str, ...]:
    """Return the learner's own addresses and numbers."""
    return answer(session, OWN_DATA)


OWN_DATA: Question[tuple[str, ...]] = Question(
    "own data",
    select(OwnDataRow.id, OwnDataRow.value),
    lambda rows: tuple(row[1] for row in sorted(rows, key=lambda row: row[0])),
)


def add_own_data(session: Session, value: str, *, now: datetime) -> None:
    """Note an address or number of the learner's own."""
    session.execute(insert(OwnDataRow).values(value=value, created_at=now).on_conflict_do_nothing())


def remove_own_data(session: Session, value: str) -> bool:
    """Take it off the list; tell whether it was there."""
    return _deleted(session, OwnDataRow, OwnDataRow.value == value)


def set_mask_personal(session: Session, on: bool) -> None:
    """Note whether personal data is masked when it is captured."""
    set_value(session, MASK_PERSONAL, "1" if on else "0")


def _deleted(session: Session, table: Any, *conditions: ColumnElement[bool]) -> bool:
    result: Any = session.execute(delete(table).where(*conditions))
    return bool(result.rowcount)


# --- what was hidden ------------------------------------------------------------------------------------------------


def redacted(session: Session, *, kind: str, before: int | None, limit: int) -> list[RedactedRow]:
    """Return exchanges in which this kind was hidden, the last to arrive first; ``before`` is an exchange's id."""
    statement = _with_texts().where(_hidden(kind)).order_by(Exchange.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Exchange.id < before)
    return [RedactedRow(*row) for row in session.execute(statement)]


def count_holding(session: Session, kind: str, mark: str) -> int:
    """Return the number of exchanges in which a mark stands."""
    held = (func.instr(column, mark) > 0 for column in (ExchangeText.prompt, ExchangeText.reply))
    statement = (
        select(func.count())
        .select_from(Exchange)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .where(_hidden(kind), or_(*held))
    )
    return session.execute(statement).scalar_one()


def _with_texts() -> Any:
    return (
        select(Exchange.id, Exchange.asked_at, Conversation.title, ExchangeText.prompt, ExchangeText.reply)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
    )


def _hidden(kind: str | None) -> ColumnElement[bool]:
    # As text: the column's own type would turn the comparison into one of Python values.
    raw = func.json(Exchange.redactions)
    if kind is None:
        return raw != "{}"
    return (raw != "{}") & func.json_extract(raw, f'$."{kind}"').is_not(None)


# --- hiding after the fact --------------------------------------------------------------------------------------------


def written_texts(session: Session, *, only: Sequence[int] | None = None) -> Iterator[WrittenTexts]:
    """Yield the texts of all exchanges (or of ``only`` these) and of their earlier versions."""
    columns = (ExchangeText.exchange_id, ExchangeText.prompt, ExchangeText.reply)
    current = select(*columns, ExchangeText.attachments, ExchangeText.citations)
    older = select(ExchangeRevision.exchange_id, ExchangeRevision.id, ExchangeRevision.prompt, ExchangeRevision.reply)
    if only is not None:
        current = current.where(ExchangeText.exchange_id.in_(only))
        older = older.where(ExchangeRevision.exchange_id.in_(only))
    for row in session.execute(current.execution_options(yield_per=_CHUNK)):
        yield WrittenTexts(row[0], None, row[1], row[2], tuple(row[3]), tuple(row[4]))
    for row in session.execute(older.execution_options(yield_per=_CHUNK)):
        yield WrittenTexts(row[0], row[1], row[2], row[3])


def titles(session: Session) -> Iterator[tuple[int, str]]:
    """Yield the titles of conversations with their ids."""
    for row in session.execute(select(Conversation.id, Conversation.title).where(Conversation.title.is_not(None))):
        yield row[0], str(row[1])


def exchanges_of(session: Session, conversations: Sequence[int]) -> set[int]:
    """Return the exchanges of conversations."""
    found: set[int] = set()
    for start in range(0, len(conversations), _CHUNK):
        part = list(conversations[start : start + _CHUNK])
        found.update(session.scalars(select(Exchange.id).where(Exchange.conversation_id.in_(part))))
    return found


def set_title(session: Session, conversation_id: int, title: str) -> None:
    """Put another title in place."""
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(title=title))


def set_texts(session: Session, texts: WrittenTexts, digests: Mapping[str, Any]) -> None:
    """Put texts in place of those of the same exchange or earlier version; ``digests`` are columns that follow them."""
    own = {"prompt": texts.prompt, "reply": texts.reply}
    if texts.revision_id is not None:
        kept = {name: digests[name] for name in ("prompt_digest", "reply_digest")}
        statement = update(ExchangeRevision).where(ExchangeRevision.id == texts.revision_id)
        session.execute(statement.values(**own, **kept))
        return
    lists = {"attachments": list(texts.attachments), "citations": list(texts.citations)}
    session.execute(update(ExchangeText).where(ExchangeText.exchange_id == texts.exchange_id).values(**own, **lists))
    changed = {**digests, "vectors_due": Exchange.on_current_path}
    session.execute(update(Exchange).where(Exchange.id == texts.exchange_id).values(**changed))


def add_count(session: Session, exchange_id: int, kind: str, times: int) -> None:
    """Add to an exchange's count of what was hidden in it."""
    before = session.execute(select(Exchange.redactions).where(Exchange.id == exchange_id)).scalar_one()
    after = {**before, kind: int(before.get(kind, 0)) + times}
    session.execute(update(Exchange).where(Exchange.id == exchange_id).values(redactions=after))


def topic_texts(session: Session) -> list[tuple[str, str, str | None, str, list[str]]]:
    """Return id, name, pinned name, reason and terms of all topics."""
    columns = (Topic.id, Topic.name, Topic.pinned_name, Topic.name_reason, Topic.terms)
    return [(row[0], row[1], row[2], row[3], list(row[4])) for row in session.execute(select(*columns))]


def set_topic_texts(
    session: Session, topic_id: str, *, name: str, pinned_name: str | None, reason: str, terms: Sequence[str]
) -> None:
    """Put other words in a topic's place."""
    values = {"name": name, "pinned_name": pinned_name, "name_reason": reason, "terms": list(terms)}
    session.execute(update(Topic).where(Topic.id == topic_id).values(**values))


def area_names(session: Session) -> list[tuple[int, str]]:
    """Return the areas with their names."""
    return [(row[0], row[1]) for row in session.execute(select(Area.id, Area.name))]


def set_area_name(session: Session, area_id: int, name: str) -> None:
    """Give an area another name."""
    session.execute(update(Area).where(Area.id == area_id).values(name=name))
