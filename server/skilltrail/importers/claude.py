"""Claude data export: one element of ``conversations.json`` → exchanges.

Older exports have no parents: then the order of the file is the order. Newer ones name each message's parent; edits and
retries make a tree. ``projects.json`` and ``memories.json`` are never opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from skilltrail.domain.exchange import Attachment, Citation, Status
from skilltrail.importers.contract import Format, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, list_of, made_id, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble

EXTRACTOR = "claude-export@1"

_ROLES = {"human": "user", "user": "user", "assistant": "assistant"}
_UNSHOWN = "This block is not supported on your current device yet."
_STOPPED = "user_canceled"
_LABEL_MAX = 2_000


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one element into exchanges; what cannot be read is named."""
    listed = element.get("chat_messages")
    conversation_id = id_of(element.get("uuid")) or id_of(element.get("conversation_id")) or _made(listed)
    if not isinstance(listed, list):
        return left_out("no_messages" if "chat_messages" in element else "unknown_format", index, conversation_id)
    if conversation_id is None or element.get("is_temporary") is True:
        reason = "temporary" if conversation_id else "no_id"
        return left_out(reason, index, conversation_id, messages=len(listed))
    if not listed:
        return left_out("no_messages", index, conversation_id)
    messages, parents, bad = _messages(listed, index)
    talk = Talk(
        provider="claude",
        extractor=EXTRACTOR,
        conversation_id=conversation_id,
        messages=messages,
        parents=parents,
        current=text_of(element.get("current_leaf_message_uuid")),
        title=text_of(element.get("name")) or text_of(element.get("title")),
        created_at=moment(element.get("created_at")),
        updated_at=moment(element.get("updated_at")),
        model=text_of(element.get("model")),
        project_id=id_of(object_of(element.get("project")).get("uuid")) or id_of(element.get("project_uuid")),
        bad=bad,
    )
    return assemble(talk, index=index, now=reading.now)


def _made(listed: Any) -> str | None:
    """Return an id for a conversation that has none: of its first message, which stays as it goes on."""
    first = next((id_ for raw in list_of(listed) if (id_ := id_of(object_of(raw).get("uuid")))), None)
    return made_id("claude", first) if first else None


def _messages(listed: list[Any], index: int) -> tuple[dict[str, Message], dict[str, str | None], list[Skip]]:
    messages: dict[str, Message] = {}
    parents: dict[str, str | None] = {}
    bad: list[Skip] = []
    named = {text_of(object_of(raw).get("uuid")) for raw in listed}
    has_parents = any(object_of(raw).get("parent_message_uuid") for raw in listed)
    before: str | None = None
    for place, raw in enumerate(listed):
        role = _ROLES.get(str(object_of(raw).get("sender")))
        if role is None:
            bad.append(Skip("bad_message", index, id_of(object_of(raw).get("uuid"))))
            continue
        node = id_of(raw.get("uuid")) or f"#{place}"
        node = f"{node}#{place}" if node in messages else node
        messages[node] = _message(raw, node, role)
        parent = text_of(raw.get("parent_message_uuid"))
        # The parent of the first message is an id of zeros that no message has.
        parents[node] = before if not has_parents else parent if parent in named and parent != node else None
        before = node
    return messages, {node: parent if parent in messages else None for node, parent in parents.items()}, bad


def _message(raw: dict[str, Any], node: str, role: str) -> Message:
    blocks = [object_of(block) for block in list_of(raw.get("content"))]
    text, left = _words(raw, blocks)
    if role == "user" and left is None and not text:
        text = _pasted(raw)
    return Message(
        node=node,
        id=id_of(raw.get("uuid")),
        role=role,
        text=text,
        left=left,
        at=moment(raw.get("created_at")),
        ended_at=moment(raw.get("updated_at")),
        model=text_of(raw.get("model")),
        status=Status.INTERRUPTED if raw.get("stop_reason") == _STOPPED else Status.COMPLETE,
        attachments=(*_files(raw), *_artifacts(blocks)),
        citations=tuple(_citations(blocks)),
    )


def _words(raw: dict[str, Any], blocks: list[dict[str, Any]]) -> tuple[str, str | None]:
    """Return the words, and why there are none.

    The flat ``text`` stands in for blocks only where there are none: it has been seen with a sentence of the app's
    own in place of what the app could not show.
    """
    if not blocks:
        flat = text_of(raw.get("text")) or ""
        return flat.replace(f"```\n{_UNSHOWN}\n```", "").replace(_UNSHOWN, "").strip(), None
    texts = [text_of(block.get("text")) or "" for block in blocks if block.get("type") == "text"]
    text = "\n\n".join(text for text in texts if text.strip())
    if text:
        return text, None
    kinds = {str(block.get("type")) for block in blocks}
    if kinds & {"tool_use", "tool_result"}:
        return "", "tool"
    return "", "thoughts" if "thinking" in kinds else None


def _pasted(raw: dict[str, Any]) -> str:
    """Return what was pasted: a long paste is kept as an attachment without a name, and is all that was said."""
    pastes = [object_of(one) for one in list_of(raw.get("attachments"))]
    texts = [text_of(one.get("extracted_content")) or "" for one in pastes if not one.get("file_name")]
    return "\n\n".join(text for text in texts if text.strip())


def _files(raw: dict[str, Any]) -> Iterator[Attachment]:
    """Yield attached files by name; their text, which the export holds too, is not read."""
    for one in map(object_of, (*list_of(raw.get("attachments")), *list_of(raw.get("files")))):
        size, mime = one.get("file_size"), text_of(one.get("file_type"))
        yield Attachment(
            name=(text_of(one.get("file_name")) or "file")[:_LABEL_MAX],
            mime=mime[:200] if mime and "/" in mime else None,
            size=size if isinstance(size, int) and 0 <= size < 2**53 else None,
        )


def _artifacts(blocks: list[dict[str, Any]]) -> Iterator[Attachment]:
    """Yield documents and programs that were written beside the chat, by name."""
    for block in blocks:
        made = object_of(block.get("input"))
        if block.get("name") == "artifacts" and made.get("command") == "create":
            mime = text_of(made.get("type"))
            yield Attachment((text_of(made.get("title")) or "artifact")[:_LABEL_MAX], mime[:200] if mime else None)


def _citations(blocks: list[dict[str, Any]]) -> Iterator[Citation]:
    for cited in (object_of(one) for block in blocks for one in list_of(block.get("citations"))):
        details = object_of(cited.get("details"))
        url = text_of(details.get("url")) or text_of(cited.get("url"))
        if url and len(url) <= 8_000 and url.lower().startswith(("http://", "https://")):
            title = text_of(cited.get("title")) or text_of(details.get("title"))
            yield Citation(url, title[:_LABEL_MAX] if title else None)


FORMAT = Format(
    "claude",
    "claude",
    lambda head: any("chat_messages" in one for one in head.elements),
    by_element(conversation),
)
