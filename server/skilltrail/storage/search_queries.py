"""What a search reads: the word index, filters as sets of ids, static vectors, and what a page of results shows.

Ids come as one text from SQLite: a hundred thousand of them in milliseconds, where rows would take a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from skilltrail.domain.exchange import ExchangeSummary
from skilltrail.domain.search import HOLDS, Term
from skilltrail.domain.search_snippets import variants
from skilltrail.storage.models import ExchangeText
from skilltrail.storage.search_index_queries import SPELLINGS
from skilltrail.storage.trail_queries import summaries, summary_of

WEIGHTS = (4.0, 2.0, 1.0)
"""How much a word counts in the title, the prompt and the reply (BM25F-like column weights of FTS5)."""

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class FoundTexts:
    """An exchange with the texts that snippets are cut from."""

    summary: ExchangeSummary
    prompt: str
    reply: str


# --- words ----------------------------------------------------------------------------------------------------------

_MATCHING = text("SELECT group_concat(rowid) FROM search_words WHERE search_words MATCH :expression")
_MATCHING_EACH = text(
    "SELECT (SELECT group_concat(rowid) FROM search_words WHERE search_words MATCH wanted.value) "
    "FROM json_each(:expressions) AS wanted ORDER BY wanted.key"
)
_COUNT = text("SELECT count(*) FROM (SELECT 1 FROM search_words WHERE search_words MATCH :expression LIMIT :most)")
_RANKED = text(
    "SELECT group_concat(rowid) FROM (SELECT rowid FROM search_words WHERE search_words MATCH :expression "
    "ORDER BY bm25(search_words, :title, :prompt, :reply) LIMIT :limit)"
)


def matching(session: Session, expression: str) -> str:
    """Return the ids of the exchanges that match an FTS5 expression, parted by commas, in no order."""
    return _ids(session.connection().execute(_MATCHING, {"expression": expression}).scalar_one())


def matching_each(session: Session, expressions: Sequence[str]) -> list[frozenset[int]]:
    """Return the ids of the exchanges that match each of some FTS5 expressions, in one statement."""
    rows = session.connection().execute(_MATCHING_EACH, {"expressions": orjson.dumps(expressions).decode()})
    return [frozenset(map(int, row[0].split(","))) if row[0] else frozenset() for row in rows]


def count_matching(session: Session, expression: str, most: int) -> int:
    """Return how many exchanges match an FTS5 expression; counting ends at ``most``."""
    return int(session.connection().execute(_COUNT, {"expression": expression, "most": most}).scalar_one())


def ranked(session: Session, expression: str, limit: int) -> str:
    """Return the ids of the best matches by BM25, the best first."""
    title, prompt, reply = WEIGHTS
    values = {"expression": expression, "title": title, "prompt": prompt, "reply": reply, "limit": limit}
    return _ids(session.connection().execute(_RANKED, values).scalar_one())


def expression_of(terms: Sequence[Term], fields: Sequence[str] = (), *, joined: str = "AND") -> str:
    """Return the FTS5 expression for terms: each a quoted string, so nothing in it can be syntax. "" without any."""
    words = f" {joined} ".join(_expression(term) for term in terms)
    if not words:
        return ""
    return f"{{{' '.join(fields)}}} : ({words})" if fields else words


def _expression(term: Term) -> str:
    spelt = term.text
    for sign, letters in SPELLINGS:
        spelt = spelt.replace(sign, letters)
    if term.phrase:
        return _string(spelt)
    if term.prefix:
        return f"{_string(spelt)} *"
    return f"({' OR '.join(_string(form) for form in variants(spelt))})"


def _string(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


# --- filters ----------------------------------------------------------------------------------------------------------

_EARLIER = text("SELECT group_concat(id) FROM exchange WHERE on_current_path = 0")
_HOLDING = text("SELECT group_concat(exchange_id) FROM search_entry WHERE holds & :bit")
_WITHIN = text(
    "SELECT group_concat(id) FROM (SELECT id FROM exchange "
    "WHERE on_current_path = :path AND asked_at >= :since AND asked_at < :before ORDER BY asked_at DESC, id DESC)"
)
_OF_SOURCES = text(
    "SELECT group_concat(exchange.id) FROM exchange JOIN conversation ON conversation.id = exchange.conversation_id "
    "WHERE conversation.provider IN (SELECT value FROM json_each(:sources))"
)
_NEXT_SOURCE = text("SELECT min(provider) FROM conversation WHERE provider > :after")
_OF_TOPICS = text(
    "SELECT group_concat(exchange_id) FROM topic_membership WHERE topic_id IN (SELECT value FROM json_each(:topics))"
)
_SIZES = text(
    "SELECT topic_id, count(*) FROM topic_membership WHERE topic_id IN (SELECT value FROM json_each(:topics)) "
    "GROUP BY topic_id"
)
_IN_A_TOPIC = text(
    "SELECT group_concat(member.exchange_id) FROM topic_membership AS member "
    "JOIN topic ON topic.id = member.topic_id WHERE topic.retired_at IS NULL"
)


def earlier(session: Session) -> str:
    """Return the ids of the exchanges off the current path."""
    return _ids(session.connection().execute(_EARLIER).scalar_one())


def within(session: Session, *, since: int, before: int, current: bool) -> str:
    """Return the ids of the exchanges asked from ``since`` to just before ``before`` (microseconds), newest first."""
    bounds = {"since": since, "before": before, "path": int(current)}
    return _ids(session.connection().execute(_WITHIN, bounds).scalar_one())


def holding(session: Session, thing: str) -> str:
    """Return the ids of the exchanges that hold a thing of ``HOLDS``."""
    return _ids(session.connection().execute(_HOLDING, {"bit": HOLDS[thing]}).scalar_one())


def sources(session: Session) -> list[str]:
    """Return the sources of which there are conversations."""
    found: list[str] = []
    # From one to the next in the index: a whole history is not gone through for a handful of names.
    while name := session.connection().execute(_NEXT_SOURCE, {"after": found[-1] if found else ""}).scalar_one():
        found.append(name)
    return found


def of_sources(session: Session, sources: Sequence[str]) -> str:
    """Return the ids of the exchanges of sources."""
    return _ids(session.connection().execute(_OF_SOURCES, {"sources": _json(sources)}).scalar_one())


def of_topics(session: Session, topics: Sequence[str]) -> str:
    """Return the ids of the exchanges in topics."""
    return _ids(session.connection().execute(_OF_TOPICS, {"topics": _json(topics)}).scalar_one())


def in_a_topic(session: Session) -> str:
    """Return the ids of the exchanges in any topic."""
    return _ids(session.connection().execute(_IN_A_TOPIC).scalar_one())


def topic_sizes(session: Session, topics: Sequence[str]) -> dict[str, int]:
    """Return how many exchanges stand in each topic."""
    return {row[0]: row[1] for row in session.connection().execute(_SIZES, {"topics": _json(topics)})}


# --- meaning ----------------------------------------------------------------------------------------------------------

_VECTORS = text(
    "SELECT rowid, exchange_id, vector FROM embedding WHERE rowid > :after AND kind = :kind AND model = :model "
    "ORDER BY rowid"
)
_NEWEST_VECTOR = text("SELECT coalesce(max(rowid), 0) FROM embedding")


def newest_vector(session: Session) -> int:
    """Return the number of the vector that was written last."""
    return int(session.connection().execute(_NEWEST_VECTOR).scalar_one())


def vectors_after(session: Session, after: int, *, model: str, kind: str) -> Iterator[tuple[list[int], list[bytes]]]:
    """Yield ids and vectors of one kind written after one, some thousand at a time."""
    rows = session.connection().execute(_VECTORS, {"after": after, "kind": kind, "model": model})
    while part := rows.fetchmany(_CHUNK):
        yield [row[1] for row in part], [row[2] for row in part]


# --- showing ----------------------------------------------------------------------------------------------------------


def found_texts(session: Session, ids: Sequence[int]) -> dict[int, FoundTexts]:
    """Return what results show of exchanges."""
    shown = {row[0]: summary_of(row) for row in session.execute(summaries().where(ExchangeText.exchange_id.in_(ids)))}
    columns = (ExchangeText.exchange_id, ExchangeText.prompt, ExchangeText.reply)
    texts = session.execute(select(*columns).where(ExchangeText.exchange_id.in_(ids)))
    return {row[0]: FoundTexts(shown[row[0]], row[1], row[2]) for row in texts if row[0] in shown}


def _ids(joined: str | None) -> str:
    return joined or ""


def _json(values: Sequence[str] | Sequence[int]) -> str:
    return orjson.dumps(list(values)).decode()
