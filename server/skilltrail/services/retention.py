"""The retention rule: texts older than so many months go, what is counted stays."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from skilltrail.domain.forget import MONTHS, Scope
from skilltrail.errors import ForgetInvalid
from skilltrail.i18n import _
from skilltrail.services.forget import Choice
from skilltrail.storage import forget_queries as queries
from skilltrail.storage.forget_pass_queries import get_preference, set_preference
from skilltrail.storage.meta_queries import get_value, set_value

_NAME = "retention_months"
_KEPT_AT = "retention_kept_at"

EVERY = timedelta(days=7)
"""Each time it takes texts away, older backups must go too: daily, a learner would never have more than one."""


def read_rule(session: Session) -> int:
    """Return after how many months texts go; 0: never."""
    return int(get_preference(session, _NAME) or 0)


def set_rule(session: Session, months: int) -> None:
    """Set the rule; 0 turns it off. Raises ForgetInvalid for any other number than those offered."""
    check_rule(months)
    set_preference(session, _NAME, str(months) if months else None)


def check_rule(months: int) -> None:
    """Raise ForgetInvalid unless ``months`` is one of those offered."""
    if months not in (0, *MONTHS):
        raise ForgetInvalid(
            _("A retention rule is off (0) or one of these numbers of months: {months}.").format(
                months=", ".join(map(str, MONTHS))
            )
        )


def choose_old(session: Session, months: int, *, now: datetime) -> Choice:
    """Return the exchanges that a rule of ``months`` is about now; none when it is off."""
    ids = queries.with_text_before(session, months_before(now, months)) if months else []
    return Choice(Scope.RETENTION, tuple(ids))


def is_due(session: Session, *, now: datetime) -> bool:
    """Tell whether a rule is set and was not applied for a week."""
    kept_at = get_value(session, _KEPT_AT)
    return bool(read_rule(session)) and (kept_at is None or now - datetime.fromisoformat(kept_at) >= EVERY)


def note_kept(session: Session, *, now: datetime) -> None:
    """Note that the rule is applied now."""
    set_value(session, _KEPT_AT, now.isoformat())


def months_before(moment: datetime, months: int) -> datetime:
    """Return the same day and hour ``months`` earlier; the 31st becomes the last day of a shorter month."""
    at = moment.astimezone(UTC)
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    last = calendar.monthrange(years, month + 1)[1]
    return at.replace(year=years, month=month + 1, day=min(at.day, last))
