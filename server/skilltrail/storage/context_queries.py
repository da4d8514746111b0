"""Clients and projects as chains of their forms, what the learner said of exchanges, and who has which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import case, delete, func, select, text, update
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import (
    Assigned,
    By,
    ClientCounts,
    Context,
    ContextForm,
    How,
    Mention,
    Place,
    SaidOf,
    Say,
    TalkFacts,
    as_fields,
    from_fields,
)
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.context_conditions import RULES
from skilltrail.storage.context_models import (
    ContextAssignment,
    ContextFormRow,
    ContextSaidRow,
)
from skilltrail.storage.meta_queries import raise_counter
from skilltrail.storage.models import Exchange

_LAST = "last_context_change"


def next_change(session: Session) -> int:
    """Return the number of a new change."""
    return raise_counter(session, _LAST)


# --- clients and projects -------------------------------------------------------------------------------------------


def contexts(session: Session) -> dict[int, Context]:
    """Return the living clients and projects by id; a project of a removed client is not among them."""
    return answer(session, LIVING)


def _living(rows: Rows) -> dict[int, Context]:
    found = {row[0]: Context(row[0], from_fields(row[1]), *row[2:]) for row in sorted(rows, key=lambda row: row[0])}
    return {number: one for number, one in found.items() if one.owner in found}


LIVING: Question[dict[int, Context]] = Question(
    "contexts",
    select(
        ContextFormRow.context_id,
        ContextFormRow.value,
        ContextFormRow.client_id,
        ContextFormRow.created_at,
        ContextFormRow.made_at,
    ).where(ContextFormRow.ended_by.is_(None), ContextFormRow.removed.is_(False)),
    _living,
)


def put(
    session: Session, form: ContextForm, *, change: int, now: datetime, old: Context | None, client_id: int | None
) -> int:
    """Write the next form of a client or project, or of a new one; return its id."""
    number = change if old is None else old.id
    return _write(session, form, number, change=change, now=now, old=old, client_id=client_id, removed=False)


def remove(session: Session, old: Context, *, change: int, now: datetime) -> None:
    """Note that a client or project is removed."""
    _write(session, old.form, old.id, change=change, now=now, old=old, client_id=old.client_id, removed=True)


def _write(
    session: Session,
    form: ContextForm,
    number: int,
    *,
    change: int,
    now: datetime,
    old: Context | None,
    client_id: int | None,
    removed: bool,
) -> int:
    held = update(ContextFormRow).where(ContextFormRow.context_id == number, ContextFormRow.ended_by.is_(None))
    session.execute(held.values(ended_by=change))
    row = ContextFormRow(
        change=change,
        context_id=number,
        client_id=client_id,
        value=as_fields(form),
        created_at=now if old is None else old.created_at,
        made_at=now,
        removed=removed,
        ended_by=None,
    )
    session.add(row)
    session.flush()
    return number


_CHAINS = ("context_form", "context_said")
_KEYS = {"context_form": "context_id", "context_said": "exchange_id"}


def undo(session: Session, change: int) -> tuple[bool, list[int]]:
    """Take a change back, wherever it stands in its chains.

    Returns
    -------
    tuple[bool, list[int]]
        Whether it changed forms, and the exchanges of which something was said by it.
    """
    said = select(ContextSaidRow.exchange_id).where(ContextSaidRow.change == change)
    concerned = list(session.execute(said).scalars())
    of_forms = session.execute(select(ContextFormRow.context_id).where(ContextFormRow.change == change)).first()
    for table in _CHAINS:
        key = _KEYS[table]
        # What it ended is ended now by what ended it, or stands again.
        session.connection().execute(
            text(
                f"UPDATE {table} SET ended_by = (SELECT gone.ended_by FROM {table} AS gone "  # noqa: S608 - our own names
                f"WHERE gone.{key} = {table}.{key} AND gone.change = :change) WHERE ended_by = :change"
            ),
            {"change": change},
        )
        session.connection().execute(text(f"DELETE FROM {table} WHERE change = :change"), {"change": change})  # noqa: S608 - same
    return of_forms is not None, concerned


# --- what the learner said --------------------------------------------------------------------------------------------

_END = text(
    "UPDATE context_said SET ended_by = :change "
    "WHERE ended_by IS NULL AND exchange_id IN (SELECT value FROM json_each(:ids))"
)
_SAY = text(
    "INSERT INTO context_said (exchange_id, change, said, clients, project_id, whole, suggested, made_at, ended_by) "
    "SELECT exchange.id, :change, :said, :clients, :project, :whole, :suggested, :now, NULL "
    "FROM json_each(:ids) AS wanted JOIN exchange ON exchange.id = wanted.value"
)


def say(session: Session, ids: Sequence[int], said: Say, *, now: int) -> None:
    """Write what the learner said of exchanges; it ends what they said before. ``now`` in microseconds."""
    wanted = {"ids": _json(ids), "change": said.change}
    session.connection().execute(_END, wanted)
    values: dict[str, Any] = {"said": said.said.value, "clients": _json(said.clients), "project": said.project_id}
    values |= {"whole": int(said.whole), "suggested": int(said.suggested), "now": now}
    session.connection().execute(_SAY, wanted | values)


def beside(session: Session, ids: Sequence[int]) -> list[int]:
    """Return all exchanges of the conversations of these, in order."""
    statement = text(
        "SELECT id FROM exchange WHERE conversation_id IN (SELECT conversation_id FROM exchange "
        "WHERE id IN (SELECT value FROM json_each(:ids))) ORDER BY id"
    )
    return [row[0] for row in session.connection().execute(statement, {"ids": _json(ids)})]


def there(session: Session, ids: Sequence[int]) -> list[int]:
    """Return those of the exchanges that are there, in order."""
    statement = text("SELECT id FROM exchange WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id")
    return [row[0] for row in session.connection().execute(statement, {"ids": _json(ids)})]


def says_naming(session: Session, client_id: int) -> list[tuple[int, Say]]:
    """Return what stands of the learner's words that name a client, with their exchanges."""
    statement = select(ContextSaidRow).where(
        ContextSaidRow.ended_by.is_(None), ContextSaidRow.said == SaidOf.CLIENTS.value
    )
    rows = session.execute(statement.order_by(ContextSaidRow.exchange_id)).scalars()
    return [(row.exchange_id, _say(row)) for row in rows if client_id in row.clients]


def exchanges_of(session: Session, client_id: int, *, certain: bool = True) -> list[int]:
    """Return the exchanges of a client, in order."""
    statement = select(ContextAssignment.exchange_id).where(ContextAssignment.client_id == client_id)
    statement = statement.where(ContextAssignment.certain.is_(True)) if certain else statement
    return list(session.execute(statement.order_by(ContextAssignment.exchange_id)).scalars())


# --- what the rules found, and who has what ---------------------------------------------------------------------------


def talks_of(session: Session, ids: Sequence[int]) -> list[int]:
    """Return the conversations of exchanges."""
    statement = text("SELECT DISTINCT conversation_id FROM exchange WHERE id IN (SELECT value FROM json_each(:ids))")
    return sorted(row[0] for row in session.connection().execute(statement, {"ids": _json(ids)}))


_FACTS = text(
    "SELECT 'exchange', e.conversation_id, e.id, coalesce(c.rules, 0) >= coalesce("
    "(SELECT CAST(value AS INTEGER) FROM meta WHERE name = :rules), 0), NULL, NULL, NULL, NULL "
    "FROM exchange AS e LEFT JOIN context_scan AS c ON c.exchange_id = e.id "
    "WHERE e.conversation_id IN (SELECT value FROM json_each(:talks)) "
    "UNION ALL SELECT 'mention', e.conversation_id, e.id, m.context_id, m.place, m.how, m.word, NULL "
    "FROM exchange AS e JOIN context_mention AS m ON m.exchange_id = e.id "
    "WHERE e.conversation_id IN (SELECT value FROM json_each(:talks)) "
    "UNION ALL SELECT 'said', e.conversation_id, e.id, s.change, s.said, s.clients, s.project_id, "
    "s.whole + 2 * s.suggested "
    "FROM exchange AS e JOIN context_said AS s ON s.exchange_id = e.id AND s.ended_by IS NULL "
    "WHERE e.conversation_id IN (SELECT value FROM json_each(:talks))"
)
_FACTS_AROUND = text(
    str(_FACTS).replace(
        "(SELECT value FROM json_each(:talks))", "(SELECT conversation_id FROM exchange WHERE id = :row)"
    )
)
_HELD = text(
    "SELECT e.id, a.client_id, a.project_id, a.certain, a.by FROM exchange AS e "
    "JOIN context_assignment AS a ON a.exchange_id = e.id "
    "WHERE e.conversation_id IN (SELECT value FROM json_each(:talks)) "
    "ORDER BY e.id, a.client_id"
)
_OWN = text(
    "SELECT e.id FROM exchange AS e JOIN context_scan AS c ON c.exchange_id = e.id AND c.own = 1 "
    "WHERE e.conversation_id IN (SELECT value FROM json_each(:talks))"
)


def facts_of(session: Session, talks: Sequence[int]) -> dict[int, TalkFacts]:
    """Return what is known of conversations."""
    return _facts(session.connection().execute(_FACTS, {"rules": RULES, "talks": _json(talks)}))


def facts_around(session: Session, exchange_id: int) -> TalkFacts | None:
    """Return what is known of an exchange's conversation; None where there is no such exchange."""
    found = _facts(session.connection().execute(_FACTS_AROUND, {"rules": RULES, "row": exchange_id}))
    return next(iter(found.values()), None)


def _facts(rows: Iterable[Any]) -> dict[int, TalkFacts]:
    exchanges: dict[int, dict[int, bool]] = {}
    mentions: dict[int, dict[int, list[Mention]]] = {}
    says: dict[int, dict[int, Say]] = {}
    for kind, talk, row, number, first, second, third, flags in rows:
        if kind == "exchange":
            exchanges.setdefault(talk, {})[row] = bool(number)
        elif kind == "mention":
            found = Mention(number, Place(first), How(second), third)
            mentions.setdefault(talk, {}).setdefault(row, []).append(found)
        else:
            said = Say(number, SaidOf(first), tuple(numbers_in(second)), third, bool(flags & 1), bool(flags & 2))
            says.setdefault(talk, {})[row] = said
    return {
        talk: TalkFacts(
            tuple(sorted(held)),
            mentions.get(talk, {}),
            says.get(talk, {}),
            frozenset(row for row, seen in held.items() if not seen),
        )
        for talk, held in exchanges.items()
    }


def assigned(session: Session, talks: Sequence[int]) -> dict[int, tuple[Assigned, ...]]:
    """Return the clients of the exchanges of conversations."""
    found: dict[int, list[Assigned]] = {}
    for row, client, project, certain, by in session.connection().execute(_HELD, {"talks": _json(talks)}):
        found.setdefault(row, []).append(Assigned(client, project, bool(certain), By(by)))
    return {row: tuple(held) for row, held in found.items()}


def own_in(session: Session, talks: Sequence[int]) -> set[int]:
    """Return the exchanges of conversations that are the learner's own."""
    return {row[0] for row in session.connection().execute(_OWN, {"talks": _json(talks)})}


def keep_assigned(session: Session, changed: dict[int, tuple[Assigned, ...]]) -> None:
    """Write other clients of exchanges in place of those before."""
    if not changed:
        return
    gone = text("DELETE FROM context_assignment WHERE exchange_id IN (SELECT value FROM json_each(:ids))")
    session.connection().execute(gone, {"ids": _json(sorted(changed))})
    rows = [_row(row, one) for row, held in changed.items() for one in held]
    if rows:
        put_in = text(
            "INSERT INTO context_assignment (exchange_id, client_id, project_id, certain, by) "
            "VALUES (:row, :client, :project, :certain, :by)"
        )
        session.connection().execute(put_in, rows)


def _row(row: int, one: Assigned) -> dict[str, Any]:
    values: dict[str, Any] = {"row": row, "client": one.client_id, "project": one.project_id}
    return values | {"certain": int(one.certain), "by": one.by.value}


def set_own(session: Session, ids: Iterable[int], *, own: bool) -> None:
    """Note which exchanges are the learner's own, or no longer."""
    wanted = sorted(ids)
    if wanted:
        statement = text("UPDATE context_scan SET own = :own WHERE exchange_id IN (SELECT value FROM json_each(:ids))")
        session.connection().execute(statement, {"own": int(own), "ids": _json(wanted)})


def drop_client(session: Session, client_id: int) -> None:
    """Take a removed client from all its exchanges."""
    session.execute(delete(ContextAssignment).where(ContextAssignment.client_id == client_id))


# --- counts -----------------------------------------------------------------------------------------------------------


def counts(session: Session) -> dict[int, ClientCounts]:
    """Return the counts of every client that has an exchange; all versions of exchanges count."""
    certain = ContextAssignment.certain.is_(True)
    statement = (
        select(
            ContextAssignment.client_id,
            func.sum(case((certain, 1), else_=0)),
            func.sum(case((certain, 0), else_=1)),
            func.sum(case((ContextAssignment.by != By.RULE.value, 1), else_=0)),
            func.max(Exchange.asked_at),
        )
        .join(Exchange, Exchange.id == ContextAssignment.exchange_id)
        .group_by(ContextAssignment.client_id)
    )
    return {row[0]: ClientCounts(int(row[1]), int(row[2]), int(row[3]), row[4]) for row in session.execute(statement)}


def project_counts(session: Session) -> dict[int, int]:
    """Return how many exchanges each project has."""
    statement = (
        select(ContextAssignment.project_id, func.count())
        .where(ContextAssignment.project_id.is_not(None), ContextAssignment.certain.is_(True))
        .group_by(ContextAssignment.project_id)
    )
    return {row[0]: row[1] for row in session.execute(statement) if row[0] is not None}


_TOTALS = text(
    "SELECT (SELECT count(*) FROM exchange), (SELECT count(*) FROM context_scan WHERE own = 1), "
    "(SELECT count(DISTINCT exchange_id) FROM context_assignment), "
    "(SELECT count(DISTINCT exchange_id) FROM context_assignment WHERE certain = 0), "
    "(SELECT count(*) FROM exchange WHERE conversation_id IN (SELECT e.conversation_id FROM exchange AS e "
    "JOIN context_scan AS s ON s.exchange_id = e.id "
    "WHERE s.rules < (SELECT CAST(value AS INTEGER) FROM meta WHERE name = :rules)))"
)


def totals(session: Session) -> tuple[int, int, int, int, int]:
    """Return all exchanges, own ones, those of clients, undecided ones of these, and those of chats not looked at."""
    row = session.connection().execute(_TOTALS, {"rules": RULES}).one()
    return row[0], row[1], row[2], row[3], row[4]


def numbers_in(value: str) -> list[int]:
    """Return a list of numbers that we wrote ourselves."""
    return [int(part) for part in value.strip("[]").split(",") if part]


def _say(row: ContextSaidRow) -> Say:
    clients = tuple(row.clients)
    return Say(row.change, SaidOf(row.said), clients, row.project_id, row.whole, row.suggested)


def _json(values: Sequence[int]) -> str:
    return orjson.dumps(list(values)).decode()
