"""A restored backup may hold what was forgotten after it was made: it is found by the marks and goes once more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.forget import Mark, Marker, Scope, Stage, Trace
from skilltrail.services import forget
from skilltrail.storage import forget_pass_queries as passes
from skilltrail.storage import forget_queries as queries


def forget_again(session: Session, *, counted: frozenset[int], now: datetime) -> int:
    """Remove what the marks in the database say was forgotten; return how many exchanges that concerned.

    Parameters
    ----------
    counted
        Exchanges of which only the texts were removed: they lose those alone.
    """
    key = passes.forget_key(session)
    found = set() if key is None else _marked(session, Marker(key))
    for scope, ids in ((Scope.EXCHANGE, found - counted), (Scope.RETENTION, found & counted)):
        if ids:
            wanted = forget.ask(session, forget.Choice(scope, tuple(sorted(ids))), now=now, wait=timedelta())
            forget.carry_out(session, wanted, now=now, progress=lambda _done: None)
            passes.change_pass(session, wanted.id, stage=Stage.DONE.value, finished_at=now)
    return len(found)


def _marked(session: Session, marker: Marker) -> set[int]:
    found: set[int] = set()
    for part in queries.parts(queries.exchange_ids(session)):
        asked = {row.id: row.asked_at for row in queries.chosen(session, part)}
        traces = list(queries.traces(session, part))
        kept = passes.find_tombstones(session, _all_marks(marker, (trace for _id, trace in traces)))
        for number, trace in traces:
            if any(mark in kept for mark in marker.sure(trace)) or any(
                mark in kept and _holds(kept[mark], asked[number]) for mark in _parts(marker, trace)
            ):
                found.add(number)
    return found


def _all_marks(marker: Marker, traces: Iterable[Trace]) -> set[Mark]:
    return {mark for trace in traces for mark in (*marker.sure(trace), *_parts(marker, trace))}


def _parts(marker: Marker, trace: Trace) -> tuple[Mark, ...]:
    return marker.talk(trace.provider, trace.conversation_id), marker.everything()


def _holds(until: datetime | None, asked_at: datetime) -> bool:
    return until is None or asked_at <= until
