"""ChatGPT data export: one element of ``conversations.json`` → exchanges.

The tree of nodes keeps every edit and regeneration. Each path from a prompt down to the next prompt (or a leaf) is
one exchange; those on the path from the root to ``current_node`` are on the current path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from skilltrail.domain.exchange import Attachment, CapturedExchange, Fidelity, Origin, Status
from skilltrail.importers.chatgpt_messages import Message, parse_message
from skilltrail.importers.contract import ImportedConversation, Skip

EXTRACTOR = "chatgpt-export@1"


@dataclass(frozen=True, slots=True)
class _Tree:
    messages: Mapping[str, Message]
    parents: Mapping[str, str | None]
    children: Mapping[str, tuple[str, ...]]
    current: frozenset[str]


def conversation(element: Any, *, index: int, now: datetime) -> ImportedConversation:
    """Turn one element into exchanges; never raises on a bad element, it says what was skipped and why."""
    if not isinstance(element, dict):
        return ImportedConversation(index, None, (), (Skip("not_an_object", index),))
    source_id = element.get("conversation_id") or element.get("id")
    conversation_id = source_id if isinstance(source_id, str) and source_id else None
    reason = _reason_to_skip(element, conversation_id)
    if reason is not None or conversation_id is None:
        return ImportedConversation(index, conversation_id, (), (Skip(reason or "no_id", index, conversation_id),))
    tree = _tree(element)
    exchanges: list[CapturedExchange] = []
    skipped: list[Skip] = []
    for node, message in tree.messages.items():
        if message.role == "user" and message.visible:
            found = list(_exchanges(tree, node, message, element, conversation_id, now))
            exchanges.extend(found)
            if not found:
                skipped.append(Skip("no_reply" if message.text else "no_prompt_text", index, message.id))
    exchanges.sort(key=lambda item: (item.asked_at, item.answered_at or item.asked_at, item.source_key))
    return ImportedConversation(index, conversation_id, tuple(exchanges), tuple(skipped))


def _reason_to_skip(element: dict[str, Any], conversation_id: str | None) -> str | None:
    if element.get("is_temporary") is True:
        return "temporary"
    mapping = element.get("mapping")
    if mapping is None and not {"title", "create_time", "current_node"} & element.keys():
        return "unknown_format"
    if not isinstance(mapping, dict) or not mapping:
        return "no_messages"
    return None if conversation_id else "no_id"


def _tree(element: dict[str, Any]) -> _Tree:
    mapping: dict[str, Any] = {k: v for k, v in element["mapping"].items() if isinstance(v, dict)}
    parents: dict[str, str | None] = {}
    children: dict[str, list[str]] = {node: [] for node in mapping}
    for node, value in mapping.items():
        parent = value.get("parent")
        parents[node] = parent if isinstance(parent, str) and parent in mapping else None
        # `children` is missing in some 2026 exports, so the links are taken from `parent` alone.
        if (above := parents[node]) is not None:
            children[above].append(node)
    messages: dict[str, Message] = {}
    for node, value in mapping.items():
        message = parse_message(value.get("message"))
        if message is not None:
            messages[node] = message
    current = frozenset(_path_to_root(_leaf(element, messages, parents), parents))
    return _Tree(messages, parents, {node: tuple(below) for node, below in children.items()}, current)


def _leaf(element: dict[str, Any], messages: Mapping[str, Message], parents: Mapping[str, str | None]) -> str | None:
    named = element.get("current_node")
    if isinstance(named, str) and named in parents:
        return named
    with_child = set(parents.values())
    leaves = [node for node in messages if node not in with_child]
    return max(leaves, key=lambda node: (messages[node].created_at or 0.0, node), default=None)


def _path_to_root(leaf: str | None, parents: Mapping[str, str | None]) -> Iterator[str]:
    seen: set[str] = set()
    while leaf is not None and leaf not in seen:
        seen.add(leaf)
        yield leaf
        leaf = parents.get(leaf)


def _exchanges(
    tree: _Tree, node: str, prompt: Message, element: dict[str, Any], conversation_id: str, now: datetime
) -> Iterator[CapturedExchange]:
    by_reply: dict[str, tuple[list[Message], bool]] = {}
    for path in _reply_paths(tree, node):
        replies = [tree.messages[step] for step in path if _answers(tree.messages.get(step))]
        if replies:
            on_path = node in tree.current and all(step in tree.current for step in path)
            key = replies[-1].id
            by_reply[key] = (replies, on_path or by_reply.get(key, (replies, False))[1])
    if not prompt.text:
        return
    for replies, on_path in by_reply.values():
        yield _exchange(tree, node, prompt, replies, on_path, element, conversation_id, now)


def _answers(message: Message | None) -> bool:
    return message is not None and message.role == "assistant" and message.visible and bool(message.text)


def _reply_paths(tree: _Tree, prompt_node: str) -> Iterator[list[str]]:
    """Yield every way from a prompt down to the next prompt or a leaf; cycles end a path."""
    stack: list[list[str]] = [[child] for child in tree.children.get(prompt_node, ())]
    while stack:
        path = stack.pop()
        message = tree.messages.get(path[-1])
        if message is not None and message.role == "user" and message.visible:
            yield path[:-1]
            continue
        below = [child for child in tree.children.get(path[-1], ()) if child not in path and child != prompt_node]
        if not below:
            yield path
        stack.extend([*path, child] for child in below)


def _exchange(
    tree: _Tree,
    node: str,
    prompt: Message,
    replies: list[Message],
    on_path: bool,
    element: dict[str, Any],
    conversation_id: str,
    now: datetime,
) -> CapturedExchange:
    asked, source = _asked_at(tree, node, element, now)
    answered = replies[-1].created_at
    parent = tree.parents.get(node)
    above = tree.messages.get(parent) if parent else None
    return CapturedExchange(
        provider="chatgpt",
        conversation_id=conversation_id,
        prompt_id=prompt.id,
        reply_id=replies[-1].id,
        parent_id=above.id if above else None,
        prompt=prompt.text,
        reply="\n\n".join(reply.text for reply in replies),
        asked_at=asked,
        asked_at_source=source,
        answered_at=_utc(answered) if answered else None,
        captured_at=now,
        model=replies[-1].model or _text(element.get("default_model_slug")),
        title=_text(element.get("title")),
        project_id=_project(element),
        gizmo_id=_text(element.get("gizmo_id")),
        origin=Origin.IMPORT,
        fidelity=Fidelity.EXPORT,
        status=_status(replies[-1]),
        on_current_path=on_path,
        attachments=tuple(Attachment(name) for name in prompt.attachments),
        extractor=EXTRACTOR,
    )


def _asked_at(tree: _Tree, node: str, element: dict[str, Any], now: datetime) -> tuple[datetime, str]:
    for step in _path_to_root(node, tree.parents):
        message = tree.messages.get(step)
        if message is not None and message.created_at:
            return _utc(message.created_at), "message" if step == node else "conversation"
    for key in ("create_time", "update_time"):
        value = element.get(key)
        seconds = parse_message({"id": "t", "author": {"role": "system"}, "create_time": value})
        if seconds is not None and seconds.created_at:
            return _utc(seconds.created_at), "conversation"
    return now, "observed"


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _status(reply: Message) -> Status:
    if reply.finish == "interrupted":
        return Status.INTERRUPTED
    partial = reply.finish == "max_tokens" or reply.status in {"finished_partial_completion", "in_progress"}
    return Status.PARTIAL if partial else Status.COMPLETE


def _project(element: dict[str, Any]) -> str | None:
    gizmo = _text(element.get("gizmo_id"))
    return gizmo if gizmo and gizmo.startswith("g-p-") else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
