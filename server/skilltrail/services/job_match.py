"""A job post against the history: what it asks for, which skill stands for it, and by what. Nothing of it is kept.

Everything is counted under the boundaries of exports: what may not leave speaks for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np
from sqlalchemy.orm import Session

from skilltrail.domain.job_post import (
    Basis,
    JobMatch,
    PostSentence,
    Requirement,
    RequirementMatch,
    SkillEvidence,
    Standing,
    proposed_of,
    sentences_of,
    standing_of,
)
from skilltrail.domain.search import Term
from skilltrail.domain.stages import days_since
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.services import counting
from skilltrail.services.trail import all_rows_that_may_leave
from skilltrail.storage import claim_queries, search_queries
from skilltrail.storage.history_columns import NO_TOPIC, Columns, HistoryColumns
from skilltrail.storage.trail_queries import TopicNames, topic_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

REQUIREMENTS_MOST = 60
EXAMPLES = 3
LEAST_SHARED = 0.45
"""Cosine of a requirement and the middle of a skill from which on they are called related (static vectors)."""

Near = Mapping[str, Mapping[str, float]]
"""How near each requirement, by its name, is to each skill: a cosine."""


class FoundTerm(Protocol):
    """What a reader finds in a sentence; see ``ml.post_terms.PostTerm``."""

    @property
    def said(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def framework(self) -> str: ...
    @property
    def address(self) -> str: ...


class Reader(Protocol):
    """Reads sentences and knows how terms are related; see ``ml.post_terms.PostReader``."""

    def read(self, text: str) -> Sequence[FoundTerm]:
        """Return what a sentence speaks of."""
        ...

    def named(self, name: str) -> list[int]:
        """Return the terms that a name as a whole stands for."""
        ...

    def related(self, number: int) -> frozenset[int]:
        """Return the parts of what a term names, and what it is a part of."""
        ...

    def spellings(self, number: int) -> list[str]:
        """Return spellings by which exchanges speak of a term."""
        ...


@dataclass(frozen=True, slots=True)
class _Skill:
    """A skill that may be shown: its rows, and the terms that its name and its confirmed concepts stand for."""

    names: TopicNames
    rows: NDArray[np.int64]
    terms: frozenset[int]
    called: frozenset[str]


def requirements_of(sentences: Sequence[PostSentence], reader: Reader) -> tuple[Requirement, ...]:
    """Return what the asking sentences of a post speak of, each thing once, in the order of the post."""
    found: dict[object, Requirement] = {}
    for sentence in sentences:
        for term in reader.read(sentence.text) if sentence.asks else ():
            key = term.said.casefold() if term.number is None else term.number
            before = found.get(key)
            found[key] = _requirement(term, sentence, before)
    return tuple(found.values())[:REQUIREMENTS_MOST]


def _requirement(term: FoundTerm, sentence: PostSentence, before: Requirement | None) -> Requirement:
    numbers = () if before is None else before.sentences
    saids = () if before is None else tuple(before.said.split(", "))
    return Requirement(
        term=term.number,
        said=", ".join(dict.fromkeys((*saids, term.said))),
        name=term.name,
        framework=term.framework,
        address=term.address,
        sentences=tuple(dict.fromkeys((*numbers, sentence.number))),
        extra=sentence.extra and (before is None or before.extra),
    )


def match(
    session: Session,
    post: str,
    reader: Reader,
    *,
    admitted: frozenset[int],
    wanted: TimelineFilter,
    history: HistoryColumns,
    now: datetime,
    near: Near,
    names: Mapping[str, str],
) -> JobMatch:
    """Return what a post asks for and what stands for it.

    Parameters
    ----------
    near
        Cosines; without any, nothing is related by its texts alone.
    names
        Skills' names as they may go out.
    """
    sentences = sentences_of(post)
    columns = history.at(session)
    asked = requirements_of(sentences, reader)
    skills = _skills(session, columns, reader, wanted, admitted)
    work = _Matching(columns, reader, skills, _speaking(session, asked, reader), now, names)
    matches = []
    for requirement in asked:
        evidence = work.evidence(requirement, near.get(requirement.name, {}))
        matches.append(RequirementMatch(requirement, standing_of(evidence), evidence))
    order = list(Standing)
    ordered = tuple(sorted(matches, key=lambda one: (order.index(one.standing), one.requirement.extra)))
    return JobMatch(sentences, ordered, proposed_of(ordered))


def _skills(
    session: Session, columns: Columns, reader: Reader, wanted: TimelineFilter, admitted: frozenset[int]
) -> dict[str, _Skill]:
    rows = all_rows_that_may_leave(session, columns, wanted, admitted)
    rows = rows[columns.topic[rows] != NO_TOPIC]
    known, aligned = topic_names(session), claim_queries.confirmed(session)
    found: dict[str, _Skill] = {}
    for place in np.unique(columns.topic[rows]).tolist():
        names = known.get(columns.topics[place])
        if names is None or not names.shown:
            continue
        called = [names.name, *(concept.label for concept in aligned.get(names.topic_id, ()))]
        terms = frozenset(number for name in called for number in reader.named(name))
        mine = rows[columns.topic[rows] == place]
        found[names.topic_id] = _Skill(names, mine, terms, frozenset(name.casefold() for name in called))
    return found


def _speaking(session: Session, asked: Sequence[Requirement], reader: Reader) -> dict[Requirement, NDArray[np.int64]]:
    """Return by requirement the exchanges whose question speaks of it in one of its spellings."""
    spoken = {one: expression for one in asked if (expression := _spoken(one, reader))}
    found = search_queries.matching_each(session, list(spoken.values())) if spoken else []
    ids = dict(zip(spoken, found, strict=True))
    return {one: np.array(sorted(ids.get(one, ())), dtype=np.int64) for one in asked}


def _spoken(wanted: Requirement, reader: Reader) -> str:
    spellings = wanted.said.split(", ")
    if wanted.term is not None:
        spellings += reader.spellings(wanted.term)
    terms = [Term(one, phrase=True) for one in dict.fromkeys(spellings) if one.strip()]
    return search_queries.expression_of(terms, ("prompt",), joined="OR")


class _Matching:
    """What matching a post needs for each of its requirements."""

    def __init__(
        self,
        columns: Columns,
        reader: Reader,
        skills: Mapping[str, _Skill],
        speaking: Mapping[Requirement, NDArray[np.int64]],
        now: datetime,
        names: Mapping[str, str],
    ) -> None:
        self._columns = columns
        self._reader = reader
        self._skills = skills
        self._speaking = speaking
        self._now = now
        self._names = names

    def evidence(self, wanted: Requirement, near: Mapping[str, float]) -> SkillEvidence | None:
        """Return the best evidence for a requirement: its skill by name, questions that speak of it, kin, likeness."""
        speaking = self._speaking[wanted]
        best: tuple[tuple[int, int, float], SkillEvidence] | None = None
        for topic, skill in self._skills.items():
            ids = self._columns.id[skill.rows]
            spoken = ids[np.isin(ids, speaking)]
            basis = self._basis(wanted, skill, len(spoken), near.get(topic, 0.0))
            if basis is None:
                continue
            rank = (_WORTH[basis] if len(spoken) or basis is not Basis.SPOKEN else 0, len(spoken), near.get(topic, 0.0))
            if best is None or rank > best[0]:
                best = (rank, self._told(skill, basis, spoken))
        return None if best is None else best[1]

    def _basis(self, wanted: Requirement, skill: _Skill, spoken: int, near: float) -> Basis | None:
        said = {wanted.name.casefold(), *(one.casefold() for one in wanted.said.split(", "))}
        if wanted.term in skill.terms or said & skill.called:
            return Basis.NAMED
        if spoken:
            return Basis.SPOKEN
        if wanted.term is not None and self._reader.related(wanted.term) & skill.terms:
            return Basis.FAMILY
        # Of a name on no list the vector says next to nothing.
        return Basis.NEAR if wanted.term is not None and near >= LEAST_SHARED else None

    def _told(self, skill: _Skill, basis: Basis, spoken: NDArray[np.int64]) -> SkillEvidence:
        total = counting.totals(self._columns, skill.rows)
        last = (total.last_at or self._now).astimezone(self._now.astimezone().tzinfo)
        topic = skill.names.topic_id
        return SkillEvidence(
            topic_id=topic,
            name=self._names.get(topic, skill.names.name),
            basis=basis,
            spoken=len(spoken),
            exchanges=len(skill.rows),
            last_on=last.date(),
            idle_days=days_since(last, self._now.astimezone()),
            # Rows of one topic are in the order of time.
            examples=tuple(int(one) for one in spoken[::-1][:EXAMPLES]),
        )


_WORTH = {Basis.NAMED: 4, Basis.SPOKEN: 3, Basis.FAMILY: 2, Basis.NEAR: 1}
