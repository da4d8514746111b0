"""The timeline as JSON, lossless for what it discloses; ``schemas/timeline-1.schema.json`` describes it."""

from __future__ import annotations

import json
from typing import Any

from skilltrail.domain.claims import PublishedConcept
from skilltrail.domain.timeline import ExportEntry, TimelineExport, TopicLine
from skilltrail.exporters import disclosure
from skilltrail.exporters.wording import utc_stamp

SCHEMA_ID = "urn:skilltrail:schema:timeline:1"
"""Names the format; a change that old readers would misread gets a new number."""


def timeline_json(export: TimelineExport) -> str:
    """Return the export as indented JSON in ASCII, so that no reader can take a sign of it for its own."""
    return json.dumps(_document(export), ensure_ascii=True, indent=2) + "\n"


def _document(export: TimelineExport) -> dict[str, Any]:
    timeline = export.timeline
    wanted = timeline.filter
    return {
        "schema": SCHEMA_ID,
        "product": {"name": "Skilltrail", "version": export.product_version},
        "generated_at": utc_stamp(timeline.generated_at),
        "statement": disclosure.self_recorded(),
        "notices": list(disclosure.notices(export)),
        "filter": {
            "since": wanted.since.isoformat() if wanted.since else None,
            "until": wanted.until.isoformat() if wanted.until else None,
            "area": wanted.area,
            "source": wanted.source,
            "learning": wanted.learning,
        },
        "counts": {
            "exchanges": timeline.exchanges,
            "conversations": timeline.conversations,
            "topics": len(timeline.topics),
            "in_no_topic": timeline.unassigned,
        },
        "first_at": utc_stamp(timeline.first_at) if timeline.first_at else None,
        "last_at": utc_stamp(timeline.last_at) if timeline.last_at else None,
        "topics": [_topic(topic) for topic in timeline.topics],
        "exchanges": [_entry(entry) for entry in sorted(export.entries, key=lambda e: e.seq)],
    }


def _topic(topic: TopicLine) -> dict[str, Any]:
    return {
        "id": topic.id,
        "name": topic.name,
        "name_reason": topic.name_reason,
        "area": topic.area,
        "terms": list(topic.terms),
        "first_at": utc_stamp(topic.first_at),
        "last_at": utc_stamp(topic.last_at),
        "exchanges": topic.exchanges,
        "episodes": topic.episodes,
        "days": topic.days,
        "months": [{"month": count.month, "exchanges": count.exchanges} for count in topic.months],
        "alignments": [_alignment(concept) for concept in topic.alignments],
    }


def _alignment(concept: PublishedConcept) -> dict[str, Any]:
    return {
        "target_framework": concept.framework_name,
        "target_name": concept.label,
        "target_url": concept.address or None,
        "target_code": concept.code,
        "confirmed_by": "learner",
    }


def _entry(entry: ExportEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "asked_at": utc_stamp(entry.asked_at),
        "provider": entry.provider,
        "origin": entry.origin,
        "fidelity": entry.fidelity,
        "status": entry.status,
        "conversation_id": entry.conversation_id,
        "prompt_id": entry.prompt_id,
        "reply_id": entry.reply_id,
        "title": entry.title,
        "question": entry.question,
        "check": entry.check,
        "topic_id": entry.topic_id,
        "masked": list(entry.masked),
    }
