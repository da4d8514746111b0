"""The page of goals and of all that learners wrote, and what other pages show of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.application import Application
from skilltrail.domain.endorsement import OPEN_DAYS
from skilltrail.domain.entries import Entry, EntryKind
from skilltrail.errors import NotFound
from skilltrail.i18n import LANGUAGES, _, language
from skilltrail.web import review_pages
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("entry_pages", __name__)

PROOFS_SHOWN = 20

ENTRIES_SHOWN = 40
"""Entries of a kind in one answer: each has a form to change it."""

TOPIC_ENTRIES = 5
"""Entries of a kind with which the page of a topic begins."""


@bp.get("/fragments/evidence")
@asks(DASHBOARD_READ)
@of_one_moment
def evidence_fragment() -> str:
    """Goals, skills of one's own, deliverables, reflections: the first of each."""
    app = application()
    own = by_kind(app.entries.all())
    return _fragment("evidence", app, own=own, begins=begins(own, ENTRIES_SHOWN), revision=app.trail.revision())


@bp.get("/fragments/evidence/<kind>")
@asks(DASHBOARD_READ)
@of_one_moment
def more_entries_fragment(kind: str) -> str:
    """Serve further entries of one kind, or of one kind on one topic."""
    app, topic = application(), request.args.get("topic", "")
    found = by_kind(app.entries.of_topic(topic) if topic else app.entries.all()).get(kind)
    if found is None:
        raise NotFound(_("This entry does not exist (any more)."))
    return _fragment("evidence_more", app, kind=kind, entries=found, start=_number("start"), topic_id=topic)


def _number(name: str) -> int:
    named = request.args.get(name, "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) < 10 else 0


def begins(own: dict[str, list[Entry]], size: int) -> dict[str, int]:
    """Return by kind where the list of a page begins: with the ``size`` entries that hold the one the address names."""
    named = _number("entry")
    found = dict.fromkeys(own, 0)
    for kind, entries in own.items():
        place = next((place for place, one in enumerate(entries) if one.id == named), 0)
        found[kind] = place - place % size
    return found


def _fragment(name: str, app: Application, **context: Any) -> str:
    demo, now = in_demo(), datetime.now(UTC)
    return render_template(
        f"fragments/{name}.html",
        is_demo=demo,
        base="/demo" if demo else "",
        now=now,
        today=now.astimezone().date(),
        topics=app.search.topic_names(),
        entries_shown=ENTRIES_SHOWN,
        **context,
    )


def topic_evidence(topic_id: str) -> dict[str, Any]:
    """Return what the topic page shows as evidence: checks by result, entries by kind, and which questions it shows."""
    app = application()
    # First: it asks at once for what the rest of the page needs too.
    called = app.endorsements.suggested_name(topic_id)
    proofs = review_pages.proofs(app.checks.of_topic(topic_id))
    own = by_kind(app.entries.of_topic(topic_id))
    return {
        "proofs": proofs,
        "proofs_shown": PROOFS_SHOWN,
        "own": own,
        "begins": begins(own, TOPIC_ENTRIES),
        "topic_entries": TOPIC_ENTRIES,
        "entries_shown": ENTRIES_SHOWN,
        "languages": LANGUAGES,
        "chosen_language": language(),
        "asked_days": OPEN_DAYS,
        "asked_skill": called,
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
