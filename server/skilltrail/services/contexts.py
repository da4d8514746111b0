"""Clients and projects: keeping them, saying which exchanges are whose, taking it back, and reading how it stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.contexts import (
    CONTEXTS_LIMIT,
    ClientCounts,
    ClientLine,
    Context,
    ContextChange,
    ContextForm,
    ContextOverview,
    ExchangeContext,
    Placing,
    SaidOf,
    Say,
    reasons_of,
    resolve,
)
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.services.context_boundary import Common
from skilltrail.services.context_forms import cleaned, missing_short
from skilltrail.services.context_rules import change_rules, rules_now, settle
from skilltrail.storage import context_queries as queries
from skilltrail.storage import context_scan_queries as scans
from skilltrail.storage.meta_queries import bump_revision
from skilltrail.storage.touched import Touched
from skilltrail.storage.types import to_microseconds

RELEASE, OWN = "release", "own"
"""What becomes of a removed client's exchanges: nobody's, or the learner's own; else another client's, by its id."""

_AT_ONCE = 5_000


def keep(
    session: Session,
    form: ContextForm,
    *,
    now: datetime,
    context_id: int | None = None,
    client_id: int | None = None,
    common: Collection[str] = (),
    short: Common | None = None,
) -> ContextChange:
    """Keep a new client, with ``client_id`` a new project of one, or with ``context_id`` another form of either.

    Parameters
    ----------
    common
        Words that are refused: they stand in nearly every text.
    short
        With words that tell no client: the short form of a client's name is kept as another name of it.

    Raises
    ------
    NotFound
        If the client or project that is named is not there (any more).
    RequestInvalid
        If a name is missing, taken or too long, or a word could not identify anybody.
    """
    living = queries.contexts(session)
    old = None if context_id is None else _living(living, context_id)
    if client_id is not None and old is None and _living(living, client_id).client_id is not None:
        raise NotFound(_("This client does not exist (any more)."))
    owner = old.client_id if old is not None else client_id
    clean = cleaned(form, common)
    _refuse_taken(living, clean, old, owner)
    if short is not None and owner is None:
        clean = _with_short(clean, living, context_id, short)
    change = queries.next_change(session)
    number = queries.put(session, clean, change=change, now=now, old=old, client_id=owner)
    if old is None or old.form.named() != clean.named():
        change_rules(session)
    bump_revision(session, Touched())
    return ContextChange(change, queries.contexts(session)[number])


def keep_short(session: Session, context_id: int, *, now: datetime, common: Common) -> ContextChange:
    """Keep the short form of a client's name as another name of it; raises NotFound where there is none (any more)."""
    living = queries.contexts(session)
    old = _living(living, context_id)
    form = old.form if old.client_id is not None else _with_short(old.form, living, context_id, common)
    if form == old.form:
        raise NotFound(_("There is no short form of this name (any more)."))
    return keep(session, form, now=now, context_id=context_id)


def _with_short(form: ContextForm, living: dict[int, Context], own: int | None, common: Common) -> ContextForm:
    beside = [one for one in living.values() if one.id != own]
    short = missing_short(form, beside, common())
    return form if short is None else replace(form, others=(*form.others, short))


def set_archived(session: Session, context_id: int, *, archived: bool, now: datetime) -> ContextChange:
    """Offer a client or project no longer, or again; what is confidential stays so. Raises NotFound."""
    old = _living(queries.contexts(session), context_id)
    change = queries.next_change(session)
    queries.put(session, replace(old.form, archived=archived), change=change, now=now, old=old, client_id=old.client_id)
    bump_revision(session, Touched())
    return ContextChange(change, queries.contexts(session)[context_id])


def remove(session: Session, context_id: int, *, now: datetime, then: str | int = RELEASE) -> ContextChange:
    """Remove a client or project; undoing brings it back with all that was its.

    Parameters
    ----------
    then
        What becomes of a client's exchanges: ``RELEASE``, ``OWN``, or the id of another client.

    Raises
    ------
    NotFound
        If it, or the other client, is not there (any more).
    """
    living = queries.contexts(session)
    old = _living(living, context_id)
    change = queries.next_change(session)
    concerned: list[int] = []
    if old.client_id is None:
        concerned = _hand_on(session, old, then, living, change=change, now=now)
    queries.remove(session, old, change=change, now=now)
    if old.client_id is None:
        queries.drop_client(session, old.id)
    settle(session, queries.talks_of(session, concerned))
    change_rules(session)
    bump_revision(session, Touched())
    return ContextChange(change, old, len(concerned))


def _hand_on(
    session: Session, old: Context, then: str | int, living: dict[int, Context], *, change: int, now: datetime
) -> list[int]:
    """Say for a client's exchanges what becomes of them; return those."""
    if then == RELEASE:
        return _release(session, old, change=change, now=now)
    if then == OWN:
        word = Say(change, SaidOf.OWN)
    else:
        other = living.get(int(then))
        if other is None or other.client_id is not None or other.id == old.id:
            raise NotFound(_("The other client does not exist (any more)."))
        word = Say(change, SaidOf.CLIENTS, (other.id,))
    ids = queries.exchanges_of(session, old.id)
    queries.say(session, ids, word, now=to_microseconds(now))
    return ids


def _release(session: Session, old: Context, *, change: int, now: datetime) -> list[int]:
    """Take a client out of what the learner said by hand; what rules found goes by itself."""
    alike: dict[tuple[tuple[int, ...], bool], list[int]] = {}
    for row, said in queries.says_naming(session, old.id):
        left = tuple(one for one in said.clients if one != old.id)
        alike.setdefault((left, said.whole), []).append(row)
    for (left, whole), rows in alike.items():
        kind = SaidOf.CLIENTS if left else SaidOf.LEFT
        queries.say(session, rows, Say(change, kind, left, whole=whole), now=to_microseconds(now))
    return sorted(row for rows in alike.values() for row in rows)


def say(
    session: Session,
    ids: Sequence[int],
    said: SaidOf,
    *,
    now: datetime,
    clients: Sequence[int] = (),
    project_id: int | None = None,
    whole: bool = False,
    suggested: bool = False,
) -> ContextChange:
    """Keep what the learner says of exchanges, ``whole``: of their chats, with all that comes to them later.

    Raises
    ------
    NotFound
        If none of the exchanges, or not all clients, are there (any more).
    RequestInvalid
        If clients are named and it is not said that it is theirs, or the other way round.
    """
    if (said is SaidOf.CLIENTS) != bool(clients):
        raise RequestInvalid(_("Name the client that the exchanges belong to."))
    living = queries.contexts(session)
    for number in clients:
        if _living(living, number).client_id is not None:
            raise NotFound(_("This client does not exist (any more)."))
    if project_id is not None and _living(living, project_id).client_id not in clients:
        raise NotFound(_("This project does not exist (any more)."))
    rows = queries.beside(session, ids) if whole else queries.there(session, ids)
    if not rows:
        raise NotFound(_("This exchange does not exist (any more)."))
    change = queries.next_change(session)
    word = Say(change, said, tuple(sorted(set(clients))), project_id, whole, suggested)
    for start in range(0, len(rows), _AT_ONCE):
        queries.say(session, rows[start : start + _AT_ONCE], word, now=to_microseconds(now))
    settle(session, queries.talks_of(session, rows), living)
    bump_revision(session, Touched())
    return ContextChange(change, exchanges=len(rows))


def undo(session: Session, change: int) -> ContextChange:
    """Take a change back, whatever came after it; raises NotFound."""
    of_forms, concerned = queries.undo(session, change)
    if not of_forms and not concerned:
        raise NotFound(_("There is nothing to undo (any more)."))
    if of_forms:
        change_rules(session)
    settle(session, queries.talks_of(session, concerned))
    bump_revision(session, Touched())
    return ContextChange(change, exchanges=len(concerned))


def read_overview(session: Session, common: Common | None = None) -> ContextOverview:
    """Return all clients with their counts; with ``common`` also the short forms of names that are missing."""
    living = queries.contexts(session)
    total, own, of_clients, undecided, waiting = queries.totals(session)
    counted, of_project = queries.counts(session), queries.project_counts(session)
    lines = [
        ClientLine(
            one, _projects(living, one.id), counted.get(one.id, ClientCounts()), of_project, _short(one, living, common)
        )
        for one in living.values()
        if one.client_id is None
    ]
    ordered = sorted(lines, key=lambda line: (line.client.form.archived, line.client.form.name.casefold()))
    return ContextOverview(tuple(ordered), own, total - own - of_clients, undecided, waiting, total)


def read_exchange(session: Session, exchange_id: int) -> ExchangeContext:
    """Return for whom an exchange was, and why; raises NotFound."""
    talk = queries.facts_around(session, exchange_id)
    if talk is None:
        raise NotFound(_("This exchange does not exist (any more)."))
    living = queries.contexts(session)
    return ExchangeContext(
        exchange_id,
        resolve(talk, living).get(exchange_id, Placing()),
        reasons_of(exchange_id, talk, living),
        talk.says.get(exchange_id),
        len(talk.exchanges),
        not talk.unseen,
    )


def is_due(session: Session) -> bool:
    """Tell whether the rules have something to look at."""
    rules = rules_now(session)
    return rules > 0 and scans.is_due(session, rules)


def _short(client: Context, living: dict[int, Context], common: Common | None) -> str | None:
    beside = [one for one in living.values() if one.id != client.id]
    return None if common is None else missing_short(client.form, beside, common())


def _projects(living: dict[int, Context], client_id: int) -> tuple[Context, ...]:
    of_client = [one for one in living.values() if one.client_id == client_id]
    return tuple(sorted(of_client, key=lambda one: (one.form.archived, one.form.name.casefold())))


def _living(living: dict[int, Context], context_id: int) -> Context:
    found = living.get(context_id)
    if found is None:
        raise NotFound(_("This client or project does not exist (any more)."))
    return found


def _refuse_taken(living: dict[int, Context], form: ContextForm, old: Context | None, owner: int | None) -> None:
    beside = [one for one in living.values() if one.client_id == owner and (old is None or one.id != old.id)]
    if form.name.casefold() in {one.form.name.casefold() for one in beside}:
        raise RequestInvalid(_("There is another one with this name."))
    if old is None and len(living) >= CONTEXTS_LIMIT:
        raise RequestInvalid(_("There are too many: at most {most} clients and projects.").format(most=CONTEXTS_LIMIT))
