"""One message of ChatGPT's conversation JSON: what is visible of it, and its text.

Private context (memory, custom instructions), thoughts, tool chatter and hidden messages are never text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MILLISECONDS_FROM = 1e12
"""A number above this is an epoch time in milliseconds: in seconds it would lie beyond the year 33,000."""

_LATEST = 32_503_680_000.0
"""The year 3000 in epoch seconds: what lies beyond, or before 1970, is no time at which anyone wrote."""

_TEXT_TYPES = {"text", "multimodal_text"}
_HIDDEN_FLAGS = ("is_visually_hidden_from_conversation", "is_thinking_preamble_message", "is_user_system_message")
# U+E200 opens a citation marker, U+E201 closes it; what stands between is for the page's script, not for people.
# Lengths are limited, so that a text of nothing but openings takes no longer than any other.
_CITATION = re.compile("\ue200[^\ue200\ue201]{0,400}\ue201|[\ue200-\ue2ff]|【[^【】†]{0,80}†[^【】]{0,200}】")


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``created_at`` in epoch seconds or None; ``finish`` is the finish_details type or None."""

    id: str
    role: str
    text: str
    visible: bool
    created_at: float | None
    model: str | None
    status: str | None
    finish: str | None
    attachments: tuple[str, ...]


def parse_message(value: Any) -> Message | None:
    """Read one message object; None if it is not one (the root node has none)."""
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return None
    author = value.get("author") if isinstance(value.get("author"), dict) else {}
    role = author.get("role") if isinstance(author, dict) else None
    content = value.get("content") if isinstance(value.get("content"), dict) else {}
    metadata = value.get("metadata") if isinstance(value.get("metadata"), dict) else {}
    if not isinstance(role, str) or not isinstance(content, dict) or not isinstance(metadata, dict):
        return None
    details = metadata.get("finish_details")
    return Message(
        id=value["id"],
        role=role,
        text=_clean(_content_text(content), metadata),
        visible=_is_visible(value, role, content, metadata),
        created_at=_epoch(value.get("create_time")),
        model=_string(metadata.get("model_slug")),
        status=_string(value.get("status")),
        finish=_string(details.get("type")) if isinstance(details, dict) else None,
        attachments=_attachment_names(metadata),
    )


def _is_visible(value: dict[str, Any], role: str, content: dict[str, Any], metadata: dict[str, Any]) -> bool:
    if role not in {"user", "assistant"} or any(metadata.get(flag) is True for flag in _HIDDEN_FLAGS):
        return False
    if value.get("recipient", "all") not in {"all", None} or content.get("content_type") not in _TEXT_TYPES:
        return False
    return role == "user" or value.get("channel") in {None, "final"}


def _content_text(content: dict[str, Any]) -> str:
    parts = content.get("parts")
    if not isinstance(parts, list):
        return ""
    texts = [part if isinstance(part, str) else _spoken(part) for part in parts]
    return "\n\n".join(text for text in texts if text.strip())


def _spoken(part: Any) -> str:
    """Return the words of a voice part; images and sounds have none."""
    if isinstance(part, dict) and part.get("content_type") == "audio_transcription":
        return _string(part.get("text")) or ""
    return ""


def _clean(text: str, metadata: dict[str, Any]) -> str:
    references = metadata.get("content_references")
    for reference in references if isinstance(references, list) else ():
        matched = reference.get("matched_text") if isinstance(reference, dict) else None
        if isinstance(matched, str) and matched.strip():
            text = text.replace(matched, _string(reference.get("alt")) or "")
    return _CITATION.sub("", text).strip()


def _attachment_names(metadata: dict[str, Any]) -> tuple[str, ...]:
    listed = metadata.get("attachments")
    names = [_string(item.get("name")) for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return tuple(name for name in names if name)


def _epoch(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        try:
            seconds = datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError):
            return None
    elif isinstance(value, int | float) and 0 < value < 1e14:
        seconds = value / 1000 if value > MILLISECONDS_FROM else float(value)
    else:
        return None
    return seconds if 0 < seconds < _LATEST else None


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
