"""A selection becomes a portfolio: exactly what will be disclosed, counted and shown under the boundaries of exports.

Nothing of a client who is not admitted is counted or shown, nothing of what is left out of exports, nothing that is off
the current path of its conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from sqlalchemy.orm import Session

from skilltrail import __version__
from skilltrail.domain.checks import Said
from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.endorsement import skill_urn
from skilltrail.domain.entries import Deliverable, Endorsement, Entry
from skilltrail.domain.leak_hits import TextPlace
from skilltrail.domain.portfolio import (
    Person,
    Portfolio,
    PortfolioSkill,
    Selection,
    ShownEndorsement,
    ShownReflection,
    SkillChoice,
    SkillMonth,
)
from skilltrail.domain.resolved_portfolio import NotShown, Reflected, Resolved, Why
from skilltrail.domain.saved_portfolio import SavedPortfolio
from skilltrail.domain.skills import SkillPath
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.domain.trajectory import Checked, TrajectoryRules, Turn
from skilltrail.exporters.skill_words import rule_words
from skilltrail.i18n import language
from skilltrail.services.anchors import anchors_for
from skilltrail.services.endorsements import endorsements_of, is_dated_later, why_not_counted
from skilltrail.services.portfolio_names import supported
from skilltrail.services.portfolio_parts import (
    Found,
    Head,
    chosen_of,
    deliverables_of,
    excerpts_of,
    open_excerpts,
    own_entries,
    reflections_of,
)
from skilltrail.services.skills import path_of
from skilltrail.services.trail import all_rows_that_may_leave, rows_that_may_leave
from skilltrail.services.work_days import moment_of
from skilltrail.storage import check_queries, claim_queries
from skilltrail.storage import portfolio_evidence_queries as evidence
from skilltrail.storage.history_columns import NO_TOPIC, Columns, HistoryColumns
from skilltrail.storage.trail_queries import topic_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")

TERMS_MOST = 8

Clean = Callable[[str], str]
"""Returns a name as it may go out: without secrets, own words, and words of clients who are not admitted."""


@dataclass(frozen=True, slots=True)
class Making:
    """What resolving needs beside the database. ``now`` is aware."""

    head: Head
    now: datetime
    pause: timedelta
    rules: TrajectoryRules
    clean: Clean
    did: str = ""


def resolve(session: Session, saved: SavedPortfolio, making: Making, *, history: HistoryColumns) -> Resolved:
    """Return what a saved selection discloses now, and what of it is not shown.

    The number of statements grows neither with exchanges nor with skills nor with excerpts.
    """
    work = _Work(session, saved.selection, making, history.at(session))
    skills = [skill for choice in saved.selection.skills if (skill := work.skill(choice)) is not None]
    there, chosen = {one.topic_id for one in skills}, {one.topic_id for one in saved.selection.skills}
    return Resolved(
        portfolio=replace(
            _portfolio(saved, making, tuple(skills), withheld=len(work.offered() - chosen)),
            anchors=anchors_for(session, making.head.size, making.head.log),
        ),
        signed=bool(making.head.checkpoint),
        not_shown=tuple(work.not_shown),
        exchange_of={one.entry: number for number, one in work.openable.entries.items()},
        held_back={one: count for one, count in work.held_back.items() if one in there},
        named_after_others=work.named_after_others,
        concepts_of_others=work.concepts_of_others,
        reflected=work.reflected,
        exchanges=tuple(sorted({*work.counted, *work.of_reflections()})),
        choices=tuple(one for one in saved.selection.skills if one.topic_id in there),
    )


def _portfolio(
    saved: SavedPortfolio, making: Making, skills: tuple[PortfolioSkill, ...], *, withheld: int
) -> Portfolio:
    chosen = saved.selection
    return Portfolio(
        id=saved.urn,
        title=chosen.title,
        audience=chosen.audience,
        recipient=chosen.recipient,
        person=Person(chosen.person, chosen.headline, chosen.introduction, chosen.profiles, making.did),
        made_at=making.now,
        language=language(),
        since=chosen.since,
        until=chosen.until,
        skills=skills,
        withheld=withheld,
        log_entries=making.head.size,
        checkpoint=making.head.checkpoint,
        log_key=making.head.log.key().text(),
        product_version=__version__,
    )


class _Work:
    """One resolving: what is read once for all skills, and what is found on the way."""

    def __init__(self, session: Session, selection: Selection, making: Making, columns: Columns) -> None:
        self._making = making
        self._columns = columns
        admitted, wanted = frozenset(selection.admitted), TimelineFilter(since=selection.since, until=selection.until)
        self.names = topic_names(session)
        topics = [one for one in dict.fromkeys(each.topic_id for each in selection.skills) if self._is_shown(one)]
        self._rows = {one: rows_that_may_leave(session, columns, one, wanted, admitted) for one in topics}
        self._all = {one: int((columns.topic == columns.topics.index(one)).sum()) for one in self._rows}
        ids = {one: columns.id[rows].tolist() for one, rows in self._rows.items()}
        self.held_back = {one: self._all[one] - len(rows) for one, rows in self._rows.items()}
        self._aligned = claim_queries.confirmed(session)
        counted = {one: frozenset(ids[one]) for one in ids}
        self._words = supported(session, self.names, counted, self.held_back, self._aligned)
        self.counted = [number for found in ids.values() for number in found]
        self._entries = evidence.entries_of(session, self.counted, making.head.log.id)
        self._checks = check_queries.counted_of(session, self.counted)
        self._own = own_entries(session, topics)
        about = {one.exchange_id for held in self._own.values() for one in held.values() if one.exchange_id is not None}
        asked = sorted(about | chosen_of(selection))
        places = evidence.places_of(session, asked, admitted) if asked else {}
        self._leaving = frozenset(one for one in about if one in places and places[one][1])
        self.openable = open_excerpts(
            session, selection, making.head, counted=self.counted, checks=self._checks, places=places
        )
        self._open = all_rows_that_may_leave(session, columns, wanted, admitted)
        self._within = about & set(columns.id[self._open].tolist()) if about else set()
        self._endorsements = endorsements_of(session) if any(one.endorsements for one in selection.skills) else {}
        self.not_shown: list[NotShown] = []
        self.reflected: dict[str, tuple[Reflected, ...]] = {}

    def offered(self) -> set[str]:
        """Return the topics of which something may leave: whoever has seen no more cannot miss the others."""
        there = np.unique(self._columns.topic[self._open])
        found = {self._columns.topics[one] for one in there.tolist() if one != NO_TOPIC}
        return {one for one in found if one in self.names and self.names[one].shown}

    @property
    def named_after_others(self) -> frozenset[str]:
        """Return the topics whose names tell of what is held back alone."""
        return self._words.unsupported

    @property
    def concepts_of_others(self) -> frozenset[tuple[str, str]]:
        """Return topics with labels of published concepts that tell of what is held back alone."""
        return self._words.concepts

    def of_reflections(self) -> set[int]:
        """Return the exchanges that shown reflections are on."""
        return {one.exchange_id for found in self.reflected.values() for one in found if one.exchange_id is not None}

    def skill(self, choice: SkillChoice) -> PortfolioSkill | None:
        """Return one skill as it is shown; None where there is nothing that may be."""
        topic = choice.topic_id
        rows = self._rows.get(topic)
        if rows is None or not len(rows):
            self.not_shown.append(NotShown(TextPlace("name", topic), Why.GONE if rows is None else Why.EMPTY))
            return None
        return self._skill(choice, rows)

    def _skill(self, choice: SkillChoice, rows: NDArray[np.int64]) -> PortfolioSkill:
        topic, names, clean = choice.topic_id, self.names[choice.topic_id], self._making.clean
        ids, own = self._columns.id[rows].tolist(), self._own[choice.topic_id]
        name = clean(names.name)
        endorsed = self._endorsed(choice, name)
        path = self._path(rows, ids, choice, own, len(endorsed))
        stage, checks = path.stages.stage, [self._checks[one] for one in ids if one in self._checks]
        days = np.unique(self._columns.day[rows])
        entries = [entry for one in ids if (entry := self._entry(one)) is not None]
        return PortfolioSkill(
            id=skill_urn(topic),
            topic_id=topic,
            name=name,
            area="" if topic in self._words.no_area else clean(names.area),
            note=choice.note,
            stage=stage,
            stage_rule="" if stage is None else rule_words(stage, path.stage_rules),
            first_on=path.episodes[0].began.date(),
            last_on=path.episodes[-1].ended.date(),
            idle_days=path.idle_days,
            exchanges=len(ids),
            learning=sum(month.learning for month in path.trajectory.months),
            episodes=len(path.episodes),
            days=len(days),
            imported=sum(self._entries[one][0] == "import" for one in ids),
            checked=len(checks),
            corrected=sum(one.said is Said.CORRECTED for one in checks),
            months=_months(path),
            terms=_clean_terms(self._words.terms[topic], clean),
            alignments=_clean_concepts(self._aligned.get(topic, ()), clean),
            excerpts=self._taken(excerpts_of(choice, self.openable, set(ids))),
            reflections=self._reflections(choice, own),
            deliverables=self._taken(deliverables_of(choice, own)),
            endorsements=endorsed,
            entries=tuple(sorted(entries)),
        )

    def _path(
        self, rows: NDArray[np.int64], ids: Sequence[int], choice: SkillChoice, own: Mapping[int, Entry], endorsed: int
    ) -> SkillPath:
        """Return what the skill's rows tell; only a deliverable that is shown lifts it to applied."""
        wanted = (Said.CORRECTED, Said.CONFIRMED)
        found = [self._checks[one] for one in ids if one in self._checks and self._checks[one].said in wanted]
        attached = [own[one] for one in choice.deliverables if one in own and isinstance(own[one].value, Deliverable)]
        return path_of(
            self._columns,
            rows,
            checked=[Checked(one.made_at.astimezone(), one.exchange_id, one.said is Said.CORRECTED) for one in found],
            applied_at=[moment_of(one.dated).astimezone() for one in attached],
            now=self._making.now,
            pause=self._making.pause,
            rules=self._making.rules,
            endorsements=endorsed,
        )

    def _endorsed(self, choice: SkillChoice, name: str) -> tuple[ShownEndorsement, ...]:
        shown = []
        for one in choice.endorsements:
            why = self._why_not_endorsed(one, choice.topic_id, name)
            if why is None:
                shown.append(self._endorsements[one])
            else:
                self.not_shown.append(NotShown(TextPlace("endorsement", choice.topic_id, str(one)), why))
        return tuple(shown)

    def _why_not_endorsed(self, number: int, topic: str, name: str) -> Why | None:
        entry = self._own[topic].get(number)
        if entry is None or number not in self._endorsements or not isinstance(entry.value, Endorsement):
            return Why.GONE
        why = why_not_counted(entry.value, topic, name, self._making.now)
        return why or (Why.NOT_YET if is_dated_later(entry.value, self._making.now) else None)

    def _reflections(self, choice: SkillChoice, own: Mapping[int, Entry]) -> tuple[ShownReflection, ...]:
        found = self._taken(reflections_of(choice, own, self._within, self._leaving))
        self.reflected[choice.topic_id] = tuple(one for one, _words in found)
        return tuple(words for _one, words in found)

    def _entry(self, exchange_id: int) -> int | None:
        """Return the entry that the head covers; what came behind it can be asked for when there is a newer head."""
        entry = self._entries[exchange_id][1]
        return entry if entry is not None and entry < self._making.head.size else None

    def _is_shown(self, topic: str) -> bool:
        return topic in self.names and self.names[topic].shown and topic in self._columns.topics

    def _taken(self, found: Found[T]) -> tuple[T, ...]:
        self.not_shown += found[1]
        return tuple(found[0])


def _months(path: SkillPath) -> tuple[SkillMonth, ...]:
    turns: dict[str, list[Turn]] = {}
    for one in path.trajectory.milestones:
        # A plateau is for the learner's own eyes: to a stranger it says nothing of the skill.
        if one.turn is Turn.PLATEAU:
            continue
        found = turns.setdefault(one.month, [])
        if one.turn not in found:
            found.append(one.turn)
    months = path.trajectory.months
    return tuple(SkillMonth(one.month, one.exchanges, one.learning, tuple(turns.get(one.month, ()))) for one in months)


def _clean_terms(terms: Sequence[str], clean: Clean) -> tuple[str, ...]:
    """Return the terms that hold nothing that must be masked."""
    return tuple(one for one in terms if clean(one) == one)[:TERMS_MOST]


def _clean_concepts(concepts: Sequence[PublishedConcept], clean: Clean) -> tuple[PublishedConcept, ...]:
    return tuple(one for one in concepts if clean(one.label) == one.label)
