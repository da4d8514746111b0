"""Texts that learners wrote themselves, where redaction and forgetting must reach them: notes and entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from skilltrail.domain.forget import ForgetPass, Scope
from skilltrail.services import saved_portfolios
from skilltrail.services.ports import Redactor
from skilltrail.storage import check_queries
from skilltrail.storage import entry_queries as entries
from skilltrail.storage.forget_queries import folded

_TEXTS = ("text", "title", "address", "name", "about")
"""Fields of entries that hold words; hashes, sizes and days hold none."""


def notes_holding(session: Session, redactor: Redactor) -> set[int]:
    """Return the exchanges with a source or note in which the redactor would change anything."""
    return {
        exchange_id
        for exchange_id, _number, source, note in check_queries.noted(session)
        if redactor.redact(source)[1] or redactor.redact(note)[1]
    }


def hide_in_notes(session: Session, redactor: Redactor) -> int:
    """Redact sources and notes of checks, entries, and portfolios; return how many places changed."""
    times = 0
    for exchange_id, number, source, note in check_queries.noted(session):
        (new_source, in_source), (new_note, in_note) = redactor.redact(source), redactor.redact(note)
        if in_source or in_note:
            check_queries.set_words(session, exchange_id, number, source=new_source, note=new_note)
            times += sum(in_source.values()) + sum(in_note.values())
    return times + _hide_in_entries(session, redactor) + saved_portfolios.hide(session, redactor)


def _hide_in_entries(session: Session, redactor: Redactor) -> int:
    times = 0
    for number, _entry_id, fields in entries.values(session):
        clean: dict[str, Any] = dict(fields)
        for name in _TEXTS:
            if isinstance(fields.get(name), str):
                clean[name], counts = redactor.redact(fields[name])
                times += sum(counts.values())
        if clean != fields:
            # A signed document cannot be masked; without it the statement is no evidence any more.
            clean |= {"document": ""} if fields.get("document") else {}
            entries.set_value(session, number, clean)
    return times


def entries_holding(session: Session, word: str) -> frozenset[int]:
    """Return the entries that hold a word anywhere, or did before they were changed; spelt as forgetting spells."""
    needle = folded(word)
    return frozenset(
        entry_id
        for _number, entry_id, fields in entries.values(session)
        if any(needle in folded(str(fields.get(name, ""))) for name in (*_TEXTS, "document"))
    )


def entries_concerned(session: Session, scope: Scope, ids: Sequence[int]) -> frozenset[int]:
    """Return the entries that go with these exchanges: all with everything, else those that rest on nothing then.

    The retention rule takes none: it is about texts that came from elsewhere.
    """
    if scope is Scope.RETENTION:
        return frozenset()
    if scope is Scope.EVERYTHING:
        return frozenset(entry_id for _number, entry_id, _fields in entries.values(session))
    return frozenset(entries.about(session, topics=entries.emptied_topics(session, ids), exchanges=ids))


def forget_entries(session: Session, wanted: ForgetPass, ids: Sequence[int]) -> set[int]:
    """Delete the entries that a pass takes away and return which; call it while the exchanges are still there."""
    gone = entries.take_targets(session, wanted.id) | entries_concerned(session, wanted.scope, ids)
    entries.forget(session, gone)
    if not wanted.text_only:
        entries.leave_topics(session, entries.emptied_topics(session, ids))
    return gone
