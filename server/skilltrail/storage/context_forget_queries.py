"""What forgetting and "everything I have" read and remove of clients."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.contexts import ContextForm, How, as_fields, from_fields
from skilltrail.storage.context_models import (
    ContextAssignment,
    ContextFormRow,
    ContextMentionRow,
    ContextSaidRow,
    ForgetClient,
)

ForgetTarget = tuple[int, int, int]
"""A client or project, the change that made a form of it (0: all of it), and the place of a word in that form."""


def forms(session: Session) -> list[tuple[int, int, ContextForm, bool]]:
    """Return (change, client or project, form, whether it stands) of every form there ever was."""
    columns = (ContextFormRow.change, ContextFormRow.context_id, ContextFormRow.value, ContextFormRow.ended_by)
    return [(row[0], row[1], from_fields(row[2]), row[3] is None) for row in session.execute(select(*columns))]


def drop_words(session: Session, change: int, context_id: int, places: Iterable[int]) -> None:
    """Take the words at some places out of a form; without its name the form itself goes out of its chain."""
    one = (ContextFormRow.change == change, ContextFormRow.context_id == context_id)
    value = session.execute(select(ContextFormRow.value, ContextFormRow.ended_by).where(*one)).one_or_none()
    gone = set(places)
    if value is None:
        return
    if 0 in gone:
        before = (ContextFormRow.context_id == context_id, ContextFormRow.ended_by == change)
        session.execute(update(ContextFormRow).where(*before).values(ended_by=value[1]))
        session.execute(delete(ContextFormRow).where(*one))
        return
    form = from_fields(value[0])
    kept = [named for at, named in enumerate(form.named()) if at not in gone]
    words = {how: tuple(word for kind, word in kept if kind is how) for how in How}
    clean = replace(form, others=words[How.OTHER], domains=words[How.DOMAIN], words=words[How.WORD])
    session.execute(update(ContextFormRow).where(*one).values(value=as_fields(clean)))


def note_targets(session: Session, pass_id: int, targets: Iterable[ForgetTarget]) -> None:
    """Note what a pass will take away."""
    rows = [ForgetClient(pass_id=pass_id, context_id=one, change=by, at=at) for one, by, at in sorted(targets)]
    session.add_all(rows)
    session.flush()


def targets(session: Session, pass_id: int) -> set[ForgetTarget]:
    """Return what a pass will take away."""
    statement = select(ForgetClient.context_id, ForgetClient.change, ForgetClient.at)
    return {(row[0], row[1], row[2]) for row in session.execute(statement.where(ForgetClient.pass_id == pass_id))}


def drop_targets(session: Session, pass_id: int) -> None:
    """Forget even the numbers."""
    session.execute(delete(ForgetClient).where(ForgetClient.pass_id == pass_id))


def forget(session: Session, context_ids: Iterable[int]) -> None:
    """Delete clients with their projects: all their forms, what was said and found of them."""
    wanted = sorted(context_ids)
    of_clients = select(ContextFormRow.context_id).where(
        or_(ContextFormRow.context_id.in_(wanted), ContextFormRow.client_id.in_(wanted))
    )
    gone = sorted(set(session.execute(of_clients).scalars()))
    session.execute(delete(ContextFormRow).where(ContextFormRow.context_id.in_(gone)))
    session.execute(delete(ContextMentionRow).where(ContextMentionRow.context_id.in_(gone)))
    session.execute(delete(ContextAssignment).where(ContextAssignment.client_id.in_(gone)))
    lost = update(ContextAssignment).where(ContextAssignment.project_id.in_(gone)).values(project_id=None)
    session.execute(lost)


def forget_all(session: Session) -> None:
    """Delete all clients, and everything about them."""
    for table in (ContextFormRow, ContextSaidRow, ContextMentionRow, ContextAssignment):
        session.execute(delete(table))


def drop_mentions(session: Session, context_ids: Iterable[int]) -> None:
    """Delete what was found of clients and projects; the rules look again."""
    session.execute(delete(ContextMentionRow).where(ContextMentionRow.context_id.in_(sorted(context_ids))))


# --- everything I have ------------------------------------------------------------------------------------------------


def all_forms(session: Session) -> list[dict[str, Any]]:
    """Return every form of every client and project."""
    names = ("context_id", "change", "client_id", "value", "created_at", "made_at", "removed", "ended_by")
    statement = select(*[getattr(ContextFormRow, name) for name in names])
    rows = session.execute(statement.order_by(ContextFormRow.context_id, ContextFormRow.change))
    return [dict(zip(names, row, strict=True)) for row in rows]


def all_said(session: Session) -> list[dict[str, Any]]:
    """Return everything that the learner said of whose exchanges are."""
    names = ("exchange_id", "change", "said", "clients", "project_id", "whole", "suggested", "made_at", "ended_by")
    statement = select(*[getattr(ContextSaidRow, name) for name in names])
    rows = session.execute(statement.order_by(ContextSaidRow.exchange_id, ContextSaidRow.change))
    return [dict(zip(names, row, strict=True)) for row in rows]


def all_assigned(session: Session) -> list[dict[str, Any]]:
    """Return whose exchanges are."""
    names = ("exchange_id", "client_id", "project_id", "certain", "by")
    statement = select(*[getattr(ContextAssignment, name) for name in names])
    rows = session.execute(statement.order_by(ContextAssignment.exchange_id, ContextAssignment.client_id))
    return [dict(zip(names, row, strict=True)) for row in rows]


def all_mentions(session: Session) -> list[dict[str, Any]]:
    """Return where exchanges name clients and projects."""
    names = ("exchange_id", "context_id", "place", "how", "word")
    statement = select(*[getattr(ContextMentionRow, name) for name in names])
    rows = session.execute(statement.order_by(ContextMentionRow.exchange_id, ContextMentionRow.context_id))
    return [dict(zip(names, row, strict=True)) for row in rows]
