"""Names that topics have already, when a client's words come to be known: none of them may give the client away."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from skilltrail.domain.context_words import gives_away
from skilltrail.domain.topics import NAME_OF_CLIENT, WITHOUT_NAME, NameReason
from skilltrail.services.context_boundary import Common, names_to_avoid
from skilltrail.storage.meta_queries import TOPICS_STALE, bump_revision, raise_counter
from skilltrail.storage.redaction_queries import set_topic_texts, topic_texts
from skilltrail.storage.touched import Touched


def clean_topic_names(session: Session, common: Common) -> int:
    """Take clients' words out of what we call topics, their telling words and reasons; return how many had some.

    The next run names these anew. A name of the learner's own stays on their screen; exports mask it.
    """
    avoid = names_to_avoid(session, common)
    if not avoid:
        return 0
    cleaned = 0
    for topic_id, name, pinned, reason, terms in topic_texts(session):
        if any(gives_away(text, avoid) for text in (name, reason, *terms)):
            kept = [term for term in terms if not gives_away(term, avoid)]
            called = _name_of(kept) if gives_away(name, avoid) else name
            words = NAME_OF_CLIENT if gives_away(name, avoid) else _reason_of(kept)
            set_topic_texts(session, topic_id, name=called, pinned_name=pinned, reason=words, terms=kept)
            cleaned += 1
    if cleaned:
        raise_counter(session, TOPICS_STALE, cleaned)
        bump_revision(session, Touched())
    return cleaned


def _name_of(terms: Sequence[str]) -> str:
    name = ", ".join(terms[:2])
    return name[:1].upper() + name[1:] if name else WITHOUT_NAME


def _reason_of(terms: Sequence[str]) -> str:
    if terms:
        return NameReason(terms=tuple(terms), exemplars=()).sentence()
    return NAME_OF_CLIENT
