"""Undoing an import: what it alone brought goes, what it changed gets its earlier text back, the rest stays."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from sqlalchemy.orm import Session

from skilltrail.domain.exchange import TEXT_LIMIT, normalised
from skilltrail.domain.imports import ImportRecord, ImportState, UndoOutcome
from skilltrail.errors import ForgetInvalid, NotFound
from skilltrail.i18n import _
from skilltrail.services.redaction import marks_in
from skilltrail.storage import capture_queries, import_queries
from skilltrail.storage import import_member_queries as members
from skilltrail.storage.import_member_queries import Earlier, Improved

SAME_WORDS = "same_words"
CHANGED_SINCE = "changed_since"
TEXT_REMOVED = "text_removed"
CAPTURED_TOO = "captured_too"
OTHER_IMPORT = "other_import"


def choose(session: Session, import_id: int) -> tuple[int, ...]:
    """Return the exchanges that would go if an import were undone.

    Raises
    ------
    NotFound
        If there is no such import, or nothing is left to undo.
    ForgetInvalid
        If it still runs.
    """
    found = import_queries.find_import(session, import_id)
    if found is None or found.state is ImportState.UNDONE:
        raise NotFound(_("There is no such import (any more)."))
    if found.state is ImportState.RUNNING:
        raise ForgetInvalid(_("This import is still running. Cancel it first."))
    return tuple(members.removable(session, import_id))


def foresee(session: Session, record: ImportRecord) -> UndoOutcome:
    """Return what undoing an import would do; changes nothing."""
    fates = Counter(_fate(one) for one in members.improved(session, record.id))
    return _outcome(session, record.id, len(members.removable(session, record.id)), fates)


def settle(session: Session, import_id: int, *, removed: int) -> UndoOutcome:
    """Give earlier texts back after the exchanges of an import are gone, and note that it is undone."""
    fates: Counter[str | None] = Counter()
    for one in members.improved(session, import_id):
        fate = _fate(one)
        if fate is None:
            _give_back(session, one)
        fates[fate] += 1
    outcome = _outcome(session, import_id, removed, fates)
    members.hand_over(session, import_id)
    members.note_undone(session, import_id, asdict(outcome))
    return outcome


def _outcome(session: Session, import_id: int, removed: int, fates: Counter[str | None]) -> UndoOutcome:
    stay = Counter({reason: count for reason, count in fates.items() if reason is not None})
    stay[CAPTURED_TOO] += members.captured_too(session, import_id)
    stay[OTHER_IMPORT] += members.shared(session, import_id)
    return UndoOutcome(removed, fates[None], {reason: count for reason, count in sorted(stay.items()) if count})


def _fate(one: Improved) -> str | None:
    """Return why a change stays; None: it is taken back."""
    if one.text_removed:
        return TEXT_REMOVED
    if one.how == "replaced":
        # The text of before differed in white space alone and was not kept.
        return SAME_WORDS
    return None if one.untouched else CHANGED_SINCE


def _give_back(session: Session, one: Improved) -> None:
    if one.revision is None:
        return
    earlier = members.earlier_text(session, one.exchange_id, one.revision)
    if one.how == "revised" and earlier is not None:
        members.put_back(session, one.exchange_id, earlier, _columns(earlier))
        capture_queries.drop_derived(session, one.exchange_id)
        capture_queries.wait_anew(session, one.exchange_id)
    # Of a text that was only noted beside the stored one nothing but the note goes.
    members.drop_revision(session, one.exchange_id, one.revision)


def _columns(earlier: Earlier) -> dict[str, object]:
    counts: Counter[str] = Counter()
    for mark in marks_in(earlier.prompt, earlier.reply):
        counts[mark.kind] += mark.times
    return {
        "prompt_chars": len(normalised(earlier.prompt)),
        "reply_chars": len(normalised(earlier.reply)),
        "truncated": max(len(earlier.prompt), len(earlier.reply)) >= TEXT_LIMIT,
        "redactions": dict(counts),
    }
