"""Days of work that the learner names: of a check, of a deliverable. None lies ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime

from skilltrail.errors import RequestInvalid
from skilltrail.i18n import _

_FIRST = date(1970, 1, 2)
"""Some systems know no local time before it."""


def checked_day(dated: date, now: datetime) -> date:
    """Return a day as it is; raises RequestInvalid for one that lies ahead, in the system's zone, or long ago."""
    if dated > now.astimezone().date():
        raise RequestInvalid(_("This day lies ahead. Name the day of the work, today at the latest."))
    if dated < _FIRST:
        raise RequestInvalid(_("This day lies too long ago."))
    return dated


def moment_of(dated: date) -> datetime:
    """Return a moment of a day, in UTC: its noon in the system's zone."""
    return datetime(dated.year, dated.month, dated.day, 12).astimezone(UTC)
