"""Checks of answers and the review queue: what is said, what it does, and that it can be taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, event

from callers import Caller
from canaries import dumped
from conftest import SteppingClock
from dashboard import Dashboard
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.checks import Said
from skilltrail.domain.exchange import Fidelity
from skilltrail.domain.forget import ForgetWish
from skilltrail.errors import NotFound, RequestInvalid
from steps import count

CLAIM = "The library is small. Version 3.2.1 removed this call in 2021. Is that clear?"


@pytest.fixture
def claiming(application: Application) -> Application:
    """One answer with a claim, and one without."""
    claim = captured(1, reply=CLAIM)
    plain = captured(2, reply="Use a table.")
    application.exchanges.capture(items([claim, plain]))
    look(application)
    return application


def look(application: Application) -> None:
    while application.checks.step():
        continue


def queued(application: Application) -> list[int]:
    return [item.exchange_id for item in application.checks.queue().items]


class TestSaying:
    def test_an_answer_is_unchecked_until_the_learner_says_otherwise(self, claiming: Application) -> None:
        standing = claiming.checks.read(1)

        assert (standing.state, standing.is_proof, standing.undoable) == (Said.UNCHECKED, False, False)

    @pytest.mark.parametrize(
        ("said", "proof", "strong"),
        [(Said.CONFIRMED, True, False), (Said.CORRECTED, True, True), (Said.CONTRADICTED, False, False)],
    )
    def test_what_holds_is_evidence_and_a_corrected_error_strong_evidence(
        self, claiming: Application, said: Said, proof: bool, strong: bool
    ) -> None:
        standing = claiming.checks.say(1, said)

        assert (standing.state, standing.is_proof, standing.is_strong) == (said, proof, strong)

    def test_each_step_can_be_taken_back_down_to_the_first(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED, source="the manual", note="page 3")
        claiming.checks.say(1, Said.CORRECTED)
        claiming.checks.say(1, Said.UNCHECKED)
        assert claiming.checks.read(1).state is Said.UNCHECKED

        assert claiming.checks.undo(1).state is Said.CORRECTED
        first = claiming.checks.undo(1)
        assert first.current is not None
        assert (first.state, first.current.source, first.current.note) == (Said.CONFIRMED, "the manual", "page 3")
        assert not claiming.checks.undo(1).undoable
        with pytest.raises(NotFound):
            claiming.checks.undo(1)

    def test_saying_the_same_again_changes_nothing(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED)
        revision = claiming.trail.revision()

        claiming.checks.say(1, Said.CONFIRMED)

        assert claiming.trail.revision() == revision
        assert count(claiming, "exchange_check") == 1

    def test_a_check_has_the_day_that_the_learner_names(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED, dated=date(2026, 3, 2))
        again = claiming.checks.say(1, Said.CONFIRMED, note="page 3", dated=date(2026, 3, 2))

        assert again.current is not None
        assert again.current.made_at.astimezone().date() == date(2026, 3, 2)
        moved = claiming.checks.say(1, Said.CONFIRMED, note="page 3", dated=date(2026, 11, 22))
        assert moved.current is not None
        assert moved.current.made_at > again.current.made_at
        back = claiming.checks.undo(1)
        assert back.current == again.current
        for day in (date(2026, 11, 23), date(1969, 1, 1)):
            with pytest.raises(RequestInvalid):
                claiming.checks.say(1, Said.CORRECTED, dated=day)

    def test_a_check_of_an_earlier_text_does_not_count(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED)
        better = captured(1, reply="Version 9.9.9 did it.", fidelity=Fidelity.API_FULL)
        claiming.exchanges.capture(items([replace(better, captured_at=better.captured_at + timedelta(minutes=5))]))
        look(claiming)

        standing = claiming.checks.read(1)

        assert (standing.state, standing.changed) == (Said.UNCHECKED, True)
        assert queued(claiming) == [1]
        assert claiming.exchanges.summaries([1])[1].check == "unchecked"

    def test_secrets_in_a_note_are_hidden_before_they_are_stored(self, claiming: Application) -> None:
        claiming.redactions.add_word("Quuxwerk")

        standing = claiming.checks.say(1, Said.CONFIRMED, source="Quuxwerk's wiki", note="asked Quuxwerk")

        assert standing.current is not None
        assert "quuxwerk" not in (standing.current.source + standing.current.note).lower()

    def test_a_word_that_is_hidden_later_goes_from_notes_too(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED, source="Quuxwerk's wiki", note="asked Quuxwerk")
        added = claiming.redactions.add_word("Quuxwerk")
        assert added.exchanges == 1

        claiming.redactions.replace(added.word.id)

        assert b"quuxwerk" not in dumped(claiming).lower().replace(b"\0quuxwerk\0", b"")

    def test_forgetting_a_word_finds_it_in_notes(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED, note="asked Quuxwerk")

        assert claiming.forgetting.plan(ForgetWish(word="quuxwerk")).exchanges == 1

    def test_words_without_a_result_are_refused(self, claiming: Application) -> None:
        with pytest.raises(RequestInvalid, match="belong to the result"):
            claiming.checks.say(1, Said.LATER, note="soon")
        with pytest.raises(NotFound):
            claiming.checks.say(99, Said.CONFIRMED)


class TestQueue:
    def test_it_shows_the_sentence_with_what_was_found_marked(self, claiming: Application) -> None:
        (item,) = claiming.checks.queue().items

        assert item.exchange_id == 1
        (sentence,) = item.sentences
        assert "".join(text for text, _found in sentence.parts) == "Version 3.2.1 removed this call in 2021."
        assert [text for text, found in sentence.parts if found] == ["Version 3.2.1", "in 2021"]
        assert sentence.rules == ("version", "date")

    @pytest.mark.parametrize("said", [Said.CONFIRMED, Said.CONTRADICTED, Said.NOT_WORTH, Said.LATER])
    def test_what_the_learner_spoke_about_leaves_and_undo_brings_it_back(
        self, claiming: Application, said: Said
    ) -> None:
        claiming.checks.say(1, said)
        assert queued(claiming) == []

        claiming.checks.undo(1)
        assert queued(claiming) == [1]

    def test_what_was_put_off_comes_back_after_a_week(self, claiming: Application, clock: SteppingClock) -> None:
        claiming.checks.say(1, Said.LATER)

        clock.move(days=6, hours=23)
        assert queued(claiming) == []
        clock.move(hours=1)
        assert queued(claiming) == [1]

    def test_the_newest_week_comes_first_and_in_it_the_topics_used_most(
        self, application: Application, clock: SteppingClock
    ) -> None:
        clock.now = NOON + timedelta(days=30)
        many = [replace(one, reply="In 2021 it was so.") for one in history(60)]
        lonely = captured(999, conversation_id="lonely", prompt_id="l", reply_id="l2", parent_id=None, reply=CLAIM)
        new = replace(lonely, asked_at=NOON + timedelta(days=29))
        old = replace(new, conversation_id="old", prompt_id="o", reply_id="o2", asked_at=NOON - timedelta(days=90))
        application.exchanges.capture(items([*many, old, new]))
        application.processing.run_until_done()
        look(application)

        found = application.checks.queue(100).items

        weeks = [(clock.now - item.asked_at).days // 7 for item in found]
        assert weeks == sorted(weeks)
        assert all(a.uses >= b.uses for a, b, x, y in zip(found, found[1:], weeks, weeks[1:], strict=False) if x == y)
        assert (found[0].asked_at, found[-1].asked_at) == (new.asked_at, old.asked_at)

    def test_hidden_topics_are_not_asked_about(self, application: Application) -> None:
        from skilltrail.domain.corrections import Standing

        application.exchanges.capture(items([replace(one, reply="In 2021.") for one in history(60)]))
        application.processing.run_until_done()
        look(application)
        topic = application.trail.topics()[0]

        application.corrections.set_standing(topic.id, Standing.HIDDEN)

        assert application.checks.queue().open == 60 - topic.exchanges

    def test_forgetting_and_retention_leave_no_place_behind(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CONFIRMED, note="a note")
        claiming.forgetting.ask(ForgetWish(exchange=1), wait=timedelta())
        claiming.forgetting.run_due()

        assert count(claiming, "exchange_check") == 0
        assert count(claiming, "review_scan") == 1


class TestShown:
    def test_lists_say_what_was_checked_and_nothing_of_the_unchecked(self, claiming: Application) -> None:
        fetch = Dashboard(claiming)
        assert "check-confirmed" not in " ".join(fetch("/fragments/timeline").attributes("class"))

        claiming.checks.say(1, Said.CONFIRMED)

        assert "chip check-confirmed" in fetch("/fragments/timeline").attributes("class")
        assert claiming.exchanges.summaries([2])[2].check == "unchecked"

    def test_the_exchange_page_offers_all_three_results(self, claiming: Application) -> None:
        page = Dashboard(claiming)("/fragments/exchanges/1")

        assert [said for said in page.attributes("data-said") if said] == ["confirmed", "corrected", "contradicted"]
        assert "Worth checking: version date" in page.text

    def test_the_review_page_says_why(self, claiming: Application) -> None:
        page = Dashboard(claiming)("/fragments/review")

        assert "1 answer is worth checking" in page.text
        assert "What a version can do is often mixed up with another one." in page.text
        assert page.tags.count("mark") == 2

    def test_an_empty_queue_says_what_will_come(self, application: Application) -> None:
        assert "Answers appear here when they claim something" in Dashboard(application)("/fragments/review").text

    def test_exports_say_what_was_checked(self, claiming: Application) -> None:
        claiming.checks.say(1, Said.CORRECTED)

        told = json.loads(claiming.exports.timeline("json").data)["exchanges"]

        assert [one["check"] for one in told] == ["corrected", "unchecked"]
        assert "corrected" in claiming.exports.timeline("html").data.decode()


class TestDoors:
    def test_the_api_checks_and_undoes(self, claiming: Application, page: Caller) -> None:
        done = page.post("/api/v1/exchanges/1/check", {"said": "corrected", "source": "the manual", "note": "no"})
        assert (done.json["state"], done.json["proof"], done.json["strong"]) == ("corrected", True, True)

        assert page.get("/api/v1/checks").json["checks"][0]["source"] == "the manual"
        assert page.get("/api/v1/review").json["items"] == []
        assert page.post("/api/v1/exchanges/1/check/undo", {}).json["state"] == "unchecked"
        assert page.get("/api/v1/review").json["items"][0]["sentences"][0]["reasons"] == ["version", "date"]

    @pytest.mark.parametrize("body", [{}, {"said": "proven"}, {"said": "confirmed", "note": "x" * 4001}])
    def test_what_is_no_check_is_refused(self, claiming: Application, page: Caller, body: dict[str, str]) -> None:
        assert page.post("/api/v1/exchanges/1/check", body).status_code == 422
        assert claiming.checks.read(1).current is None

    def test_the_command_line_checks_lists_and_undoes(self, claiming: Application, settings: Settings) -> None:
        claiming.close()

        def run(*words: str) -> dict[str, object]:
            done = CliRunner().invoke(main, [*words, "--home", str(settings.home), "--json"])
            assert done.exit_code == 0, done.output
            return dict(json.loads(done.output))

        assert [item["exchange_id"] for item in run("review")["items"]] == [1]  # type: ignore[attr-defined]
        told = run("check", "1", "corrected", "--source", "the manual", "--on", "2026-03-02")
        assert (told["strong"], str(told["made_at"])[:10]) == (True, "2026-03-02")
        assert run("review")["items"] == []
        assert run("check", "1", "undo")["state"] == "unchecked"
        assert run("check", "1")["reasons"] == ["version", "date"]


def test_the_queue_is_read_along_its_index(claiming: Application) -> None:
    """However long the history: no sorting of all that waits, and no look at what does not."""
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if "review_scan" in statement and statement.startswith("SELECT"):
            asked = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in asked)

    event.listen(Engine, "before_cursor_execute", explain)
    try:
        claiming.checks.queue()
    finally:
        event.remove(Engine, "before_cursor_execute", explain)

    assert any("review_scan USING" in plan and "ix_review_scan_open" in plan for plan in plans)
    assert any("review_scan USING" in plan and "ix_review_scan_due" in plan for plan in plans)
    assert not any("TEMP B-TREE" in plan for plan in plans)
