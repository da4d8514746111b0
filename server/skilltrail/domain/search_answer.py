"""What a search answers to programs: the API and the command line give the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from skilltrail.domain.search import SearchHit, SearchPage, Suggestion, TopicFound


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One exchange that was found. ``why``: words (it holds all), meaning, both, some (of the words) or filter.

    ``nearness`` is the cosine of its vector to the query's, null where it is not near.
    """

    id: int
    asked_at: datetime
    provider: str
    title: str | None
    question: str
    snippet: str
    why: str
    nearness: float | None
    topic_id: str | None
    topic_name: str | None
    area: str | None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """A page of results. ``read_as`` is the query as it was read; ``waiting`` texts are not in the index yet."""

    read_as: str
    by_words: int
    by_meaning: int
    results: list[SearchResult]
    topics: list[TopicFound]
    suggestions: list[Suggestion]
    waiting: int
    closely: bool
    next_offset: int | None


def answer_of(page: SearchPage) -> SearchAnswer:
    """Return a page of results as the API and the command line give it."""
    return SearchAnswer(
        read_as=page.query.written(),
        by_words=page.by_words,
        by_meaning=page.by_meaning,
        results=[_result(hit) for hit in page.hits],
        topics=list(page.topics),
        suggestions=list(page.suggestions),
        waiting=page.waiting,
        closely=page.closely,
        next_offset=page.next_offset,
    )


def _result(hit: SearchHit) -> SearchResult:
    found = hit.exchange
    return SearchResult(
        id=found.id,
        asked_at=found.asked_at,
        provider=found.provider,
        title=found.title,
        question=found.question,
        snippet="".join(text for text, _marked in hit.snippet.parts),
        why=hit.why.value,
        nearness=hit.nearness,
        topic_id=found.topic_id,
        topic_name=found.topic_name,
        area=found.area,
    )
