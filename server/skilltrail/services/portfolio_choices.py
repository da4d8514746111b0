"""What can be chosen for a portfolio, read under the same boundaries as what goes out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.checks import Said
from skilltrail.domain.entries import EntryKind
from skilltrail.domain.leak_hits import PortfolioText, TextPlace
from skilltrail.domain.learning import Kind
from skilltrail.domain.portfolio_choices import ChoosableExchange, ChoosablePart, OfferedSkill, proposed
from skilltrail.domain.stages import StageRules, days_since, stage_by_counts
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.services import counting
from skilltrail.services.leak_scan import Lookout, kinds_in
from skilltrail.services.portfolio import Clean
from skilltrail.services.portfolio_parts import is_text
from skilltrail.services.shown_entries import OpenableEntry, open_entries
from skilltrail.services.trail import all_rows_that_may_leave, rows_that_may_leave
from skilltrail.storage import check_queries, entry_queries, log_queries
from skilltrail.storage.history_columns import KINDS, NO_EXEMPLAR, Columns, HistoryColumns
from skilltrail.storage.trail_queries import topic_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAGE = 10
"""Exchanges offered at once."""

_LEARNING = KINDS.index(Kind.LEARNING)


def offered(
    session: Session,
    wanted: TimelineFilter,
    admitted: frozenset[int],
    *,
    history: HistoryColumns,
    now: datetime,
    pause: timedelta,
    rules: StageRules,
    clean: Clean,
) -> tuple[OfferedSkill, ...]:
    """Return every skill of which something may leave, those of most evidence first."""
    columns, names = history.at(session), topic_names(session)
    rows = all_rows_that_may_leave(session, columns, wanted, admitted)
    checks = check_queries.checked_by_topic(session)
    leaving = set(columns.id[rows].tolist()) if checks else set()
    corrected = [row for found in checks.values() for row, said in found if said is Said.CORRECTED and row in leaving]
    learnt = counting.learning(columns, rows, pause=pause, corrected=corrected)
    work = [one.topic_id for one in entry_queries.entries(session) if one.kind is EntryKind.DELIVERABLE]
    skills = [
        OfferedSkill(
            topic_id=one.topic_id,
            name=clean(names[one.topic_id].name),
            area=clean(names[one.topic_id].area),
            colour=names[one.topic_id].colour,
            stage=stage_by_counts(learnt[one.topic_id], rules=rules, deliverables=work.count(one.topic_id)),
            exchanges=one.exchanges,
            learning=learnt[one.topic_id].exchanges,
            checked=sum(row in leaving for row, _said in checks.get(one.topic_id, ())),
            deliverables=work.count(one.topic_id),
            last_on=one.last_at.astimezone().date(),
            idle_days=days_since(one.last_at, now.astimezone()),
        )
        for one in counting.topic_figures(columns, rows, pause=pause)
        if one.topic_id in names and names[one.topic_id].shown
    ]
    taken = proposed(skills)
    marked = [replace(one, proposed=one.topic_id in taken) for one in skills]
    return tuple(sorted(marked, key=lambda one: (not one.proposed, -one.exchanges, one.name.casefold(), one.topic_id)))


def choosable(
    session: Session,
    topic_id: str,
    wanted: TimelineFilter,
    admitted: frozenset[int],
    *,
    history: HistoryColumns,
    seen: Lookout,
    skip: int = 0,
    keep: Collection[int] = (),
) -> tuple[tuple[ChoosableExchange, ...], bool]:
    """Return a page of a skill's exchanges with their paragraphs, and whether there are more behind it.

    Those to ``keep`` come first (they are chosen), then checked answers, what stands for the skill, learning, the rest;
    within each the newest first.
    """
    columns, log = history.at(session), log_queries.open_log(session)
    rows = rows_that_may_leave(session, columns, topic_id, wanted, admitted)
    ids = columns.id[rows].tolist()
    checks = check_queries.counted_of(session, ids)
    ordered = _ordered(
        columns, rows, {one for one, check in checks.items() if check.said is not Said.CONTRADICTED}, keep
    )
    part = ordered[skip : skip + PAGE]
    opened = open_entries(session, log, part) if log is not None and part else {}
    learnt = {number for number, kind in zip(ids, columns.kind[rows].tolist(), strict=True) if kind == _LEARNING}
    found = [
        _exchange(
            number,
            opened[number],
            checks[number].said.value if number in checks else "unchecked",
            seen,
            number in learnt,
        )
        for number in part
        if number in opened
    ]
    return tuple(found), len(ordered) > skip + PAGE


def _ordered(columns: Columns, rows: NDArray[np.int64], checked: Collection[int], keep: Collection[int]) -> list[int]:
    ids = columns.id[rows]
    kept, sure = np.isin(ids, sorted(keep)), np.isin(ids, sorted(checked))
    exemplar, learnt = columns.rank[rows] != NO_EXEMPLAR, columns.kind[rows] == _LEARNING
    order = np.lexsort((-columns.asked[rows], ~learnt, ~exemplar, ~sure, ~kept))
    return [int(one) for one in ids[order]]


def _exchange(number: int, entry: OpenableEntry, check: str, seen: Lookout, learning: bool) -> ChoosableExchange:
    parts = tuple(
        ChoosablePart(name, text, kinds_in(PortfolioText(TextPlace("excerpt", key=name), text), seen))
        for name, text in entry.fields.items()
        if is_text(name)
    )
    told = entry.exchange
    return ChoosableExchange(
        exchange_id=number,
        asked_on=told.asked_at.astimezone(UTC).date(),
        provider=told.provider,
        origin=told.origin.value,
        check=check,
        learning=learning,
        parts=parts,
        entry=entry.entry,
    )
