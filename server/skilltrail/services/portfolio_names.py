"""Whether the words that name a skill stand in what may leave of it: else they tell of what is held back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from skilltrail.domain.search import Term
from skilltrail.storage.search_queries import expression_of, matching_each
from skilltrail.storage.trail_queries import TopicNames

_FIELDS = ("prompt", "reply")
"""A title is that of a whole conversation: what may leave of it need not hold its words."""


@dataclass(frozen=True, slots=True)
class Supported:
    """The terms of each topic that may be shown, and the topics that are named after what is held back."""

    terms: Mapping[str, tuple[str, ...]]
    unsupported: frozenset[str] = field(default=frozenset())


def supported(
    session: Session, names: Mapping[str, TopicNames], counted: Mapping[str, Collection[int]], held: Mapping[str, int]
) -> Supported:
    """Return what of topics' words stands in their ``counted`` exchanges; of ``held`` many each are not counted.

    One statement, and none where nothing is held back. A name is looked at where more is held back than counts; the
    learner's own is theirs to choose.
    """
    partly = [one for one in counted if held[one]]
    asked = [(topic, term) for topic in partly for term in names[topic].terms]
    mostly = [one for one in partly if held[one] > len(counted[one]) and names[one].own_name is None]
    expressions = [_phrase(term) for _topic, term in asked] + [_any_word(names[one].name) for one in mostly]
    found = matching_each(session, expressions) if expressions else []
    standing = {key for key, ids in zip(asked, found, strict=False) if not ids.isdisjoint(counted[key[0]])}
    apart = zip(mostly, found[len(asked) :], strict=True)
    return Supported(
        terms={
            topic: tuple(one for one in names[topic].terms if topic not in partly or (topic, one) in standing)
            for topic in counted
        },
        unsupported=frozenset(topic for topic, ids in apart if ids.isdisjoint(counted[topic])),
    )


def _phrase(term: str) -> str:
    return expression_of([Term(term, phrase=" " in term)], _FIELDS)


def _any_word(name: str) -> str:
    words = "".join(one if one.isalnum() else " " for one in name).split()
    telling = [one for one in words if len(one) > 2] or words or [name]
    return expression_of([Term(one) for one in telling], _FIELDS, joined="OR")
