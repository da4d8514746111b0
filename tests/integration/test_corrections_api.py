"""Corrections as their callers see them: the API, the pages, the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from callers import Caller
from dashboard import Dashboard
from databases import BeginWith, Homes, in_topics
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.corrections import Standing
from skilltrail.services.topic_division import Division

TOPICS = "/api/v1/topics"


@pytest.fixture
def grouped(begin_with: BeginWith) -> Application:
    return begin_with(in_topics(30))


def test_a_name_is_given_and_taken_back_by_the_number_of_the_answer(page: Caller, grouped: Application) -> None:
    topic = grouped.trail.topics()[0]

    done = page.post(f"{TOPICS}/{topic.id}/name", {"name": "My craft"}).json

    assert done["words"] == "Renamed to “My craft”."
    assert grouped.trail.topic(topic.id).line.name == "My craft"
    page.post(f"/api/v1/corrections/{done['id']}/undo", {})
    assert grouped.trail.topic(topic.id).line.name == topic.name


def test_every_correction_can_be_asked_for(page: Caller, grouped: Application) -> None:
    first, second, third = (line.id for line in grouped.trail.topics())
    rows = [item.id for item in grouped.exchanges.page(first, None, 4).items]
    area = grouped.trail.topics()[0].area
    asked = [
        (f"{TOPICS}/{first}/standing", {"standing": "hidden"}),
        (f"{TOPICS}/{first}/standing", {"standing": "shown"}),
        (f"{TOPICS}/{first}/kept", {"kept": True}),
        (f"{TOPICS}/{first}/colour", {"colour": 11}),
        (f"{TOPICS}/{first}/area", {"area": area}),
        ("/api/v1/exchanges/move", {"exchanges": rows[:2], "topic": second}),
        ("/api/v1/exchanges/move", {"exchanges": rows[:1], "topic": None}),
        ("/api/v1/exchanges/split", {"exchanges": rows[2:], "name": "A part"}),
        (f"{TOPICS}/{second}/merge", {"topics": [third]}),
        (f"{TOPICS}/{second}/split", {"parts": [1]}),
    ]

    for path, body in asked:
        answer = page.post(path, body)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.json["words"]

    log = page.get("/api/v1/corrections").json["lines"]
    assert sum(line["correction_id"] is not None for line in log) == 8


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/topics/none/name", {"name": "X"}, 404),
        ("/api/v1/topics/none/parts", None, 404),
        ("/api/v1/exchanges/move", {"exchanges": [999], "topic": None}, 404),
        ("/api/v1/exchanges/move", {"exchanges": [], "topic": None}, 422),
        ("/api/v1/exchanges/split", {"exchanges": [1], "name": " "}, 409),
        ("/api/v1/corrections/999/undo", {}, 404),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    page: Caller, grouped: Application, path: str, body: dict[str, object] | None, status: int
) -> None:
    answer = page.get(path) if body is None else page.post(path, body)

    assert answer.status_code == status
    assert answer.json["detail"]
    assert grouped.corrections.log()[0].correction_id is None


def test_a_name_never_stands_in_an_answer_that_refuses_it(page: Caller, grouped: Application) -> None:
    first, second, _third = grouped.trail.topics()

    answer = page.post(f"{TOPICS}/{first.id}/name", {"name": second.name})

    assert answer.status_code == 409
    assert second.name not in answer.text


class TestPages:
    def test_a_hidden_topic_is_on_the_page_of_hidden_ones_with_a_way_back(self, grouped: Application) -> None:
        fetch, topic = Dashboard(grouped), grouped.trail.topics()[0]
        grouped.corrections.set_standing(topic.id, Standing.HIDDEN)

        hidden, timeline = fetch("/fragments/hidden-topics"), fetch("/fragments/timeline")

        assert topic.name in hidden.text
        assert f"show-{topic.id}" in hidden.attributes("id")
        assert "1 hidden topic" in timeline.text
        assert f"/topics/{topic.id}" not in timeline.attributes("href")
        assert "This topic is hidden" in fetch(f"/fragments/topics/{topic.id}").text

    def test_with_all_topics_hidden_the_timeline_says_so(self, grouped: Application) -> None:
        for topic in grouped.trail.topics():
            grouped.corrections.set_standing(topic.id, Standing.NOT_SKILL)

        assert "All of your topics are hidden." in Dashboard(grouped)("/fragments/timeline").text

    def test_the_log_holds_a_button_for_each_correction_that_stands(self, grouped: Application) -> None:
        fetch, topic = Dashboard(grouped), grouped.trail.topics()[0]
        hostile = "<img src=x onerror=alert(1)>"
        first = grouped.corrections.rename(topic.id, hostile)
        second = grouped.corrections.keep(topic.id, on=True)
        grouped.corrections.undo(second.id or 0)

        page = fetch("/fragments/topic-log")

        assert [found for found in page.attributes("id") if found.startswith("undo-")] == [f"undo-{first.id}"]
        assert hostile in page.text
        assert "img" not in page.tags
        assert "undone" in page.text

    def test_an_empty_log_says_what_will_be_there(self, application: Application) -> None:
        assert "Nothing yet." in Dashboard(application)("/fragments/topic-log").text

    def test_the_parts_of_a_topic_show_what_they_are_about(self, grouped: Application) -> None:
        first, second, _third = (line.id for line in grouped.trail.topics())
        grouped.corrections.merge([second], first)

        page = Dashboard(grouped).picture(f"/fragments/topics/{first}/parts")

        assert page.attributes("value")[:2] == ["0", "1"]
        assert page.text.count("10 exchanges") == 2

    def test_a_change_elsewhere_does_not_begin_the_division_anew(
        self, grouped: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second, _third = (line.id for line in grouped.trail.topics())
        dashboard, divided, divide = Dashboard(grouped), [], grouped.corrections.divide

        def while_much_happens(topic_id: str) -> Division:
            found = divide(topic_id)
            divided.append(found)
            grouped.corrections.set_colour(second, len(divided))
            return found

        monkeypatch.setattr(grouped.corrections, "divide", while_much_happens)
        assert dashboard.picture(f"/fragments/topics/{first}/parts").text
        assert len(divided) == 1

    def test_a_division_of_what_was_in_the_topic_before_is_not_shown(self, grouped: Application) -> None:
        first, second, _third = (line.id for line in grouped.trail.topics())
        division = grouped.corrections.divide(first)
        assert grouped.corrections.still_stands(division)

        grouped.corrections.merge([second], first)

        assert not grouped.corrections.still_stands(division)

    def test_the_invented_history_shows_no_controls(self, grouped: Application) -> None:
        demo = grouped.demo.open()
        demo.processing.run_until_done()
        fetch, topic = Dashboard(grouped), demo.trail.topics()[0]

        page = fetch(f"/fragments/topics/{topic.id}", space="demo")

        assert "topic-name" not in page.attributes("id")
        assert not [found for found in page.attributes("class") if found == "tick"]


class TestCommandLine:
    @pytest.fixture
    def home(self, homes: Homes, settings: Settings) -> Path:
        homes.put(in_topics(30), settings.home)
        return settings.home

    def run(self, home: Path, *arguments: str, status: int = 0) -> dict[str, object]:
        done = CliRunner().invoke(
            main, ["topics", *arguments, "--home", str(home), "--json"], env={"SKILLTRAIL_KEYRING": "off"}
        )
        assert done.exit_code == status, done.output
        return dict(json.loads(done.stdout))

    def test_topics_are_corrected_and_taken_back(self, home: Path) -> None:
        listed = self.run(home)["topics"]
        first, second, _third = (topic["id"] for topic in listed)  # type: ignore[attr-defined]

        self.run(home, "rename", first, "Mine")
        self.run(home, "keep", first)
        done = self.run(home, "merge", first, second)
        self.run(home, "standing", first, "hide")
        assert [topic["name"] for topic in self.run(home)["topics"]] != ["Mine"]  # type: ignore[attr-defined]
        self.run(home, "undo", str(done["correction"]))
        self.run(home, "standing", first, "show")

        names = {topic["id"]: topic["name"] for topic in self.run(home)["topics"]}  # type: ignore[attr-defined]
        assert names[first] == "Mine"
        assert second in names
        lines = self.run(home, "log")["lines"]
        assert [line["undone"] for line in lines][:3] == [True, True, False]  # type: ignore[attr-defined]

    def test_exchanges_are_moved_to_a_topic_a_new_one_or_none(self, home: Path) -> None:
        first = self.run(home)["topics"][0]["id"]  # type: ignore[index]

        self.run(home, "move", "1", "2", "--to", first)
        self.run(home, "move", "1", "--none")
        assert self.run(home, "move", "3", "--new", "Part")["topic"]

    def test_a_move_needs_to_know_where_to(self, home: Path) -> None:
        done = CliRunner().invoke(main, ["topics", "move", "3", "--home", str(home)])

        assert done.exit_code == 2
        assert "--to TOPIC" in done.output

    def test_what_cannot_be_undone_says_why_with_status_1(self, home: Path) -> None:
        assert self.run(home, "undo", "7", status=1)["code"] == "not_found"
