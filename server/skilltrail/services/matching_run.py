"""Matching topics with published concepts: which topics are due, their evidence, and writing what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.claims import MATCHING, TopicMatch
from skilltrail.domain.context_words import gives_away
from skilltrail.domain.topics import representation
from skilltrail.services.context_boundary import Common, names_to_avoid
from skilltrail.services.processing import unpacked
from skilltrail.storage import claim_queries, evidence_queries
from skilltrail.storage.evidence_queries import Standing
from skilltrail.storage.forget_pass_queries import FORGET_EPOCH
from skilltrail.storage.meta_queries import bump_revision, get_counter, get_value, raise_counter, set_value
from skilltrail.storage.topic_queries import read_last_run
from skilltrail.storage.touched import Touched

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE = 40
"""Exchanges that stand for a topic: its exemplars and the firmest of the others. More change nothing, and cost time."""

AT_ONCE = 10
"""Topics matched in one step: a second or two."""

SEEN = "claims_seen"
AGAIN = "claims_again"


@dataclass(frozen=True, slots=True)
class TopicEvidence:
    """What stands for a topic: ids, texts and vectors of exchanges, shapes (k, dims); ``digest`` names all of it."""

    topic_id: str
    name: str
    digest: str
    ids: tuple[int, ...]
    texts: list[str]
    dense: NDArray[np.float32]
    static: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Due:
    """Topics to match now; ``state`` is what all of them are matched for, ``left`` how many wait after these."""

    topics: list[TopicEvidence]
    left: int
    state: str
    epoch: int


def match_again(session: Session) -> None:
    """Let topics be looked at again without a topic run: some lost exchanges, or were changed by the learner."""
    raise_counter(session, AGAIN)


def is_due(session: Session, *, model: str) -> bool:
    """Tell whether topics may have changed since all were matched; a first picture is not matched."""
    last = read_last_run(session)
    return last is not None and last.dense > 0 and get_value(session, SEEN) != _state(session, model)


def gather(session: Session, *, model: str, static_model: str) -> Due:
    """Read the next topics that are not as they were when they were matched."""
    kept = claim_queries.digests(session)
    standing = evidence_queries.standing_for(session, model=model, static_model=static_model, most=SAMPLE)
    by_topic = [list(rows) for _topic, rows in groupby(standing, key=lambda row: row.topic_id)]
    stale = [rows for rows in by_topic if kept.get(rows[0].topic_id) != _digest(rows, model)]
    read = [_evidence(session, rows, model, static_model) for rows in stale[:AT_ONCE]]
    return Due(
        topics=[found for found in read if found is not None],
        left=max(len(stale) - AT_ONCE, 0),
        state=_state(session, model),
        epoch=get_counter(session, FORGET_EPOCH),
    )


def keep(session: Session, due: Due, found: Sequence[TopicMatch], *, now: datetime, common: Common) -> None:
    """Write what was found; nothing when exchanges were forgotten while the model was at work."""
    if get_counter(session, FORGET_EPOCH) != due.epoch:
        return
    known = {topic.id for topic in claim_queries.topics(session)}
    avoid = names_to_avoid(session, common)
    for topic, match in zip(due.topics, found, strict=True):
        if topic.topic_id in known:
            claim_queries.keep_match(
                session, topic.topic_id, proposable(match, avoid), topic.ids, digest=topic.digest, now=now
            )
    if not (due.left and due.topics):
        claim_queries.drop_matches_of_the_retired(session)
        set_value(session, SEEN, due.state)
    if due.topics:
        bump_revision(session, Touched())


def proposable(match: TopicMatch, avoid: frozenset[str]) -> TopicMatch:
    """Return the concepts whose names give no client away."""
    return TopicMatch(tuple(one for one in match.proposals if not gives_away(one.concept.label, avoid)))


def drop_given_away(session: Session, common: Common) -> None:
    """Take back at once what was proposed under a client's name; those topics are matched again."""
    avoid = names_to_avoid(session, common)
    matched = claim_queries.matches(session)
    gone = [one for one, found in matched.items() if any(gives_away(each.concept.label, avoid) for each in found)]
    if gone:
        claim_queries.drop_matches(session, gone)
        match_again(session)


def _state(session: Session, model: str) -> str:
    last = read_last_run(session)
    parts = (last.id if last else 0, get_counter(session, FORGET_EPOCH), get_counter(session, AGAIN), MATCHING, model)
    return ":".join(str(part) for part in parts)


def _digest(rows: Sequence[Standing], model: str) -> str:
    exchanges = ",".join(f"{row.exchange_id}.{row.revision}" for row in sorted(rows, key=lambda row: row.exchange_id))
    text = f"{MATCHING}\n{model}\n{rows[0].topic_name}\n{exchanges}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _evidence(session: Session, rows: Sequence[Standing], model: str, static_model: str) -> TopicEvidence | None:
    wanted = [row.exchange_id for row in rows]
    found = evidence_queries.evidence(session, wanted, model=model, static_model=static_model)
    ids = [exchange for exchange in wanted if exchange in found]
    if not ids:
        return None
    read = [found[exchange] for exchange in ids]
    return TopicEvidence(
        topic_id=rows[0].topic_id,
        name=rows[0].topic_name,
        digest=_digest(rows, model),
        ids=tuple(ids),
        texts=[representation(title=e.title, prompt=e.prompt, reply=e.reply, previous_prompt=None) for e in read],
        dense=unpacked([e.dense for e in read]),
        static=unpacked([e.static for e in read]),
    )
