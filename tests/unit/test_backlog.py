"""Which topic run is due, and how long the rest takes."""

from __future__ import annotations

import pytest

from skilltrail.services.progress import Backlog, Pace, Picture
from skilltrail.storage.topic_queries import LastRun


def backlog(total: int, waiting: int, last: LastRun | None = None, *, aside: int = 0, stale: int = 0) -> Backlog:
    return Backlog(total=total, waiting=waiting, set_aside=aside, stale=stale, last=last)


@pytest.mark.parametrize(
    ("state", "quiet", "due"),
    [
        (backlog(1_000, 1_000), True, True),
        (backlog(1_000, 1_000), False, True),
        (backlog(100, 100), True, True),
        (backlog(100, 100), False, False),
        (backlog(64, 64), True, False),
        (backlog(1_000, 64), True, False),
        (backlog(1_000, 500, LastRun(1, 900, 0)), True, False),
        (backlog(1_000, 500, LastRun(1, 800, 0)), True, True),
        (backlog(1_000, 500, LastRun(1, 800, 0)), False, False),
        (backlog(1_000, 900, LastRun(1, 100, 100)), False, True),
        (backlog(1_000, 501, LastRun(1, 499, 499)), True, True),
        (backlog(1_000, 400, LastRun(1, 600, 600)), True, False),
    ],
)
def test_a_first_picture_is_due_when_far_more_came_than_was_there(state: Backlog, quiet: bool, due: bool) -> None:
    assert state.first_picture_due(quiet=quiet) is due


def test_a_run_that_counted_fewer_is_not_made_over_and_over() -> None:
    state = backlog(1_000, 1_000, LastRun(1, 300, 0))

    assert state.first_picture_due(quiet=True)
    assert not state.first_picture_due(1_000, quiet=True)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (backlog(10_000, 7_501, LastRun(1, 10_000, 0)), False),
        (backlog(10_000, 7_500, LastRun(1, 10_000, 0)), True),
        (backlog(10_000, 5_001, LastRun(2, 10_000, 2_500)), False),
        (backlog(10_000, 5_000, LastRun(2, 10_000, 2_500)), True),
        (backlog(10_000, 200, LastRun(2, 10_000, 2_500)), False),
        (backlog(10_000, 7_500), False),
        (backlog(10_000, 6_000, LastRun(2, 10_000, 0, 4_000)), False),
        (backlog(10_000, 4_500, LastRun(2, 10_000, 0, 4_000)), True),
        (backlog(4_000, 2_001, LastRun(1, 4_000, 0)), False),
        (backlog(4_000, 2_000, LastRun(1, 4_000, 0)), True),
    ],
)
def test_a_run_in_the_middle_is_due_at_a_quarter_and_whenever_twice_as_much_is_read(state: Backlog, due: bool) -> None:
    assert state.growth_due() is due


@pytest.mark.parametrize(
    ("state", "asked", "due"),
    [
        (backlog(7, 0), False, False),
        (backlog(8, 0), False, True),
        (backlog(100, 0, LastRun(1, 100, 0)), False, True),
        (backlog(100, 100, LastRun(1, 100, 0)), False, False),
        (backlog(100, 0, LastRun(1, 100, 100), stale=19), False, False),
        (backlog(100, 0, LastRun(1, 100, 100), stale=20), False, True),
        (backlog(100, 0, LastRun(1, 100, 100), stale=1), True, True),
        (backlog(1_000, 0, LastRun(1, 1_000, 1_000), stale=99), False, False),
        (backlog(1_000, 0, LastRun(1, 1_000, 1_000), stale=100), False, True),
    ],
)
def test_a_full_run_follows_a_first_picture_and_enough_that_is_new(state: Backlog, asked: bool, due: bool) -> None:
    assert state.topics_due(after=20, asked=asked) is due


def test_all_runs_of_a_growing_history_look_at_eleven_times_its_size_and_no_more() -> None:
    last, looked_at = 100, 0
    for count in range(100, 100_001):
        if backlog(count, 0, LastRun(1, last, last), stale=count - last).topics_due(after=20):
            last, looked_at = count, looked_at + count

    assert 5 * 100_000 < looked_at <= 11 * 100_000


def test_the_picture_says_what_topics_rest_on() -> None:
    assert backlog(9, 9).picture is Picture.NONE
    assert backlog(9, 9, LastRun(1, 9, 0)).picture is Picture.FIRST
    assert backlog(9, 0, LastRun(2, 9, 9)).picture is Picture.FULL


class TestPace:
    def test_nothing_is_known_before_the_first_measurement(self) -> None:
        pace = Pace()

        assert pace.seconds_for(10) is None
        assert pace.seconds_for(0) == 0.0

    def test_the_start_of_the_model_does_not_count_for_long(self) -> None:
        pace = Pace()

        pace.note(10, 20.0)
        assert pace.seconds_for(100) == 200.0
        pace.note(10, 1.0)
        assert pace.seconds_for(100) == 10.0

    def test_one_slow_batch_does_not_turn_the_estimate_over(self) -> None:
        pace = Pace()
        for seconds in (5.0, 1.0, 1.0, 10.0):
            pace.note(10, seconds)

        left = pace.seconds_for(100)

        assert left is not None
        assert 10 < left < 15
