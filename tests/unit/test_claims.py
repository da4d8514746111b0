"""What may be said of skill claims without any database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from concepts import QUERYING, SPANISH, SQL
from skilltrail.domain.claims import (
    LEAST_FIT,
    Decision,
    Proposal,
    PublishedConcept,
    TopicNow,
    Verdict,
    fits,
    has_changed,
    still_open,
)

THEN = datetime(2026, 11, 22, tzinfo=UTC)


def proposal(concept: PublishedConcept, fit: float = 0.6) -> Proposal:
    return Proposal(concept, similarity=0.5, mentions=0.2, words=("sql",), fit=fit)


def decision(verdict: Verdict, concept: PublishedConcept | None, *, exchanges: int = 9) -> Decision:
    return Decision(1, verdict, concept, THEN, exchanges=exchanges, last_seq=50)


def test_addresses_are_those_that_the_frameworks_publish() -> None:
    element = PublishedConcept("onet", "2.C.4.a", "knowledge", "Mathematics")

    assert SQL.address == "http://data.europa.eu/esco/skill/sql-code"
    assert element.address == "https://www.onetonline.org/find/descriptor/result/2.C.4.a"


def test_a_tool_has_no_address_and_is_told_from_others_of_its_class() -> None:
    other = PublishedConcept("onet", QUERYING.code, "tool", "Another query tool")

    assert QUERYING.address == ""
    assert other.key != QUERYING.key


def test_what_was_decided_is_not_proposed_again() -> None:
    proposals = (proposal(SQL), proposal(QUERYING), proposal(SPANISH))
    decided = [decision(Verdict.CONFIRMED, SQL), decision(Verdict.REJECTED, SPANISH)]

    assert [found.concept for found in still_open(proposals, decided)] == [QUERYING]


def test_nothing_too_far_is_proposed() -> None:
    assert fits([proposal(SQL, LEAST_FIT), proposal(SPANISH, 0.1)])
    assert not fits([proposal(SQL, LEAST_FIT - 0.01)])
    assert not fits([])


@pytest.mark.parametrize(
    ("exchanges", "old", "changed"),
    [
        (9, 9, False),  # as it was
        (18, 9, False),  # new ones came, no more than it had
        (9, 7, False),  # a few went elsewhere
        (5, 5, True),  # nearly half went elsewhere
        (13, 13, True),  # many older ones came in: another topic was merged into it
        (40, 9, True),  # it grew to four times its size
    ],
)
def test_a_topic_that_became_another_one_is_noticed(exchanges: int, old: int, changed: bool) -> None:
    assert has_changed(decision(Verdict.CONFIRMED, SQL), TopicNow(exchanges, old)) is changed
