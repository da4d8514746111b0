"""Clients and forgetting: a client that is forgotten with all that is its, and words of clients that hold a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from skilltrail.domain.forget import ForgetPass, Scope
from skilltrail.errors import NotFound
from skilltrail.i18n import _
from skilltrail.services.context_rules import change_rules, look_at_rest
from skilltrail.storage import context_forget_queries as queries
from skilltrail.storage import context_queries
from skilltrail.storage.context_forget_queries import ForgetTarget
from skilltrail.storage.forget_queries import folded


def choose(session: Session, client_id: int) -> tuple[list[int], frozenset[ForgetTarget]]:
    """Return the exchanges of a client, and what stands for the client itself.

    What may be another client's too (undecided) is not among them; what the learner gave to several is.

    Raises
    ------
    NotFound
        If there is no such client (any more).
    """
    living = context_queries.contexts(session)
    if client_id not in living or living[client_id].client_id is not None:
        raise NotFound(_("This client does not exist (any more)."))
    return context_queries.exchanges_of(session, client_id), frozenset({(client_id, 0, 0)})


def holding(session: Session, word: str) -> frozenset[ForgetTarget]:
    """Return what of clients holds a word: one whose name holds it goes as a whole, else the words that do."""
    needle = folded(word)
    found: set[ForgetTarget] = set()
    for change, number, form, stands in queries.forms(session):
        for at, (_how, named) in enumerate(form.named()):
            if needle in folded(named):
                found.add((number, 0, 0) if at == 0 and stands else (number, change, at))
    return frozenset(found)


def words_of(session: Session, client_id: int) -> tuple[str, ...]:
    """Return everything by which texts name a client, in any form that there ever was."""
    return tuple(
        {
            word
            for _change, number, form, _stands in queries.forms(session)
            for _how, word in form.named()
            if number == client_id
        }
    )


def concerned(targets: Iterable[ForgetTarget]) -> int:
    """Return how many clients and projects lose anything."""
    return len({number for number, _change, _at in targets})


def exchanges_now(session: Session, wanted: ForgetPass) -> Sequence[int]:
    """Look at what is still due, and return the exchanges that the client of a pass has then."""
    look_at_rest(session)
    found: set[int] = set()
    for number, _change, _at in queries.targets(session, wanted.id):
        found.update(context_queries.exchanges_of(session, number))
    return sorted(found)


def forget(session: Session, wanted: ForgetPass) -> set[int]:
    """Delete what a pass takes away of clients, with all that was said and found of it; return those that are gone."""
    targets = queries.targets(session, wanted.id)
    queries.drop_targets(session, wanted.id)
    if wanted.scope is Scope.EVERYTHING:
        queries.forget_all(session)
    if wanted.scope is Scope.EVERYTHING or not targets:
        return set()
    forms: dict[tuple[int, int], set[int]] = {}
    for number, change, at in targets:
        if change:
            forms.setdefault((change, number), set()).add(at)
    for (change, number), places in forms.items():
        queries.drop_words(session, change, number, places)
    queries.drop_mentions(session, {number for number, _change, _at in targets})
    gone = {number for number, change, _at in targets if not change}
    queries.forget(session, gone)
    change_rules(session)
    return gone
