"""The page of all skills: list and map of a real history, by address, and what the API and the command line say."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from clients import added
from dashboard import BASE, Dashboard
from exchanges import NOON, captured, items
from grouping import put_topics
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.checks import Said
from skilltrail.domain.contexts import ContextForm, SaidOf
from skilltrail.domain.corrections import Standing
from skilltrail.domain.entries import Deliverable, Goal, OwnSkill
from skilltrail.domain.learning import Kind
from skilltrail.domain.skill_list import SkillLine
from skilltrail.domain.stages import Stage
from timelines import HOSTILE

DAYS = {"sql": (200, 199.99, 180, 150, 20), "rust": (400, 390), "bread": (5,)}


@pytest.fixture
def told(application: Application) -> Application:
    rows = [(topic, ago) for topic, days in DAYS.items() for ago in days]
    made = [
        captured(n, conversation_id=f"c-{n}", prompt=f"Question {n}?", asked_at=NOON - timedelta(days=ago))
        for n, (_topic, ago) in enumerate(rows, start=1)
    ]
    application.exchanges.capture(items(made))
    put_topics(application, {name: [n for n, row in enumerate(rows, 1) if row[0] == name] for name in DAYS})
    for row in (1, 2, 3, 4):
        application.learning.say_kind(row, Kind.LEARNING)
    application.learning.say_kind(5, Kind.DELEGATED)
    return application


def by_name(application: Application) -> dict[str, SkillLine]:
    return {one.name: one for one in application.skills.all().skills}


def names(page: Any) -> list[str]:
    links = [found for tag, found in page.elements if tag == "a"]
    return [one["href"].rpartition("/")[2] for one in links if (one["href"] or "").startswith("/topics/")]


def test_the_list_says_of_each_skill_what_its_own_page_says(told: Application) -> None:
    told.checks.say(5, Said.CORRECTED)
    told.entries.keep(Deliverable("url", "Report", address="https://example.org/r"), topic_id="sql")

    listed = by_name(told)

    for topic, days in DAYS.items():
        path, line = told.trail.path(topic), listed[topic.upper()]
        steps = {condition.unit: condition.have for step in path.stages.steps for condition in step.conditions}
        assert (line.stage, line.idle_days) == (path.stages.stage, path.idle_days)
        assert [line.counts.exchanges, line.counts.episodes, line.counts.days, line.counts.span] == list(
            steps.values()
        )[:4]
        assert line.exchanges == len(days)
    sql = listed["SQL"]
    assert (sql.stage, sql.counts.exchanges, sql.checked, sql.deliverables) == (Stage.APPLIED, 5, 1, 1)
    assert sql.unclear == 0
    assert listed["RUST"].unclear == 2


def test_a_merged_skill_keeps_its_deliverables_and_its_goal(told: Application) -> None:
    told.entries.keep(Deliverable("commit", "", commit="a1b2c3d4"), topic_id="rust")
    told.entries.keep(Goal("Far", by=date(2027, 9, 1)), topic_id="sql")
    told.entries.keep(Goal("Near", by=date(2027, 3, 31)), topic_id="sql")
    told.corrections.merge(["rust"], "sql")

    line = by_name(told)["SQL"]

    assert (line.deliverables, line.goal, line.goal_by) == (1, "Near", date(2027, 3, 31))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["bread", "sql", "rust"]),
        ("?sort=practised", ["sql", "rust", "bread"]),
        ("?sort=name", ["bread", "rust", "sql"]),
        ("?sort=stage", ["sql", "rust", "bread"]),
        ("?sort=freshen", ["sql", "rust", "bread"]),
        ("?area=Languages", ["rust"]),
        ("?stage=practised", ["sql"]),
        ("?stage=begun&quiet=300", ["rust"]),
        ("?learning=1", ["sql"]),
        ("?sort=%3Cscript%3E&quiet=-1&stage=none", ["bread", "sql", "rust"]),
    ],
)
def test_order_and_filter_stand_in_the_address(told: Application, query: str, found: list[str]) -> None:
    assert names(Dashboard(told)(f"/fragments/skills{query}")) == found


def test_heads_are_links_that_keep_the_filter_and_say_how_it_is_sorted(told: Application) -> None:
    page = Dashboard(told)("/fragments/skills?sort=practised&area=Databases")
    heads = [found.get("aria-sort") for tag, found in page.elements if tag == "th" and found.get("scope") == "col"]

    assert heads == [None, None, None, "descending", None, None, None, None]
    assert {"/skills?sort=name&area=Databases", "/skills?area=Databases"} <= set(page.attributes("href"))
    recent = Dashboard(told)("/fragments/skills")
    assert recent.attributes("aria-sort") == ["descending"]
    assert "/skills?sort=freshen" in recent.attributes("href")


def test_own_skills_are_marked_and_goals_have_their_day(told: Application) -> None:
    own = told.entries.keep(OwnSkill("Letterpress"), topic_id="sql")
    told.entries.keep(Goal("Joins", by=date(2099, 3, 31)), topic_id="sql")

    page = Dashboard(told)("/fragments/skills")

    assert "Letterpress added by you its topic Your own word; it rests on no exchanges." in page.text
    assert f"/evidence#entry-{own.id}" in page.attributes("href")
    assert "by 31 March 2099" in page.text
    assert "Letterpress" not in Dashboard(told)("/fragments/skills?learning=1").text


def test_hidden_skills_are_not_listed(told: Application) -> None:
    told.corrections.set_standing("rust", Standing.HIDDEN)

    assert set(by_name(told)) == {"SQL", "BREAD"}


def test_the_map_links_every_circle_and_says_what_the_list_says(told: Application) -> None:
    fetch = Dashboard(told)
    picture, page = fetch.picture("/fragments/skills-map"), fetch("/fragments/skills")
    links = [found for tag, found in picture.elements if tag == "a"]
    spoken = {one["href"]: one["aria-label"] for one in links if "aria-label" in one}

    assert set(spoken) == {
        "/topics/sql",
        "/topics/rust",
        "/topics/bread",
        "/skills?area=Databases",
        "/skills?area=Languages",
    }
    assert spoken["/topics/sql"].startswith("SQL: Databases, Practised, 5 exchanges. Last practised ")
    # Names are links for the mouse alone: nobody hears or tabs through each skill twice.
    assert {one["tabindex"] for one in links if one.get("aria-hidden")} == {"-1"}
    sentence = "3 skills in 2 areas. Most practised: SQL (5), RUST (2), BREAD (1)."
    assert sentence in page.text
    assert sentence in picture.attributes("aria-label")[0]
    assert "Lengths and directions are no measure of anything." in page.text
    assert fetch.picture("/fragments/skills-map?narrow=1").attributes("viewbox")[0].startswith("0 0 344 ")
    fetch("/fragments/skills-map?area=Nowhere", status=404)


def test_hostile_names_are_words_in_list_and_map(told: Application) -> None:
    for number, words in enumerate(one for one in HOSTILE if "\ud800" not in one):
        told.corrections.rename("sql", words)
        told.entries.keep(OwnSkill(words))
        fetch = Dashboard(told)
        page = fetch("/fragments/skills")
        assert not {"script", "img", "iframe"} & set(page.tags)
        if number == 1:
            assert not {"script", "img", "style"} & set(fetch.picture("/fragments/skills-map").tags)


def test_an_empty_page_says_what_will_be_here(application: Application) -> None:
    page = Dashboard(application)("/fragments/skills")

    assert "Here you will see every skill that your chats are about" in page.text
    assert {"/", "/imports", "/evidence"} <= set(page.attributes("href"))
    assert not page.attributes("data-chart")


def test_a_skill_added_by_hand_is_enough_for_a_list(application: Application) -> None:
    application.entries.keep(OwnSkill("Letterpress"))

    page = Dashboard(application)("/fragments/skills")

    assert "Letterpress" in page.text
    assert not page.attributes("data-twin")


def test_a_skill_leans_by_its_first_exchanges_alone(told: Application) -> None:
    with told._database.write() as session:
        for row in range(1, 9):
            vector = told._model.static([f"database query {row}"])[0].astype("<f2").tobytes()
            session.execute(
                text("INSERT OR REPLACE INTO embedding VALUES (:row, :model, 'static', :vector)"),
                {"row": row, "model": told._model.static_identity, "vector": vector},
            )

    leans = told.skills.leans(["sql", "nothing"])

    assert set(leans) == {"sql"}
    assert sum(leans["sql"].values()) == pytest.approx(1)


def test_api_and_command_line_tell_all_skills(told: Application, settings: Settings) -> None:
    told.entries.keep(OwnSkill("Letterpress"))
    fetch = Dashboard(told)
    answer = fetch.client.get("/api/v1/skills?sort=name&quiet=100", base_url=BASE, headers=fetch.headers())
    refused = fetch.client.get("/api/v1/skills?sort=size", base_url=BASE, headers=fetch.headers())
    told.close()
    said = CliRunner().invoke(main, ["skills", "--home", str(settings.home)])
    listed = CliRunner().invoke(main, ["skills", "--home", str(settings.home), "--json"])

    assert [one["topic_id"] for one in answer.json["skills"]] == ["rust"]
    assert refused.status_code == 422
    assert "SQL  (Practised; Last practised " in said.output
    assert "Letterpress  (added by you)" in said.output
    assert [one["topic_id"] for one in json.loads(listed.output)["skills"]] == ["bread", "sql", "rust", None]


def test_the_list_can_be_of_one_client(told: Application) -> None:
    client = added(told.contexts.keep(ContextForm("Zqacme")))
    told.contexts.finish()
    told.contexts.say([1, 2, 6], SaidOf.CLIENTS, clients=[client])
    fetch = Dashboard(told)

    page = fetch(f"/fragments/skills?client={client}")
    assert names(page) == [f"sql?client={client}", f"rust?client={client}"]
    assert "2 of them theirs" in page.text
    assert {one.name: one.of_client for one in told.skills.all(str(client)).skills} == {"SQL": 2, "RUST": 1, "BREAD": 0}
    assert by_name(told)["SQL"].of_client is None
    assert by_name(told)["SQL"].exchanges == 5
    assert names(fetch("/fragments/skills?client=own")) == []
    assert names(fetch("/fragments/skills?client=evil")) == ["bread", "sql", "rust"]
