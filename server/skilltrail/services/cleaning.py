"""Captured text made fit to be stored: no NUL, no lone surrogate, not too long, and no secret."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from skilltrail.domain.exchange import TEXT_LIMIT, Attachment, CapturedExchange, Citation
from skilltrail.services.ports import Redactor

_TITLE_LIMIT = 1_000
_MARGIN = 4_096
"""Characters read beyond the limit, so that a secret that straddles the cut is recognised before it."""

_IDS = (
    "account",
    "conversation_id",
    "prompt_id",
    "reply_id",
    "parent_id",
    "model",
    "project_id",
    "gizmo_id",
    "extractor",
)


def repaired(text: str) -> str:
    """Return ``text`` as UTF-8 can hold it: no NUL, halves of surrogate pairs joined or replaced."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Cleaner:
    """Cleans exchanges; equal titles of a batch are looked at once."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._titles: dict[str, tuple[str, dict[str, int]]] = {}

    def clean(self, captured: CapturedExchange) -> CapturedExchange:
        """Return ``captured`` fit to be stored; the counts of what was replaced are added to its own."""
        counts = Counter(captured.redactions)
        prompt, prompt_cut = self._text(captured.prompt, counts)
        reply, reply_cut = self._text(captured.reply, counts)
        return replace(
            captured,
            prompt=prompt,
            reply=reply,
            title=self._title(captured.title, counts),
            attachments=tuple(self._attachment(file, counts) for file in captured.attachments),
            citations=tuple(self._citation(source, counts) for source in captured.citations),
            truncated=captured.truncated or prompt_cut or reply_cut,
            redactions={kind: count for kind, count in counts.items() if count > 0},
            **self._ids(captured),
        )

    def _ids(self, captured: CapturedExchange) -> dict[str, Any]:
        values = {name: getattr(captured, name) for name in _IDS}
        return {name: repaired(value) for name, value in values.items() if value}

    def _text(self, text: str, counts: Counter[str]) -> tuple[str, bool]:
        clean = self._redacted(repaired(text[: TEXT_LIMIT + _MARGIN]), counts)
        return clean[:TEXT_LIMIT], len(text) > TEXT_LIMIT

    def _title(self, title: str | None, counts: Counter[str]) -> str | None:
        if not title:
            return None
        if title not in self._titles:
            self._titles[title] = self._redactor.redact(repaired(title[:_TITLE_LIMIT]))
        clean, found = self._titles[title]
        counts.update(found)
        return clean

    def _attachment(self, file: Attachment, counts: Counter[str]) -> Attachment:
        return Attachment(
            self._redacted(repaired(file.name), counts), repaired(file.mime) if file.mime else None, file.size
        )

    def _citation(self, source: Citation, counts: Counter[str]) -> Citation:
        title = self._redacted(repaired(source.title), counts) if source.title else None
        return Citation(self._redacted(repaired(source.url), counts), title)

    def _redacted(self, text: str, counts: Counter[str]) -> str:
        clean, found = self._redactor.redact(text)
        counts.update(found)
        return clean
