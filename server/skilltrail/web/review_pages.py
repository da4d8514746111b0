"""The review queue, and what other pages show of checks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from skilltrail.domain.checks import Check, Said
from skilltrail.domain.review_rules import RULES
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("review_pages", __name__)

SHOWN = 20
DECIDED = 10


@bp.get("/fragments/review")
@asks(DASHBOARD_READ)
@of_one_moment
def review_fragment() -> str:
    """What is worth checking, and what was said lately."""
    app, demo = application(), in_demo()
    queue, decided = app.checks.queue(SHOWN), app.checks.latest(DECIDED)
    ids = [item.exchange_id for item in queue.items] + [check.exchange_id for check in decided]
    return render_template(
        "fragments/review.html",
        is_demo=demo,
        base="/demo" if demo else "",
        now=datetime.now(UTC),
        revision=app.trail.revision(),
        queue=queue,
        decided=decided,
        questions=app.exchanges.summaries(ids) if ids else {},
        rules=[(rule_name(rule), rule_words(rule)) for rule in RULES],
        **words(),
    )


def words() -> dict[str, Any]:
    """Return the wording that templates about checks need."""
    return {"said_words": said_words, "rule_name": rule_name, "rule_words": rule_words}


def proofs(checks: list[Check]) -> dict[str, list[Check]]:
    """Return a topic's checks by what they are worth: errors corrected, confirmed, contradicted."""
    return {
        kind.value: [one for one in checks if one.said is kind]
        for kind in (Said.CORRECTED, Said.CONFIRMED, Said.CONTRADICTED)
    }


def said_words(said: Said | str) -> str:
    """Return the word for what was said about an answer."""
    return {
        "unchecked": _("unchecked"),
        "confirmed": _("confirmed"),
        "corrected": _("corrected"),
        "contradicted": _("contradicted"),
        "not_worth": _("not worth a check"),
        "later": _("later"),
    }[str(said)]


def rule_name(rule: str) -> str:
    """Return what a rule is called."""
    return {
        "law": _("legal claim"),
        "health": _("medical claim"),
        "citation": _("citation"),
        "money": _("money"),
        "figure": _("figure"),
        "version": _("version"),
        "date": _("date"),
    }[rule]


def rule_words(rule: str) -> str:
    """Say why what a rule finds is worth checking."""
    return {
        "law": _("Law differs by country and changes; a wrong answer can cost you."),
        "health": _("A mistake about health can do harm."),
        "citation": _("Models name sources that do not exist, or that say something else."),
        "money": _("Prices, rates and fees change, and models guess them."),
        "figure": _("Figures are often invented, rounded or out of date."),
        "version": _("What a version can do is often mixed up with another one."),
        "date": _("Dates are easily wrong by a year, and easy to look up."),
    }[rule]
