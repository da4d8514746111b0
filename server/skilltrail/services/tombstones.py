"""Keeping out what was forgotten: marks are put when an exchange goes, and looked for when a copy arrives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from skilltrail.domain.capture import HeldExchange, LedgerReply, LedgerReport, ResetTalk
from skilltrail.domain.exchange import CapturedExchange, Origin, Status
from skilltrail.domain.forget import Mark, Marker, Trace
from skilltrail.domain.merging import Copy
from skilltrail.storage import forget_pass_queries as passes
from skilltrail.storage import forget_queries as queries

FORGOTTEN = "forgotten"
"""Code of the refusal; the extension deletes such an exchange instead of setting it aside."""

_TIMED = frozenset({"question", "talk", "emptied", "all"})
"""Marks of more than one exchange: they hold for what was asked before the forgetting alone."""


class Verdict(Enum):
    """Whether an arriving exchange is a copy of a forgotten one."""

    FRESH = "fresh"
    LIKELY = "likely"  # unless an exchange that is still there claims it
    FORGOTTEN = "forgotten"


class Gatekeeper:
    """Judges the exchanges of one batch; asks the database once."""

    def __init__(self, session: Session, batch: Sequence[tuple[CapturedExchange, Copy]]) -> None:
        key = passes.forget_key(session) if batch else None
        self._marker = None if key is None else Marker(key)
        self._known = self._load(session, batch)

    def judge(self, captured: CapturedExchange, copy: Copy) -> Verdict:
        """Say whether an exchange of the batch was forgotten."""
        if self._marker is None or not self._known:
            return Verdict.FRESH
        trace = trace_of(captured, copy)
        if any(mark in self._known for mark in self._marker.sure(trace)) or self._in_forgotten_part(captured):
            return Verdict.FORGOTTEN
        likely = self._marker.likely(trace)
        if any(self._holds(mark, captured, partial=copy.status is Status.PARTIAL) for mark in likely):
            return Verdict.LIKELY
        return Verdict.FRESH

    def _load(self, session: Session, batch: Sequence[tuple[CapturedExchange, Copy]]) -> dict[Mark, datetime | None]:
        if self._marker is None:
            return {}
        marks: set[Mark] = {self._marker.everything()}
        for captured, copy in batch:
            trace = trace_of(captured, copy)
            marks.update(self._marker.sure(trace), self._marker.likely(trace))
            marks.add(self._marker.talk(captured.provider, captured.conversation_id))
        return passes.find_tombstones(session, marks)

    def _in_forgotten_part(self, captured: CapturedExchange) -> bool:
        """Tell whether it was asked before its conversation, or everything, was forgotten."""
        if self._marker is None:
            return False
        talk = self._marker.talk(captured.provider, captured.conversation_id)
        if self._holds(talk, captured):
            return True
        # An import is the learner's own act; what it brings is refused exchange by exchange.
        return captured.origin is Origin.EXTENSION and self._holds(self._marker.everything(), captured)

    def _holds(self, mark: Mark, captured: CapturedExchange, *, partial: bool = False) -> bool:
        if mark not in self._known:
            return False
        until = self._known[mark]
        return until is None or partial or captured.asked_at <= until


def trace_of(captured: CapturedExchange, copy: Copy) -> Trace:
    """Return what a captured exchange can be recognised by."""
    return Trace(
        provider=captured.provider,
        conversation_id=captured.conversation_id,
        prompt_id=copy.prompt_id,
        reply_id=copy.reply_id,
        prompt_digest=bytes.fromhex(copy.prompt_digest),
        reply_digest=bytes.fromhex(copy.reply_digest),
        prompt_head=copy.prompt_head,
        reply_head=copy.reply_head,
    )


def keep_out(session: Session, marker: Marker, ids: Sequence[int], *, now: datetime) -> None:
    """Put the marks of exchanges that are about to go, for every text that they have or had."""
    for part in queries.parts(ids):
        marks = [mark for _row, trace in queries.traces(session, part) for mark in marker.stored(trace)]
        put(session, marks, now=now)


def put(session: Session, marks: Iterable[Mark], *, now: datetime) -> None:
    """Put marks, each for as long as its kind holds."""
    listed = list(marks)
    passes.put_tombstones(session, (mark for mark in listed if mark.kind not in _TIMED), until=None)
    passes.put_tombstones(session, (mark for mark in listed if mark.kind in _TIMED), until=now)


def reply_to(session: Session, report: LedgerReport) -> LedgerReply:
    """Say which of an extension's held exchanges were forgotten, and which of its conversations begin anew.

    Only what the extension itself names is answered: the marks alone tell nobody what was forgotten.
    """
    key = passes.forget_key(session)
    if key is None:
        return LedgerReply()
    marker = Marker(key)
    return LedgerReply(forgotten=_forgotten_among(session, marker, report.held), reset=_reset(session, marker, report))


def _forgotten_among(session: Session, marker: Marker, held: Sequence[HeldExchange]) -> tuple[str, ...]:
    wanted = {one.capture_id: _marks_of(marker, one) for one in held}
    known = passes.find_tombstones(session, {mark for marks in wanted.values() for mark in marks})

    def is_forgotten(one: HeldExchange) -> bool:
        held_by = [mark for mark in wanted[one.capture_id] if mark in known and _still_holds(known[mark], one)]
        # Under one prompt there may be another answer that stays.
        return any(mark.kind != "prompt" or not _prompt_stands(session, one) for mark in held_by)

    return tuple(one.capture_id for one in held if is_forgotten(one))


def _still_holds(until: datetime | None, one: HeldExchange) -> bool:
    return until is None or one.asked_at <= until


def _prompt_stands(session: Session, one: HeldExchange) -> bool:
    return queries.prompt_stands(session, one.provider, one.conversation_id, one.prompt_id or "")


def _marks_of(marker: Marker, one: HeldExchange) -> tuple[Mark, ...]:
    marks = [marker.talk(one.provider, one.conversation_id), marker.everything()]
    return (*marks, *marker.of_ids(one.provider, one.conversation_id, one.prompt_id, one.reply_id))


def _reset(session: Session, marker: Marker, report: LedgerReport) -> tuple[ResetTalk, ...]:
    marks = {marker.emptied(row.provider, row.conversation_id): row for row in report.rows}
    found = passes.find_tombstones(session, marks)
    return tuple(
        ResetTalk(row.provider, row.conversation_id, at)
        for mark, row in marks.items()
        if (at := found.get(mark)) is not None and row.reset_at != at
    )
