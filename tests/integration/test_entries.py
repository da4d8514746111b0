"""What learners write themselves: reflections, deliverables, skills of their own and goals."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from callers import Caller
from canaries import dumped, key_of, left_in
from dashboard import Dashboard
from databases import BeginWith, in_topics
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.checks import Said
from skilltrail.domain.entries import Deliverable, Entry, Goal, OwnSkill, Reflection, Value
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.trajectory import Turn
from skilltrail.errors import NotFound, RequestInvalid
from skilltrail.web.entry_pages import ENTRIES_SHOWN, TOPIC_ENTRIES
from steps import count

SHA = hashlib.sha256(b"work").hexdigest()
WORKED = date(2026, 11, 20)
FILE = Deliverable("file", "logo.svg", sha256=SHA, size=4, dated=WORKED)


KEPT: list[Value] = [
    Reflection("An index made it quick."),
    Deliverable("url", "Shop", address="https://example.org/shop", dated=WORKED),
    Deliverable("commit", "shop", commit="a1b2c3d4", dated=WORKED),
    FILE,
    OwnSkill("Letterpress", "From a course"),
    Goal("Window functions", date(2027, 3, 31)),
]
REFUSED: list[Value] = [
    Reflection("  "),
    Reflection("x" * 8001),
    OwnSkill(""),
    Goal(" "),
    Deliverable("url", "x", address="javascript:alert(1)"),
    Deliverable("url", "x", address="https://exa mple.org"),
    Deliverable("commit", "x", commit="not hex"),
    Deliverable("file", "x", sha256="abc"),
    Deliverable("file", "", sha256=SHA),
]
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("reflections", {"text": "x"}),
    ("deliverables", {"form": "file", "title": "x"}),
    ("deliverables", {"form": "folder"}),
    ("goals", {"name": "x", "by": "31.12.2026"}),
    ("skills", {"name": ""}),
]


@pytest.fixture
def grouped(begin_with: BeginWith) -> Application:
    """Three topics of twenty exchanges each."""
    return begin_with(in_topics(60))


def topic(application: Application, number: int = 0) -> str:
    return application.trail.topics()[number].id


def forget(application: Application, wish: ForgetWish) -> None:
    application.forgetting.ask(wish, wait=timedelta())
    application.forgetting.run_due()


def values(entries: list[Entry]) -> list[Value]:
    return [entry.value for entry in entries]


class TestKeeping:
    def test_what_is_kept_is_there_again_and_can_be_removed_and_brought_back(self, grouped: Application) -> None:
        for value in KEPT:
            entry = grouped.entries.keep(value, topic_id=topic(grouped))
            assert values(grouped.entries.of_topic(topic(grouped))) == [value]

            grouped.entries.remove(entry.id)
            assert grouped.entries.all() == []
            grouped.entries.undo(entry.id)
            assert values(grouped.entries.all()) == [value]
            assert grouped.entries.undo(entry.id) is None
            with pytest.raises(NotFound):
                grouped.entries.undo(entry.id)

    def test_a_change_is_another_form_and_can_be_taken_back(self, grouped: Application) -> None:
        entry = grouped.entries.keep(Reflection("first"), exchange_id=1)

        changed = grouped.entries.keep(Reflection("second"), entry_id=entry.id)
        assert (changed.id, changed.exchange_id, changed.created_at) == (entry.id, 1, entry.created_at)
        assert values(grouped.entries.of_exchange(1)) == [Reflection("second")]

        grouped.entries.undo(entry.id)
        assert values(grouped.entries.of_exchange(1)) == [Reflection("first")]

    def test_a_deliverable_has_a_day_of_the_work_and_can_be_changed(self, grouped: Application) -> None:
        made = grouped.entries.keep(Deliverable("commit", "Site", commit="a1b2c3d4"), topic_id=topic(grouped))
        assert made.dated == date(2026, 11, 22)

        changed = grouped.entries.keep(
            Deliverable("commit", "Shop", commit="a1b2c3d5", dated=date(2026, 3, 2)), entry_id=made.id
        )
        assert (changed.dated, changed.topic_id) == (date(2026, 3, 2), topic(grouped))
        milestones = grouped.trail.path(topic(grouped)).trajectory.milestones
        assert [one.month for one in milestones if one.turn is Turn.APPLICATION] == ["2026-03"]
        # A change that names no day keeps the one that was said.
        again = grouped.entries.keep(Deliverable("commit", "Shop 2", commit="a1b2c3d5"), entry_id=made.id)
        assert again.dated == date(2026, 3, 2)
        with pytest.raises(RequestInvalid):
            grouped.entries.keep(
                Deliverable("commit", "", commit="a1b2c3d5", dated=date(2026, 11, 23)), entry_id=made.id
            )

        grouped.entries.undo(made.id)
        undone = grouped.entries.undo(made.id)
        assert undone is not None
        assert undone.value == made.value

    def test_a_goal_is_reached_stays_so_when_it_is_changed_and_is_opened_again(self, grouped: Application) -> None:
        entry = grouped.entries.keep(Goal("Joins", date(2027, 1, 1)))

        assert grouped.entries.reached(entry.id).value == Goal("Joins", date(2027, 1, 1), date(2026, 11, 22))
        changed = grouped.entries.keep(Goal("All joins"), entry_id=entry.id)
        assert changed.value == Goal("All joins", None, date(2026, 11, 22))
        assert grouped.entries.reached(entry.id).value == Goal("All joins")

    def test_what_is_none_is_refused_and_nothing_is_kept(self, grouped: Application) -> None:
        for value in REFUSED:
            with pytest.raises(RequestInvalid):
                grouped.entries.keep(value, topic_id=topic(grouped))
        assert count(grouped, "learner_entry") == 0

    def test_it_must_be_about_something_that_is_there(self, grouped: Application) -> None:
        for wrong in ({}, {"topic_id": topic(grouped), "exchange_id": 1}):
            with pytest.raises(RequestInvalid):
                grouped.entries.keep(Reflection("x"), **wrong)  # type: ignore[arg-type]
        with pytest.raises(NotFound):
            grouped.entries.keep(FILE, topic_id="t-none")
        with pytest.raises(NotFound):
            grouped.entries.keep(Reflection("x"), exchange_id=999)

    def test_folders_in_a_file_name_are_left_out(self, grouped: Application) -> None:
        entry = grouped.entries.keep(
            Deliverable("file", "C:\\clients\\Quuxwerk\\logo.svg", sha256=SHA), topic_id=topic(grouped)
        )

        assert entry.value == Deliverable("file", "logo.svg", sha256=SHA, dated=date(2026, 11, 22))
        assert b"quuxwerk" not in dumped(grouped).lower()

    def test_entries_follow_a_topic_that_the_learner_merged(self, grouped: Application) -> None:
        into, other = topic(grouped, 0), topic(grouped, 1)
        grouped.entries.keep(FILE, topic_id=other)

        grouped.corrections.merge([other], into)

        assert values(grouped.entries.of_topic(into)) == [FILE]

    def test_own_words_are_hidden_at_once_and_afterwards(self, grouped: Application) -> None:
        grouped.entries.keep(Reflection("Blorbtech likes blue."), topic_id=topic(grouped))
        word = grouped.redactions.add_word("Blorbtech").word
        late = grouped.entries.keep(OwnSkill("Blorbtech design"))
        assert "Blorbtech" not in str(late.value)

        grouped.redactions.replace(word.id)

        assert "Blorbtech" not in str(grouped.entries.all())


class TestForgetting:
    def test_a_reflection_goes_with_its_exchange(self, grouped: Application, settings: Settings) -> None:
        entry = grouped.entries.keep(Reflection("zqreflect"), exchange_id=3)
        grouped.entries.keep(Reflection("changed"), entry_id=entry.id)
        assert grouped.forgetting.plan(ForgetWish(exchange=3)).entries == 1

        forget(grouped, ForgetWish(exchange=3))

        assert grouped.entries.all() == []
        assert left_in(settings.home, key_of(grouped), ["zqreflect"]) == {}

    def test_a_word_is_found_in_all_that_was_written_also_before_a_change(
        self, grouped: Application, settings: Settings
    ) -> None:
        kept = grouped.entries.keep(OwnSkill("Kerning"))
        first = grouped.entries.keep(Goal("Website for Zqclient"))
        grouped.entries.keep(Goal("Website"), entry_id=first.id)
        grouped.entries.keep(Reflection("Zqclient wants blue"), topic_id=topic(grouped))
        plan = grouped.forgetting.plan(ForgetWish(word="zqCLIENT"))
        assert (plan.exchanges, plan.entries) == (0, 2)

        forget(grouped, ForgetWish(word="zqclient"))

        assert [entry.id for entry in grouped.entries.all()] == [kept.id]
        assert left_in(settings.home, key_of(grouped), ["zqclient"]) == {}

    def test_what_rests_on_a_topic_stays_until_nothing_of_it_is_left(self, grouped: Application) -> None:
        name = topic(grouped)
        members = [item.id for item in grouped.exchanges.page(name, None, 50).items]
        grouped.entries.keep(FILE, topic_id=name)
        goal = grouped.entries.keep(Goal("More of it"), topic_id=name)

        for number in members[1:]:
            forget(grouped, ForgetWish(exchange=number))
        assert len(grouped.entries.all()) == 2
        forget(grouped, ForgetWish(exchange=members[0]))

        assert [(entry.id, entry.topic_id) for entry in grouped.entries.all()] == [(goal.id, None)]

    def test_everything_takes_all_of_it(self, grouped: Application) -> None:
        grouped.entries.keep(OwnSkill("Kerning"))
        grouped.checks.say(1, Said.CONFIRMED)

        forget(grouped, ForgetWish(everything=True))

        for table in ("learner_entry", "forget_entry", "exchange_check", "review_scan"):
            assert count(grouped, table) == 0

    def test_an_undone_forgetting_takes_nothing(self, grouped: Application) -> None:
        grouped.entries.keep(OwnSkill("Zqclient"))

        asked = grouped.forgetting.ask(ForgetWish(word="zqclient"))
        grouped.forgetting.cancel(asked.id)
        grouped.forgetting.run_due()

        assert len(grouped.entries.all()) == 1
        assert count(grouped, "forget_entry") == 0


class TestShown:
    def test_the_topic_page_shows_what_was_checked_and_never_what_was_not(self, grouped: Application) -> None:
        name, fetch = topic(grouped), Dashboard(grouped)
        members = [item.id for item in grouped.exchanges.page(name, None, 4).items]
        assert "unchecked answers never do" in fetch(f"/fragments/topics/{name}").text
        for number, said in zip(members, (Said.CORRECTED, Said.CONFIRMED, Said.CONTRADICTED), strict=False):
            grouped.checks.say(number, said)
        grouped.entries.keep(FILE, topic_id=name)

        page = fetch(f"/fragments/topics/{name}")

        shown = [link for link in page.attributes("href") if link.endswith("#check")]
        assert shown == [f"/exchanges/{number}#check" for number in members[:2]]
        assert "Strong learning evidence" in page.text
        assert "1 answer was contradicted by a source" in page.text
        assert SHA in page.text

    def test_the_page_of_goals_shows_all_of_it(self, grouped: Application) -> None:
        grouped.entries.keep(Goal("Window functions", date(2020, 1, 1)))
        grouped.entries.keep(OwnSkill("<b>Letterpress</b>"))

        page = Dashboard(grouped)("/fragments/evidence")

        assert "was due on 1 January 2020" in page.text
        assert "<b>Letterpress</b>" in page.text
        assert "b" not in page.tags

    def test_an_empty_page_says_what_could_stand_there(self, application: Application) -> None:
        page = Dashboard(application)("/fragments/evidence")

        assert page.attributes("class").count("empty") == 4


class TestDoors:
    def test_the_api_keeps_changes_removes_and_undoes(self, grouped: Application, page: Caller) -> None:
        made = page.post("/api/v1/goals", {"name": "Joins", "by": "2027-03-31", "topic_id": topic(grouped)}).json
        assert (made["kind"], made["name"], made["by"]) == ("goal", "Joins", "2027-03-31")

        assert page.post(f"/api/v1/goals/{made['id']}/reached", {}).json["reached_on"]
        page.post("/api/v1/goals", {"name": "All joins", "entry_id": made["id"]})
        assert [one["name"] for one in page.get("/api/v1/entries").json["entries"]] == ["All joins"]
        page.post(f"/api/v1/entries/{made['id']}/remove", {})
        assert page.get("/api/v1/entries").json["entries"] == []
        assert page.post(f"/api/v1/entries/{made['id']}/undo", {}).json["entry"]["name"] == "All joins"

    def test_what_is_wrong_is_refused_with_a_reason(self, application: Application, page: Caller) -> None:
        answers = {f"{path} {body}": page.post(f"/api/v1/{path}", body) for path, body in WRONG}

        assert {what: answer.status_code for what, answer in answers.items() if answer.status_code != 422} == {}
        assert all(answer.json["detail"] for answer in answers.values())
        assert application.entries.all() == []

    def test_the_command_line_hashes_a_file_and_never_stores_it(
        self, grouped: Application, settings: Settings, tmp_path: Path
    ) -> None:
        file = tmp_path / "poster.txt"
        file.write_bytes(b"zqcontent" * 300_000)
        name, key = topic(grouped), key_of(grouped)
        grouped.close()

        def run(*words: str) -> dict[str, Any]:
            done = CliRunner().invoke(main, [*words, "--home", str(settings.home), "--json"])
            assert done.exit_code == 0, done.output
            return dict(json.loads(done.output))

        made = run("deliver", str(file), "--topic", name)["entry"]
        assert (made["sha256"], made["size"]) == (hashlib.sha256(file.read_bytes()).hexdigest(), 2_700_000)
        assert left_in(settings.home, key, ["zqcontent"]) == {}
        work = run("deliver", "--commit", "a1b2c3d4", "--topic", name, "--on", "2026-03-02")["entry"]
        assert work["dated"] == "2026-03-02"
        run("reflect", "An", "index", "helps", "--topic", name)
        run("skills", "Letterpress")
        goal = run("goals", "Joins", "--by", "2027-03-31")["entry"]
        assert run("evidence", "reached", str(goal["id"]))["entry"]["reached_on"]
        assert run("evidence", "undo", str(goal["id"]))["entry"]["reached_on"] is None
        run("evidence", "remove", str(made["id"]))
        kinds = [entry["kind"] for entry in run("evidence")["entries"]]
        assert sorted(kinds) == ["deliverable", "goal", "reflection", "skill"]


def test_a_long_list_comes_in_parts(grouped: Application) -> None:
    for number in range(ENTRIES_SHOWN + 5):
        grouped.entries.keep(Reflection(f"thought {number:03}."), exchange_id=1)
    fetch = Dashboard(grouped)

    first, rest = fetch("/fragments/evidence").text, fetch(f"/fragments/evidence/reflection?start={ENTRIES_SHOWN}").text

    told = [f"thought {number:03}." for number in reversed(range(ENTRIES_SHOWN + 5))]
    assert [one for one in told if one in first] == told[:ENTRIES_SHOWN]
    assert [one for one in told if one in rest] == told[ENTRIES_SHOWN:]
    assert ("Show 5 more" in first, "more</button>" in rest) == (True, False)
    for kind in ("goal", "skill", "deliverable"):
        assert "thought" not in fetch(f"/fragments/evidence/{kind}?start=evil").text


def test_an_address_reaches_an_entry_far_down_a_list(grouped: Application) -> None:
    topic = grouped.trail.topics()[0].id
    kept = [grouped.entries.keep(Reflection(f"thought {number:03}."), topic_id=topic).id for number in range(90)]
    fetch = Dashboard(grouped)

    for address, size in (("/fragments/evidence", ENTRIES_SHOWN), (f"/fragments/topics/{topic}", TOPIC_ENTRIES)):
        page = fetch(f"{address}?entry={kept[7]}")
        shown = [one for one in page.attributes("id") if one.startswith("entry-") and "remove" not in one]
        assert f"entry-{kept[7]}" in shown
        assert len(shown) <= size
        assert "Show the first ones" in page.text
        assert "Show the first ones" not in fetch(f"{address}?entry=0").text
    rest = fetch(f"/fragments/evidence/reflection?start={TOPIC_ENTRIES}&topic={topic}").text
    assert "thought 084." in rest
    assert "thought 085." not in rest
    assert "Show 40 more" in rest
    assert "thought" not in fetch("/fragments/evidence/reflection?topic=t-gone").text
