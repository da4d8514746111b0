"""Checks: what the learner did to verify an answer, and which answers are worth it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from skilltrail.domain.review_rules import Finding

SOURCE_LIMIT = 500
"""Characters of a source."""

NOTE_LIMIT = 4_000
"""Characters of a note."""

LATER = timedelta(days=7)
"""For so long an answer that was put off stays out of the review queue."""


class Said(StrEnum):
    """What the learner said about an answer: the result of a check, or that there will be none."""

    UNCHECKED = "unchecked"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    CONTRADICTED = "contradicted"
    NOT_WORTH = "not_worth"
    LATER = "later"

    @property
    def is_check(self) -> bool:
        """Tell whether the answer was checked."""
        return self in CHECKED


CHECKED = (Said.CONFIRMED, Said.CORRECTED, Said.CONTRADICTED)
"""Results of a check."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the learner said about an answer.

    ``number`` counts up in the exchange; ``revision`` is that of the text it was said about; ``until`` is when an
    answer that was put off comes back. ``made_at``: when it was said, or a moment of the day that the learner named.
    """

    exchange_id: int
    number: int
    said: Said
    source: str
    note: str
    made_at: datetime
    revision: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class CheckStanding:
    """How the check of one answer stands; ``current`` is None while nothing was said about it.

    ``changed``: the answer has another text than the one that was checked. ``findings`` are what makes it worth
    checking.
    """

    exchange_id: int
    current: Check | None = None
    changed: bool = False
    undoable: bool = False
    findings: tuple[Finding, ...] = ()

    @property
    def state(self) -> Said:
        """Return the result that counts now: unchecked unless this very text was checked."""
        if self.current is None or self.changed or not self.current.said.is_check:
            return Said.UNCHECKED
        return self.current.said

    @property
    def is_proof(self) -> bool:
        """Tell whether the answer may be shown as evidence: it was checked and held, or the learner put it right."""
        return self.state in {Said.CONFIRMED, Said.CORRECTED}

    @property
    def is_strong(self) -> bool:
        """Tell whether it is strong evidence of learning: the learner found the error and knows what is right."""
        return self.state is Said.CORRECTED


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer that may be worth checking; ``uses`` is the number of exchanges in its topic, 0 without one."""

    exchange_id: int
    asked_at: datetime
    topic_id: str | None
    findings: tuple[Finding, ...]
    uses: int = 0


@dataclass(frozen=True, slots=True)
class ReviewSentence:
    """A sentence of an answer with the reasons to check it; ``parts`` are its text, those in question marked."""

    parts: tuple[tuple[str, bool], ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An answer in the review queue with the sentences concerned."""

    exchange_id: int
    asked_at: datetime
    topic_id: str | None
    uses: int
    sentences: tuple[ReviewSentence, ...]
    further: int = 0


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """What is worth checking, first things first.

    ``open`` counts all of it up to a limit, ``more`` says that there is still more; ``unread`` answers were not looked
    at yet.
    """

    items: tuple[ReviewItem, ...]
    open: int
    more: bool
    unread: int


def ordered(candidates: Iterable[Candidate], *, now: datetime) -> list[Candidate]:
    """Return candidates newest week first; within a week those of the topics that are used most, then the newest."""

    def rank(one: Candidate) -> tuple[int, int, float, int]:
        return (max(now - one.asked_at, timedelta()).days // 7, -one.uses, -one.asked_at.timestamp(), -one.exchange_id)

    return sorted(candidates, key=rank)


def sentences(reply: str, findings: Iterable[Finding], *, most: int) -> tuple[tuple[ReviewSentence, ...], int]:
    """Return the first sentences of ``reply`` that the findings are about, and how many more there are."""
    spans: dict[tuple[int, int], list[Finding]] = {}
    for finding in findings:
        if finding.end <= len(reply):
            spans.setdefault((finding.start, finding.end), []).append(finding)
    found = [_sentence(reply, span, of_it) for span, of_it in sorted(spans.items())]
    return tuple(found[:most]), max(0, len(found) - most)


def _sentence(reply: str, span: tuple[int, int], findings: list[Finding]) -> ReviewSentence:
    parts: list[tuple[str, bool]] = []
    at = span[0]
    for finding in sorted(findings, key=lambda one: one.at):
        begin = max(at, finding.at)
        if finding.to > begin:
            parts += [(reply[at:begin], False), (reply[begin : finding.to], True)]
            at = finding.to
    parts.append((reply[at : span[1]], False))
    return ReviewSentence(tuple(part for part in parts if part[0]), tuple(dict.fromkeys(one.rule for one in findings)))
