"""Which backup is due, and which are one too many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from skilltrail.domain.backups import Backup, Reason, is_due, surplus

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def backup(days: float, *, reason: Reason = Reason.DAILY, fingerprint: str = "then") -> Backup:
    made_at = NOW - timedelta(days=days)
    return Backup(f"{reason}-{days}", made_at, 1000, reason, fingerprint=fingerprint)


@pytest.mark.parametrize(
    ("backups", "due"),
    [
        ([], True),
        ([backup(2)], True),
        ([backup(2, fingerprint="now")], False),
        ([backup(0.1)], False),
        ([backup(0.9)], True),
        ([backup(0.1, reason=Reason.ASKED)], False),
        ([backup(0.1, reason=Reason.FORGET)], False),
        ([backup(0.1, reason=Reason.MIGRATION)], True),
        ([backup(0.1, reason=Reason.REPLACED), backup(3)], True),
        ([backup(2, fingerprint="now"), backup(1)], True),
    ],
)
def test_a_daily_backup_is_due_when_something_changed_and_none_is_of_today(backups: list[Backup], due: bool) -> None:
    assert is_due(backups, now=NOW, fingerprint="now") is due


def test_a_backup_from_the_future_does_not_put_off_the_next_for_years() -> None:
    assert is_due([backup(-400)], now=NOW, fingerprint="now")
    assert not is_due([backup(-400, fingerprint="now")], now=NOW, fingerprint="now")


def test_seven_days_and_four_weeks_are_kept() -> None:
    year = [backup(day) for day in range(365)]
    gone = {one.name for one in surplus(year)}
    kept = [one for one in year if one.name not in gone]

    assert [one.made_at for one in kept[:7]] == [NOW - timedelta(days=day) for day in range(7)]
    assert 7 <= len(kept) <= 11
    assert len({one.made_at.astimezone().strftime("%G-%V") for one in kept}) == 4


def test_of_one_day_the_newest_is_kept() -> None:
    day = [backup(hours / 24) for hours in range(10)]

    assert [one.name for one in surplus(day)] == [one.name for one in day[1:]]


def test_days_without_a_backup_cost_none_of_the_older_ones() -> None:
    rare = [backup(days) for days in (0, 40, 90, 200, 400)]

    assert surplus(rare) == []


def test_the_newest_that_were_asked_for_stay_whatever_the_day() -> None:
    asked = [backup(hours / 24, reason=Reason.ASKED) for hours in range(6)]

    assert surplus(asked) == asked[3:]


def test_those_from_before_a_migration_or_restore_are_counted_apart() -> None:
    special = [backup(days, reason=reason) for reason in (Reason.MIGRATION, Reason.REPLACED) for days in range(5)]

    gone = surplus([*special, backup(0)])

    assert sorted(one.name for one in gone) == ["migration-3", "migration-4", "replaced-3", "replaced-4"]
