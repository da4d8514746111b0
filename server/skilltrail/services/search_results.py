"""What a search shows: results with snippets, topics above them, and lighter queries where nothing was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from skilltrail.domain.search import (
    Order,
    SearchHit,
    SearchPage,
    SearchQuery,
    Snippet,
    Suggestion,
    TopicFound,
    Why,
    lighter,
)
from skilltrail.domain.search_snippets import folded, marked_line, snippet
from skilltrail.services.search import Found, count
from skilltrail.storage import search_index_queries as index_queries
from skilltrail.storage import search_queries as queries
from skilltrail.storage import trail_queries
from skilltrail.storage.trail_queries import TopicNames

PAGE_SIZE = 20
TOPICS_MOST = 4
SUGGESTIONS_MOST = 3


def show(
    session: Session, wanted: SearchQuery, found: Found, *, offset: int, written: str, order: Order = Order.BEST
) -> SearchPage:
    """Return a page of what was found, with what stands around it."""
    ids = found.order[offset : offset + PAGE_SIZE].tolist()
    texts = queries.found_texts(session, ids)
    end = offset + PAGE_SIZE
    waiting = index_queries.count_due(session)
    return SearchPage(
        query=wanted,
        written=written,
        hits=tuple(_hit(wanted, found, texts[one]) for one in ids if one in texts),
        offset=offset,
        by_words=found.words if wanted.wanted else len(found.order),
        by_meaning=len(found.order) - found.words if wanted.wanted else 0,
        topics=find_topics(session, wanted) if offset == 0 else (),
        suggestions=suggest(session, wanted) if _is_too_much(wanted, found) else (),
        waiting=waiting,
        exchanges=index_queries.count_exchanges(session) if waiting or wanted.empty else 0,
        order=order,
        closely=found.closely,
        next_offset=end if end < len(found.order) else None,
    )


def _is_too_much(wanted: SearchQuery, found: Found) -> bool:
    """Tell whether to offer less: nothing was found, or filters may have kept it away."""
    narrowed = wanted.filters or wanted.excluded or wanted.fields
    return not len(found.order) or (not found.words and bool(wanted.wanted) and bool(narrowed))


def suggest(session: Session, wanted: SearchQuery) -> tuple[Suggestion, ...]:
    """Return queries that ask for less and find something, those first that change the least."""
    found: list[Suggestion] = []
    for code, query in lighter(wanted):
        if len(found) == SUGGESTIONS_MOST:
            break
        exchanges = count(session, query)
        if exchanges:
            found.append(Suggestion(code, query.written(), exchanges))
    return tuple(found)


def find_topics(session: Session, wanted: SearchQuery) -> tuple[TopicFound, ...]:
    """Return the topics whose names and terms hold all words, each perhaps as a beginning; the largest first."""
    words = [word for term in wanted.wanted for word in folded(term.text).split()]
    if not words:
        return ()
    return tuple(list_topics(session, lambda topic: _holds_words(topic, words))[:TOPICS_MOST])


def list_topics(session: Session, chosen: Callable[[TopicNames], bool] = lambda _topic: True) -> list[TopicFound]:
    """Return the living topics that are chosen, the largest first."""
    names = [one for one in trail_queries.shown_topics(session).values() if chosen(one)]
    sizes = queries.topic_sizes(session, [one.topic_id for one in names])
    found = [
        TopicFound(one.topic_id, one.name, one.area, one.colour, sizes[one.topic_id])
        for one in names
        if one.topic_id in sizes
    ]
    return sorted(found, key=lambda one: (-one.exchanges, one.name, one.id))


def _holds_words(topic: TopicNames, words: Sequence[str]) -> bool:
    own = folded(" ".join((topic.name, *topic.terms))).replace("-", " ").split()
    return all(any(one.startswith(word) for one in own) for word in words)


def _why(*, holds: bool, near: bool) -> Why:
    if holds:
        return Why.BOTH if near else Why.WORDS
    return Why.MEANING if near else Why.SOME


def _hit(wanted: SearchQuery, found: Found, texts: queries.FoundTexts) -> SearchHit:
    summary, terms = texts.summary, wanted.wanted
    holds, cosine = found.by_words.has(summary.id), found.cosines.get(summary.id)
    why = Why.FILTER if not terms else _why(holds=holds, near=cosine is not None)
    marked = found.marked
    question = marked_line("prompt", summary.question, marked)
    piece = snippet("reply", texts.reply, marked)
    # The question is shown anyway: what stands further down in it counts only where the reply holds nothing.
    if not _is_marked(piece) and _is_marked(further := snippet("prompt", texts.prompt, marked)):
        piece = further
    return SearchHit(summary, why, question, piece, cosine)


def _is_marked(piece: Snippet) -> bool:
    return any(marked for _text, marked in piece.parts)
