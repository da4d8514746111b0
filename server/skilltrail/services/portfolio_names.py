"""Whether the words that name a skill stand in what may leave of it: else they tell of what is held back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.search import Term
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.services.trail import rows_that_may_leave
from skilltrail.storage.history_columns import HistoryColumns
from skilltrail.storage.search_queries import expression_of, matching_each
from skilltrail.storage.trail_queries import TopicNames, topic_names

_FIELDS = ("prompt", "reply")
"""A title is that of a whole conversation: what may leave of it need not hold its words."""


@dataclass(frozen=True, slots=True)
class Supported:
    """The terms of each topic that may be shown, and whose names tell of what is held back alone.

    ``unsupported`` are topics by their own name, ``no_area`` topics by that of their area, ``concepts`` are labels of
    published concepts by topic.
    """

    terms: Mapping[str, tuple[str, ...]]
    unsupported: frozenset[str] = field(default=frozenset())
    no_area: frozenset[str] = field(default=frozenset())
    concepts: frozenset[tuple[str, str]] = field(default=frozenset())


def supported(
    session: Session,
    names: Mapping[str, TopicNames],
    counted: Mapping[str, Collection[int]],
    held: Mapping[str, int],
    aligned: Mapping[str, Sequence[PublishedConcept]],
) -> Supported:
    """Return what of topics' words stands in their ``counted`` exchanges; of ``held`` many each are not counted.

    One statement, and none where nothing is held back. Names (its own, its area's, those of the concepts that it is
    ``aligned`` with) are looked at where more is held back than counts; the learner's own is theirs to choose.
    """
    partly = [one for one in counted if held[one]]
    mostly = [one for one in partly if held[one] > len(counted[one])]
    asked = [(topic, term, _phrase(term)) for topic in partly for term in names[topic].terms]
    for topic in mostly:
        asked += [(topic, name, _any_word(name)) for name in _names(names[topic], aligned.get(topic, ()))]
    found = matching_each(session, [one[2] for one in asked]) if asked else []
    standing = {
        (topic, said, expression)
        for (topic, said, expression), ids in zip(asked, found, strict=True)
        if not ids.isdisjoint(counted[topic])
    }

    def stands(topic: str, name: str) -> bool:
        return (topic, name, _any_word(name)) in standing

    return Supported(
        terms={
            topic: tuple(
                one for one in names[topic].terms if topic not in partly or (topic, one, _phrase(one)) in standing
            )
            for topic in counted
        },
        unsupported=frozenset(
            one for one in mostly if names[one].own_name is None and not stands(one, names[one].name)
        ),
        no_area=frozenset(one for one in mostly if not stands(one, names[one].area)),
        concepts=frozenset(
            (topic, one.label) for topic in mostly for one in aligned.get(topic, ()) if not stands(topic, one.label)
        ),
    )


def is_of_held_back(session: Session, topic_id: str, *, history: HistoryColumns) -> bool:
    """Tell whether the name that we found for a topic tells of what is held back from everybody alone."""
    names, columns = topic_names(session).get(topic_id), history.at(session)
    if names is None or topic_id not in columns.topics:
        return False
    rows = rows_that_may_leave(session, columns, topic_id, TimelineFilter(), frozenset())
    counted = frozenset(columns.id[rows].tolist())
    whole = int((columns.topic == columns.topics.index(topic_id)).sum())
    found = supported(session, {topic_id: names}, {topic_id: counted}, {topic_id: whole - len(counted)}, {})
    return topic_id in found.unsupported


def _names(names: TopicNames, aligned: Sequence[PublishedConcept]) -> tuple[str, ...]:
    return names.name, names.area, *(one.label for one in aligned)


def _phrase(term: str) -> str:
    return expression_of([Term(term, phrase=" " in term)], _FIELDS)


def _any_word(name: str) -> str:
    words = "".join(one if one.isalnum() else " " for one in name).split()
    telling = [one for one in words if len(one) > 2] or words or [name]
    return expression_of([Term(one) for one in telling], _FIELDS, joined="OR")
