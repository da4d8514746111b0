"""The page that checks a file which somebody sent. The file is not stored, and nothing of it is remembered."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from skilltrail.domain.verification import Outcome
from skilltrail.i18n import _
from skilltrail.web.access import CHECK_BYTES, DASHBOARD_FILE, DASHBOARD_READ, asks
from skilltrail.web.space import in_demo

bp = Blueprint("verify_pages", __name__)


@bp.get("/fragments/verify")
@asks(DASHBOARD_READ)
def verify_fragment() -> str:
    """Ask for a file."""
    demo = in_demo()
    return render_template("fragments/verify.html", is_demo=demo, base="/demo" if demo else "", most=CHECK_BYTES)


@bp.post("/fragments/verify-result")
@asks(DASHBOARD_FILE)
def verify_result_fragment() -> str:
    """Show what a file's checks say. Its name is not sent: what it is, is told by what it holds."""
    from skilltrail.services.verifying import verify

    found = verify({"": request.get_data(cache=False)})
    answers = (
        (_("Is it unchanged?"), found.integrity),
        (_("Since when does it exist?"), found.time),
        (_("Whose key signed it?"), found.issuer),
    )
    verdict = _verdict(found.integrity.outcome)
    return render_template(
        "fragments/verify_result.html", answers=answers, verdict=verdict, lines=found.lines, words=_words()
    )


def _verdict(integrity: Outcome) -> str:
    return {
        Outcome.PASSED: _("Nothing in it was changed"),
        Outcome.FAILED: _("Do not rely on this file"),
        Outcome.OPEN: _("It could not be checked as a whole"),
    }[integrity]


def _words() -> dict[Outcome, str]:
    return {Outcome.PASSED: _("passed"), Outcome.FAILED: _("failed"), Outcome.OPEN: _("unconfirmed")}
