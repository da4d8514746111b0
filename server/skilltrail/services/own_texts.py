"""Texts that learners wrote themselves, where redaction must reach them: sources and notes of checks."""

from __future__ import annotations

from sqlalchemy.orm import Session

from skilltrail.services.ports import Redactor
from skilltrail.storage import check_queries


def notes_holding(session: Session, redactor: Redactor) -> set[int]:
    """Return the exchanges with a source or note in which the redactor would change anything."""
    return {
        exchange_id
        for exchange_id, _number, source, note in check_queries.noted(session)
        if redactor.redact(source)[1] or redactor.redact(note)[1]
    }


def hide_in_notes(session: Session, redactor: Redactor) -> int:
    """Redact sources and notes of checks; return how many places changed."""
    times = 0
    for exchange_id, number, source, note in check_queries.noted(session):
        (new_source, in_source), (new_note, in_note) = redactor.redact(source), redactor.redact(note)
        if in_source or in_note:
            check_queries.set_words(session, exchange_id, number, source=new_source, note=new_note)
            times += sum(in_source.values()) + sum(in_note.values())
    return times
