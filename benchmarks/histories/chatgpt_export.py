"""Writes exchanges as a ChatGPT data export (``conversations.json``), one conversation in memory at a time.

The shape is the documented one: a mapping of nodes from a root without a message, hidden context below it, then user
and assistant messages; a regenerated answer is a second child of its prompt, an edited prompt a sibling of the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from skilltrail.domain.exchange import CapturedExchange, Status

_ROOT = "client-created-root"
Node = dict[str, Any]


def write_chatgpt_export(path: Path, exchanges: Iterable[CapturedExchange]) -> int:
    """Write ``exchanges`` to ``path`` and return how many conversations they make.

    Exchanges of one conversation must follow each other, as ``generate`` yields them; prompt and reply ids are needed.
    """
    count = 0
    with path.open("w", encoding="utf-8") as out:
        out.write("[")
        for _, turns in groupby(exchanges, key=lambda exchange: exchange.conversation_id):
            out.write(",\n" if count else "\n")
            json.dump(conversation_element(list(turns)), out, ensure_ascii=False)
            count += 1
        out.write("\n]\n")
    return count


def conversation_element(turns: list[CapturedExchange]) -> dict[str, Any]:
    """Return one element of the export; ``current_node`` is the last reply on the current path."""
    first, last = turns[0], turns[-1]
    mapping = {node["id"]: node for node in _head(first)}
    attach = next(reversed(mapping))
    for turn in turns:
        for node in _messages(turn, attach):
            if node["id"] not in mapping:
                mapping[node["id"]] = node
                mapping[node["parent"]]["children"].append(node["id"])
    current = [turn.reply_id for turn in turns if turn.on_current_path] or [last.reply_id]
    return {
        "title": first.title,
        "create_time": _seconds(first.asked_at),
        "update_time": _seconds(last.answered_at or last.asked_at),
        "mapping": mapping,
        "moderation_results": [],
        "current_node": current[-1],
        "conversation_id": first.conversation_id,
        "id": first.conversation_id,
        "conversation_template_id": None,
        "gizmo_id": None,
        "default_model_slug": first.model,
        "is_archived": False,
        "safe_urls": [],
    }


def _head(first: CapturedExchange) -> Iterator[Node]:
    """Yield the root, an empty system message and the learner's instructions: all hidden, the last to be dropped."""
    system, context = f"{first.conversation_id}-system", f"{first.conversation_id}-context"
    yield {"id": _ROOT, "message": None, "parent": None, "children": [system]}
    hidden = {"is_visually_hidden_from_conversation": True}
    empty = {"content_type": "text", "parts": [""]}
    yield _node(system, _ROOT, [context], role="system", content=empty, weight=0.0, metadata=hidden)
    private = {
        "content_type": "user_editable_context",
        "user_profile": "HIDDEN: an invented freelancer",
        "user_instructions": "HIDDEN: answer briefly",
    }
    yield _node(context, system, [], role="user", content=private, weight=0.0, metadata=hidden)


def _messages(turn: CapturedExchange, attach: str) -> Iterator[Node]:
    """Yield the prompt's node and the reply's; the caller drops a prompt that is there already."""
    prompt_id, reply_id = turn.prompt_id, turn.reply_id
    if prompt_id is None or reply_id is None:
        raise ValueError("an export needs the ids of prompts and replies")
    asked = {"content_type": "text", "parts": [turn.prompt]}
    yield _node(prompt_id, turn.parent_id or attach, [], role="user", content=asked, at=turn.asked_at)
    interrupted = turn.status is Status.INTERRUPTED
    answered = {"content_type": "text", "parts": [turn.reply]}
    finish = {"type": "interrupted"} if interrupted else {"type": "stop", "stop_tokens": [200002]}
    about = {"model_slug": turn.model, "finish_details": finish, "is_complete": not interrupted}
    yield _node(reply_id, prompt_id, [], role="assistant", content=answered, at=turn.answered_at, metadata=about)


def _node(
    node_id: str,
    parent: str,
    children: list[str],
    *,
    role: str,
    content: dict[str, Any],
    at: datetime | None = None,
    weight: float = 1.0,
    metadata: dict[str, Any] | None = None,
) -> Node:
    message: Node = {
        "id": node_id,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": _seconds(at) if at else None,
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": role == "assistant" or None,
        "weight": weight,
        "metadata": metadata or {},
        "recipient": "all",
        "channel": None,
    }
    return {"id": node_id, "message": message, "parent": parent, "children": children}


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
