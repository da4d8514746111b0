"""Writes small ChatGPT exports for tests of importing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START = 1_790_000_000


def chat(name: str, turns: int = 2, **changes: Any) -> dict[str, Any]:
    """Return a conversation with ``turns`` questions and answers; ids are the name's and the turn's."""
    nodes: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    above = "root"
    texts = changes.pop("texts", {})
    for number in range(turns):
        for role, mark in (("user", "p"), ("assistant", "r")):
            key = f"{name}-{mark}{number}"
            words = texts.get(key, f"{role} {number} of {name}: about joins and indexes")
            nodes[key] = node(key, above, role, words, START + number * 60 + (role == "assistant"))
            above = key
    values = {"conversation_id": name, "title": f"Talk {name}", "create_time": START, "mapping": nodes}
    return values | {"current_node": above} | changes


def node(key: str, parent: str, role: str, words: str, at: int) -> dict[str, Any]:
    """Return one message of a conversation."""
    message = {
        "id": key,
        "author": {"role": role},
        "create_time": at,
        "content": {"content_type": "text", "parts": [words]},
        "status": "finished_successfully",
        "metadata": {"model_slug": "gpt-5"} if role == "assistant" else {},
    }
    return {"id": key, "parent": parent, "children": [], "message": message}


def write(folder: Path, chats: Sequence[Any], name: str = "conversations.json") -> Path:
    """Write an export and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps(list(chats)), encoding="utf-8")
    return path
