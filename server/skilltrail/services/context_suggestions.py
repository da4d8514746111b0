"""What may belong to a client, or be one: shown with its reason, and never applied by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from skilltrail.domain.context_candidates import Candidate, PromptWords, find_candidates
from skilltrail.domain.context_words import avoided, fold
from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.storage import context_queries
from skilltrail.storage import context_suggestion_queries as queries
from skilltrail.storage.trail_queries import summaries_by_id

if TYPE_CHECKING:
    from skilltrail.services.search import Near

TALKS_READ = 12
"""Chats of a client, its newest, to which others are compared."""

SHOWN = 8
PROMPTS_READ = 3_000
PROMPT_CHARACTERS = 2_000

Words = Callable[[str], Sequence[tuple[str, bool] | None]]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A chat of nobody's, by its nearest exchange, and the exchange of the client's that it is near to."""

    exchange: ExchangeSummary
    like: ExchangeSummary
    nearness: float
    exchanges: int


def suggest(session: Session, client_id: int, near: Callable[[Sequence[int]], Near | None]) -> list[Suggested]:
    """Return chats of nobody's that are near one of a client's, the nearest first; each with how near, -1 to 1.

    ``near`` returns how near all exchanges are to the middle of some; None while there are no vectors.
    """
    free = queries.free_talks(session)
    best: dict[int, tuple[float, int, int]] = {}
    for ids in queries.newest_talks(session, client_id, TALKS_READ):
        found = near(ids)
        if found is None:
            continue
        rows = found.cosines >= found.least
        for row, cosine in zip(found.ids[rows].tolist(), found.cosines[rows].tolist(), strict=True):
            talk = free.get(row)
            if talk is not None and cosine > best.get(talk, (-1.0, 0, 0))[0]:
                best[talk] = (cosine, row, ids[0])
    chosen = sorted(best.items(), key=lambda one: (-one[1][0], one[0]))[:SHOWN]
    shown = summaries_by_id(session, [row for _talk, (_cosine, one, like) in chosen for row in (one, like)])
    sizes: dict[int, int] = {}
    for talk in free.values():
        sizes[talk] = sizes.get(talk, 0) + 1
    return [
        Suggested(shown[row], shown[like], round(cosine, 2), sizes[talk])
        for talk, (cosine, row, like) in chosen
        if row in shown and like in shown
    ]


def candidates(session: Session, words: Words, common: frozenset[str]) -> tuple[Candidate, ...]:
    """Return domains and names that come back in what nobody's newest prompts say; ``common`` ones name no client."""
    living = context_queries.contexts(session)
    listed = {fold(word) for one in living.values() for _how, word in one.form.named()}
    known = common | listed | avoided(one.form for one in living.values())
    read = queries.newest_prompts(session, PROMPTS_READ, PROMPT_CHARACTERS)
    return find_candidates((PromptWords(talk, text, words(text)) for talk, text in read), known)
