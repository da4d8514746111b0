"""What the learner decided about topics and published concepts, and what was proposed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from skilltrail.domain.claims import Decision, Proposal, PublishedConcept, TopicMatch, TopicNow, Verdict
from skilltrail.domain.corrections import Standing
from skilltrail.storage.asking import Question, Rows, answer
from skilltrail.storage.claim_models import ClaimProposalRow, ClaimRow, TopicMatchRow
from skilltrail.storage.models import Area, Exchange, Topic, TopicMembership
from skilltrail.storage.shown_names import SHOWN_NAME

_CONCEPT = ("framework", "code", "kind", "label", "description")


@dataclass(frozen=True, slots=True)
class ClaimTopic:
    """A living topic as claims name it; ``exchanges`` are on the current path, numbered up to ``last_seq``."""

    id: str
    name: str
    area: str
    colour: int
    exchanges: int
    last_seq: int


def topics(session: Session, topic_id: str | None = None) -> list[ClaimTopic]:
    """Return the shown topics that hold exchanges, the largest first; with ``topic_id`` that one, shown or hidden."""
    count = func.count()
    shown = Topic.standing == Standing.SHOWN.value if topic_id is None else Topic.id == topic_id
    statement = (
        select(Topic.id, SHOWN_NAME, Area.name, Topic.colour)
        .add_columns(count, func.max(Exchange.seq))
        .join(Area, Area.id == Topic.area_id)
        .join(TopicMembership, TopicMembership.topic_id == Topic.id)
        .join(Exchange, and_(Exchange.id == TopicMembership.exchange_id, Exchange.on_current_path == 1))
        .where(Topic.retired_at.is_(None), shown)
        .group_by(Topic.id)
        .order_by(count.desc(), Topic.id)
    )
    return [ClaimTopic(*row) for row in session.execute(statement)]


def matches(session: Session, topic_id: str | None = None) -> dict[str, tuple[Proposal, ...]]:
    """Return what was found for each topic that was matched, the best first; ``exemplars`` are ids of exchanges."""
    of_topic = ClaimProposalRow.topic_id == TopicMatchRow.topic_id
    joined = select(TopicMatchRow.topic_id, ClaimProposalRow).outerjoin(ClaimProposalRow, of_topic)
    rows: dict[str, list[Proposal]] = {}
    for found, row in session.execute(_of(joined, TopicMatchRow, topic_id).order_by(ClaimProposalRow.rank)):
        rows.setdefault(found, []).extend([_proposal(row)] if row is not None else [])
    return {found: tuple(proposals) for found, proposals in rows.items()}


def decisions(session: Session, topic_id: str | None = None) -> dict[str, list[Decision]]:
    """Return the decisions that hold, by topic, in the order in which they were made."""
    found: dict[str, list[Decision]] = {}
    for row in _all_rows(session):
        if row.ended_by is None and topic_id in (None, row.topic_id):
            found.setdefault(row.topic_id, []).append(_decision(row))
    return found


def undoable(session: Session, topic_id: str | None = None) -> set[str]:
    """Return the topics about which anything was decided that can be undone."""
    return {row.topic_id for row in _all_rows(session) if topic_id in (None, row.topic_id)}


class _Claim(NamedTuple):
    topic_id: str
    number: int
    verdict: str
    framework: str | None
    code: str | None
    kind: str | None
    label: str | None
    description: str | None
    decided_at: datetime
    exchanges: int
    last_seq: int
    ended_by: int | None


def _all_rows(session: Session) -> list[_Claim]:
    return answer(session, CLAIMS)


def _in_order(rows: Rows) -> list[_Claim]:
    return sorted((_Claim(*row) for row in rows), key=lambda one: one.number)


# A few hundred at most, for each is a click of the learner's.
CLAIMS: Question[list[_Claim]] = Question(
    "claims", select(*(getattr(ClaimRow, name) for name in _Claim._fields)), _in_order
)


def topics_now(session: Session, marks: dict[str, int]) -> dict[str, TopicNow]:
    """Return for each topic how many exchanges it has, and how many no newer than its mark."""
    found = {}
    for topic_id, mark in sorted(marks.items()):
        old = func.count().filter(Exchange.seq <= mark)
        statement = (
            select(func.count(), old)
            .select_from(TopicMembership)
            .join(Exchange, and_(Exchange.id == TopicMembership.exchange_id, Exchange.on_current_path == 1))
            .where(TopicMembership.topic_id == topic_id)
        )
        row = session.execute(statement).one()
        found[topic_id] = TopicNow(row[0], row[1])
    return found


def next_number(session: Session, topic_id: str) -> int:
    """Return the number of the next decision about a topic."""
    return last_number(session, topic_id) + 1


def last_number(session: Session, topic_id: str) -> int:
    """Return the number of the last decision about a topic, 0 before the first."""
    highest = select(func.max(ClaimRow.number), func.max(ClaimRow.ended_by)).where(ClaimRow.topic_id == topic_id)
    return max(value or 0 for value in session.execute(highest).one())


def add_decision(session: Session, topic_id: str, decision: Decision) -> None:
    """Write a decision."""
    concept = decision.concept
    named: dict[str, Any] = {name: getattr(concept, name) if concept else None for name in _CONCEPT}
    session.add(
        ClaimRow(
            topic_id=topic_id,
            number=decision.number,
            verdict=decision.verdict.value,
            decided_at=decision.decided_at,
            exchanges=decision.exchanges,
            last_seq=decision.last_seq,
            ended_by=None,
            **named,
        )
    )
    session.flush()


def end_decisions(session: Session, topic_id: str, numbers: Iterable[int], by: int) -> None:
    """Note that decisions hold no longer since decision ``by``."""
    wanted = and_(ClaimRow.topic_id == topic_id, ClaimRow.number.in_(sorted(numbers)), ClaimRow.ended_by.is_(None))
    session.execute(update(ClaimRow).where(wanted).values(ended_by=by))


def undo_decision(session: Session, topic_id: str, number: int) -> None:
    """Take a decision back: what it ended holds again."""
    session.execute(delete(ClaimRow).where(ClaimRow.topic_id == topic_id, ClaimRow.number == number))
    revived = and_(ClaimRow.topic_id == topic_id, ClaimRow.ended_by == number)
    session.execute(update(ClaimRow).where(revived).values(ended_by=None))


def confirmed(session: Session) -> dict[str, tuple[PublishedConcept, ...]]:
    """Return the concepts that the learner confirmed, by topic."""
    return {
        topic_id: concepts
        for topic_id, found in decisions(session).items()
        if (concepts := tuple(d.concept for d in found if d.verdict is Verdict.CONFIRMED and d.concept is not None))
    }


def all_decisions(session: Session) -> list[dict[str, Any]]:
    """Return every decision ever made and not undone, for "everything I have"."""
    names = ("topic_id", "number", "verdict", "framework", "code", "label", "decided_at", "ended_by")
    columns = [getattr(ClaimRow, name) for name in names]
    statement = select(*columns).order_by(ClaimRow.topic_id, ClaimRow.number)
    return [dict(zip(names, row, strict=True)) for row in session.execute(statement)]


def digests(session: Session) -> dict[str, str]:
    """Return what the result of each topic depended on."""
    return {row[0]: row[1] for row in session.execute(select(TopicMatchRow.topic_id, TopicMatchRow.digest))}


def keep_match(
    session: Session, topic_id: str, found: TopicMatch, exchanges: Sequence[int], *, digest: str, now: datetime
) -> None:
    """Write what was found for a topic in place of what was there; ``exchanges`` are the ids of its evidence's rows."""
    drop_matches(session, [topic_id])
    session.add(TopicMatchRow(topic_id=topic_id, digest=digest, matched_at=now))
    for rank, proposal in enumerate(found.proposals):
        session.add(
            ClaimProposalRow(
                topic_id=topic_id,
                rank=rank,
                similarity=proposal.similarity,
                mentions=proposal.mentions,
                words=list(proposal.words),
                fit=proposal.fit,
                exemplars=[exchanges[row] for row in proposal.exemplars],
                **{name: getattr(proposal.concept, name) for name in _CONCEPT},
            )
        )
    session.flush()


def drop_matches(session: Session, topic_ids: Iterable[str]) -> None:
    """Delete what was found for topics."""
    wanted = sorted(topic_ids)
    for table in (ClaimProposalRow, TopicMatchRow):
        session.execute(delete(table).where(table.topic_id.in_(wanted)))


def drop_matches_of_the_retired(session: Session) -> None:
    """Delete what was found for topics that ended; decisions about them stay."""
    retired = select(Topic.id).where(Topic.retired_at.is_not(None))
    for table in (ClaimProposalRow, TopicMatchRow):
        session.execute(delete(table).where(table.topic_id.in_(retired)))


def forget(session: Session, losing: Sequence[str], *, least: int) -> None:
    """Delete what rested on exchanges that were forgotten.

    Proposals of topics that lost any; decisions about topics that ended, or of which fewer than ``least`` exchanges
    with a text are left: what a decision says about the learner rests on those.
    """
    drop_matches(session, losing)
    drop_matches_of_the_retired(session)
    left = (
        select(func.count())
        .select_from(TopicMembership)
        .join(Exchange, and_(Exchange.id == TopicMembership.exchange_id, Exchange.text_removed.is_(False)))
        .where(TopicMembership.topic_id == ClaimRow.topic_id)
        .scalar_subquery()
    )
    retired = select(Topic.id).where(Topic.retired_at.is_not(None))
    thin = and_(ClaimRow.topic_id.in_(list(losing)), left < least)
    session.execute(delete(ClaimRow).where(or_(thin, ClaimRow.topic_id.in_(retired))))


def _of(statement: Any, table: Any, topic_id: str | None) -> Any:
    return statement if topic_id is None else statement.where(table.topic_id == topic_id)


def _proposal(row: ClaimProposalRow) -> Proposal:
    return Proposal(
        concept=PublishedConcept(*(getattr(row, name) for name in _CONCEPT)),
        similarity=row.similarity,
        mentions=row.mentions,
        words=tuple(row.words),
        fit=row.fit,
        exemplars=tuple(row.exemplars),
    )


def _decision(row: _Claim) -> Decision:
    named = [getattr(row, name) for name in _CONCEPT]
    return Decision(
        number=row.number,
        verdict=Verdict(row.verdict),
        concept=None if row.framework is None else PublishedConcept(*named),
        decided_at=row.decided_at,
        exchanges=row.exchanges,
        last_seq=row.last_seq,
    )
