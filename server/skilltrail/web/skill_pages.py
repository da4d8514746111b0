"""What a topic's page shows of it as a skill: trajectory, stage, and episodes in pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MINYEAR, UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request

from skilltrail.application import Application
from skilltrail.domain.episodes import Episode
from skilltrail.domain.skills import SkillPath
from skilltrail.domain.trajectory import month_of
from skilltrail.errors import NotFound
from skilltrail.exporters import skill_words
from skilltrail.exporters.trajectory_chart import trajectory_chart
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.making import charts
from skilltrail.web.rendering import chart_html
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("skill_pages", __name__)

EPISODES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """One episode of the list; ``number`` counts from the first one, from 1."""

    number: int
    episode: Episode

    @property
    def lasted(self) -> timedelta:
        """Return the time from the first question to the last."""
        return self.episode.ended - self.episode.began


@dataclass(frozen=True, slots=True)
class EpisodePage:
    """Some episodes, the newest first; ``before``: the number from which older ones go on, None at the end."""

    lines: tuple[EpisodeLine, ...]
    total: int
    before: int | None
    month: str | None

    @property
    def first_ids(self) -> list[int]:
        """Return the exchanges with which the episodes begin."""
        return [line.episode.moments[0].exchange_id for line in self.lines]


@bp.get("/fragments/topics/<topic_id>/chart")
@asks(DASHBOARD_READ)
def trajectory_chart_fragment(topic_id: str) -> Response:
    """Answer with the picture, or 202 while it is being drawn."""
    app, narrow = application(), request.args.get("narrow") == "1"
    with app.trail.one_view():
        revision, path = app.trail.revision(), app.trail.path(topic_id)
        line = app.trail.topic(topic_id).line
    spec = trajectory_chart(path.trajectory, colour=line.colour, narrow=narrow)
    if spec is None:
        raise NotFound(_("There is nothing to draw yet."))
    svg = charts().made((in_demo(), revision, topic_id, narrow), lambda: app.exports.chart(spec))
    if svg is None:
        return Response(status=202)
    base = "/demo" if in_demo() else ""

    def address(mark: str) -> str | None:
        kind, _dash, name = mark.partition("-")
        if kind == "exchange":
            return f"{base}/exchanges/{name}"
        return f"{base}/topics/{topic_id}?month={name}#episodes" if kind == "episodes" else "#evidence"

    label = skill_words.path_sentence(path)
    return Response(chart_html(svg, label=label, link=address), mimetype="text/html")


@bp.get("/fragments/topics/<topic_id>/episodes")
@asks(DASHBOARD_READ)
@of_one_moment
def episodes_fragment(topic_id: str) -> str:
    """Serve older episodes."""
    app = application()
    before = request.args.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else None
    page = episode_page(app.trail.path(topic_id), before=number)
    return render_template(
        "fragments/topic_episodes.html",
        topic_id=topic_id,
        episodes=page,
        episode_questions=app.exchanges.summaries(page.first_ids),
        **_context(),
    )


def skill_parts(app: Application, topic_id: str) -> dict[str, Any]:
    """Return what the topic page needs to show a skill."""
    path = app.trail.path(topic_id)
    page = episode_page(path, before=None)
    began = [one.moments[0].exchange_id for one in path.episodes[:1]]
    resting = [row for step in path.stages.steps for row in step.rests_on]
    asked_first = list(dict.fromkeys([*page.first_ids, *began, *resting]))
    return {"path": path, "episodes": page, "asked_first": asked_first, "sw": skill_words}


def episode_page(path: SkillPath, *, before: int | None) -> EpisodePage:
    """Return a page of episodes, those of the month or year that the address names alone."""
    named = request.args.get("month", "")
    month = named if _is_month(named) else None
    numbered = list(enumerate(path.episodes, start=1))
    if month is not None:
        numbered = [pair for pair in numbered if any(month_of(one.at).startswith(month) for one in pair[1].moments)]
    total = len(numbered)
    left = [pair for pair in reversed(numbered) if before is None or pair[0] < before]
    shown = left[:EPISODES_SHOWN]
    lines = tuple(EpisodeLine(number, one) for number, one in shown)
    return EpisodePage(lines, total, shown[-1][0] if len(left) > len(shown) else None, month)


def _is_month(named: str) -> bool:
    """Tell whether this is "2026-11" or "2026"."""
    year, dash, month = named.partition("-")
    if not all(part.isascii() and part.isdecimal() for part in (year, month or "1")) or len(year) != 4:
        return False
    if int(year) < MINYEAR:
        return False
    return not dash or (len(month) == 2 and 1 <= int(month) <= 12)


def _context() -> dict[str, Any]:
    demo = in_demo()
    return {"now": datetime.now(UTC), "is_demo": demo, "base": "/demo" if demo else "", "sw": skill_words}
