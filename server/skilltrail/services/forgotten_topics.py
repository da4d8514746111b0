"""Topics after a forgetting: a name or term that rested on what is gone goes with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Kind
from skilltrail.domain.forget import NAME_LEAST
from skilltrail.domain.topics import NAME_FORGOTTEN, WITHOUT_NAME, NameReason
from skilltrail.services.matching_run import match_again
from skilltrail.storage import claim_queries
from skilltrail.storage import forgotten_topic_queries as queries
from skilltrail.storage.correction_queries import corrections, set_words
from skilltrail.storage.forget_queries import folded
from skilltrail.storage.forgotten_topic_queries import NamedTopic

_WORD = re.compile(r"\w+")
_SAYING = frozenset({Kind.RENAME, Kind.SPLIT})
"""Corrections that hold a name of the learner's."""

_SHORT = 3
"""Letters. Shorter words of a name ("of", "in") say nothing of anyone."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What must be done about topics once their exchanges are gone; ``exemplars`` how many each topic had.

    ``said`` are corrections of which a name goes: id, and what is left of their words.
    """

    names: tuple[tuple[str, str, str | None, tuple[str, ...], str], ...]
    exemplars: dict[str, int]
    said: tuple[tuple[int, str | None, str | None], ...] = ()

    @property
    def renamed(self) -> int:
        """Return how many topics lose a name or a term."""
        return len(self.names)


def foresee(session: Session, ids: Sequence[int]) -> Aftermath:
    """Work out, while the exchanges are still there, what their going does to topics."""
    losing = sorted(queries.topics_of(session, ids))
    words = _words_of(queries.texts_of(session, ids))
    gone = set(ids)
    renamed = [
        new
        for topic in queries.living(session)
        if (new := _renamed(session, topic, words, gone, loses=topic.id in losing)) is not None
    ]
    said = _unsaid(session, words, {topic_id: own for topic_id, _name, own, _terms, _reason in renamed}, losing)
    return Aftermath(tuple(renamed), queries.exemplar_counts(session, losing), said)


def _unsaid(
    session: Session, words: set[str], own_names: dict[str, str | None], losing: Sequence[str]
) -> tuple[tuple[int, str | None, str | None], ...]:
    """Return the corrections whose names go: those that no living topic bears and that may rest on what goes."""
    alive = {topic.id: own_names.get(topic.id, topic.pinned_name) for topic in queries.living(session)}
    touched = own_names.keys() | set(losing)
    found = []
    for one in corrections(session):
        if one.kind not in _SAYING or one.value is None or one.value in alive.values():
            continue
        # Of a topic that ended nothing but the id stays, and so in the log.
        ended = one.topic_id not in alive
        if ended or one.topic_id in touched or any(_is_of(part, words) for part in _name_parts(one.value)):
            found.append((one.id, None, None))
    return tuple(found)


def apply(session: Session, aftermath: Aftermath, *, now: datetime) -> None:
    """Write what was foreseen; the exchanges are gone now."""
    for topic_id, name, pinned_name, terms, reason in aftermath.names:
        queries.rename(session, topic_id, name=name, pinned_name=pinned_name, terms=terms, reason=reason)
    for topic_id, count in aftermath.exemplars.items():
        if count:
            queries.choose_exemplars(session, topic_id, count)
    for correction_id, value, before in aftermath.said:
        set_words(session, correction_id, value=value, before=before)
    queries.retire_empty(session, now)
    claim_queries.forget(session, sorted(aftermath.exemplars), least=NAME_LEAST)
    match_again(session)


def _words_of(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(folded(text))}


def _renamed(
    session: Session, topic: NamedTopic, words: set[str], gone: set[int], *, loses: bool
) -> tuple[str, str, str | None, tuple[str, ...], str] | None:
    """Return the topic's id with its new name, own name, terms and reason; None when nothing of them must go."""
    lost_ground = loses and topic.members - len(gone.intersection(queries.member_ids(session, topic.id))) < NAME_LEAST
    suspects = {part for part in _all_parts(topic) if lost_ground or _is_of(part, words)}
    baseless = suspects if lost_ground else suspects - _carried(session, topic, suspects, gone)
    if not baseless:
        return None
    terms = tuple(term for term in topic.terms if not baseless.intersection(_term_parts(term)))
    own = topic.pinned_name
    if own is not None and baseless.intersection(_name_parts(own)):
        own = None
    name = _name_of(terms) if baseless.intersection(_name_parts(topic.name)) else topic.name
    return topic.id, name, own, terms, _reason_of(terms)


def _all_parts(topic: NamedTopic) -> set[str]:
    of_terms = {part for term in topic.terms for part in _term_parts(term)}
    return of_terms.union(_name_parts(topic.name), _name_parts(topic.pinned_name or ""))


def _term_parts(term: str) -> tuple[str, ...]:
    """Return what a term stands or falls with: it was taken from the texts as it is."""
    whole = folded(term)
    return (whole,) if whole else ()


def _name_parts(name: str) -> tuple[str, ...]:
    """Return what a name stands or falls with: its words, for a name out of a list is in no text as a whole."""
    whole = folded(name)
    return tuple(word for word in _WORD.findall(whole) if len(word) >= _SHORT) or ((whole,) if whole else ())


def _is_of(part: str, words: set[str]) -> bool:
    found = _WORD.findall(part)
    return bool(found) and words.issuperset(found)


def _carried(session: Session, topic: NamedTopic, suspects: set[str], gone: set[int]) -> set[str]:
    """Return those of the words that enough of the remaining exchanges hold."""
    counts = dict.fromkeys(suspects, 0)
    missing = set(suspects)
    staying = [row for row in queries.member_ids(session, topic.id) if row not in gone] if missing else []
    # A few at a time: three that hold a word are enough, and most words of a topic are in most of its exchanges.
    for text in queries.texts_of(session, staying, at_once=8):
        if not missing:
            break
        read = folded(text)
        for part in [part for part in missing if part in read]:
            counts[part] += 1
            if counts[part] >= NAME_LEAST:
                missing.discard(part)
    return suspects - missing


def _name_of(terms: Sequence[str]) -> str:
    name = ", ".join(terms[:2])
    return name[:1].upper() + name[1:] if name else WITHOUT_NAME


def _reason_of(terms: Sequence[str]) -> str:
    if terms:
        return NameReason(terms=tuple(terms), exemplars=()).sentence()
    return NAME_FORGOTTEN
