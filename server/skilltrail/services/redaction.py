"""Hiding own words in what is stored already, and reading what was hidden; never the hidden itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from skilltrail.domain.exchange import normalised, text_digest
from skilltrail.domain.redaction import OWN_WORD, HiddenMark, RedactedExchange, family_of
from skilltrail.services.own_texts import hide_in_notes, notes_holding
from skilltrail.services.ports import Redactor
from skilltrail.storage import redaction_queries as queries
from skilltrail.storage.capture_queries import drop_derived
from skilltrail.storage.correction_queries import corrections, set_words
from skilltrail.storage.redaction_queries import WrittenTexts

# A mark is short and bounded on every side, so any engine reads it in linear time.
_MARK = re.compile(r"\[(secret|personal):([a-z0-9_-]{1,40}):([0-9a-f]{4})\]|\[(own-word):([0-9]{1,9})\]")


@dataclass(frozen=True, slots=True)
class Holding:
    """Where own words stand: in exchanges' texts, and in titles of conversations."""

    exchanges: tuple[int, ...]
    conversations: tuple[int, ...]

    def all(self, session: Session) -> set[int]:
        """Return every exchange that would change, those with a title alone included."""
        return {*self.exchanges, *queries.exchanges_of(session, self.conversations)}


def mark_text(kind: str, mark: str) -> str:
    """Return a mark as it stands in a text."""
    return f"[{OWN_WORD}:{mark}]" if kind == OWN_WORD else f"[{family_of(kind)}:{kind}:{mark}]"


def marks_in(*texts: str) -> tuple[HiddenMark, ...]:
    """Return the marks of texts, in the order in which they first stand there."""
    found: Counter[tuple[str, str, str]] = Counter()
    for text in texts:
        for match in _MARK.finditer(text):
            family, kind, digits, own, number = match.groups()
            found[(own, own, number) if own else (family, kind, digits)] += 1
    return tuple(HiddenMark(family, kind, mark, times) for (family, kind, mark), times in found.items())


def read_redacted(session: Session, *, kind: str, before: int | None, limit: int) -> tuple[RedactedExchange, ...]:
    """Return exchanges in which this kind was hidden, each with the marks of this kind."""
    rows = queries.redacted(session, kind=kind, before=before, limit=limit)
    return tuple(
        RedactedExchange(
            id=row.id,
            asked_at=row.asked_at,
            title=row.title,
            marks=tuple(mark for mark in marks_in(row.prompt, row.reply) if mark.kind == kind),
        )
        for row in rows
    )


def find_holding(session: Session, redactor: Redactor) -> Holding:
    """Return where the redactor would change anything; reads the whole history."""
    exchanges = {texts.exchange_id for texts in queries.written_texts(session) if _changed(texts, redactor)}
    exchanges |= notes_holding(session, redactor)
    talks = [talk for talk, title in queries.titles(session) if redactor.redact(title)[1]]
    return Holding(tuple(sorted(exchanges)), tuple(talks))


def hide_in_exchanges(session: Session, ids: Sequence[int], redactor: Redactor) -> int:
    """Redact the texts of exchanges and of their earlier versions; return how many places changed.

    What was worked out from the old texts (vectors, failures) goes; the exchanges wait to be read anew.
    """
    # Read to the end first: writing while a result is open would change what it yields.
    found = [change for texts in queries.written_texts(session, only=ids) if (change := _changed(texts, redactor))]
    for texts, counts in found:
        queries.set_texts(session, texts, _digests(texts))
        if texts.revision_id is None:
            drop_derived(session, texts.exchange_id)
        for kind, times in counts.items():
            queries.add_count(session, texts.exchange_id, kind, times)
    return sum(sum(counts.values()) for _texts, counts in found)


def hide_in_names(session: Session, conversations: Iterable[int], redactor: Redactor) -> int:
    """Redact titles of conversations, and names and words of topics, areas and corrections; return the places."""
    wanted = set(conversations)
    times = 0
    for talk, title in [pair for pair in queries.titles(session) if pair[0] in wanted]:
        clean, counts = redactor.redact(title)
        queries.set_title(session, talk, clean)
        times += sum(counts.values())
    for topic_id, name, pinned, reason, terms in queries.topic_texts(session):
        said = [name, pinned or "", reason, *terms]
        clean_words = [redactor.redact(text)[0] for text in said]
        if clean_words != said:
            new_name, new_pinned, new_reason, *new_terms = clean_words
            queries.set_topic_texts(
                session, topic_id, name=new_name, pinned_name=new_pinned or None, reason=new_reason, terms=new_terms
            )
    for one in corrections(session):
        said_in = [None if text is None else redactor.redact(text)[0] for text in (one.value, one.before)]
        if said_in != [one.value, one.before]:
            set_words(session, one.id, value=said_in[0], before=said_in[1])
    times += hide_in_notes(session, redactor)
    for area_id, name in queries.area_names(session):
        clean, counts = redactor.redact(name)
        if counts:
            queries.set_area_name(session, area_id, clean)
    return times


def _changed(texts: WrittenTexts, redactor: Redactor) -> tuple[WrittenTexts, Mapping[str, int]] | None:
    counts: Counter[str] = Counter()

    def clean(text: str) -> str:
        redacted, found = redactor.redact(text)
        counts.update(found)
        return redacted

    new = replace(
        texts,
        prompt=clean(texts.prompt),
        reply=clean(texts.reply),
        attachments=tuple({**row, "name": clean(row["name"])} for row in texts.attachments),
        citations=tuple(_clean_citation(row, clean) for row in texts.citations),
    )
    return (new, counts) if counts else None


def _clean_citation(row: dict[str, Any], clean: Any) -> dict[str, Any]:
    return {**row, "url": clean(row["url"]), "title": clean(row["title"]) if row.get("title") else row.get("title")}


def _digests(texts: WrittenTexts) -> dict[str, Any]:
    prompt, reply = normalised(texts.prompt), normalised(texts.reply)
    return {
        "prompt_digest": bytes.fromhex(text_digest(prompt)),
        "reply_digest": bytes.fromhex(text_digest(reply)),
        "prompt_chars": len(prompt),
        "reply_chars": len(reply),
    }
