"""Gemini CLI: a session file → one conversation."""

from __future__ import annotations

from typing import Any

from skilltrail.importers.contract import Format, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble, in_line

_ROLES = {"user": "user", "gemini": "assistant"}
_LEFT = {"info": "system", "warning": "system", "error": "failed"}


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one session into exchanges; tool calls and thoughts are no text."""
    conversation_id, listed = id_of(element.get("sessionId")), element.get("messages")
    if conversation_id is None or not isinstance(listed, list):
        return left_out("unknown_format", index, conversation_id)
    messages = [_message(object_of(raw), place) for place, raw in enumerate(listed)]
    known = [message for message in messages if message is not None]
    talk = Talk(
        provider="gemini",
        extractor="gemini-cli@1",
        conversation_id=conversation_id,
        messages={message.node: message for message in known},
        parents=in_line(known),
        title=text_of(element.get("summary")),
        created_at=moment(element.get("startTime")),
        updated_at=moment(element.get("lastUpdated")),
        bad=[Skip("bad_message", index)] * (len(messages) - len(known)),
    )
    return assemble(talk, index=index, now=reading.now)


def _message(raw: dict[str, Any], place: int) -> Message | None:
    kind = str(raw.get("type"))
    if kind not in _ROLES and kind not in _LEFT:
        return None
    content = raw.get("content")
    parts = content if isinstance(content, list) else [content]
    texts = [text_of(part) or text_of(object_of(part).get("text")) or "" for part in parts]
    return Message(
        node=f"#{place}",
        id=id_of(raw.get("id")),
        role=_ROLES.get(kind, "other"),
        text="\n\n".join(text for text in texts if text.strip()),
        left=_LEFT.get(kind),
        at=moment(raw.get("timestamp")),
        model=text_of(raw.get("model")),
    )


FORMAT = Format(
    "gemini-cli",
    "gemini",
    lambda head: any("sessionId" in one and isinstance(one.get("messages"), list) for one in head.elements),
    by_element(conversation),
)
