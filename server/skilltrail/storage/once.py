"""What one reading session has asked already: it sees one state of the database, so the answer stays the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy.orm import Session

T = TypeVar("T")

_INFO = "skilltrail.once"


def reading_info() -> dict[str, Any]:
    """Return the ``info`` of a session that only reads."""
    return {_INFO: {}}


def once(session: Session, name: str, read: Callable[[], T]) -> T:
    """Return what ``read`` returns, asked once in a reading session; a session that writes asks every time."""
    kept: dict[str, object] | None = session.info.get(_INFO)
    if kept is None:
        return read()
    if name not in kept:
        kept[name] = read()
    return cast("T", kept[name])


def is_reading(session: Session) -> bool:
    """Tell whether what a session sees stays as it is."""
    return _INFO in session.info


def is_known(session: Session, name: str) -> bool:
    """Tell whether ``once`` has an answer already."""
    return name in session.info.get(_INFO, {})
