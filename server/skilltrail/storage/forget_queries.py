"""What forgetting reads and removes: choosing exchanges, and taking every row of them away."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.exchange import question_line
from skilltrail.domain.forget import ForgetExample, Trace
from skilltrail.domain.merging import HEAD
from skilltrail.storage.access_models import LedgerRowRecord
from skilltrail.storage.check_models import CheckRow
from skilltrail.storage.claim_models import ClaimProposalRow, ClaimRow, TopicMatchRow
from skilltrail.storage.correction_models import CorrectionRow
from skilltrail.storage.models import (
    Area,
    Conversation,
    Embedding,
    Exchange,
    ExchangeRevision,
    ExchangeText,
    Topic,
    TopicMembership,
    TopicRun,
    WorkFailure,
)

CHUNK = 500  # exchanges named in one statement

_QUESTION_HEAD = 640
_EXCHANGE = cast("Table", Exchange.__table__)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An exchange that is to be forgotten."""

    id: int
    conversation_id: int
    asked_at: datetime
    topic_id: str | None


# --- choosing -------------------------------------------------------------------------------------------------------


def exchange_ids(session: Session, *conditions: ColumnElement[bool]) -> list[int]:
    """Return the ids of the exchanges that meet all conditions, in order."""
    return list(session.execute(select(Exchange.id).where(*conditions).order_by(Exchange.id)).scalars())


def by_id(session: Session, exchange_id: int) -> list[int]:
    """Return the exchange's own id if it is there."""
    return exchange_ids(session, Exchange.id == exchange_id)


def by_source(session: Session, source_id: str) -> list[int]:
    """Return the exchanges of all conversations that have this id at their source."""
    wanted = select(Conversation.id).where(Conversation.source_id == source_id)
    return exchange_ids(session, Exchange.conversation_id.in_(wanted))


def beside(session: Session, exchange_ids_: Sequence[int]) -> list[int]:
    """Return all exchanges of the conversations in which these stand."""
    found: set[int] = set()
    for part in parts(exchange_ids_):
        talks = select(Exchange.conversation_id).where(Exchange.id.in_(part))
        found.update(exchange_ids(session, Exchange.conversation_id.in_(talks)))
    return sorted(found)


def between(session: Session, since: datetime | None, before: datetime | None) -> list[int]:
    """Return the exchanges asked from ``since`` to just before ``before``."""
    conditions = [Exchange.asked_at >= since] if since is not None else []
    conditions += [Exchange.asked_at < before] if before is not None else []
    return exchange_ids(session, *conditions)


def with_text_before(session: Session, before: datetime) -> list[int]:
    """Return the exchanges asked before a moment that still have their texts."""
    return exchange_ids(session, Exchange.asked_at < before, Exchange.text_removed.is_(False))


def holding(session: Session, word: str) -> tuple[list[int], set[int]]:
    """Return the exchanges that hold a word anywhere, and those of them that are chosen by their chat's title alone.

    In any case, in any Unicode spelling, and inside longer words.
    """
    _teach(session, word)
    in_texts = _holds(
        ExchangeText.prompt, ExchangeText.reply, ExchangeText.attachments, ExchangeText.citations, Exchange.model
    )
    by_text = set(
        session.execute(
            select(Exchange.id).join(ExchangeText, ExchangeText.exchange_id == Exchange.id).where(in_texts)
        ).scalars()
    )
    in_revisions = _holds(ExchangeRevision.prompt, ExchangeRevision.reply)
    by_text.update(session.execute(select(ExchangeRevision.exchange_id).where(in_revisions)).scalars())
    in_checks = _holds(CheckRow.source, CheckRow.note)
    by_text.update(session.execute(select(CheckRow.exchange_id).where(in_checks)).scalars())
    in_talk = _holds(Conversation.title, Conversation.account, Conversation.project_id, Conversation.gizmo_id)
    talks = select(Conversation.id).where(in_talk)
    by_title = set(exchange_ids(session, Exchange.conversation_id.in_(talks))) - by_text
    return sorted(by_text | by_title), by_title


def folded(text: str) -> str:
    """Return ``text`` for comparing: one Unicode spelling, no case, white space as single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _holds(*columns: Any) -> ColumnElement[bool]:
    # The word itself is taught to the function: as a parameter it would be folded again for every row.
    return or_(*(func.skilltrail_holds(column) == 1 for column in columns))


def _teach(session: Session, word: str) -> None:
    driver = session.connection().connection.dbapi_connection
    if driver is not None:
        driver.create_function("skilltrail_holds", 1, _finder(folded(word)))


def _finder(needle: str) -> Callable[[str | None], int]:
    """Return what tells whether a text holds ``needle``; most texts are ASCII, and need no costly folding."""
    is_plain, is_one_word = needle.isascii(), " " not in needle

    def holds(text: str | None) -> int:
        if text is None or (text.isascii() and not is_plain):
            return 0
        if text.isascii():
            lower = text.lower()
            return int(needle in (lower if is_one_word else " ".join(lower.split())))
        return int(needle in folded(text))

    return holds


# --- describing -----------------------------------------------------------------------------------------------------


def chosen(session: Session, ids: Sequence[int]) -> list[Chosen]:
    """Return what a plan says of exchanges."""
    found: list[Chosen] = []
    for part in parts(ids):
        statement = (
            select(Exchange.id, Exchange.conversation_id, Exchange.asked_at, TopicMembership.topic_id)
            .outerjoin(TopicMembership, TopicMembership.exchange_id == Exchange.id)
            .where(Exchange.id.in_(part))
        )
        found += [Chosen(*row) for row in session.execute(statement)]
    return found


def sizes_of(session: Session, conversations: Iterable[int]) -> dict[int, int]:
    """Return how many exchanges each conversation has."""
    sizes: dict[int, int] = {}
    for part in parts(sorted(set(conversations))):
        statement = select(Exchange.conversation_id, func.count()).where(Exchange.conversation_id.in_(part))
        sizes |= {row[0]: row[1] for row in session.execute(statement.group_by(Exchange.conversation_id))}
    return sizes


def examples(session: Session, ids: Sequence[int]) -> tuple[ForgetExample, ...]:
    """Return the beginnings of some exchanges, the newest first."""
    head = func.substr(ExchangeText.prompt, 1, _QUESTION_HEAD)
    statement = (
        select(Exchange.id, Exchange.asked_at, head, Conversation.title)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .where(Exchange.id.in_(ids))
        .order_by(Exchange.asked_at.desc(), Exchange.id.desc())
    )
    return tuple(ForgetExample(row[0], row[1], question_line(row[2]), row[3]) for row in session.execute(statement))


def traces(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, Trace]]:
    """Yield what each exchange can be recognised by, a trace for every text that it has or had."""
    for part in parts(ids):
        yield from _traces_of(session, part, _texts())
        yield from _traces_of(session, part, _revisions())


def _traces_of(session: Session, part: Sequence[int], statement: Select[Any]) -> Iterator[tuple[int, Trace]]:
    for row in session.execute(statement.where(Exchange.id.in_(part))):
        yield row[0], Trace(*row[1:])


def _texts() -> Select[Any]:
    return (
        select(
            *_NAMED,
            Exchange.prompt_digest,
            Exchange.reply_digest,
            func.substr(ExchangeText.prompt, 1, HEAD),
            func.substr(ExchangeText.reply, 1, HEAD),
        )
        .select_from(Exchange)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .join(ExchangeText, ExchangeText.exchange_id == Exchange.id)
    )


def _revisions() -> Select[Any]:
    return (
        select(
            *_NAMED,
            ExchangeRevision.prompt_digest,
            ExchangeRevision.reply_digest,
            func.substr(ExchangeRevision.prompt, 1, HEAD),
            func.substr(ExchangeRevision.reply, 1, HEAD),
        )
        .select_from(Exchange)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .join(ExchangeRevision, ExchangeRevision.exchange_id == Exchange.id)
    )


_NAMED: Sequence[Any] = (
    Exchange.id,
    Conversation.provider,
    Conversation.source_id,
    Exchange.prompt_id,
    Exchange.reply_id,
)


def prompt_stands(session: Session, provider: str, source_id: str, prompt_id: str) -> bool:
    """Tell whether an exchange under this prompt is there."""
    statement = (
        select(Exchange.id)
        .join(Conversation, Conversation.id == Exchange.conversation_id)
        .where(Conversation.provider == provider, Conversation.source_id == source_id)
        .where(Exchange.prompt_id == prompt_id)
        .limit(1)
    )
    return session.execute(statement).first() is not None


# --- removing -------------------------------------------------------------------------------------------------------


def talks_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, str, int]]:
    """Return provider, source id and the number of these exchanges for each conversation they stand in."""
    found: dict[int, tuple[str, str, int]] = {}
    for part in parts(ids):
        statement = (
            select(Conversation.id, Conversation.provider, Conversation.source_id, func.count())
            .join(Exchange, Exchange.conversation_id == Conversation.id)
            .where(Exchange.id.in_(part))
            .group_by(Conversation.id)
        )
        for talk, provider, source_id, count in session.execute(statement):
            before = found[talk][2] if talk in found else 0
            found[talk] = (provider, source_id, before + count)
    return found


def orphans_of(session: Session, ids: Sequence[int]) -> list[tuple[int, str, str, str, bool]]:
    """Return (id, provider, source id, parent's id, on current path) of what hangs under replies of these exchanges."""
    found: list[tuple[int, str, str, str, bool]] = []
    above = _EXCHANGE.alias()
    hangs = and_(above.c.conversation_id == Exchange.conversation_id, above.c.reply_id == Exchange.parent_id)
    for part in parts(ids):
        statement = (
            select(Exchange.id, Conversation.provider, Conversation.source_id, above.c.reply_id)
            .add_columns(Exchange.on_current_path)
            .join(Conversation, Conversation.id == Exchange.conversation_id)
            .join(above, hangs)
            .where(above.c.id.in_(part))
        )
        found += [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(statement)]
    return found


def hang_elsewhere(session: Session, rows: Sequence[tuple[int, str, bool]]) -> None:
    """Write another parent's id for exchanges; one that is off the current path stays off it."""
    if not rows:
        return
    statement = (
        update(_EXCHANGE)
        .where(_EXCHANGE.c.id == bindparam("row"))
        .values(parent_id=bindparam("parent"), path_flag=bindparam("flag"))
    )
    wanted = select(Exchange.id, Exchange.path_flag).where(Exchange.id.in_([row[0] for row in rows]))
    flags = {row[0]: row[1] for row in session.execute(wanted)}
    values = [{"row": row, "parent": parent, "flag": on_path and flags[row]} for row, parent, on_path in rows]
    session.connection().execute(statement, values)


def delete_exchanges(session: Session, part: Sequence[int]) -> None:
    """Delete exchanges; texts, revisions, vectors, places in topics and failures go with them."""
    session.execute(delete(Exchange).where(Exchange.id.in_(part)))


def remove_texts(session: Session, digests: Sequence[tuple[int, bytes, bytes]]) -> None:
    """Take the texts of exchanges away and put other digests in place; the exchanges go on counting."""
    part = [row[0] for row in digests]
    for table in (ExchangeRevision, Embedding, WorkFailure):
        session.execute(delete(table).where(table.exchange_id.in_(part)))
    empty: dict[str, Any] = {"prompt": "", "reply": "", "attachments": [], "citations": []}
    session.execute(update(ExchangeText).where(ExchangeText.exchange_id.in_(part)).values(**empty))
    session.execute(update(TopicMembership).where(TopicMembership.exchange_id.in_(part)).values(exemplar=None))
    statement = (
        update(_EXCHANGE)
        .where(_EXCHANGE.c.id == bindparam("row"))
        .values(
            prompt_digest=bindparam("prompt"),
            reply_digest=bindparam("reply"),
            text_removed=True,
            vectors_due=False,
            redactions={},
        )
    )
    rows = [{"row": row, "prompt": prompt, "reply": reply} for row, prompt, reply in digests]
    session.connection().execute(statement, rows)


def digests_of(session: Session, part: Sequence[int]) -> list[tuple[int, bytes, bytes]]:
    """Return the digests of the texts of exchanges."""
    statement = select(Exchange.id, Exchange.prompt_digest, Exchange.reply_digest).where(Exchange.id.in_(part))
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def drop_empty_talks(session: Session, talks: Iterable[int]) -> set[int]:
    """Delete those of the conversations that hold no exchange any more, with their titles; return which."""
    wanted = set(talks)
    empty = wanted - sizes_of(session, wanted).keys()
    for part in parts(sorted(empty)):
        session.execute(delete(Conversation).where(Conversation.id.in_(part)))
    return empty


def drop_titles_without_text(session: Session, talks: Iterable[int]) -> None:
    """Take the titles of conversations away all of whose exchanges have lost their texts."""
    for part in parts(sorted(set(talks))):
        has_text = select(Exchange.conversation_id).where(
            Exchange.conversation_id.in_(part), Exchange.text_removed.is_(False)
        )
        silent = update(Conversation).where(Conversation.id.in_(part), Conversation.id.not_in(has_text))
        session.execute(silent.values(title=None))


def drop_ledger_row(session: Session, provider: str, source_id: str) -> None:
    """Delete what the extensions reported of a conversation."""
    session.execute(delete(LedgerRowRecord).where(*_row_of(provider, source_id)))


def note_in_ledger(session: Session, provider: str, source_id: str, count: int) -> None:
    """Note in the reports of a conversation how many of its exchanges were forgotten."""
    change = update(LedgerRowRecord).where(*_row_of(provider, source_id))
    session.execute(change.values(forgotten=LedgerRowRecord.forgotten + count))


def _row_of(provider: str, source_id: str) -> tuple[ColumnElement[bool], ...]:
    return (LedgerRowRecord.provider == provider, LedgerRowRecord.conversation_id == source_id)


def drop_everything_derived(session: Session) -> None:
    """Delete what was worked out from a history that is gone: claims, topics, areas, runs, reports, conversations."""
    for table in (
        ClaimProposalRow,
        TopicMatchRow,
        ClaimRow,
        CorrectionRow,
        TopicMembership,
        Topic,
        Area,
        TopicRun,
        LedgerRowRecord,
        Conversation,
    ):
        session.execute(delete(table))


def parts(values: Sequence[int]) -> Iterator[list[int]]:
    """Yield ``values`` in lists that one statement can name."""
    return (list(values[start : start + CHUNK]) for start in range(0, len(values), CHUNK))
