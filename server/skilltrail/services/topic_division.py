"""A proposed division of one topic: the same search for topics, over its exchanges alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from skilltrail.domain.corrections import Part
from skilltrail.errors import ModelMissing
from skilltrail.services.corrections import living
from skilltrail.services.ports import ModelPort
from skilltrail.services.topic_run import TopicRows, read_rows
from skilltrail.storage.correction_queries import members_of
from skilltrail.storage.topic_page_queries import questions_of

QUESTIONS = 3
"""Questions that show what a part is about."""


@dataclass(frozen=True, slots=True)
class Division:
    """The parts of a topic, the largest first; fewer than two: nothing in it stands apart.

    ``made_of`` tells what it was worked out from, as ``made_of`` returns it.
    """

    topic_id: str
    made_of: str
    parts: tuple[Part, ...]


def read_topic_rows(session: Session, topic_id: str, *, model: str | None, static_model: str) -> TopicRows:
    """Return what a division looks at; raises NotFound."""
    living(session, topic_id)
    return read_rows(session, model=model, static_model=static_model, only=members_of(session, [topic_id]))


def made_of(rows: TopicRows, avoid: frozenset[str]) -> str:
    """Return a digest of all that a division rests on: whatever else changes in the history, it holds."""
    digest = sha256(json.dumps([list(rows.ids.items()), rows.texts, sorted(avoid)]).encode())
    digest.update(rows.dense.tobytes())
    digest.update(rows.static.tobytes())
    return digest.hexdigest()


def dense_model(model: ModelPort) -> str | None:
    """Return the name of the dense model; None where it is missing: static vectors alone divide then."""
    try:
        return model.identity
    except ModelMissing:
        return None


def find_parts(model: ModelPort, rows: TopicRows, avoid: frozenset[str]) -> tuple[Part, ...]:
    """Return the parts in which the exchanges fall; those near nothing are in none. Raises ModelUnavailable.

    No name of a part holds one of the words of clients in ``avoid``.
    """
    found = model.discover(
        dense=rows.dense,
        static=rows.static,
        texts=rows.texts,
        keys=rows.keys,
        talks=rows.talks,
        divide=True,
        avoid=avoid,
    )
    parts = []
    for group in found.groups:
        best = [rows.ids[key] for key in group.exemplars]
        others = sorted(rows.ids[key] for key in group.members if key not in set(group.exemplars))
        parts.append(Part(group.name, (*best, *others), group.terms, group.reason.sentence()))
    return tuple(parts)


def with_questions(session: Session, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return the parts with the beginnings of what was asked in them."""
    shown = {row for part in parts for row in part.exchanges[:QUESTIONS]}
    asked = questions_of(session, sorted(shown))
    return tuple(
        Part(
            part.name,
            part.exchanges,
            part.terms,
            part.reason,
            tuple(asked[row] for row in part.exchanges[:QUESTIONS] if row in asked),
        )
        for part in parts
    )
