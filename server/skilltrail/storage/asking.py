"""Questions that need no other answer first: a page that asks many of them asks them in one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, literal, null, select, type_coerce, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from skilltrail.storage.once import is_known, is_reading, once

T = TypeVar("T")
Rows = Sequence[Sequence[Any]]
AnySelect = Any
"""A Select over whatever columns: its own type would name each of them."""

_ASKED = "skilltrail.asked"
_RAW = NullType()


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """A statement over columns, and what its rows say. They come in no order: ``read`` puts them into one.

    ``name`` is its own in a reading session, parameters and all.
    """

    name: str
    statement: AnySelect
    read: Callable[[Rows], T]


def answer(session: Session, question: Question[T]) -> T:
    """Return what a question's rows say, asked once in a reading session."""
    return once(session, question.name, lambda: question.read(_rows(session, question)))


def ask_together(session: Session, questions: Sequence[Question[Any]]) -> None:
    """Ask the questions that are still open in one statement; ``answer`` gives what came. In a writing session nothing.

    What a row says may depend on the language, so it is read when it is wanted, not here.
    """
    if not is_reading(session):
        return
    asked: dict[str, Rows] = session.info.setdefault(_ASKED, {})
    wanted = [one for one in questions if one.name not in asked and not is_known(session, one.name)]
    if len(wanted) < 2:
        return
    width = max(len(one.statement.selected_columns) for one in wanted)
    found: list[list[Sequence[Any]]] = [[] for _one in wanted]
    for row in session.execute(union_all(*(_part(at, one, width) for at, one in enumerate(wanted)))):
        found[row[0]].append(row)
    asked.update({one.name: rows for one, rows in zip(wanted, found, strict=True)})


def _part(at: int, question: Question[Any], width: int) -> AnySelect:
    # Columns of one place have many types: they come as SQLite keeps them, and are read by their own types later.
    columns = [type_coerce(one, _RAW) for one in question.statement.subquery().c]
    return select(literal(at), *columns, *(null() for _more in range(width - len(columns))))


def _rows(session: Session, question: Question[Any]) -> Rows:
    kept = session.info.get(_ASKED, {}).pop(question.name, None)
    if kept is None:
        return [tuple(row) for row in session.execute(question.statement)]
    readers = _readers(question, session.connection().dialect)
    return [
        tuple(value if read is None else read(value) for value, read in zip(row[1:], readers, strict=False))
        for row in kept
    ]


def _readers(question: Question[Any], dialect: Dialect) -> list[Callable[[Any], Any] | None]:
    types = [one.type.dialect_impl(dialect) for one in question.statement.selected_columns]
    return [one.result_processor(dialect, None) for one in types]
