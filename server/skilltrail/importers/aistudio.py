"""Google AI Studio: a prompt saved to Drive, one JSON file without an ending → one conversation.

There are neither ids nor, mostly, times. The conversation's id is made of its first prompt, which stays when it goes
on; exchanges are told apart by their texts. ``systemInstruction`` is private and never read.
"""

from __future__ import annotations

from typing import Any

from skilltrail.domain.exchange import Attachment
from skilltrail.importers.contract import Format, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, list_of, made_id, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble, in_line

EXTRACTOR = "aistudio-drive@1"

_ROLES = {"user": "user", "model": "assistant"}
_FILES = {"driveDocument": "document", "driveImage": "picture", "driveAudio": "sound", "driveVideo": "video",
          "inlineFile": "file", "inlineImage": "picture", "youtubeVideo": "video"}  # fmt: skip


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one file into exchanges; what cannot be read is named."""
    chunks = object_of(element.get("chunkedPrompt")).get("chunks")
    if not isinstance(chunks, list) or not chunks:
        return left_out("no_messages" if "chunkedPrompt" in element else "unknown_format", index)
    messages: list[Message] = []
    bad: list[Skip] = []
    for place, raw in enumerate(chunks):
        message = _message(object_of(raw), place)
        if message is None:
            bad.append(Skip("bad_message", index))
        else:
            _append(messages, message)
    first = next((message.text for message in messages if message.is_prompt), "")
    talk = Talk(
        provider="aistudio",
        extractor=EXTRACTOR,
        conversation_id=id_of(element.get("id")) or made_id("aistudio", first),
        messages={message.node: message for message in messages},
        parents=in_line(messages),
        title=reading.name,
        model=(text_of(object_of(element.get("runSettings")).get("model")) or "").removeprefix("models/") or None,
        bad=bad,
    )
    return assemble(talk, index=index, now=reading.now)


def _message(raw: dict[str, Any], place: int) -> Message | None:
    role = _ROLES.get(str(raw.get("role")))
    if role is None:
        return None
    files = tuple(Attachment(label) for key, label in _FILES.items() if raw.get(key))
    left = "thoughts" if raw.get("isThought") is True else "failed" if raw.get("errorMessage") else None
    return Message(
        node=f"#{place}",
        id=id_of(raw.get("id")),
        role=role,
        text="" if left else text_of(raw.get("text")) or _parts(raw),
        left=left,
        at=moment(raw.get("createTime")),
        attachments=files,
    )


def _parts(raw: dict[str, Any]) -> str:
    parts = [object_of(one) for one in list_of(raw.get("parts"))]
    return "".join(text_of(one.get("text")) or "" for one in parts if one.get("thought") is not True)


def _append(messages: list[Message], message: Message) -> None:
    """Add a message; files and words that people send in one turn are chunks of their own and become one prompt."""
    last = messages[-1] if messages else None
    if last is None or not (last.is_prompt and message.is_prompt):
        messages.append(message)
        return
    messages[-1] = Message(
        node=last.node,
        id=last.id or message.id,
        role="user",
        text="\n\n".join(text for text in (last.text, message.text) if text),
        at=last.at or message.at,
        attachments=last.attachments + message.attachments,
        weight=last.weight + message.weight,
    )


FORMAT = Format(
    "aistudio",
    "aistudio",
    lambda head: any(isinstance(one.get("chunkedPrompt"), dict) for one in head.elements),
    by_element(conversation),
)
