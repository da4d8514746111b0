"""Gemini from Google Takeout as JSON (``MyActivity.json``; folder and file names are translated)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from skilltrail.domain.exchange import Attachment
from skilltrail.importers.contract import Element, Format, Head, ImportedConversation, Readable, Reading, Skip
from skilltrail.importers.gemini import Record, is_gemini, prompt_of, sessions
from skilltrail.importers.html_text import text_of_html
from skilltrail.importers.reading import list_of, object_of, text_of
from skilltrail.importers.stream import elements
from skilltrail.importers.times import moment

EXTRACTOR = "gemini-takeout@1"

_CHAT = re.compile(r"https://gemini\.google\.com/(?:u/\d{1,3}/)?app/([0-9a-f]{8,40})\Z")
_NAME_MAX = 2_000


def conversations(source: Readable, reading: Reading) -> Iterator[ImportedConversation]:
    """Read one file; records with no long pause between them become one conversation."""
    return sessions(map(_record, elements(source, start=reading.start)), reading, EXTRACTOR)


def _record(element: Element) -> Record:
    raw, index, at = element.value, element.index, element.at_bytes
    if not isinstance(raw, dict):
        return Record(index, at, skip=Skip(element.fault or "not_an_object", index, messages=0))
    # Older files hold one object where newer ones hold a list.
    given = raw.get("safeHtmlItem")
    items = [object_of(one) for one in ([given] if isinstance(given, dict) else list_of(given))]
    answers = [html for one in items if (html := text_of(one.get("html")) or text_of(one.get("htmlValue")))]
    if not is_gemini(raw.get("header"), *list_of(raw.get("products"))):
        return Record(index, at, skip=Skip("other_product", index, messages=1 + len(answers)))
    title = text_of(raw.get("title"))
    prompt = prompt_of(title, answered=bool(answers)) if title else None
    if prompt is None:
        reason = "not_a_chat" if title else "unknown_format"
        return Record(index, at, skip=Skip(reason, index, messages=1 + len(answers)))
    answer = text_of_html(answers[0]) if answers else ""
    return Record(
        index=index,
        at_bytes=at,
        title=prompt,
        answer=answer,
        at=moment(raw.get("time")),
        drafts=len(answers) - bool(answer),
        conversation_id=_conversation_id(raw),
        attachments=tuple(_files(raw)),
    )


def _conversation_id(raw: dict[str, Any]) -> str | None:
    """Return the id of the conversation where a newer file links to it."""
    links = [raw.get("titleUrl"), *(object_of(one).get("url") for one in list_of(raw.get("details")))]
    found = (_CHAT.match(link) for link in links if isinstance(link, str))
    return next((match.group(1) for match in found if match), None)


def _files(raw: dict[str, Any]) -> Iterator[Attachment]:
    for one in map(object_of, list_of(raw.get("subtitles"))):
        name = (text_of(one.get("name")) or "").removeprefix("-").strip()
        if name and one.get("url"):
            yield Attachment(name[:_NAME_MAX])


def _recognises(head: Head) -> bool:
    return any(
        "title" in one and "time" in one and is_gemini(one.get("header"), *list_of(one.get("products")))
        and ({"header", "products"} & one.keys() or "safeHtmlItem" in one)
        for one in head.elements
    )  # fmt: skip


FORMAT = Format("gemini-json", "gemini", _recognises, conversations)
