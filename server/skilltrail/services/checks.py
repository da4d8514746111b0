"""Checks of answers: what the learner says about them, and the queue of what is worth checking."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from skilltrail.domain.checks import (
    LATER,
    NOTE_LIMIT,
    SOURCE_LIMIT,
    Candidate,
    Check,
    CheckStanding,
    ReviewItem,
    ReviewQueue,
    Said,
    ordered,
    sentences,
)
from skilltrail.domain.review_rules import RULES_VERSION, Finding, find
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.services.work_days import checked_day, moment_of
from skilltrail.storage import check_queries as queries
from skilltrail.storage.meta_queries import bump_revision, get_value, set_value
from skilltrail.storage.touched import Touched

QUEUE_READ = 300
"""Newest answers among which the queue is put in order; more than anyone goes through at once."""

SENTENCES_MOST = 3
"""Sentences shown of one answer."""

_RULES = "review_rules"
_AT_ONCE = 50  # answers looked at in one transaction


def read(session: Session, exchange_id: int) -> CheckStanding:
    """Return how the check of an answer stands.

    Raises
    ------
    NotFound
        If there is no such exchange (any more).
    """
    revision, findings = _text(session, exchange_id)
    said = current = queries.standing(session, exchange_id)
    if current is not None and current.said is Said.UNCHECKED:
        current = None
    return CheckStanding(
        exchange_id=exchange_id,
        current=current,
        changed=current is not None and current.revision != revision,
        undoable=said is not None,
        findings=findings,
    )


def say(
    session: Session,
    exchange_id: int,
    said: Said,
    *,
    source: str = "",
    note: str = "",
    dated: date | None = None,
    now: datetime,
) -> CheckStanding:
    """Note what the learner says about an answer, and return how its check stands then.

    Parameters
    ----------
    said
        Unchecked takes a check away. Later puts the answer off for ``LATER``.
    source, note
        Where it was looked up, and what was found; kept with the results of checks alone.
    dated
        The day of the check, in the system's zone; today where none is named.

    Raises
    ------
    NotFound
        If there is no such exchange (any more).
    RequestInvalid
        If a text is too long, or comes with what is no result of a check, or the day lies ahead.
    """
    _refuse_words(said, source, note)
    revision, _findings = _text(session, exchange_id)
    held = queries.standing(session, exchange_id)
    until = now + LATER if said is Said.LATER else None
    number = 1 if held is None else held.number + 1
    made_at = _made_at(dated if said.is_check else None, held, now)
    new = Check(exchange_id, number, said, source.strip(), note.strip(), made_at, revision, until)
    if not _same(held, new, dated):
        queries.add(session, new)
        queries.settle(session, [exchange_id])
        bump_revision(session, Touched())
    return read(session, exchange_id)


def undo(session: Session, exchange_id: int) -> CheckStanding:
    """Take back what was said last about an answer; each further call what was said before.

    Raises
    ------
    NotFound
        If there is no such exchange, or nothing to undo.
    """
    _text(session, exchange_id)
    number = queries.last_number(session, exchange_id)
    if not number:
        raise NotFound(_("There is nothing to undo about this answer."))
    queries.undo(session, exchange_id, number)
    queries.settle(session, [exchange_id])
    bump_revision(session, Touched())
    return read(session, exchange_id)


def look(session: Session) -> int:
    """Look at some answers that were not looked at yet; return how many, 0 when none was left."""
    if get_value(session, _RULES) != str(RULES_VERSION):
        queries.look_at_all_again(session)
        set_value(session, _RULES, str(RULES_VERSION))
    found = [(exchange_id, find(reply)) for exchange_id, reply in queries.due(session, _AT_ONCE)]
    queries.keep_findings(session, found)
    return len(found)


def is_due(session: Session) -> bool:
    """Tell whether there are answers to look at."""
    return get_value(session, _RULES) != str(RULES_VERSION) or queries.count_due(session) > 0


def read_queue(session: Session, *, now: datetime, limit: int) -> ReviewQueue:
    """Return the first answers of the review queue with the sentences concerned.

    The newest ``QUEUE_READ`` that wait are put in order: newest week first, then the topics that are used most.
    """
    found = queries.candidates(session, now=now, limit=QUEUE_READ + 1)
    sizes = queries.topic_sizes(session, {one.topic_id for one in found if one.topic_id is not None})
    placed = [_with_uses(one, sizes) for one in found[:QUEUE_READ]]
    first = ordered(placed, now=now)[:limit]
    texts = queries.replies(session, [one.exchange_id for one in first])
    return ReviewQueue(
        items=tuple(_item(one, texts.get(one.exchange_id, "")) for one in first),
        open=len(placed),
        more=len(found) > QUEUE_READ,
        unread=queries.count_due(session),
    )


def _text(session: Session, exchange_id: int) -> tuple[int, tuple[Finding, ...]]:
    found = queries.text_of(session, exchange_id)
    if found is None:
        raise NotFound(_("This exchange does not exist (any more)."))
    return found


def _refuse_words(said: Said, source: str, note: str) -> None:
    if (source.strip() or note.strip()) and not said.is_check:
        raise RequestInvalid(_("A source and a note belong to the result of a check."))
    if len(source) > SOURCE_LIMIT:
        raise RequestInvalid(_("The source is too long: at most {most} characters.").format(most=SOURCE_LIMIT))
    if len(note) > NOTE_LIMIT:
        raise RequestInvalid(_("The note is too long: at most {most} characters.").format(most=NOTE_LIMIT))


def _made_at(dated: date | None, held: Check | None, now: datetime) -> datetime:
    """Return when a check was made: at a moment of the day that the learner names, now where that is today."""
    if dated is None:
        return now
    checked_day(dated, now)
    if held is not None and held.said.is_check and held.made_at.astimezone().date() == dated:
        return held.made_at
    return now if dated == now.astimezone().date() else moment_of(dated)


def _same(held: Check | None, new: Check, dated: date | None) -> bool:
    if held is None:
        return new.said is Said.UNCHECKED
    if dated is not None and new.made_at.astimezone().date() != held.made_at.astimezone().date():
        return False
    both = [(one.said, one.source, one.note, one.revision, one.until) for one in (held, new)]
    return both[0] == both[1]


def _with_uses(one: Candidate, sizes: dict[str, int]) -> Candidate:
    return Candidate(one.exchange_id, one.asked_at, one.topic_id, one.findings, sizes.get(one.topic_id or "", 0))


def _item(one: Candidate, reply: str) -> ReviewItem:
    shown, further = sentences(reply, one.findings, most=SENTENCES_MOST)
    return ReviewItem(one.exchange_id, one.asked_at, one.topic_id, one.uses, shown, further)
