"""Episodes, stages and trajectories: each rule met, just missed, and what it rests on."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from skilltrail.domain.episodes import Episode, Moment, episodes_of
from skilltrail.domain.stages import Stage, StageRules, Unit, days_since, stage_of
from skilltrail.domain.trajectory import Trajectory, Turn, trajectory_of

START = datetime(2025, 3, 3, 9, tzinfo=UTC)


def on_days(*days: float, learning: bool = True) -> tuple[Episode, ...]:
    return episodes_of([Moment(number, START + timedelta(days=day), learning) for number, day in enumerate(days, 1)])


def turns(trajectory: Trajectory) -> list[tuple[str, int | None]]:
    return [(one.turn.value, one.exchange_id) for one in trajectory.milestones]


def test_episodes_hold_every_exchange_once_in_whatever_order_they_come() -> None:
    moments = [Moment(n, START + timedelta(minutes=m)) for n, m in enumerate((0, 30, 61, 61, 600))]
    random.Random(7).shuffle(moments)

    found = [[moment.exchange_id for moment in episode.moments] for episode in episodes_of(moments)]

    assert found == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    ("days", "stage", "rests_on"),
    [
        ((), None, ()),
        ((0, 0), None, ()),
        ((0, 0, 0), Stage.EXPLORED, (1, 2, 3)),
        ((0, 1, 13), Stage.EXPLORED, (1, 2, 3)),
        ((0, 0.5, 14), Stage.EXPLORED, (1, 2, 3)),
        ((0, 1, 14), Stage.PRACTISED, (1, 2, 3)),
        ((0, 1, 2, 20, 30), Stage.PRACTISED, (1, 2, 3, 4)),
    ],
)
def test_a_stage_is_reached_when_its_rule_is_met_and_not_before(
    days: tuple[float, ...], stage: Stage | None, rests_on: tuple[int, ...]
) -> None:
    report = stage_of(on_days(*days))

    assert report.stage is stage
    assert next((step.rests_on for step in report.steps if step.stage is stage), ()) == rests_on


def test_delegated_work_reaches_no_stage() -> None:
    assert stage_of(on_days(0, 1, 14, 30, learning=False)).stage is None


def test_a_deliverable_without_practice_is_no_application() -> None:
    assert stage_of(on_days(0, 0, 0), deliverables=1).stage is Stage.EXPLORED
    assert stage_of(on_days(0, 1, 14), deliverables=1).stage is Stage.APPLIED


def test_thresholds_can_be_chosen() -> None:
    report = stage_of(on_days(0, 0), rules=StageRules(explored_exchanges=2))

    assert report.stage is Stage.EXPLORED
    assert [(one.unit, one.have, one.needed) for one in report.steps[0].conditions] == [(Unit.EXCHANGES, 2, 2)]


def test_the_turns_of_a_trajectory_rest_on_exchanges() -> None:
    steady = (40, 50, 70, 80, 100, 110)  # two episodes a month from April to June
    trajectory = trajectory_of(on_days(0, 1, 14, *steady, 300), applied_at=[START + timedelta(days=301)])

    assert turns(trajectory) == [
        ("first contact", 1),
        ("practice", 3),
        ("plateau", 4),
        ("return", 10),
        ("application", None),
    ]
    assert trajectory.milestones[2].until == "2025-06"
    assert trajectory.milestones[3].days == 190


def test_ninety_days_are_no_break_yet() -> None:
    assert Turn.RETURN not in {one.turn for one in trajectory_of(on_days(0, 90)).milestones}
    assert Turn.RETURN in {one.turn for one in trajectory_of(on_days(0, 91)).milestones}


def test_months_add_up_and_an_empty_skill_has_none() -> None:
    trajectory = trajectory_of(on_days(0, 0.01, 40))

    assert [(one.month, one.exchanges, one.episodes) for one in trajectory.months] == [
        ("2025-03", 2, 1),
        ("2025-04", 1, 1),
    ]
    assert trajectory_of(()) == Trajectory((), ())


def test_freshness_counts_days_of_the_learners_calendar() -> None:
    late = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)

    assert days_since(late, datetime(2026, 11, 22, 0, 10, tzinfo=UTC)) == 1
    assert days_since(late, datetime(2026, 11, 21, 1, tzinfo=UTC)) == 0
