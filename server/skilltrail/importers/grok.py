"""Grok data export: one of the ``conversations`` with its ``responses`` → exchanges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skilltrail.domain.exchange import Attachment, Citation, Status
from skilltrail.importers.contract import Format, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, list_of, made_id, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble, in_line

EXTRACTOR = "grok-export@1"

_ROLES = {"human": "user", "user": "user", "assistant": "assistant", "grok": "assistant"}
_LABEL_MAX = 2_000


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one element into exchanges; what cannot be read is named."""
    # Some exports put the conversation's own fields beside its responses.
    about = object_of(element.get("conversation")) or element
    listed = element.get("responses")
    if not isinstance(listed, list):
        return left_out("no_messages" if "conversation" in element else "unknown_format", index)
    conversation_id = id_of(about.get("conversation_id")) or id_of(about.get("id")) or _made(about)
    if not listed or about.get("temporary") is True:
        reason = "no_messages" if not listed else "temporary"
        return left_out(reason, index, conversation_id, messages=len(listed))
    messages: dict[str, Message] = {}
    above: dict[str, str | None] = {}
    bad: list[Skip] = []
    for place, wrapped in enumerate(listed):
        raw = object_of(object_of(wrapped).get("response")) or object_of(wrapped)
        message = _message(raw, place, messages)
        if message is None:
            bad.append(Skip("bad_message", index, _id(raw)))
            continue
        messages[message.node] = message
        above[message.node] = id_of(raw.get("parent_response_id"))
    talk = Talk(
        provider="grok",
        extractor=EXTRACTOR,
        conversation_id=conversation_id,
        messages=messages,
        parents=_parents(messages, above),
        current=text_of(about.get("leaf_response_id")),
        title=text_of(about.get("title")),
        created_at=moment(about.get("create_time")),
        updated_at=moment(about.get("modify_time")),
        bad=bad,
    )
    return assemble(talk, index=index, now=reading.now)


def _made(about: dict[str, Any]) -> str:
    return made_id("grok", str(about.get("create_time")), str(about.get("title")))


def _parents(messages: dict[str, Message], above: dict[str, str | None]) -> dict[str, str | None]:
    """Return the links of the tree; where no message names a parent, the order of the file is the order."""
    if not any(above.values()):
        return in_line(list(messages.values()))
    return {node: parent if parent in messages and parent != node else None for node, parent in above.items()}


def _id(raw: dict[str, Any]) -> str | None:
    return id_of(raw.get("response_id")) or id_of(raw.get("_id")) or id_of(object_of(raw.get("_id")).get("$oid"))


def _message(raw: dict[str, Any], place: int, known: dict[str, Message]) -> Message | None:
    role = _ROLES.get(str(raw.get("sender")).lower())
    if role is None:
        return None
    node = _id(raw) or f"#{place}"
    left = "failed" if raw.get("error") else "system" if raw.get("is_control") is True else None
    details = object_of(object_of(raw.get("metadata")).get("requestModelDetails"))
    return Message(
        node=f"{node}#{place}" if node in known else node,
        id=_id(raw),
        role=role,
        text="" if left else text_of(raw.get("message")) or "",
        left=left,
        at=moment(raw.get("create_time")),
        model=text_of(raw.get("model")) or text_of(details.get("modelId")),
        status=Status.PARTIAL if raw.get("partial") is True else Status.COMPLETE,
        attachments=tuple(_files(raw)),
        citations=tuple(_citations(raw)),
    )


def _files(raw: dict[str, Any]) -> Iterator[Attachment]:
    for kind in ("file_attachments", "image_attachments"):
        for one in list_of(raw.get(kind)):
            name = text_of(object_of(one).get("file_name")) or text_of(object_of(one).get("name"))
            yield Attachment((name or ("picture" if kind.startswith("image") else "file"))[:_LABEL_MAX])


def _citations(raw: dict[str, Any]) -> Iterator[Citation]:
    cited = list_of(raw.get("cited_web_search_results")) or list_of(raw.get("web_search_results"))
    for one in map(object_of, cited):
        url, title = text_of(one.get("url")), text_of(one.get("title"))
        if url and len(url) <= 8_000 and url.lower().startswith(("http://", "https://")):
            yield Citation(url, title[:_LABEL_MAX] if title else None)


FORMAT = Format(
    "grok",
    "grok",
    lambda head: any(isinstance(one.get("responses"), list) for one in head.elements),
    by_element(conversation),
)
