"""What standing corrections make of the topics: worked out anew from the decisions each time one comes or goes."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Kind, Standing, value_of
from skilltrail.services.matching_run import match_again
from skilltrail.storage import correction_queries as queries
from skilltrail.storage.correction_queries import CORRECTION_EPOCH
from skilltrail.storage.forgotten_topic_queries import choose_exemplars
from skilltrail.storage.meta_queries import bump_revision, raise_counter
from skilltrail.storage.touched import Touched

TOPIC_KINDS = frozenset({Kind.RENAME, Kind.STANDING, Kind.COLOUR, Kind.AREA})
"""Corrections about a topic as a whole: the newest that stands decides."""

_EXEMPLARS = 5


def restate(session: Session, topic_id: str, kind: Kind) -> None:
    """Write what the standing decisions of a kind make of a topic."""
    found = queries.find_topic(session, topic_id)
    if found is None:
        return
    value = value_of(queries.corrections_of(session, topic_id), kind)
    if kind is Kind.RENAME:
        queries.change_topic(session, topic_id, pinned_name=value)
    elif kind is Kind.STANDING:
        queries.change_topic(session, topic_id, standing=value or Standing.SHOWN.value)
    elif kind is Kind.COLOUR:
        queries.change_topic(session, topic_id, colour=int(value or _first_colour(session, topic_id) or found.colour))
    elif kind is Kind.AREA:
        area = queries.area_id(session, value or found.found_area or found.area)
        if area is not None:
            queries.change_topic(session, topic_id, area_id=area)


def finish(session: Session, *, touched: Iterable[str] = ()) -> None:
    """Note that topics changed: a run at work writes nothing, pages show it. ``touched`` gained or lost exchanges."""
    moved = list(touched)
    for topic_id in queries.without_exemplars(session, moved):
        choose_exemplars(session, topic_id, _EXEMPLARS)
    raise_counter(session, CORRECTION_EPOCH)
    match_again(session)
    # A name, a colour or a standing moves no exchange; what a merge moves is read anew as a whole.
    bump_revision(session, None if moved else Touched())


def _first_colour(session: Session, topic_id: str) -> str | None:
    """Return the colour that a topic had before any decision about it."""
    said = [one for one in queries.corrections(session) if one.topic_id == topic_id and one.kind is Kind.COLOUR]
    return said[-1].before if said else None
