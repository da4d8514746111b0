"""Charts are drawn once, in the background, and a failure is tried again."""

from __future__ import annotations

import threading

import pytest

from skilltrail.errors import ModelUnavailable
from skilltrail.web.making import KEPT, Background


def test_the_same_chart_is_drawn_once() -> None:
    cache, drawn = Background(), []

    for _time in range(3):
        assert cache.made("a", lambda: drawn.append(1) or "<svg/>") == "<svg/>"

    assert drawn == [1]


def test_another_key_is_another_chart() -> None:
    cache = Background()

    assert (cache.made(1, lambda: "one"), cache.made(2, lambda: "two")) == ("one", "two")


def test_who_will_not_wait_gets_it_the_next_time() -> None:
    cache, go_on = Background(), threading.Event()

    def slow() -> str:
        assert go_on.wait(10)
        return "<svg/>"

    assert cache.made("a", slow, patience=0.01) is None
    go_on.set()
    assert cache.made("a", slow, patience=10) == "<svg/>"


def test_a_failure_is_told_and_tried_again() -> None:
    cache = Background()

    def fails() -> str:
        raise ModelUnavailable("not now")

    with pytest.raises(ModelUnavailable):
        cache.made("a", fails)
    assert cache.made("a", lambda: "<svg/>") == "<svg/>"


def test_a_drawing_that_times_out_itself_is_a_failure() -> None:
    def fails() -> str:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        Background().made("a", fails)


def test_only_the_newest_are_kept() -> None:
    cache, drawn = Background(), []

    for key in [*range(KEPT + 1), 0]:
        cache.made(key, lambda key=key: drawn.append(key) or "x")

    assert drawn == [*range(KEPT + 1), 0]
