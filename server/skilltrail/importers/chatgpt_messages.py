"""One message of ChatGPT's conversation JSON: what a person can see of it, or why nothing.

Private context (memory, custom instructions), thoughts, tool chatter and hidden messages are never text. What is text
is decided by the same rules as in the extension's ``message-text.js``: a live capture and an import of the same reply
have to be equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from skilltrail.domain.exchange import Attachment, Citation, Status
from skilltrail.importers.chatgpt_canvas import canvas_of
from skilltrail.importers.reading import id_of, list_of, object_of, text_of
from skilltrail.importers.times import moment
from skilltrail.importers.tree import ATTACHMENTS_MAX, CITATIONS_MAX, Message

_TEXT_TYPES = {"text", "multimodal_text"}
_PRIVATE_TYPES = {"user_editable_context", "model_editable_context"}
_THOUGHT_TYPES = {"thoughts", "reasoning_recap"}
_TOOL_TYPES = {
    "code", "execution_output", "tether_quote", "tether_browsing_display", "tether_browsing_code", "sonic_webpage",
    "computer_output", "citable_code_output", "super_widget",
}  # fmt: skip
_SOURCE_TYPES = {"tether_quote", "sonic_webpage"}
_LABEL_MAX, _URL_MAX, _REFERENCES_MAX = 2_000, 8_000, 2_000
_SOUGHT_MAX = 50_000_000
"""Characters of one message that are searched for marks which are not where they are said to be."""
# U+E200 opens a citation mark, U+E201 closes it; what stands between is for the page's script, not for people.
_MARKED = re.compile("\ue200[^\ue200\ue201\n]{0,2000}(?:\ue201|$)", re.MULTILINE)
_LOOSE_MARKS = re.compile("[\ue200-\ue2ff]")
_OLD_MARKS = re.compile("【[^【】†\n]{0,80}†[^【】\n]{0,200}】")


def parse_message(value: Any, node: str) -> Message | None:
    """Read one message object; None if not even its role can be told."""
    if not isinstance(value, dict):
        return None
    role = object_of(value.get("author")).get("role")
    if not isinstance(role, str):
        return None
    content, metadata = object_of(value.get("content")), object_of(value.get("metadata"))
    left = _left(value, role, content, metadata)
    text = "" if left is not None else _text(content)
    return Message(
        node=node,
        id=id_of(value.get("id")) or id_of(node),
        role=role if role in {"user", "assistant"} else "other",
        text=text if role == "user" else _readable(text, metadata),
        left=left,
        at=moment(value.get("create_time")),
        ended_at=moment(value.get("update_time")),
        model=text_of(metadata.get("model_slug")),
        status=_status(value, metadata),
        attachments=_attachments(metadata) if role == "user" and left is None else canvas_of(value, role, content),
        citations=_citations(role, content, metadata, left),
    )


def _left(value: dict[str, Any], role: str, content: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    """Return the reason for which a message is no prompt and no reply."""
    kind, replies = str(content.get("content_type")), role == "assistant"
    tests = (
        ("private", kind in _PRIVATE_TYPES or metadata.get("is_user_system_message") is True),
        ("system", role == "system"),
        ("tool", role == "tool"),
        ("failed", kind == "system_error" or (replies and value.get("status") == "error")),
        ("thoughts", kind in _THOUGHT_TYPES or metadata.get("is_thinking_preamble_message") is True),
        ("hidden", metadata.get("is_visually_hidden_from_conversation") is True),
        ("tool", kind in _TOOL_TYPES or (replies and value.get("recipient") not in ("all", None))),
        ("unknown_content", kind not in _TEXT_TYPES or role not in {"user", "assistant"}),
        ("thoughts", replies and value.get("channel") not in ("final", None)),
    )
    return next((reason for reason, true in tests if true), None)


def _text(content: dict[str, Any]) -> str:
    texts = [part if isinstance(part, str) else _spoken(part) for part in list_of(content.get("parts"))]
    return "\n\n".join(text for text in texts if text.strip())


def _spoken(part: Any) -> str:
    """Return the words of a voice part; images and sounds have none."""
    spoken = object_of(part)
    return text_of(spoken.get("text")) or "" if spoken.get("content_type") == "audio_transcription" else ""


def _readable(text: str, metadata: dict[str, Any]) -> str:
    """Return an answer with its citation marks replaced by what people see, and those left over deleted."""
    references = list_of(metadata.get("content_references"))[:_REFERENCES_MAX]
    if text and references:
        text = _replaced(text, [one for one in references if isinstance(one, dict)])
    if not text.isascii():
        text = _OLD_MARKS.sub("", _LOOSE_MARKS.sub("", _MARKED.sub("", text)))
    return text.rstrip()


def _replaced(text: str, references: list[dict[str, Any]]) -> str:
    """Replace from the end backwards, for the places refer to the original; the text is put together once."""
    pieces: list[str] = []
    end, sought = len(text), 0
    for reference in sorted(references, key=_start, reverse=True):
        mark, start = text_of(reference.get("matched_text")), _start(reference)
        # Some references match a blank: there is nothing to replace, and any blank would be hit.
        if mark is None or not mark.strip():
            continue
        if not (start + len(mark) <= end and text.startswith(mark, start)):
            sought += end
            start = text.rfind(mark, 0, end) if sought <= _SOUGHT_MAX else -1
        if start >= 0:
            pieces += [text[start + len(mark) : end], (text_of(reference.get("alt")) or "")[:_LABEL_MAX]]
            end = start
    return text[:end] + "".join(reversed(pieces))


def _start(reference: dict[str, Any]) -> int:
    start = reference.get("start_idx")
    return start if isinstance(start, int) and start >= 0 else 0


def _status(value: dict[str, Any], metadata: dict[str, Any]) -> Status:
    finish = object_of(metadata.get("finish_details")).get("type")
    if finish == "interrupted":
        return Status.INTERRUPTED
    partial = finish == "max_tokens" or value.get("status") in ("finished_partial_completion", "in_progress")
    return Status.PARTIAL if partial else Status.COMPLETE


def _attachments(metadata: dict[str, Any]) -> tuple[Attachment, ...]:
    listed = [object_of(one) for one in list_of(metadata.get("attachments"))[:ATTACHMENTS_MAX]]
    return tuple(
        Attachment(
            name=(text_of(one.get("name")) or "file")[:_LABEL_MAX],
            mime=(text_of(one.get("mime_type")) or text_of(one.get("mimeType")) or "")[:200] or None,
            size=size if isinstance(size := one.get("size"), int) and 0 <= size < 2**53 else None,
        )
        for one in listed
    )


def _citations(role: str, content: dict[str, Any], metadata: dict[str, Any], left: str | None) -> tuple[Citation, ...]:
    if role in {"tool", "assistant"} and str(content.get("content_type")) in _SOURCE_TYPES:
        return tuple(_cited(content))
    if role != "assistant" or left is not None:
        return ()
    found: list[Citation] = []
    for reference in map(object_of, list_of(metadata.get("content_references"))[:_REFERENCES_MAX]):
        for one in (reference, *list_of(reference.get("items")), *list_of(reference.get("sources"))):
            found += _cited(object_of(one))
        if len(found) >= CITATIONS_MAX:
            break
    for one in list_of(metadata.get("citations"))[:CITATIONS_MAX]:
        found += _cited(object_of(one))
    return tuple(found[:CITATIONS_MAX])


def _cited(source: dict[str, Any]) -> Iterator[Citation]:
    inner = object_of(source.get("metadata"))
    url = text_of(source.get("url")) or text_of(inner.get("url"))
    if url is not None and len(url) <= _URL_MAX and url.lower().startswith(("http://", "https://")):
        title = text_of(source.get("title")) or text_of(inner.get("title"))
        yield Citation(url, title[:_LABEL_MAX] if title else None)
