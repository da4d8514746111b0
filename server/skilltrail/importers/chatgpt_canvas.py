"""Canvas: a document or program that ChatGPT wrote beside the chat counts as a file of the exchange, by its name."""

from __future__ import annotations

import re
from typing import Any

from skilltrail.domain.exchange import Attachment
from skilltrail.importers.reading import list_of, text_of

_HEAD = 4_000
"""Characters in which name and kind stand; the JSON is often cut off or badly escaped, so it is not parsed."""

_NAME = re.compile(r'"name"\s{0,4}:\s{0,4}"((?:[^"\\\n]|\\.){1,200})"')
_KIND = re.compile(r'"type"\s{0,4}:\s{0,4}"(document|code/[a-z0-9+#-]{1,30})"')
_MIMES = {"document": "text/markdown"}


def canvas_of(message: dict[str, Any], role: str, content: dict[str, Any]) -> tuple[Attachment, ...]:
    """Return the document that this message created, if it did."""
    if role != "assistant" or message.get("recipient") != "canmore.create_textdoc":
        return ()
    parts = list_of(content.get("parts"))
    text = text_of(content.get("text")) or (text_of(parts[0]) if parts else None) or ""
    name, kind = _NAME.search(text, 0, _HEAD), _KIND.search(text, 0, _HEAD)
    label = name.group(1).replace('\\"', '"') if name else "canvas"
    return (Attachment(label, _MIMES.get(kind.group(1), f"text/x-{kind.group(1)[5:]}") if kind else None),)
