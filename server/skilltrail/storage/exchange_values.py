"""Rows of an exchange as the domain's value."""

from __future__ import annotations

from skilltrail.domain.exchange import Attachment, CapturedExchange, Citation, Fidelity, Origin, Status
from skilltrail.storage.models import Conversation, Exchange, ExchangeText


def captured_of(exchange: Exchange, texts: ExchangeText, conversation: Conversation) -> CapturedExchange:
    """Return an exchange with its texts as it was captured."""
    return CapturedExchange(
        provider=conversation.provider,
        conversation_id=conversation.source_id,
        prompt=texts.prompt,
        reply=texts.reply,
        asked_at=exchange.asked_at,
        captured_at=exchange.captured_at,
        origin=Origin(exchange.origin),
        fidelity=Fidelity(exchange.fidelity),
        status=Status(exchange.status),
        account=conversation.account,
        prompt_id=exchange.prompt_id,
        reply_id=exchange.reply_id,
        parent_id=exchange.parent_id,
        answered_at=exchange.answered_at,
        asked_at_source=exchange.asked_at_source,
        model=exchange.model,
        title=conversation.title,
        project_id=conversation.project_id,
        gizmo_id=conversation.gizmo_id,
        on_current_path=exchange.on_current_path,
        attachments=tuple(Attachment(**value) for value in texts.attachments),
        citations=tuple(Citation(**value) for value in texts.citations),
        extractor=exchange.extractor,
        redactions=dict(exchange.redactions),
        truncated=exchange.truncated,
    )
