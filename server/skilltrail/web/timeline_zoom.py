"""The timeline nearer and farther: links from months to weeks to days, to earlier and to later, all by address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from skilltrail.domain.timeline import Scale, Timeline
from skilltrail.i18n import _

_WEEKS, _DAYS = timedelta(weeks=26), timedelta(days=31)
"""How much is looked at in weeks, and in days."""

_DAY = timedelta(days=1)
_FIRST, _LAST = date(1971, 1, 1), date(9000, 1, 1)
"""Days within which links are made."""


@dataclass(frozen=True, slots=True)
class Zoom:
    """One link; ``now`` where it is what is shown."""

    name: str
    query: str
    now: bool = False


def zoom_links(timeline: Timeline, kept: dict[str, Any]) -> dict[str, list[Zoom]]:
    """Return the links to other scales, and to the time before and after; none while there is nothing.

    Parameters
    ----------
    kept
        What of the filter goes along: area, source, learning.
    """
    shown = _shown(timeline)
    if shown is None:
        return {"scales": [], "sides": []}
    since, until = shown
    scales = [
        Zoom(Scale.MONTHS.value, urlencode(kept), timeline.scale is Scale.MONTHS),
        _to(Scale.WEEKS, until - _WEEKS + _DAY, until, kept, timeline),
        _to(Scale.DAYS, until - _DAYS + _DAY, until, kept, timeline),
    ]
    if timeline.filter.since is None and timeline.filter.until is None:
        return {"scales": scales, "sides": []}
    return {"scales": scales, "sides": _sides(since, until, kept, timeline.generated_at.date())}


def _sides(since: date, until: date, kept: dict[str, Any], today: date) -> list[Zoom]:
    """Return the links to as many days before and after, as far as there are such days."""
    span = until - since + _DAY
    sides = []
    if since - _FIRST > span:
        sides.append(Zoom("earlier", _query(kept, since - span, since - _DAY)))
    if until < today and _LAST - until > span:
        sides.append(Zoom("later", _query(kept, until + _DAY, until + span)))
    return sides


def week_end(monday: date) -> date:
    """Return the Sunday of a week."""
    return monday + 6 * _DAY


def zoom_words(name: str) -> str:
    """Return what a link is called."""
    return {
        "months": _("Months"),
        "weeks": _("Weeks"),
        "days": _("Days"),
        "earlier": _("Earlier"),
        "later": _("Later"),
    }[name]


def _to(scale: Scale, since: date, until: date, kept: dict[str, Any], timeline: Timeline) -> Zoom:
    return Zoom(scale.value, _query(kept, since, until), timeline.scale is scale)


def _query(kept: dict[str, Any], since: date, until: date) -> str:
    return urlencode(kept | {"since": since.isoformat(), "until": until.isoformat()})


def _shown(timeline: Timeline) -> tuple[date, date] | None:
    """Return the days that are looked at; an open end is that of what was found."""
    wanted = timeline.filter
    first = wanted.since or (timeline.first_at.astimezone().date() if timeline.first_at else None)
    last = wanted.until or (timeline.last_at.astimezone().date() if timeline.last_at else None)
    if first is None or last is None or not _FIRST < first <= last < _LAST:
        return None
    return first, last
