"""Which exchanges are whose, as conditions on ``exchange``: exports, filters and lists use the same ones."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Integer, cast, false, or_, select
from sqlalchemy.orm import aliased

from skilltrail.domain.contexts import NONE, OWN, UNDECIDED
from skilltrail.storage.context_models import ContextAssignment, ContextScan
from skilltrail.storage.models import Exchange, Meta

RULES = "context_rules"
"""Counter: the edition of the rules; 0 before the first client."""

_EDITION = select(cast(Meta.value, Integer)).where(Meta.name == RULES).scalar_subquery()
_ANYBODYS = select(ContextAssignment.exchange_id)
_OWN = select(ContextScan.exchange_id).where(ContextScan.own.is_(True))

_BESIDE = aliased(Exchange)
_WAITING_TALKS = (
    select(_BESIDE.conversation_id)
    .join(ContextScan, ContextScan.exchange_id == _BESIDE.id)
    .where(ContextScan.rules < _EDITION)
)

UNSEEN: ColumnElement[bool] = Exchange.conversation_id.in_(_WAITING_TALKS)
"""Of a chat that was not looked at whole since the rules changed: what is still to be seen may make all of it a
client's, so nobody knows whose it is. Where there never was a client there are none."""


def confidential(admitted: Collection[int] = ()) -> ColumnElement[bool]:
    """Return the condition of what is a client's matter: of any client but those ``admitted``, decided or not."""
    statement = _ANYBODYS
    if admitted:
        statement = statement.where(ContextAssignment.client_id.not_in(sorted(admitted)))
    return Exchange.id.in_(statement)


def may_leave(admitted: Collection[int] = ()) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what an export may hold."""
    return (~confidential(admitted), ~UNSEEN)


def may_be_shown(admitted: Collection[int] = ()) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what somebody else may see: on the current path, not held back, free to leave."""
    return (Exchange.restricted.is_(False), Exchange.on_current_path.is_(True), *may_leave(admitted))


def is_of(of: str) -> ColumnElement[bool]:
    """Return the condition of a filter: a client's id, own, none or undecided; any other text fits nothing."""
    if of == OWN:
        return Exchange.id.in_(_OWN)
    if of == NONE:
        return ~or_(Exchange.id.in_(_ANYBODYS), Exchange.id.in_(_OWN))
    if of == UNDECIDED:
        return Exchange.id.in_(_ANYBODYS.where(ContextAssignment.certain.is_(False)))
    if not (of.isascii() and of.isdecimal() and len(of) <= 15):
        return false()
    mine = _ANYBODYS.where(ContextAssignment.client_id == int(of), ContextAssignment.certain.is_(True))
    return Exchange.id.in_(mine)
