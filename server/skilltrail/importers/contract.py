"""What every importer yields."""

from __future__ import annotations

from dataclasses import dataclass

from skilltrail.domain.exchange import CapturedExchange


@dataclass(frozen=True, slots=True)
class Skip:
    """Something in the file that does not become an exchange, and why.

    ``reason`` is one of: not_an_object, no_messages, unknown_format, no_reply, no_prompt_text, temporary, no_id.
    """

    reason: str
    index: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedConversation:
    """One element of an export: its exchanges in time order and what was left out."""

    index: int
    conversation_id: str | None
    exchanges: tuple[CapturedExchange, ...]
    skipped: tuple[Skip, ...]
