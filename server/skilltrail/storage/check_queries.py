"""What the learner said about answers, and the review queue's table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Integer, Table, and_, delete, func, or_, select, text, type_coerce, update
from sqlalchemy.orm import Session

from skilltrail.domain.checks import CHECKED, Candidate, Check, Said
from skilltrail.domain.corrections import Standing
from skilltrail.domain.review_rules import READ_CHARACTERS, Finding
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.check_models import CheckRow, ReviewScan
from skilltrail.storage.models import Exchange, ExchangeText, Topic, TopicMembership
from skilltrail.storage.once import once

_SCAN = cast("Table", ReviewScan.__table__)
_COLUMNS = ("exchange_id", "number", "said", "source", "note", "made_at", "revision", "until")

CHECK_STATE: ColumnElement[str | None] = (
    select(CheckRow.said)
    .where(
        CheckRow.exchange_id == Exchange.id,
        CheckRow.ended_by.is_(None),
        CheckRow.revision == Exchange.revision,
        CheckRow.said.in_([said.value for said in CHECKED]),
    )
    .correlate(Exchange)
    .scalar_subquery()
)
"""The result of the check of an exchange's answer as it stands now, null for an unchecked one."""


def standing(session: Session, exchange_id: int) -> Check | None:
    """Return what the learner said last about an answer and has not taken back."""
    statement = select(CheckRow).where(CheckRow.exchange_id == exchange_id, CheckRow.ended_by.is_(None))
    row = session.execute(statement).scalar_one_or_none()
    return None if row is None else _check(row)


def last_number(session: Session, exchange_id: int) -> int:
    """Return the number of the last thing said about an answer and not undone, 0 before the first; it stands."""
    held = standing(session, exchange_id)
    return 0 if held is None else held.number


def add(session: Session, check: Check) -> None:
    """Write what was said; it ends what held before."""
    held = and_(CheckRow.exchange_id == check.exchange_id, CheckRow.ended_by.is_(None))
    session.execute(update(CheckRow).where(held).values(ended_by=check.number))
    values = {name: getattr(check, name) for name in _COLUMNS} | {"said": check.said.value}
    session.add(CheckRow(**values, ended_by=None))
    session.flush()


def undo(session: Session, exchange_id: int, number: int) -> None:
    """Take back what was said; what it ended holds again."""
    session.execute(delete(CheckRow).where(CheckRow.exchange_id == exchange_id, CheckRow.number == number))
    revived = and_(CheckRow.exchange_id == exchange_id, CheckRow.ended_by == number)
    session.execute(update(CheckRow).where(revived).values(ended_by=None))


def latest(session: Session, limit: int, *, only: Sequence[Said] = tuple(Said)) -> list[Check]:
    """Return what was said last about answers and holds, the newest first."""
    wanted = CheckRow.said.in_([said.value for said in only])
    statement = select(CheckRow).where(CheckRow.ended_by.is_(None), wanted)
    ordered = statement.order_by(CheckRow.made_at.desc(), CheckRow.exchange_id.desc()).limit(limit)
    return [_check(row) for row in session.execute(ordered).scalars()]


def checked_in(session: Session, topic_id: str) -> list[Check]:
    """Return the checks of a topic's answers that count now, the newest first."""
    return once(session, f"checks of {topic_id}", lambda: _checked_in(session, topic_id))


def _checked_in(session: Session, topic_id: str) -> list[Check]:
    statement = (
        select(CheckRow)
        .join(TopicMembership, TopicMembership.exchange_id == CheckRow.exchange_id)
        .join(Exchange, and_(Exchange.id == CheckRow.exchange_id, Exchange.revision == CheckRow.revision))
        .where(TopicMembership.topic_id == topic_id, CheckRow.ended_by.is_(None))
        .where(CheckRow.said.in_([said.value for said in CHECKED]))
        .order_by(CheckRow.made_at.desc(), CheckRow.exchange_id.desc())
    )
    return [_check(row) for row in session.execute(statement).scalars()]


def checked_by_topic(session: Session) -> dict[str, list[tuple[int, Said]]]:
    """Return for each topic the answers with a check that counts now, and its result."""
    found: dict[str, list[tuple[int, Said]]] = {}
    for topic, check in answer(session, COUNTED):
        if topic is not None:
            found.setdefault(topic, []).append((check.exchange_id, check.said))
    return found


def counted_of(session: Session, ids: Collection[int]) -> dict[int, Check]:
    """Return the checks of exchanges' answers that count now."""
    wanted = set(ids)
    return {check.exchange_id: check for _topic, check in answer(session, COUNTED) if check.exchange_id in wanted}


def _counted(rows: Rows) -> list[tuple[str | None, Check]]:
    found = [(row[0], Check(**dict(zip(_COLUMNS, row[1:], strict=True)) | {"said": Said(row[3])})) for row in rows]
    return sorted(found, key=lambda one: one[1].exchange_id)


COUNTED: Question[list[tuple[str | None, Check]]] = Question(
    "checks that count",
    select(TopicMembership.topic_id, *(getattr(CheckRow, name) for name in _COLUMNS))
    .select_from(CheckRow)
    .join(Exchange, and_(Exchange.id == CheckRow.exchange_id, Exchange.revision == CheckRow.revision))
    .outerjoin(TopicMembership, TopicMembership.exchange_id == CheckRow.exchange_id)
    .where(CheckRow.ended_by.is_(None), CheckRow.said.in_([said.value for said in CHECKED])),
    _counted,
)
"""All checks that count now, each with the topic that its exchange is in."""


def all_said(session: Session) -> list[dict[str, Any]]:
    """Return everything ever said about answers and not undone, for "everything I have"."""
    names = (*_COLUMNS, "ended_by")
    columns = [getattr(CheckRow, name) for name in names]
    statement = select(*columns).order_by(CheckRow.exchange_id, CheckRow.number)
    return [dict(zip(names, row, strict=True)) for row in session.execute(statement)]


def noted(session: Session) -> list[tuple[int, int, str, str]]:
    """Return (exchange, number, source, note) of everything said with words of the learner's."""
    with_words = or_(CheckRow.source != "", CheckRow.note != "")
    statement = select(CheckRow.exchange_id, CheckRow.number, CheckRow.source, CheckRow.note).where(with_words)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(statement)]


def set_words(session: Session, exchange_id: int, number: int, *, source: str, note: str) -> None:
    """Write other words in place of a source and note."""
    one = and_(CheckRow.exchange_id == exchange_id, CheckRow.number == number)
    session.execute(update(CheckRow).where(one).values(source=source, note=note))


# --- the review queue -----------------------------------------------------------------------------------------------


def due(session: Session, limit: int) -> list[tuple[int, str]]:
    """Return ids and the beginnings of answers that were not looked at yet, the last to arrive first."""
    statement = (
        select(ReviewScan.exchange_id, func.substr(ExchangeText.reply, 1, READ_CHARACTERS))
        .join(ExchangeText, ExchangeText.exchange_id == ReviewScan.exchange_id)
        .where(ReviewScan.due == text("1"))
        .order_by(ReviewScan.exchange_id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(statement)]


def count_due(session: Session) -> int:
    """Return how many answers were not looked at yet."""
    return session.execute(select(func.count()).select_from(ReviewScan).where(ReviewScan.due == text("1"))).scalar_one()


def look_at_all_again(session: Session) -> None:
    """Make every answer be looked at anew."""
    session.execute(update(ReviewScan).values(due=True))


def keep_findings(session: Session, found: Iterable[tuple[int, Sequence[Finding]]]) -> None:
    """Write what was found in answers that were looked at."""
    rows = [(row, [list(astuple(one)) for one in findings]) for row, findings in found]
    for exchange_id, findings in rows:
        values = {"due": False, "findings": findings, "asked_at": _asked_at(exchange_id)}
        session.execute(update(ReviewScan).where(ReviewScan.exchange_id == exchange_id).values(**values))
    settle(session, [row for row, _findings in rows])


def _asked_at(exchange_id: int) -> Any:
    return select(Exchange.asked_at).where(Exchange.id == exchange_id).scalar_subquery()


_SETTLED = (
    select(CheckRow.exchange_id)
    .join(Exchange, and_(Exchange.id == CheckRow.exchange_id, Exchange.revision == CheckRow.revision))
    .where(CheckRow.exchange_id == ReviewScan.exchange_id, CheckRow.ended_by.is_(None))
    .where(CheckRow.said.in_([*(said.value for said in CHECKED), Said.NOT_WORTH.value]))
    .exists()
)


def settle(session: Session, ids: Sequence[int]) -> None:
    """Work out for answers whether they wait in the queue."""
    wanted = update(ReviewScan).where(ReviewScan.exchange_id.in_(ids))
    is_open = and_(text("findings <> '[]'"), _SCAN.c.due == 0, ~_SETTLED)
    session.execute(wanted.values(open=is_open), execution_options={"synchronize_session": False})


def text_of(session: Session, exchange_id: int) -> tuple[int, tuple[Finding, ...]] | None:
    """Return the revision of an exchange's text and what the rules found in it; None where there is none."""
    statement = (
        select(Exchange.revision, ReviewScan.findings)
        .outerjoin(ReviewScan, ReviewScan.exchange_id == Exchange.id)
        .where(Exchange.id == exchange_id)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else (row[0], _findings(row[1] or []))


# The sum keeps SQLite from starting with all exchanges on the path and sorting them: the queue has an index of its own.
_ON_PATH = type_coerce(Exchange.on_current_path, Integer) + text("0") == text("1")


def candidates(session: Session, *, now: datetime, limit: int) -> list[Candidate]:
    """Return the newest answers that wait in the queue; not those of hidden topics, or put off until later."""
    put_off = (
        select(CheckRow.exchange_id)
        .where(CheckRow.exchange_id == ReviewScan.exchange_id, CheckRow.ended_by.is_(None), CheckRow.until > now)
        .exists()
    )
    statement = (
        select(ReviewScan.exchange_id, ReviewScan.asked_at, Topic.id, ReviewScan.findings)
        .join(Exchange, Exchange.id == ReviewScan.exchange_id)
        .outerjoin(TopicMembership, TopicMembership.exchange_id == ReviewScan.exchange_id)
        .outerjoin(Topic, and_(Topic.id == TopicMembership.topic_id, Topic.retired_at.is_(None)))
        .where(ReviewScan.open == text("1"), _ON_PATH, ~put_off)
        .where(or_(Topic.standing.is_(None), Topic.standing == Standing.SHOWN.value))
        .order_by(ReviewScan.asked_at.desc(), ReviewScan.exchange_id.desc())
        .limit(limit)
    )
    return [Candidate(row[0], row[1], row[2], _findings(row[3])) for row in session.execute(statement)]


def topic_sizes(session: Session, topic_ids: Iterable[str]) -> dict[str, int]:
    """Return how many exchanges each topic has."""
    wanted = sorted(topic_ids)
    statement = (
        select(TopicMembership.topic_id, func.count())
        .where(TopicMembership.topic_id.in_(wanted))
        .group_by(TopicMembership.topic_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)} if wanted else {}


def replies(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the beginnings of answers, as far as the rules read them."""
    head = func.substr(ExchangeText.reply, 1, READ_CHARACTERS)
    statement = select(ExchangeText.exchange_id, head).where(ExchangeText.exchange_id.in_(ids))
    return {row[0]: row[1] for row in session.execute(statement)}


def _check(row: CheckRow) -> Check:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Check(**values | {"said": Said(row.said)})


def _findings(rows: Sequence[Any]) -> tuple[Finding, ...]:
    return tuple(Finding(*row) for row in rows)
