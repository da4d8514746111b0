"""What happened since the learner was last here. When that was, the browser knows: the service keeps no visits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template, request

from skilltrail.domain.digest import Digest
from skilltrail.exporters.wording import ago_words, ngettext, number, topics_words
from skilltrail.i18n import _
from skilltrail.web.access import DASHBOARD_READ, asks
from skilltrail.web.space import application, in_demo, of_one_moment

bp = Blueprint("since_pages", __name__)

DAYS = (7, 30)
"""What can be chosen in the place of the last visit; the first is shown where no visit is known."""

_DAYS_MOST = 366


@bp.get("/fragments/since")
@asks(DASHBOARD_READ)
@of_one_moment
def since_fragment() -> str:
    """New exchanges, topics that are new, grown or changed, and what waits to be checked."""
    app, now = application(), datetime.now(UTC)
    at, days = _visit(now), _chosen()
    since = at if at is not None and days is None else now - timedelta(days=days or DAYS[0])
    digest = app.trail.digest(since)
    return render_template(
        "fragments/since.html",
        now=now,
        is_demo=in_demo(),
        base="/demo" if in_demo() else "",
        digest=digest,
        title=_title(at if days is None else None, days, now),
        sentence=sentence(digest),
        days=days,
        choices=DAYS,
        known=at is not None,
        to_review=app.checks.waiting(),
    )


def sentence(digest: Digest) -> str:
    """Say in a sentence what came."""
    if not digest.exchanges:
        return _("No new exchanges.")
    words = _("{exchanges} from {conversations} ({learning} learning), in {episodes} of {topics}.")
    if not digest.topics:
        words = _("{exchanges} from {conversations} ({learning} learning), in no topic yet.")
    return words.format(
        exchanges=ngettext("{n} exchange newly stored", "{n} exchanges newly stored", digest.exchanges),
        conversations=ngettext("{n} conversation", "{n} conversations", digest.conversations),
        learning=number(digest.learning),
        episodes=ngettext("{n} episode", "{n} episodes", digest.episodes),
        topics=topics_words(digest.topics),
    )


def _title(at: datetime | None, days: int | None, now: datetime) -> str:
    if at is not None:
        return _("Since you were last here, {ago}").format(ago=ago_words(at, now))
    return ngettext("In the last {n} day", "In the last {n} days", days or DAYS[0])


def _visit(now: datetime) -> datetime | None:
    """Return the moment that the browser names; one that is none, or lies ahead or long ago, is left out."""
    try:
        at = datetime.fromisoformat(request.args.get("at", ""))
    except ValueError:
        return None
    return at if at.tzinfo is not None and now - timedelta(days=_DAYS_MOST) < at < now else None


def _chosen() -> int | None:
    named = request.args.get("days", "")
    return int(named) if named in {str(days) for days in DAYS} else None
