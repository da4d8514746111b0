"""Pages of corrections: what changed, what is hidden, and how a topic could be divided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, render_template

from skilltrail.domain.carry_over import PALETTE_SIZE
from skilltrail.domain.corrections import LogLine, Standing, TopicSay
from skilltrail.domain.timeline import TopicLine
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.api_corrections import hidden_topics
from skilltrail.web.making import divisions
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("correction_pages", __name__)


@dataclass(frozen=True, slots=True)
class LogDay:
    """One day of the log."""

    day: datetime
    lines: tuple[LogLine, ...]


@bp.get("/fragments/topic-log")
@asks(DASHBOARD_READ)
@of_one_moment
def topic_log_fragment() -> str:
    """What runs and the learner changed, day by day."""
    app = application()
    return _fragment("topic_log", days=_days(app.corrections.log()), revision=app.trail.revision())


@bp.get("/fragments/hidden-topics")
@asks(DASHBOARD_READ)
@of_one_moment
def hidden_topics_fragment() -> str:
    """What the learner hid, or called no skill."""
    found, app = hidden_topics(), application()
    return _fragment(
        "hidden_topics",
        hidden=[topic for topic in found if topic.standing == Standing.HIDDEN.value],
        not_skills=[topic for topic in found if topic.standing == Standing.NOT_SKILL.value],
        revision=app.trail.revision(),
    )


@bp.get("/fragments/topics/<topic_id>/parts")
@asks(DASHBOARD_READ)
def topic_parts_fragment(topic_id: str) -> str | Response:
    """How a topic could be divided, or 202 while that is worked out: of a large topic it takes some seconds."""
    app = application()
    found = divisions().take((in_demo(), topic_id), lambda: app.corrections.divide(topic_id))
    if found is None or not app.corrections.still_stands(found):
        # Not there yet, or left over from when somebody closed the page: the script asks again.
        return Response(status=202)
    return _fragment("topic_parts", topic_id=topic_id, parts=found.parts)


def topic_controls(line: TopicLine) -> dict[str, Any]:
    """Return what the topic page needs to let the learner correct it."""
    app = application()
    say: TopicSay = app.corrections.say(line.id)
    return {
        "say": say,
        "others": [topic for topic in app.trail.choosable() if topic.id != line.id],
        "areas": app.trail.areas(),
        "colours": range(PALETTE_SIZE),
    }


def _days(lines: list[LogLine]) -> list[LogDay]:
    def day_of(line: LogLine) -> date:
        return line.at.astimezone().date()

    grouped = ((tuple(found)) for _day, found in groupby(lines, key=day_of))
    return [LogDay(found[0].at, found) for found in grouped]


def _fragment(name: str, /, **context: Any) -> str:
    demo = in_demo()
    return render_template(
        f"fragments/{name}.html", now=datetime.now(UTC), is_demo=demo, base="/demo" if demo else "", **context
    )
