"""The page of goals and of all that learners wrote, and what other pages show of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from skilltrail.domain.endorsement import OPEN_DAYS
from skilltrail.domain.entries import Entry, EntryKind
from skilltrail.i18n import LANGUAGES, language
from skilltrail.web import review_pages
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("entry_pages", __name__)

PROOFS_SHOWN = 20


@bp.get("/fragments/evidence")
@asks(DASHBOARD_READ)
@of_one_moment
def evidence_fragment() -> str:
    """Goals, skills of one's own, deliverables, reflections."""
    app, demo = application(), in_demo()
    now = datetime.now(UTC)
    return render_template(
        "fragments/evidence.html",
        is_demo=demo,
        base="/demo" if demo else "",
        now=now,
        today=now.astimezone().date(),
        revision=app.trail.revision(),
        own=by_kind(app.entries.all()),
        topics=app.search.topic_names(),
    )


def topic_evidence(topic_id: str) -> dict[str, Any]:
    """Return what the topic page shows as evidence: checks by result, entries by kind, and which questions it shows."""
    app = application()
    proofs = review_pages.proofs(app.checks.of_topic(topic_id))
    return {
        "proofs": proofs,
        "proofs_shown": PROOFS_SHOWN,
        "own": by_kind(app.entries.of_topic(topic_id)),
        "languages": LANGUAGES,
        "chosen_language": language(),
        "asked_days": OPEN_DAYS,
        "asked_ids": [check.exchange_id for found in proofs.values() for check in found[:PROOFS_SHOWN]],
    }


def by_kind(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Return entries by their kind, goals by their day."""
    found: dict[str, list[Entry]] = {kind.value: [] for kind in EntryKind}
    for entry in entries:
        found[entry.kind.value].append(entry)
    found["goal"].sort(key=_due)
    return found


def _due(entry: Entry) -> tuple[bool, str]:
    goal: Any = entry.value
    return goal.reached_on is not None, goal.by.isoformat() if goal.by else "9999"
