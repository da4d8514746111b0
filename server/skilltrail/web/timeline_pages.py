"""The timeline: topics over months, weeks or days, as picture and table, and where each mark leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request

from skilltrail.application import Application
from skilltrail.domain.timeline import Timeline, TimelineFilter
from skilltrail.errors import NotFound
from skilltrail.exporters import wording
from skilltrail.exporters.chart_spec import timeline_chart
from skilltrail.i18n import _
from skilltrail.web import client_pages, page_words
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.asked_part import part_query, query_of, wanted_part
from skilltrail.web.making import charts
from skilltrail.web.rendering import chart_html
from skilltrail.web.space import application, in_demo, of_one_moment
from skilltrail.web.timeline_zoom import week_end, zoom_links, zoom_words

bp = Blueprint("timeline_pages", __name__)


@bp.get("/fragments/timeline")
@asks(DASHBOARD_READ)
@of_one_moment
def timeline_fragment() -> str:
    """Topics over months with their table twin, and the latest exchanges."""
    wanted = wanted_part()
    timeline = application().trail.timeline(wanted)
    filtered = wanted != TimelineFilter()
    kept = query_of(area=wanted.area, source=wanted.source, learning=wanted.learning, client=wanted.client)
    query = kept | query_of(since=wanted.since, until=wanted.until)
    demo = in_demo()
    return render_template(
        "fragments/timeline.html",
        now=datetime.now(UTC),
        is_demo=demo,
        base="/demo" if demo else "",
        timeline=timeline,
        filtered=filtered,
        areas=shown_areas(timeline, filtered=filtered),
        by_area=page_words.topics_by_area(timeline.topics),
        waiting_words=page_words.waiting_words(timeline),
        chart_query=urlencode(query),
        part_query=part_query(replace(wanted, since=None, until=None)),
        zoom=zoom_links(timeline, kept),
        zoom_words=zoom_words,
        week_end=week_end,
        hidden=len(application().trail.hidden()),
        clients=client_pages.choices(),
    )


@bp.get("/fragments/timeline-chart")
@asks(DASHBOARD_READ)
def timeline_chart_fragment() -> Response:
    """Answer with the picture, or 202 while it is being drawn."""
    app, wanted, narrow = application(), wanted_part(), request.args.get("narrow") == "1"
    timeline = app.trail.timeline(wanted)
    kept = query_of(area=wanted.area, source=wanted.source, learning=wanted.learning, client=wanted.client)
    key = (in_demo(), timeline.revision, wanted, narrow)
    svg = charts().made(key, lambda: _drawn(app, timeline, narrow=narrow))
    if svg is None:
        return Response(status=202)
    drawn = chart_html(svg, label=wording.timeline_sentence(timeline), link=lambda mark: _mark_address(mark, kept))
    return Response(drawn, mimetype="text/html")


def _drawn(app: Application, timeline: Timeline, *, narrow: bool) -> str:
    # Of a long history even saying what is to be drawn takes a while.
    spec = timeline_chart(timeline, narrow=narrow)
    if spec is None:
        raise NotFound(_("There is nothing to draw yet."))
    return app.exports.chart(spec)


def shown_areas(timeline: Timeline, *, filtered: bool) -> list[str]:
    """Return the areas that can be chosen, whatever was chosen."""
    topics = application().trail.topics() if filtered else timeline.topics
    return sorted({topic.area for topic in topics})


def _mark_address(mark: str, kept: dict[str, Any]) -> str | None:
    """Lead a mark of the chart to its topic's page, to a topic's exchanges of some days, or to days on the timeline."""
    base = "/demo" if in_demo() else ""
    kind, _dash, name = mark.partition("-")
    if kind == "topic":
        return f"{base}/topics/{name}"
    if kind == "cell":
        topic, since, until = name.split(".")
        # A topic is in one area.
        query = {"since": since, "until": until} | {key: value for key, value in kept.items() if key != "area"}
        return f"{base}/topics/{topic}?{urlencode(query)}#exchanges"
    if kind == "days":
        since, until = name.split(".")
        return f"{base}/timeline?{urlencode(kept | {'since': since, 'until': until})}"
    if kind == "month":
        first, last = wording.month_days(name)
        return f"{base}/timeline?{urlencode(kept | {'since': first, 'until': last})}"
    return None
