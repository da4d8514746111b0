"""Routes of checks: what the learner says about answers, and what is worth checking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from skilltrail.domain.checks import NOTE_LIMIT, SOURCE_LIMIT, Check, CheckStanding, ReviewItem, ReviewQueue, Said
from skilltrail.web.access import DECIDE, DECIDE_IN_WORDS, READ
from skilltrail.web.api_entries import Day
from skilltrail.web.routes import Route
from skilltrail.web.schemas import Nothing, Strict
from skilltrail.web.space import application, spaces


class CheckIn(Strict):
    """What the learner says about an answer; source, note and day go with the results of checks alone."""

    said: Literal["unchecked", "confirmed", "corrected", "contradicted", "not_worth", "later"]
    source: Annotated[str, Field(max_length=SOURCE_LIMIT)] = ""
    note: Annotated[str, Field(max_length=NOTE_LIMIT)] = ""
    dated: Day | None = None


@dataclass(frozen=True, slots=True)
class CheckAnswer:
    """How the check of an answer stands.

    ``state`` is what counts for this text; ``said`` what was said last, perhaps about an earlier text (``changed``).
    ``proof``: it may be shown as evidence; ``strong``: the learner corrected an error.
    """

    exchange_id: int
    state: str
    said: str
    source: str
    note: str
    made_at: datetime | None
    until: datetime | None
    changed: bool
    proof: bool
    strong: bool
    undoable: bool
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class SentenceAnswer:
    """A sentence that is worth checking; ``found`` are the words that the rules found in it."""

    text: str
    found: list[str]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class ReviewItemAnswer:
    """An answer in the review queue; ``uses`` counts the exchanges of its topic."""

    exchange_id: int
    asked_at: datetime
    topic_id: str | None
    uses: int
    sentences: list[SentenceAnswer]


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """The review queue. ``open`` counts up to 300, ``more`` says that there is more; ``unread`` wait for the rules."""

    open: int
    more: bool
    unread: int
    items: list[ReviewItemAnswer]


@dataclass(frozen=True, slots=True)
class CheckList:
    """What was said last about answers, the newest first."""

    checks: list[CheckAnswer]


def read_check(exchange_id: int) -> CheckAnswer:
    """Show how the check of an answer stands."""
    return check_answer(application().checks.read(exchange_id))


def say_check(exchange_id: int, body: CheckIn) -> CheckAnswer:
    """Keep what the learner says about an answer."""
    own = spaces().own.checks
    return check_answer(own.say(exchange_id, Said(body.said), source=body.source, note=body.note, dated=body.dated))


def undo_check(exchange_id: int) -> CheckAnswer:
    """Take back what was said last about an answer."""
    return check_answer(spaces().own.checks.undo(exchange_id))


def list_checks() -> CheckList:
    """Show what was said last about answers."""
    return CheckList([said_answer(check) for check in application().checks.latest(200)])


def read_review() -> ReviewAnswer:
    """Show what is worth checking."""
    return review_answer(application().checks.queue(limit=100))


def check_answer(standing: CheckStanding) -> CheckAnswer:
    """Return the standing of a check as the API tells it."""
    current = standing.current
    return CheckAnswer(
        exchange_id=standing.exchange_id,
        state=standing.state.value,
        said=(current.said if current else Said.UNCHECKED).value,
        source=current.source if current else "",
        note=current.note if current else "",
        made_at=current.made_at if current else None,
        until=current.until if current else None,
        changed=standing.changed,
        proof=standing.is_proof,
        strong=standing.is_strong,
        undoable=standing.undoable,
        reasons=list(dict.fromkeys(finding.rule for finding in standing.findings)),
    )


def said_answer(check: Check) -> CheckAnswer:
    """Return one thing that was said as the API tells it; whether the text changed since is not looked up."""
    return check_answer(CheckStanding(check.exchange_id, check, undoable=True))


def review_answer(queue: ReviewQueue) -> ReviewAnswer:
    """Return the review queue as the API tells it."""
    return ReviewAnswer(queue.open, queue.more, queue.unread, [_item(item) for item in queue.items])


def _item(item: ReviewItem) -> ReviewItemAnswer:
    told = [
        SentenceAnswer(
            text="".join(text for text, _marked in sentence.parts),
            found=[text for text, marked in sentence.parts if marked],
            reasons=list(sentence.rules),
        )
        for sentence in item.sentences
    ]
    return ReviewItemAnswer(item.exchange_id, item.asked_at, item.topic_id, item.uses, told)


ROUTES = (
    Route("GET", "/checks", list_checks, READ, "What was said last about answers.", gives=CheckList),
    Route("GET", "/exchanges/<int:exchange_id>/check", read_check, READ, "The check of one answer.", gives=CheckAnswer),
    Route(
        "POST",
        "/exchanges/<int:exchange_id>/check",
        say_check,
        DECIDE_IN_WORDS,
        "Say that an answer is confirmed, corrected or contradicted, not worth a check, or for later.",
        takes=CheckIn,
        gives=CheckAnswer,
    ),
    Route(
        "POST",
        "/exchanges/<int:exchange_id>/check/undo",
        undo_check,
        DECIDE,
        "Take back what was said last about an answer.",
        takes=Nothing,
        gives=CheckAnswer,
    ),
    Route(
        "GET", "/review", read_review, READ, "Answers that are worth checking, first things first.", gives=ReviewAnswer
    ),
)
