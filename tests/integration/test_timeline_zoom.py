"""The timeline nearer: months, weeks and days by address; each mark leads to the exchanges that it stands for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard import Dashboard
from exchanges import captured, items
from grouping import put_topics
from skilltrail.application import Application
from skilltrail.domain.exchange import Origin
from skilltrail.domain.learning import Kind
from skilltrail.domain.timeline import Scale, TimelineFilter

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAYS = (300, 60, 20, 9, 9, 2, 2, 0)
"""How many days ago the exchanges were asked; odd ones are about SQL, even ones about Rust."""

LATELY = "since=2026-10-21&until=2026-11-20"


@pytest.fixture
def told(application: Application) -> Application:
    made = [
        captured(
            n,
            conversation_id=f"c-{n}",
            prompt=f"Question {n}?",
            asked_at=NOON - timedelta(days=ago),
            provider="claude" if n == 4 else "chatgpt",
            origin=Origin.IMPORT,
        )
        for n, ago in enumerate(DAYS, start=1)
    ]
    application.exchanges.capture(items(made), origin_allowed=(Origin.IMPORT,))
    put_topics(application, {"rust": [2, 4, 6, 8], "sql": [1, 3, 5, 7]})
    application.learning.say_kind(4, Kind.LEARNING)
    application.learning.say_kind(6, Kind.LEARNING)
    application.learning.say_kind(5, Kind.DELEGATED)
    return application


@pytest.mark.parametrize(
    ("since", "until", "scale"),
    [
        (None, None, Scale.MONTHS),
        (date(2026, 11, 1), date(2026, 11, 20), Scale.DAYS),
        (date(2026, 8, 1), None, Scale.WEEKS),
        (date(2025, 11, 1), date(2026, 11, 20), Scale.MONTHS),
    ],
)
def test_the_bounds_tell_how_near(told: Application, since: date | None, until: date | None, scale: Scale) -> None:
    timeline = told.trail.timeline(TimelineFilter(since=since, until=until))

    assert timeline.scale is scale
    for topic in timeline.topics:
        assert scale is Scale.MONTHS or sum(span.exchanges for span in topic.spans) == topic.exchanges


def test_every_mark_of_a_month_leads_to_its_day(told: Application) -> None:
    picture = Dashboard(told).picture(f"/fragments/timeline-chart?{LATELY}")
    links = {found["href"]: found.get("aria-label") for tag, found in picture.elements if tag == "a"}

    assert links["/topics/sql?since=2026-11-11&until=2026-11-11#exchanges"] == "SQL, 11 November 2026: 1 exchange"
    assert links["/timeline?since=2026-11-18&until=2026-11-18"] == "18 November 2026: 2 exchanges in 2 topics"
    assert len([at for at in links if at and at.startswith("/topics/rust?")]) == 3


def test_weeks_lead_to_their_days_and_keep_the_filter(told: Application) -> None:
    address = "/fragments/timeline-chart?since=2026-08-01&until=2026-11-20&area=Databases&learning=1"
    links = Dashboard(told).picture(address).attributes("href")

    assert "/topics/rust?since=2026-11-09&until=2026-11-15&learning=1#exchanges" in links
    assert [at for at in links if at.startswith("/timeline?area=Databases&learning=1&since=2026-11-")]


def test_page_table_and_sentence_say_the_same(told: Application) -> None:
    page = Dashboard(told)(f"/fragments/timeline?{LATELY}")

    assert "31 October 2026 to 20 November 2026: 6 exchanges in 2 topics" in page.text
    assert "/topics/rust?since=2026-11-18&until=2026-11-18#exchanges" in page.attributes("href")
    assert {"zoom-months", "zoom-weeks", "zoom-days", "zoom-earlier"} <= set(page.attributes("id"))
    assert [found.get("id") for _tag, found in page.elements if found.get("aria-current")] == ["zoom-days"]
    assert "/timeline?since=2026-09-20&until=2026-10-20" in page.attributes("href")


def test_a_day_is_a_list_of_all_its_exchanges(told: Application) -> None:
    page = Dashboard(told)("/fragments/timeline?since=2026-11-11&until=2026-11-11")

    assert {"/exchanges/4", "/exchanges/5"} <= set(page.attributes("href"))
    assert not [at for at in page.attributes("href") if at.startswith("/exchanges/") and at[-1] not in "45"]
    assert not page.attributes("data-chart")


def test_a_topic_shows_the_exchanges_of_some_days(told: Application) -> None:
    page = Dashboard(told)("/fragments/topics/rust?since=2026-11-11&until=2026-11-18")
    further = Dashboard(told)("/fragments/topics/rust/exchanges?before=6&since=2026-11-11&until=2026-11-18")

    assert "2 exchanges, 11 November 2026 to 18 November 2026." in page.text
    assert further.attributes("href") == ["/exchanges/4"]


def test_source_and_learning_narrow_page_and_export(told: Application) -> None:
    everything = told.trail.timeline()
    wanted = TimelineFilter(learning=True)
    export = told.exports.timeline("json", wanted)

    assert everything.sources == ("chatgpt", "claude")
    assert told.trail.timeline(TimelineFilter(source="claude")).exchanges == 1
    assert told.trail.timeline(TimelineFilter(source="none")).exchanges == 0
    assert told.trail.timeline(wanted).exchanges == 2
    assert sorted(export.exchange_ids) == [4, 6]
    assert told.exports.timeline("json", TimelineFilter(source="claude")).exchange_ids == (4,)


@pytest.mark.parametrize("days", ["since=2020-01-01&until=8999-01-01", "since=1971-01-02&until=2030-11-20"])
def test_a_span_without_room_beside_it_has_no_link_there(told: Application, days: str) -> None:
    page = Dashboard(told)(f"/fragments/timeline?{days}")

    assert "Earlier" not in page.text
    assert "Later" not in page.text


@pytest.mark.parametrize(("query", "counted"), [("source=claude", 1), ("learning=1", 2), ("client=own", 0), ("", 4)])
def test_where_a_mark_leads_shows_what_it_counts(told: Application, query: str, counted: int) -> None:
    dashboard = Dashboard(told)
    shown = dashboard(f"/fragments/timeline?since=2026-09-01&until=2026-11-20&{query}")
    marks = dashboard(f"/fragments/topics/rust?since=2026-01-01&until=2026-11-20&{query}")
    part = TimelineFilter(
        source="claude" if "claude" in query else None,
        learning="learning" in query,
        client="own" if "own" in query else None,
    )

    links = [at for at in shown.attributes("href") if at.startswith("/topics/rust?")]
    assert all(query in at for at in links)
    assert told.exchanges.page("rust", part=part).total == counted
    assert ("Only those that the filter of the timeline lets through." in marks.text) == bool(query)
