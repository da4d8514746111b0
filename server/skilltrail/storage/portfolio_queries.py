"""Saved portfolios, each as a chain of its forms; what may be shown all the same, and what exports held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.portfolio import Selection
from skilltrail.domain.portfolio_items import ENTRY
from skilltrail.domain.saved_portfolio import PastPortfolio, PortfolioItem, SavedPortfolio, as_fields, from_fields
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.forget_models import ExportLog
from skilltrail.storage.meta_queries import raise_counter
from skilltrail.storage.portfolio_models import (
    ForgetPortfolio,
    PortfolioAllowance,
    PortfolioExport,
    PortfolioItemRow,
    PortfolioRow,
)

_LAST = "last_portfolio"
_HOLDS = and_(PortfolioRow.ended_by.is_(None), PortfolioRow.removed.is_(False))
_FORM = tuple(getattr(PortfolioRow, name) for name in ("portfolio_id", "urn", "value", "created_at", "made_at"))
_ITEM = cast("Table", PortfolioItemRow.__table__)
_ITEMS_AT_ONCE = 500

PAST_MOST = 20
"""Files of a portfolio that are told of."""


def _standing(*conditions: ColumnElement[bool]) -> Select[Any]:
    counts = select(PortfolioRow.portfolio_id, func.count().label("n")).group_by(PortfolioRow.portfolio_id).subquery()
    joined = select(*_FORM, counts.c.n).join(counts, counts.c.portfolio_id == PortfolioRow.portfolio_id)
    return joined.where(_HOLDS, *conditions).order_by(PortfolioRow.made_at.desc(), PortfolioRow.number.desc())


def all_standing(session: Session) -> list[SavedPortfolio]:
    """Return the portfolios that stand, the one changed last first."""
    return [_saved(row) for row in session.execute(_standing())]


def one(session: Session, portfolio_id: int) -> SavedPortfolio | None:
    """Return a portfolio that stands, or None."""
    return answer(session, _one(portfolio_id))


def _one(portfolio_id: int) -> Question[SavedPortfolio | None]:
    return Question(
        f"portfolio {portfolio_id}",
        _standing(PortfolioRow.portfolio_id == portfolio_id).order_by(None),
        lambda rows: _saved(rows[0]) if rows else None,
    )


def page_questions(portfolio_id: int) -> tuple[Question[Any], ...]:
    """Return what the page of a portfolio asks here."""
    return _one(portfolio_id), _allowed(portfolio_id), _exports(portfolio_id), _last_items(portfolio_id)


def put(
    session: Session,
    selection: Selection,
    *,
    now: datetime,
    urn: str,
    portfolio_id: int | None = None,
    removed: bool = False,
) -> int:
    """Write the next form of a portfolio, or with no ``portfolio_id`` a new one; return its id."""
    number = raise_counter(session, _LAST)
    chain = PortfolioRow.portfolio_id == portfolio_id
    first = (
        session.execute(select(func.min(PortfolioRow.created_at)).where(chain)).scalar_one() if portfolio_id else now
    )
    session.execute(update(PortfolioRow).where(chain, PortfolioRow.ended_by.is_(None)).values(ended_by=number))
    row = PortfolioRow(
        number=number,
        portfolio_id=portfolio_id or number,
        urn=urn,
        value=as_fields(selection),
        created_at=first,
        made_at=now,
        removed=removed,
        ended_by=None,
    )
    session.add(row)
    session.flush()
    return row.portfolio_id


def undo(session: Session, portfolio_id: int) -> bool:
    """Take the last change of a portfolio back; tell whether there was one."""
    chain = PortfolioRow.portfolio_id == portfolio_id
    number = session.execute(select(func.max(PortfolioRow.number)).where(chain)).scalar_one_or_none()
    if number is None:
        return False
    session.execute(delete(PortfolioRow).where(PortfolioRow.number == number))
    session.execute(update(PortfolioRow).where(chain, PortfolioRow.ended_by == number).values(ended_by=None))
    return True


# --- what may be shown all the same -----------------------------------------------------------------------------------


def allowed(session: Session, portfolio_id: int) -> frozenset[str]:
    """Return the findings of which the learner said that they may be shown."""
    return answer(session, _allowed(portfolio_id))


def _allowed(portfolio_id: int) -> Question[frozenset[str]]:
    statement = select(PortfolioAllowance.digest).where(PortfolioAllowance.portfolio_id == portfolio_id)
    return Question(f"allowed in {portfolio_id}", statement, lambda rows: frozenset(row[0] for row in rows))


def allow(session: Session, portfolio_id: int, digest: str, *, exchange_id: int | None, now: datetime) -> None:
    """Keep that a finding may be shown."""
    values = {"portfolio_id": portfolio_id, "digest": digest, "exchange_id": exchange_id, "allowed_at": now}
    session.execute(insert(PortfolioAllowance).prefix_with("OR REPLACE").values(**values))


def disallow(session: Session, portfolio_id: int, digest: str) -> bool:
    """Take that back; tell whether it was there."""
    one_row = and_(PortfolioAllowance.portfolio_id == portfolio_id, PortfolioAllowance.digest == digest)
    found = session.execute(delete(PortfolioAllowance).where(one_row).returning(PortfolioAllowance.digest)).first()
    return found is not None


# --- exports ----------------------------------------------------------------------------------------------------------


def note_export(
    session: Session, export_id: int, portfolio_id: int, key: bytes, items: Sequence[PortfolioItem]
) -> None:
    """Keep what a file of a portfolio held."""
    session.add(PortfolioExport(export_id=export_id, portfolio_id=portfolio_id, key=key))
    session.flush()
    rows = [
        {
            "export_id": export_id,
            "position": at,
            "kind": item.kind,
            "key": item.key,
            "digest": item.digest,
            "exchange_id": item.exchange_id,
        }
        for at, item in enumerate(items)
    ]
    for start in range(0, len(rows), _ITEMS_AT_ONCE):
        session.connection().execute(insert(_ITEM), rows[start : start + _ITEMS_AT_ONCE])


def exports(session: Session, portfolio_id: int) -> list[PastPortfolio]:
    """Return the newest files that were made of a portfolio, the newest first, without what they held."""
    return answer(session, _exports(portfolio_id))


def _exports(portfolio_id: int) -> Question[list[PastPortfolio]]:
    statement = (
        select(PortfolioExport.export_id, ExportLog.format, ExportLog.made_at, ExportLog.name, PortfolioExport.key)
        .join(ExportLog, ExportLog.id == PortfolioExport.export_id)
        .where(PortfolioExport.portfolio_id == portfolio_id)
        .order_by(PortfolioExport.export_id.desc())
        .limit(PAST_MOST)
    )
    return Question(f"files of {portfolio_id}", statement, _past)


def _past(rows: Rows) -> list[PastPortfolio]:
    return [PastPortfolio(*row) for row in sorted(rows, key=lambda row: row[0], reverse=True)]


def last_exports(session: Session) -> dict[int, datetime]:
    """Return by portfolio when the newest file of it was made."""
    statement = (
        select(PortfolioExport.portfolio_id, func.max(ExportLog.made_at))
        .join(ExportLog, ExportLog.id == PortfolioExport.export_id)
        .group_by(PortfolioExport.portfolio_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def items_of(session: Session, export_id: int) -> tuple[PortfolioItem, ...]:
    """Return what a file held, in its order."""
    columns = (PortfolioItemRow.kind, PortfolioItemRow.key, PortfolioItemRow.digest, PortfolioItemRow.exchange_id)
    statement = select(*columns).where(PortfolioItemRow.export_id == export_id).order_by(PortfolioItemRow.position)
    return tuple(PortfolioItem(*row) for row in session.execute(statement))


def last_items(session: Session, portfolio_id: int) -> tuple[PortfolioItem, ...]:
    """Return what the newest file of a portfolio held, in its order."""
    return answer(session, _last_items(portfolio_id))


def _last_items(portfolio_id: int) -> Question[tuple[PortfolioItem, ...]]:
    newest = select(func.max(PortfolioExport.export_id)).where(PortfolioExport.portfolio_id == portfolio_id)
    columns = (PortfolioItemRow.kind, PortfolioItemRow.key, PortfolioItemRow.digest, PortfolioItemRow.exchange_id)
    statement = select(PortfolioItemRow.position, *columns)
    return Question(
        f"last file of {portfolio_id}",
        statement.where(PortfolioItemRow.export_id == newest.scalar_subquery()),
        lambda rows: tuple(PortfolioItem(*row[1:]) for row in sorted(rows, key=lambda row: row[0])),
    )


# --- redaction, forgetting, everything --------------------------------------------------------------------------------


def values(session: Session) -> list[tuple[int, int, dict[str, Any]]]:
    """Return (number, portfolio, fields) of every form of every portfolio."""
    statement = select(PortfolioRow.number, PortfolioRow.portfolio_id, PortfolioRow.value)
    return [(row[0], row[1], row[2]) for row in session.execute(statement)]


def set_value(session: Session, number: int, value: dict[str, Any]) -> None:
    """Write other fields in place of those of one form."""
    session.execute(update(PortfolioRow).where(PortfolioRow.number == number).values(value=value))


def rewrite(session: Session, change: Callable[[Selection], Selection]) -> None:
    """Write what ``change`` makes of every form that there is."""
    for number, _portfolio, fields in values(session):
        before = from_fields(fields)
        after = change(before)
        if after != before:
            set_value(session, number, as_fields(after))


def forget(session: Session, ids: Iterable[int]) -> None:
    """Delete portfolios with all their forms, and what is kept of their exports."""
    gone = sorted(ids)
    session.execute(delete(PortfolioRow).where(PortfolioRow.portfolio_id.in_(gone)))
    session.execute(delete(PortfolioAllowance).where(PortfolioAllowance.portfolio_id.in_(gone)))
    session.execute(delete(PortfolioExport).where(PortfolioExport.portfolio_id.in_(gone)))


def forget_exchanges(session: Session, ids: Iterable[int]) -> None:
    """Delete what was allowed in and what files held of exchanges; their texts go, whether or not they stay."""
    held = select(func.json_each(bindparam("ids")).table_valued("value").c.value)
    for table in (PortfolioAllowance, PortfolioItemRow):
        session.execute(delete(table).where(table.exchange_id.in_(held)), {"ids": str(sorted(ids))})


def forget_entries(session: Session, ids: Collection[int]) -> None:
    """Delete what files held of learners' entries, and what was allowed in portfolios that show or showed one.

    An allowance does not name the text it is about; the scan asks again.
    """
    showing = {number for _form, number, fields in values(session) if _names_one(from_fields(fields), ids)}
    own = PortfolioItemRow.kind.in_(("reflection", "deliverable", "endorsement"))
    named = [*(PortfolioItemRow.key.endswith(f" {ENTRY}{one}", autoescape=True) for one in sorted(ids))]
    # Items from before entries were named by number, and of deliverables and endorsements, cannot be told apart.
    unnamed = PortfolioItemRow.key.not_like(f"% {ENTRY}%")
    for start in range(0, len(named), _ITEMS_AT_ONCE):
        session.execute(delete(PortfolioItemRow).where(own, or_(*named[start : start + _ITEMS_AT_ONCE], unnamed)))
    session.execute(delete(PortfolioAllowance).where(PortfolioAllowance.portfolio_id.in_(sorted(showing))))


def _names_one(selection: Selection, ids: Collection[int]) -> bool:
    chosen = (each for one in selection.skills for each in (*one.reflections, *one.deliverables, *one.endorsements))
    return not set(ids).isdisjoint(chosen)


def note_targets(session: Session, pass_id: int, ids: Iterable[int]) -> None:
    """Note which portfolios a pass will take away."""
    session.add_all(ForgetPortfolio(pass_id=pass_id, portfolio_id=one_id) for one_id in sorted(ids))
    session.flush()


def take_targets(session: Session, pass_id: int) -> set[int]:
    """Return the portfolios that a pass will take away, and forget even their numbers."""
    mine = ForgetPortfolio.pass_id == pass_id
    found = set(session.execute(select(ForgetPortfolio.portfolio_id).where(mine)).scalars())
    session.execute(delete(ForgetPortfolio).where(mine))
    return found


def all_forms(session: Session) -> list[dict[str, Any]]:
    """Return every form of every portfolio, for "everything I have"."""
    names = ("portfolio_id", "number", "urn", "value", "created_at", "made_at", "removed", "ended_by")
    columns = [getattr(PortfolioRow, name) for name in names]
    statement = select(*columns).order_by(PortfolioRow.portfolio_id, PortfolioRow.number)
    return [dict(zip(names, row, strict=True)) for row in session.execute(statement)]


def all_allowed(session: Session) -> list[dict[str, Any]]:
    """Return what may be shown all the same, for "everything I have"."""
    names = ("portfolio_id", "digest", "exchange_id", "allowed_at")
    columns = [getattr(PortfolioAllowance, name) for name in names]
    statement = select(*columns).order_by(PortfolioAllowance.portfolio_id, PortfolioAllowance.digest)
    return [dict(zip(names, row, strict=True)) for row in session.execute(statement)]


def all_exported(session: Session) -> list[dict[str, Any]]:
    """Return which files were made of which portfolio and what they held, for "everything I have"."""
    statement = select(PortfolioExport.export_id, PortfolioExport.portfolio_id).order_by(PortfolioExport.export_id)
    return [
        {
            "export_id": export_id,
            "portfolio_id": portfolio_id,
            "items": [
                {"kind": item.kind, "key": item.key, "exchange_id": item.exchange_id}
                for item in items_of(session, export_id)
            ],
        }
        for export_id, portfolio_id in session.execute(statement)
    ]


def _saved(row: Sequence[Any]) -> SavedPortfolio:
    number, urn, value, created_at, made_at, count = row
    return SavedPortfolio(number, urn, from_fields(value), created_at, made_at, count)
