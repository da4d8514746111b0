"""The fragments of the export page; what they show is worked out in ``export_page``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template, request

from skilltrail.domain.timeline import TimelineFilter
from skilltrail.web import client_pages, export_page
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.asked_part import wanted_part
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("export_pages", __name__)


@bp.get("/fragments/export")
@asks(DASHBOARD_READ)
@of_one_moment
def export_fragment() -> str:
    """Choose a format, a part of the history, and whose matter may be in it."""
    topics = application().trail.timeline(TimelineFilter()).topics
    return _fragment(
        "export",
        cards=export_page.cards(),
        chosen="html",
        areas=sorted({topic.area for topic in topics}),
        clients=client_pages.choices(),
    )


@bp.get("/fragments/export-preview")
@asks(DASHBOARD_READ)
def export_preview_fragment() -> str:
    """Show exactly what the chosen file will say."""
    shown = request.args.get("personal") == "shown"
    preview = export_page.preview(
        application(),
        request.args.get("format", ""),
        wanted_part(),
        show_personal=shown,
        admitted=client_pages.admitted(),
    )
    return _fragment("export_preview", **preview)


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    now = datetime.now(UTC)
    return render_template(f"fragments/{name}.html", now=now, is_demo=demo, base="/demo" if demo else "", **context)
