"""DeepSeek data export: one element of ``conversations.json`` → exchanges.

Messages have no author: what a message is, its fragments say. Files from before there were fragments have one text, and
people and model take turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skilltrail.domain.exchange import Attachment, Citation, Status
from skilltrail.importers.contract import Format, Head, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, list_of, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble

EXTRACTOR = "deepseek-export@1"

_ROLES = {"USER": "user", "ASSISTANT": "assistant", "REQUEST": "user", "RESPONSE": "assistant", "THINK": "assistant"}
_LABEL_MAX = 2_000


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one element into exchanges; what cannot be read is named."""
    conversation_id, mapping = id_of(element.get("id")), element.get("mapping")
    if not isinstance(mapping, dict):
        return left_out("no_messages" if "mapping" in element else "unknown_format", index, conversation_id)
    held = sum(1 for node in mapping.values() if object_of(node).get("message") is not None)
    if conversation_id is None or not held:
        return left_out("no_messages" if conversation_id else "no_id", index, conversation_id, messages=held)
    parents = _parents(mapping)
    messages: dict[str, Message] = {}
    bad: list[Skip] = []
    for node, value in mapping.items():
        raw = object_of(value).get("message")
        if isinstance(raw, dict):
            messages[node] = _message(raw, node, _role(raw, node, mapping, parents))
        elif raw is not None:
            bad.append(Skip("bad_message", index, id_of(node)))
    talk = Talk(
        provider="deepseek",
        extractor=EXTRACTOR,
        conversation_id=conversation_id,
        messages=messages,
        parents=parents,
        current=_node_name(element.get("current_message_id")),
        title=text_of(element.get("title")),
        created_at=moment(element.get("inserted_at")),
        updated_at=moment(element.get("updated_at")),
        bad=bad,
    )
    return assemble(talk, index=index, now=reading.now)


def _node_name(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _parents(mapping: Mapping[str, Any]) -> dict[str, str | None]:
    found = {}
    for node, value in mapping.items():
        if isinstance(value, dict):
            parent = _node_name(value.get("parent"))
            found[node] = parent if parent in mapping and parent != node else None
    return found


def _role(raw: dict[str, Any], node: str, mapping: Mapping[str, Any], parents: Mapping[str, str | None]) -> str:
    """Return user or assistant, as the message says or as turns are taken."""
    said = [str(raw.get("role")).upper(), *(_kind(one) for one in list_of(raw.get("fragments")))]
    known = next((_ROLES[one] for one in said if one in _ROLES), None)
    if known is not None:
        return known
    if raw.get("reasoning_content"):
        return "assistant"
    depth, above, seen = 0, parents.get(node), {node}
    while above is not None and above not in seen:
        seen.add(above)
        depth += object_of(mapping.get(above)).get("message") is not None
        above = parents.get(above)
    return "assistant" if depth % 2 else "user"


def _kind(fragment: Any) -> str:
    return str(object_of(fragment).get("type")).upper()


def _message(raw: dict[str, Any], node: str, role: str) -> Message:
    fragments = [object_of(one) for one in list_of(raw.get("fragments"))]
    wanted = "REQUEST" if role == "user" else "RESPONSE"
    texts = [text_of(one.get("content")) or "" for one in fragments if _kind(one) == wanted]
    if not fragments:
        texts = [text_of(raw.get("content")) or ""]
    text = "\n\n".join(text for text in texts if text.strip())
    kinds = {_kind(one) for one in fragments}
    left = None if text else "thoughts" if "THINK" in kinds else "tool" if kinds - {"REQUEST", "RESPONSE"} else None
    results = (object_of(hit) for one in fragments for hit in list_of(one.get("results")))
    return Message(
        node=node,
        id=id_of(node),
        role=role,
        text=text,
        left=left,
        at=moment(raw.get("inserted_at")),
        model=text_of(raw.get("model")),
        status=Status.PARTIAL if raw.get("status") == "INCOMPLETE" else Status.COMPLETE,
        attachments=tuple(_file(object_of(one)) for one in list_of(raw.get("files"))),
        citations=tuple(
            Citation(url, text_of(hit.get("title")))
            for hit in results
            if (url := text_of(hit.get("url"))) and url.lower().startswith(("http://", "https://"))
        ),
    )


def _file(one: dict[str, Any]) -> Attachment:
    size = one.get("file_size", one.get("size"))
    name = text_of(one.get("file_name")) or text_of(one.get("name")) or "file"
    return Attachment(name[:_LABEL_MAX], None, size if isinstance(size, int) and 0 <= size < 2**53 else None)


def _recognises(head: Head) -> bool:
    return any(isinstance(one.get("mapping"), dict) and _is_own(one) for one in head.elements)


def _is_own(element: dict[str, Any]) -> bool:
    messages = (object_of(object_of(node).get("message")) for node in element["mapping"].values())
    return "inserted_at" in element or any("fragments" in message for message in messages)


FORMAT = Format("deepseek", "deepseek", _recognises, by_element(conversation))
