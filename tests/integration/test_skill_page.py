"""A topic's page as that of a skill: trajectory, stage and episodes, each leading to what it rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard import Dashboard, Found
from exchanges import NOON, captured, items
from grouping import put_topics
from skilltrail.application import Application
from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Deliverable
from skilltrail.domain.learning import Kind
from skilltrail.domain.stages import Stage
from skilltrail.domain.trajectory import Turn
from skilltrail.exporters import skill_words
from skilltrail.exporters.trajectory_chart import trajectory_chart
from skilltrail.ml.charts import render_svg
from skilltrail.web.rendering import chart_html

DAYS = (0, 0.01, 1, 15, 130)


@pytest.fixture
def practised(application: Application) -> Application:
    made = [
        captured(n, conversation_id=f"c-{n}", prompt=f"Question {n}?", asked_at=NOON - timedelta(days=200 - day))
        for n, day in enumerate(DAYS, start=1)
    ]
    application.exchanges.capture(items(made))
    put_topics(application, {"sql": [1, 2, 3, 4, 5]})
    for row in range(1, 6):
        application.learning.say_kind(row, Kind.LEARNING)
    return application


def test_the_page_says_stage_rule_freshness_and_what_they_rest_on(practised: Application) -> None:
    page = Dashboard(practised)("/fragments/topics/sql")
    path = practised.trail.path("sql")

    assert path.stages.stage is Stage.PRACTISED
    assert "Learning in at least 3 episodes, on at least 3 days, over at least 14 days." in page.text
    assert "Episodes: 4, needed: 3" in page.text
    assert f"Last practised {path.idle_days} days ago" in page.text
    assert {"/exchanges/1", "/exchanges/3", "/exchanges/4"} <= set(page.attributes("href"))


def test_sentence_table_and_picture_say_the_same(practised: Application) -> None:
    path = practised.trail.path("sql")
    page = Dashboard(practised)("/fragments/topics/sql")

    words = [skill_words.turn_words(one) for one in path.trajectory.milestones]
    spec = trajectory_chart(path.trajectory, colour=1)
    spoken = {value["d"] for part in spec["layer"] for value in part["data"]["values"] if "d" in value}

    assert [one.turn.value for one in path.trajectory.milestones] == ["first contact", "practice", "return"]
    assert all(word in page.text for word in words)
    assert all(word in skill_words.path_sentence(path) for word in words)
    assert set(words) <= spoken


def test_what_was_delegated_counts_for_no_stage(practised: Application) -> None:
    for row in range(1, 4):
        practised.learning.say_kind(row, Kind.DELEGATED)

    path = practised.trail.path("sql")

    assert path.stages.stage is None
    assert sum(month.learning for month in path.trajectory.months) == 2
    assert sum(month.exchanges for month in path.trajectory.months) == 5


def test_a_deliverable_applies_the_skill_and_checks_stand_in_its_trajectory(practised: Application) -> None:
    practised.entries.keep(Deliverable("url", "Report", address="https://example.org/report"), topic_id="sql")
    practised.checks.say(2, Said.CONFIRMED, source="The manual")
    practised.checks.say(1, Said.CORRECTED)
    practised.checks.say(3, Said.CONTRADICTED)

    path = practised.trail.path("sql")
    page = Dashboard(practised)("/fragments/topics/sql")
    last = [one.turn for one in path.trajectory.milestones[-3:]]

    assert path.stages.stage is Stage.APPLIED
    assert sorted(last) == sorted([Turn.APPLICATION, Turn.CORRECTED, Turn.CHECKED])
    assert path.trajectory.months[-1].exchanges == 0  # it was applied in a month in which nothing was asked
    assert all(skill_words.turn_words(one) in page.text for one in path.trajectory.milestones)
    assert "#evidence" in page.attributes("href")


def test_an_error_corrected_is_learning_whatever_the_question_was(practised: Application) -> None:
    practised.learning.say_kind(1, Kind.DELEGATED)
    before = sum(month.learning for month in practised.trail.path("sql").trajectory.months)

    practised.checks.say(1, Said.CORRECTED)

    assert sum(month.learning for month in practised.trail.path("sql").trajectory.months) == before + 1


@pytest.mark.parametrize("narrow", [False, True])
def test_every_mark_of_the_picture_is_a_link(practised: Application, narrow: bool) -> None:
    path = practised.trail.path("sql")
    svg = render_svg(trajectory_chart(path.trajectory, colour=1, narrow=narrow))

    drawn = Found(str(chart_html(svg, label="How it went", link=lambda mark: f"/{mark}")))
    links = [found for tag, found in drawn.elements if tag == "a"]
    targets = {found["href"] for found in links}

    assert len([at for at in targets if at.startswith("/episodes-")]) == len(path.trajectory.months)
    assert {"/exchange-1", "/exchange-4", "/exchange-5"} <= targets
    assert all(found.get("aria-label") for found in links)


def test_episodes_come_newest_first_and_by_month(practised: Application) -> None:
    fetch = Dashboard(practised)
    month = practised.trail.path("sql").trajectory.months[-1].month

    everything = fetch("/fragments/topics/sql/episodes")
    one_month = fetch(f"/fragments/topics/sql/episodes?month={month}")
    whole_page = fetch(f"/fragments/topics/sql?month={month}")

    assert everything.attributes("href") == ["/exchanges/5", "/exchanges/4", "/exchanges/3", "/exchanges/1"]
    assert one_month.attributes("href") == ["/exchanges/5"]
    assert "1 episode in " in whole_page.text
    assert fetch("/fragments/topics/sql/episodes?month=%3Cscript%3E&before=x").attributes("href") == [
        "/exchanges/5", "/exchanges/4", "/exchanges/3", "/exchanges/1",
    ]  # fmt: skip


def test_a_long_trajectory_is_drawn_by_years(application: Application) -> None:
    made = [
        captured(n, conversation_id=f"c-{n}", asked_at=NOON - timedelta(days=40 * (100 - n))) for n in range(1, 101)
    ]
    application.exchanges.capture(items(made))
    put_topics(application, {"sql": list(range(1, 101))})

    spec = trajectory_chart(application.trail.path("sql").trajectory, colour=0)
    bars = [
        value["u"] for part in spec["layer"] for value in part["data"]["values"] if "episodes" in value.get("u", "")
    ]

    assert bars == [f"#episodes-{year}" for year in range(2016, 2027)]


def test_two_deliverables_of_one_day_are_said_once_and_the_first_question_is_linked(practised: Application) -> None:
    for name in ("Report", "Report, as a file"):
        practised.entries.keep(Deliverable("url", name, address="https://example.org/report"), topic_id="sql")

    path = practised.trail.path("sql")
    page = Dashboard(practised)("/fragments/topics/sql")

    assert skill_words.path_sentence(path).count("a deliverable of") == 1
    assert "began-with" in page.attributes("id")
    assert f"/exchanges/{path.episodes[0].moments[0].exchange_id}" in page.attributes("href")


@pytest.mark.parametrize("month", ["0000-01", "0000", "0001-01", "9999-12"])
def test_a_month_without_episodes_breaks_nothing(practised: Application, month: str) -> None:
    assert Dashboard(practised)(f"/fragments/topics/sql?month={month}").text


def test_a_stage_says_by_their_questions_on_what_it_rests(practised: Application) -> None:
    page = Dashboard(practised)("/fragments/topics/sql")
    stage = practised.trail.path("sql").stages.steps[0]

    assert stage.rests_on
    for row in stage.rests_on:
        assert f"/exchanges/{row}" in page.attributes("href")
        assert practised.exchanges.summaries([row])[row].question in page.text
