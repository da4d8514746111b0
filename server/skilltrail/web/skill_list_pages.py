"""The page of all skills: a list that is sorted and filtered by address, and the map."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from skilltrail.application import Application
from skilltrail.domain.skill_list import BEGUN, SkillFilter, SkillLine, SkillOrder, arranged
from skilltrail.domain.stages import Stage
from skilltrail.errors import NotFound
from skilltrail.exporters import skill_list_words
from skilltrail.exporters.skill_map_chart import area_marks, drawn_skills, skill_map_chart
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.client_pages import choices, wanted_client
from skilltrail.web.making import charts
from skilltrail.web.rendering import chart_html
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("skill_list_pages", __name__)

QUIET_CHOICES = (30, 90, 180, 365)
"""Days without practice that the page offers; an address may name others."""

_LONGEST_QUIET = 36_500


@dataclass(frozen=True, slots=True)
class Column:
    """A head of the table; with ``order`` it is a link that sorts. ``sorted``: the value of ``aria-sort``, or ""."""

    words: str
    order: str = ""
    sorted: str = ""
    is_number: bool = False


@bp.get("/fragments/skills")
@asks(DASHBOARD_READ)
@of_one_moment
def skills_fragment() -> str:
    """All skills: list and map."""
    app, wanted, demo, now = application(), wanted_skills(), in_demo(), datetime.now(UTC)
    found = app.skills.all(wanted.client)
    shown = arranged(found.skills, wanted)
    return render_template(
        "fragments/skills.html",
        is_demo=demo,
        base="/demo" if demo else "",
        now=now,
        today=now.astimezone().date(),
        all=found,
        shown=shown,
        drawn=len(drawn_skills(shown)),
        wanted=wanted,
        columns=_columns(wanted),
        areas=sorted({skill.area for skill in found.skills if skill.area}),
        stages=(*(stage.value for stage in reversed(Stage)), BEGUN),
        quiet_choices=sorted({*QUIET_CHOICES, *([wanted.quiet] if wanted.quiet else [])}),
        query=_query(wanted),
        clients=choices(),
        pending=app.trail.timeline().pending if not found.skills else 0,
        words=skill_list_words,
    )


@bp.get("/fragments/skills-map")
@asks(DASHBOARD_READ)
def skill_map_fragment() -> Response:
    """Answer with the map of the wanted skills, or 202 while it is being drawn."""
    app, wanted, narrow = application(), wanted_skills(), request.args.get("narrow") == "1"
    found = app.skills.all(wanted.client)
    shown = arranged(found.skills, wanted)
    if not drawn_skills(shown):
        raise NotFound(_("There is nothing to draw yet."))
    # Freshness changes with the day, and with nothing else.
    key = ("skills", in_demo(), found.revision, datetime.now().astimezone().date(), wanted, narrow)
    # It is never drawn while the page could wait for it.
    svg = charts().made(key, lambda: _drawn(app, shown, narrow=narrow), patience=0.01)
    if svg is None:
        return Response(status=202)
    base, areas = "/demo" if in_demo() else "", area_marks(shown)

    def address(mark: str) -> str | None:
        kind, _dash, name = mark.partition("-")
        if kind == "area":
            return f"{base}/skills?{_query(SkillFilter(area=areas[int(name)], client=wanted.client))}"
        theirs = f"?{urlencode({'client': wanted.client})}" if wanted.client else ""
        return f"{base}/topics/{name}{theirs}" if kind == "topic" else None

    label = skill_list_words.map_sentence(shown)
    return Response(chart_html(svg, label=label, link=address), mimetype="text/html")


def wanted_skills() -> SkillFilter:
    """Return the order and filter that the query names; what is none of these is left out."""
    named, stage, quiet = (request.args.get(name, "") for name in ("sort", "stage", "quiet"))
    return SkillFilter(
        order=SkillOrder(named) if named in set(SkillOrder) else SkillOrder.RECENT,
        area=request.args.get("area") or None,
        stage=stage if stage in {BEGUN, *Stage} else None,
        learning=request.args.get("learning") == "1",
        quiet=_days(quiet),
        client=wanted_client(),
    )


def _drawn(app: Application, skills: tuple[SkillLine, ...], *, narrow: bool) -> str:
    leans = app.skills.leans([skill.topic_id or "" for skill in drawn_skills(skills)])
    return app.exports.chart(skill_map_chart(skills, leans=leans, narrow=narrow) or {})


def _days(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        return None
    return min(int(text), _LONGEST_QUIET) or None


def _query(wanted: SkillFilter, order: str | None = None) -> str:
    order = order or wanted.order.value
    named: dict[str, Any] = {
        "sort": "" if order == SkillOrder.RECENT.value else order,
        "area": wanted.area,
        "stage": wanted.stage,
        "learning": "1" if wanted.learning else "",
        "quiet": wanted.quiet,
        "client": wanted.client,
    }
    return urlencode({name: value for name, value in named.items() if value})


def _columns(wanted: SkillFilter) -> list[Column]:
    now = wanted.order
    # The one column that can be turned round: what was practised last, or what was not practised for longest.
    last = SkillOrder.FRESHEN if now is SkillOrder.RECENT else SkillOrder.RECENT
    fresh = {SkillOrder.RECENT: "descending", SkillOrder.FRESHEN: "other"}.get(now, "")

    def column(words: str, order: SkillOrder, direction: str, *, number: bool = False) -> Column:
        return Column(words, f"?{_query(wanted, order.value)}", direction if now is order else "", number)

    return [
        column(_("Skill"), SkillOrder.NAME, "ascending"),
        column(_("Stage"), SkillOrder.STAGE, "descending"),
        Column(_("Last practised"), f"?{_query(wanted, last.value)}", fresh),
        column(_("Exchanges"), SkillOrder.PRACTISED, "descending", number=True),
        Column(_("Surely learning"), is_number=True),
        Column(_("Checked answers"), is_number=True),
        Column(_("Deliverables"), is_number=True),
        Column(_("Goal")),
    ]
