"""ChatGPT data export: one element of ``conversations.json``, or of one of its parts, → exchanges."""

from __future__ import annotations

from typing import Any

from skilltrail.importers.chatgpt_messages import parse_message
from skilltrail.importers.contract import Format, Head, ImportedConversation, Reading, Skip
from skilltrail.importers.reading import by_element, id_of, left_out, made_id, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import Message, Talk, assemble

EXTRACTOR = "chatgpt-export@2"

_OWN_KEYS = {"title", "create_time", "update_time", "current_node", "conversation_id"}
_PROJECT, _GIZMO = "g-p-", "g-"


def conversation(element: dict[str, Any], index: int, reading: Reading) -> ImportedConversation:
    """Turn one element into exchanges; what cannot be read is named."""
    conversation_id = id_of(element.get("conversation_id")) or id_of(element.get("id"))
    mapping = element.get("mapping")
    if not isinstance(mapping, dict):
        known = "mapping" in element or len(_OWN_KEYS & element.keys()) > 1
        return left_out("no_messages" if known else "unknown_format", index, conversation_id)
    nodes = [node for node, value in mapping.items() if object_of(value).get("message") is not None]
    if not nodes or element.get("is_temporary") is True:
        return left_out("temporary" if nodes else "no_messages", index, conversation_id, messages=len(nodes))
    if conversation_id is None:
        # Damaged, or saved by some other tool. Messages have ids that are theirs alone, and the first one stays.
        conversation_id = made_id("chatgpt", nodes[0])
    return assemble(_talk(element, mapping, conversation_id, index), index=index, now=reading.now)


def _talk(element: dict[str, Any], mapping: dict[str, Any], conversation_id: str, index: int) -> Talk:
    messages: dict[str, Message] = {}
    parents: dict[str, str | None] = {}
    bad: list[Skip] = []
    for node, value in mapping.items():
        if not isinstance(value, dict):
            continue
        # `children` is missing in some 2026 exports, so the links are taken from `parent` alone.
        parent = value.get("parent")
        parents[node] = parent if isinstance(parent, str) and parent in mapping else None
        raw = value.get("message")
        if raw is None:
            continue
        message = parse_message(raw, node)
        if message is None:
            bad.append(Skip("bad_message", index, id_of(object_of(raw).get("id"))))
        else:
            messages[node] = message
    current = element.get("current_node")
    folder = text_of(element.get("gizmo_id")) or text_of(element.get("conversation_template_id")) or ""
    return Talk(
        provider="chatgpt",
        extractor=EXTRACTOR,
        conversation_id=conversation_id,
        messages=messages,
        parents=parents,
        current=current if isinstance(current, str) else None,
        title=text_of(element.get("title")),
        created_at=moment(element.get("create_time")),
        updated_at=moment(element.get("update_time")),
        model=text_of(element.get("default_model_slug")),
        project_id=_folder_id(folder, _PROJECT),
        gizmo_id=None if folder.startswith(_PROJECT) else _folder_id(folder, _GIZMO),
        bad=bad,
    )


def _folder_id(folder: str, prefix: str) -> str | None:
    """Return the id of a project or custom GPT without the readable tail that may follow it."""
    if not folder.startswith(prefix):
        return None
    return id_of(prefix + folder.removeprefix(prefix).partition("-")[0])


def _recognises(head: Head) -> bool:
    return any(
        (isinstance(one.get("mapping"), dict) and not _is_deepseek(one)) or {"mapping", "current_node"} <= one.keys()
        for one in head.elements
    )


def _is_deepseek(element: dict[str, Any]) -> bool:
    """DeepSeek's elements have a ``mapping`` too, with times and nodes of another kind."""
    return "inserted_at" in element


FORMAT = Format("chatgpt", "chatgpt", _recognises, by_element(conversation))
