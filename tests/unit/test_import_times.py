"""Points in time, as exports write them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.importers.gemini_html import local_moment
from skilltrail.importers.times import moment

AT = datetime(2026, 4, 2, 7, 10, 11, tzinfo=UTC)
SECONDS = AT.timestamp()


@pytest.mark.parametrize(
    "value",
    [
        SECONDS,
        int(SECONDS),
        SECONDS * 1000,
        str(SECONDS),
        "2026-04-02T07:10:11Z",
        "2026-04-02T07:10:11.000000+00:00",
        "2026-04-02T09:10:11+02:00",
        "2026-04-02T07:10:11",
        "2026-04-02 07:10:11",
        {"$date": "2026-04-02T07:10:11Z"},
        {"$date": {"$numberLong": str(int(SECONDS * 1000))}},
        {"$date": int(SECONDS * 1000)},
    ],
)
def test_every_way_to_write_a_time_is_understood(value: Any) -> None:
    assert moment(value) == AT


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "yesterday",
        0,
        -1,
        1e15,
        float("inf"),
        float("nan"),
        [],
        {},
        {"$date": None},
        "9" * 50,
        "0001-01-01",
        2**70,
    ],
)
def test_what_is_no_time_is_none(value: Any) -> None:
    assert moment(value) is None


@given(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=50)
    | st.dictionaries(st.just("$date"), st.text())
)
def test_nothing_makes_it_fail(value: Any) -> None:
    found = moment(value)

    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "Apr 2, 2026, 9:10:11 AM CEST",
        "Apr 2, 2026, 9:10:11\u202fAM CEST",
        "2 Apr 2026, 09:10:11 CEST",
        "02.04.2026, 09:10:11 MESZ",
        "2 avr. 2026, 09:10:11 CEST",
        "2 abr 2026, 9:10:11 CEST",
        "2026/04/02 16:10:11 JST",
        "2 apr 2026, 09:10:11 CEST",
        "02/04/2026, 09:10:11 GMT+2",
        "Apr 2, 2026, 3:10:11 AM EDT",
        "Apr 2, 2026, 12:40:11 PM IST",
        "2026-04-02 07:10:11 UTC",
    ],
)
def test_the_local_times_of_takeouts_pages_are_understood(text: str) -> None:
    day_first = text.startswith("02/04")

    assert local_moment(text) == (AT if not day_first else local_moment("Feb 4, 2026, 9:10:11 AM GMT+2"))


@pytest.mark.parametrize(
    "text", ["", "9:10:11", "a list:", "Apr 2026, 9:10:11", "32.13.2026, 09:10:11", "x" * 500, "1/2/3/4 1:11:11"]
)
def test_other_lines_are_no_times(text: str) -> None:
    assert local_moment(text) is None
