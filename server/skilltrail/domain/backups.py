"""Backups: what is known of each, which are due, and which are one too many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAILY_KEPT = 7
WEEKLY_KEPT = 4
SPECIAL_KEPT = 3
"""Backups that were asked for, from before a migration, and replaced by a restore: the newest of each kind."""

DUE_AFTER = timedelta(hours=20)
"""Less than a day, so that the daily backup of a laptop does not wander through the day."""


class Reason(StrEnum):
    """Why a backup was made."""

    DAILY = "daily"
    ASKED = "asked"
    MIGRATION = "migration"
    REPLACED = "replaced"
    """The database that a restore took the place of."""
    FORGET = "forget"
    """Made after something was forgotten; the older ones were deleted."""


_SPECIAL = (Reason.MIGRATION, Reason.REPLACED)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. What could not be read from its description is None; ``key_id`` names the key that opens it."""

    name: str
    made_at: datetime
    bytes: int
    reason: Reason
    exchanges: int | None = None
    newest_at: datetime | None = None
    schema_version: int | None = None
    fingerprint: str | None = None
    key_id: str | None = None


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """What a restore would change: the backup, and what the history holds now.

    ``locked``: no key at hand opens the backup; it needs the passphrase or the recovery key of its time.
    """

    backup: Backup
    exchanges_now: int | None
    newest_now: datetime | None
    locked: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did; ``replaced`` is the backup that undoes it, None where there was nothing before.

    ``identity`` is the address of the identity key of then where that is another than the one before the restore.
    """

    exchanges: int
    replaced: str | None
    identity: str | None = None


def newest_first(backups: Iterable[Backup]) -> list[Backup]:
    """Return backups by age."""
    return sorted(backups, key=lambda backup: (backup.made_at, backup.name), reverse=True)


def is_due(backups: Iterable[Backup], *, now: datetime, fingerprint: str) -> bool:
    """Tell whether a daily backup is due: the data changed since the newest one, and that is not of today.

    A backup from the future (the clock was wrong when it was made) counts for what it holds, not for its time.
    """
    ordered = [backup for backup in newest_first(backups) if backup.reason not in _SPECIAL]
    if not ordered:
        return True
    if any(backup.fingerprint == fingerprint for backup in ordered[:1]):
        return False
    return not any(timedelta() <= now - backup.made_at < DUE_AFTER for backup in ordered)


def surplus(backups: Iterable[Backup]) -> list[Backup]:
    """Return the backups that may go: all but the newest of 7 days, of 4 weeks, and 3 of each kind with a reason."""
    ordered = newest_first(backups)
    plain = [backup for backup in ordered if backup.reason not in _SPECIAL]
    kept = _newest_of_each(plain, "%Y-%m-%d", DAILY_KEPT) | _newest_of_each(plain, "%G-%V", WEEKLY_KEPT)
    for reason in (*_SPECIAL, Reason.ASKED):
        kept |= {backup.name for backup in [one for one in ordered if one.reason is reason][:SPECIAL_KEPT]}
    return [backup for backup in ordered if backup.name not in kept]


def _newest_of_each(ordered: list[Backup], span: str, most: int) -> set[str]:
    """Return the names of the newest backups of the ``most`` latest spans; days and weeks are the learner's own."""
    found: dict[str, str] = {}
    for backup in ordered:
        found.setdefault(backup.made_at.astimezone().strftime(span), backup.name)
    return set(list(found.values())[:most])
