"""Skill claims: what is proposed for each topic, and what the learner decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.claims import (
    Decision,
    Proposal,
    PublishedConcept,
    TopicClaims,
    TopicNow,
    Verdict,
    fits,
    has_changed,
    still_open,
)
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.i18n import _
from skilltrail.services import counting
from skilltrail.storage import claim_queries as queries
from skilltrail.storage.claim_queries import ClaimTopic
from skilltrail.storage.history_columns import Columns, HistoryColumns
from skilltrail.storage.meta_queries import bump_revision
from skilltrail.storage.touched import Touched
from skilltrail.storage.trail_queries import TopicNames, shown_topics, topic_names


def read_topic(session: Session, topic_id: str, *, history: HistoryColumns) -> TopicClaims:
    """Return all about one topic's claims, shown or hidden; raises NotFound."""
    columns = history.at(session)
    names = topic_names(session).get(topic_id)
    found = [] if names is None or names.retired else _counted(columns, [names])
    if not found:
        raise NotFound(_("This topic does not exist (any more)."))
    decided = queries.decisions(session, topic_id)
    return _one(
        found[0],
        queries.matches(session, topic_id).get(topic_id),
        decided.get(topic_id, []),
        _now(columns, found, decided).get(topic_id),
        undoable=bool(queries.undoable(session, topic_id)),
    )


def read_all(session: Session, *, history: HistoryColumns) -> tuple[TopicClaims, ...]:
    """Return the claims of all topics: those that wait for the learner's word first, then by falling size."""
    columns = history.at(session)
    topics = _counted(columns, shown_topics(session).values())
    matches, decided = queries.matches(session), queries.decisions(session)
    undoable = queries.undoable(session)
    now = _now(columns, topics, decided)
    found = [
        _one(topic, matches.get(topic.id), decided.get(topic.id, []), now.get(topic.id), undoable=topic.id in undoable)
        for topic in topics
    ]
    return tuple(sorted(found, key=lambda claims: not claims.is_open))


def _now(
    columns: Columns, topics: Iterable[ClaimTopic], decided: Mapping[str, Sequence[Decision]]
) -> dict[str, TopicNow]:
    """Return how topics stand about which something was decided."""
    marks = {topic.id: decided[topic.id][-1].last_seq for topic in topics if topic.id in decided}
    sizes = counting.sizes(columns)
    return {topic: TopicNow(sizes[topic], old) for topic, old in counting.no_newer(columns, marks).items()}


def _counted(columns: Columns, names: Iterable[TopicNames]) -> list[ClaimTopic]:
    """Return those of the topics that hold exchanges, the largest first."""
    sizes, newest = counting.sizes(columns), counting.newest_ids(columns)
    found = [
        # An exchange's number in the order of arrival is its id.
        ClaimTopic(one.topic_id, one.name, one.area, one.colour, sizes[one.topic_id], newest[one.topic_id])
        for one in names
        if one.topic_id in sizes
    ]
    return sorted(found, key=lambda topic: (-topic.exchanges, topic.id))


def decide(
    session: Session,
    topic_id: str,
    verdict: Verdict,
    concept: PublishedConcept | None,
    *,
    now: datetime,
    instead_of: str | None = None,
) -> TopicClaims:
    """Note what the learner said about a topic, and return how its claims stand.

    Parameters
    ----------
    concept
        What is confirmed or rejected; None for "none fits".
    instead_of
        Key of a confirmed concept whose place this one takes.

    Raises
    ------
    NotFound
        If there is no such topic (any more).
    RequestInvalid
        If a concept is missing, or named where none belongs.
    """
    if (concept is None) is not (verdict is Verdict.NONE):
        raise RequestInvalid(_("Name the concept that is confirmed or rejected; “none” takes none."))
    topic = _topic(session, topic_id)
    held = queries.decisions(session, topic_id).get(topic_id, [])
    if any((decision.verdict, decision.concept) == (verdict, concept) for decision in held):
        return _claims(session, topic)
    number = queries.next_number(session, topic_id)
    queries.end_decisions(session, topic_id, _ended(held, verdict, concept, instead_of), number)
    decision = Decision(number, verdict, concept, now, topic.exchanges, topic.last_seq)
    queries.add_decision(session, topic_id, decision)
    bump_revision(session, Touched())
    return _claims(session, topic)


def withdraw(session: Session, topic_id: str, key: str | None) -> TopicClaims:
    """End a decision without another one: about the concept with this key, or without one "none fits".

    Raises
    ------
    NotFound
        If there is no such topic or decision (any more).
    """
    topic = _topic(session, topic_id)
    held = queries.decisions(session, topic_id).get(topic_id, [])
    wanted = [decision.number for decision in held if _key(decision) == key]
    if not wanted:
        raise NotFound(_("There is no such decision about this topic (any more)."))
    queries.end_decisions(session, topic_id, wanted, queries.next_number(session, topic_id))
    bump_revision(session, Touched())
    return _claims(session, topic)


def undo(session: Session, topic_id: str) -> TopicClaims:
    """Take back the last decision about a topic; each further call the one before it.

    Raises
    ------
    NotFound
        If there is no such topic, or nothing to undo.
    """
    topic = _topic(session, topic_id)
    number = queries.last_number(session, topic_id)
    if not number:
        raise NotFound(_("There is nothing to undo about this topic."))
    queries.undo_decision(session, topic_id, number)
    bump_revision(session, Touched())
    return _claims(session, topic)


def _key(decision: Decision) -> str | None:
    return None if decision.concept is None else decision.concept.key


def _ended(
    held: Sequence[Decision], verdict: Verdict, concept: PublishedConcept | None, instead_of: str | None
) -> list[int]:
    """Return the decisions that a new one puts an end to: whatever contradicts it."""
    ended = []
    for decision in held:
        contrary = {
            Verdict.CONFIRMED: decision.verdict is Verdict.NONE,
            Verdict.REJECTED: False,
            Verdict.NONE: decision.verdict is Verdict.CONFIRMED,
        }[verdict]
        same = concept is not None and decision.concept == concept
        replaced = decision.verdict is Verdict.CONFIRMED and _key(decision) == instead_of
        if contrary or same or replaced:
            ended.append(decision.number)
    return ended


def _topic(session: Session, topic_id: str) -> ClaimTopic:
    found = queries.topics(session, topic_id)
    if not found:
        raise NotFound(_("This topic does not exist (any more)."))
    return found[0]


def _claims(session: Session, topic: ClaimTopic) -> TopicClaims:
    decided = queries.decisions(session, topic.id).get(topic.id, [])
    now = queries.topics_now(session, {topic.id: decided[-1].last_seq} if decided else {}).get(topic.id)
    match = queries.matches(session, topic.id).get(topic.id)
    return _one(topic, match, decided, now, undoable=bool(queries.undoable(session, topic.id)))


def _one(
    topic: ClaimTopic,
    match: tuple[Proposal, ...] | None,
    decided: Sequence[Decision],
    now: TopicNow | None,
    *,
    undoable: bool,
) -> TopicClaims:
    proposals = still_open(match or (), decided)
    return TopicClaims(
        topic_id=topic.id,
        name=topic.name,
        area=topic.area,
        colour=topic.colour,
        exchanges=topic.exchanges,
        confirmed=tuple(decision for decision in decided if decision.verdict is Verdict.CONFIRMED),
        none_fits=any(decision.verdict is Verdict.NONE for decision in decided),
        proposals=proposals,
        abstained=match is not None and not fits(proposals),
        rejected=sum(decision.verdict is Verdict.REJECTED for decision in decided),
        matched=match is not None,
        changed=bool(decided) and now is not None and has_changed(decided[-1], now),
        undoable=undoable,
    )
