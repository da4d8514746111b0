"""What was hidden in each exchange, in memory: counting it in SQL reads every row of the history for each look.

Only exchanges in which something was hidden stand here, without a word of them. After a capture only the conversations
that it touched are read again, as with ``history_columns``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text
from sqlalchemy.orm import Session

from skilltrail.domain.redaction import KindCount
from skilltrail.storage.meta_queries import get_revision
from skilltrail.storage.models import Exchange
from skilltrail.storage.touched import Touched, TouchedLog

_MOST_FOLLOWED = 5_000
"""Rows touched beyond which everything is read anew."""

_ALL = select(Exchange.id, Exchange.conversation_id, Exchange.asked_at, Exchange.redactions).where(
    text("exchange.redactions <> '{}'")
)


def _named(parameter: str) -> Any:
    return select(func.json_each(bindparam(parameter)).table_valued("value").c.value)


_SOME = _ALL.where(or_(Exchange.conversation_id.in_(_named("talks")), Exchange.id.in_(_named("ids"))))


@dataclass(frozen=True, slots=True)
class _Hidden:
    talk: int
    asked: datetime
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class _State:
    file: int
    revision: int
    rows: dict[int, _Hidden]


class HiddenCounts:
    """Keeps what was hidden in one database."""

    def __init__(self, touched: TouchedLog) -> None:
        self._touched = touched
        self._known: _State | None = None
        self._lock = threading.Lock()

    def counts(self, session: Session) -> tuple[tuple[KindCount, ...], int]:
        """Return how often each kind was hidden, most often first, and in how many exchanges; months are local."""
        rows = self._at(session).rows
        return _by_kind(rows.values()), len(rows)

    def clear(self) -> None:
        """Drop all: something was forgotten, or another database stands in this one's place."""
        with self._lock:
            self._known = None

    def _at(self, session: Session) -> _State:
        revision, file = get_revision(session), self._touched.file
        with self._lock:
            known = self._known
            if known is not None and (known.file, known.revision) == (file, revision):
                return known
            rows = self._followed(session, known, revision, file)
            found = _State(file, revision, _read(session, _ALL) if rows is None else rows)
            if known is None or known.file != file or revision > known.revision:
                self._known = found
            return found

    def _followed(self, session: Session, known: _State | None, revision: int, file: int) -> dict[int, _Hidden] | None:
        touched = None if known is None or known.file != file else self._touched.between(known.revision, revision)
        if known is None or touched is None or len(touched.conversations) + len(touched.exchanges) > _MOST_FOLLOWED:
            return None
        return _patched(session, known.rows, touched)


def _patched(session: Session, rows: dict[int, _Hidden], touched: Touched) -> dict[int, _Hidden]:
    talks, ids = touched.conversations, touched.exchanges
    if not talks and not ids:
        return rows
    kept = {number: row for number, row in rows.items() if row.talk not in talks and number not in ids}
    named = {"talks": str(sorted(talks)), "ids": str(sorted(ids))}
    return kept | _read(session, _SOME, named)


def _read(session: Session, statement: Any, named: dict[str, str] | None = None) -> dict[int, _Hidden]:
    return {row[0]: _Hidden(row[1], row[2], row[3]) for row in session.execute(statement, named or {})}


def _by_kind(rows: Iterable[_Hidden]) -> tuple[KindCount, ...]:
    times: dict[str, dict[str, int]] = {}
    exchanges: dict[str, int] = {}
    last: dict[str, datetime] = {}
    for row in rows:
        at = row.asked.astimezone()
        month = f"{at.year:04d}-{at.month:02d}"
        for kind, count in row.kinds.items():
            months = times.setdefault(kind, {})
            months[month] = months.get(month, 0) + count
            exchanges[kind] = exchanges.get(kind, 0) + 1
            last[kind] = max(last.get(kind, row.asked), row.asked)
    found = [
        KindCount(kind, sum(months.values()), exchanges[kind], last[kind], tuple(sorted(months.items())))
        for kind, months in times.items()
    ]
    return tuple(sorted(found, key=lambda count: (-count.times, count.kind)))
