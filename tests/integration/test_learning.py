"""Learning told from delegation: by the worker, overruled by the learner, taught, undone, forgotten, exported."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from sqlalchemy import text

import skilltrail.exporters
from callers import Caller
from conftest import SteppingClock
from dashboard import Dashboard
from exchanges import captured, history, items
from forgetting_steps import forget
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.exchange import Fidelity
from skilltrail.domain.learning import Intent, Kind
from skilltrail.errors import NotFound
from skilltrail.ml.hash_embedder import HashEmbedder

WHY = "why does this loop stop after the first turn, I expected ten?"
WRITE = "Write a friendly e-mail to the client about the delay, 80 words"
OPEN = "რატომ არის ასე?"


def number_of(application: Application, prompt: str) -> int:
    with application._database.read() as session:
        statement = text("SELECT exchange_id FROM exchange_text WHERE prompt = :prompt")
        return int(session.execute(statement, {"prompt": prompt}).scalar_one())


def kinds(application: Application) -> dict[str, str]:
    with application._database.read() as session:
        joined = "SELECT prompt, kind FROM exchange_learning JOIN exchange_text USING (exchange_id)"
        return {row[0]: row[1] for row in session.execute(text(joined))}


def tell_all(application: Application) -> int:
    told = 0
    while step := application.learning.step():
        told += step
    return told


@pytest.fixture
def told(application: Application) -> Application:
    prompts = [WHY, WRITE, "perfect, thanks a lot!", OPEN]
    application.exchanges.capture(items(captured(n, prompt=prompt) for n, prompt in enumerate(prompts, start=1)))
    tell_all(application)
    return application


class TestTelling:
    def test_every_exchange_is_told_once(self, told: Application) -> None:
        assert kinds(told) == {
            WHY: "learning",
            WRITE: "delegated",
            "perfect, thanks a lot!": "neither",
            OPEN: "unsure",
        }
        assert tell_all(told) == 0

    def test_processing_tells_even_while_the_model_is_missing(self, settings: Settings, clock: SteppingClock) -> None:
        with Application.open(settings, clock=clock, model=HashEmbedder()) as application:
            application.exchanges.capture(items([captured(prompt=WHY)]))
            result = application.processing.step()

            assert result.told == 1

    def test_more_than_a_batch_is_told_step_by_step(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("skilltrail.services.learning.BATCH", 10)
        application.exchanges.capture(items(history(25)))

        steps = [application.learning.step() for _ in range(4)]

        assert steps == [10, 10, 5, 0]

    def test_another_text_is_told_anew(self, told: Application) -> None:
        better = captured(1, prompt=WRITE + " now", fidelity=Fidelity.API_FULL)
        told.exchanges.capture(items([replace(better, captured_at=better.captured_at + timedelta(minutes=5))]))
        tell_all(told)

        assert kinds(told)[WRITE + " now"] == "delegated"

    def test_the_reasons_are_words_of_the_prompt(self, told: Application) -> None:
        found = told.learning.exchange(number_of(told, WHY))

        assert found.kind is Kind.LEARNING
        assert "why" in [reason.words for reason in found.reasons]


class TestTheLearnersWord:
    def test_it_wins_over_every_later_telling(self, told: Application) -> None:
        number = number_of(told, WHY)

        told.learning.say_kind(number, Kind.DELEGATED)
        tell_all(told)

        found = told.learning.exchange(number)
        assert found.kind is Kind.DELEGATED
        assert found.told is not None
        assert found.word.kind is Kind.DELEGATED

    def test_it_may_come_before_the_worker(self, application: Application) -> None:
        application.exchanges.capture(items([captured(prompt=WHY)]))

        found = application.learning.say_kind(number_of(application, WHY), Kind.NEITHER)

        assert found.kind is Kind.NEITHER

    def test_undoing_goes_back_word_by_word(self, told: Application) -> None:
        number = number_of(told, WHY)
        told.learning.say_kind(number, Kind.DELEGATED)
        told.learning.say_intent(number, Intent.DOING)
        told.learning.say_kind(number, Kind.NEITHER)

        kinds_then = [told.learning.undo(number).kind for _ in range(3)]

        assert kinds_then == [Kind.DELEGATED, Kind.DELEGATED, Kind.LEARNING]
        assert told.learning.exchange(number).intent is Intent.ASKING
        with pytest.raises(NotFound):
            told.learning.undo(number)

    def test_leaving_it_open_gives_the_telling_back(self, told: Application) -> None:
        number = number_of(told, WHY)
        told.learning.say_kind(number, Kind.DELEGATED)

        assert told.learning.say_kind(number, None).kind is Kind.LEARNING

    def test_it_teaches_what_is_worded_alike_and_undoing_unteaches(self, told: Application) -> None:
        other = WHY.replace("ten", "nine")
        told.exchanges.capture(items([captured(9, prompt=other, conversation_id="c-9")]))
        tell_all(told)
        assert kinds(told)[other] == "learning"

        told.learning.say_kind(number_of(told, WHY), Kind.DELEGATED)
        tell_all(told)
        assert kinds(told)[other] != "learning"
        assert told.learning.exchange(number_of(told, other)).told.taught == 1  # type: ignore[union-attr]

        told.learning.undo(number_of(told, WHY))
        tell_all(told)
        assert kinds(told)[other] == "learning"

    def test_what_a_forgotten_correction_taught_goes_with_it(self, told: Application) -> None:
        other = WHY.replace("ten", "nine")
        told.exchanges.capture(items([captured(9, prompt=other, conversation_id="c-9")]))
        number = number_of(told, WHY)
        told.learning.say_kind(number, Kind.DELEGATED)
        tell_all(told)

        forget(told, exchange=number)
        tell_all(told)

        assert kinds(told)[other] == "learning"
        with told._database.read() as session:
            for table in ("learning_say", "exchange_learning"):
                rows = session.execute(text(f"SELECT count(*) FROM {table} WHERE exchange_id = :n"), {"n": number})
                assert rows.scalar_one() == 0

    def test_nobody_can_speak_of_what_is_not_there(self, told: Application) -> None:
        with pytest.raises(NotFound):
            told.learning.say_kind(999, Kind.LEARNING)


class TestExports:
    def test_everything_holds_what_is_told_and_what_was_said(self, told: Application) -> None:
        told.learning.say_kind(number_of(told, WHY), Kind.NEITHER)

        document = json.loads(b"".join(told.data_rights.everything()))

        schema = Path(skilltrail.exporters.__file__).with_name("schemas") / "everything-1.schema.json"
        Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(document)
        assert {row["kind"] for row in document["learning"]} == {"neither", "delegated", "unsure"}
        assert [(row["part"], row["value"]) for row in document["learning_words"]] == [("kind", "neither")]


class TestPages:
    def test_an_exchange_says_what_it_is_and_why(self, told: Application) -> None:
        found = Dashboard(told)(f"/fragments/exchanges/{number_of(told, WHY)}")

        assert "This looks like learning." in found.text
        assert "asks for a reason: “why”" in found.text
        assert found.attributes("aria-pressed") == ["true", "false", "false"]

    def test_unsure_presses_nothing(self, told: Application) -> None:
        found = Dashboard(told)(f"/fragments/exchanges/{number_of(told, OPEN)}")

        assert "We are not sure whether this is learning." in found.text
        assert found.attributes("aria-pressed") == ["false", "false", "false"]

    def test_a_topic_says_its_shares(self, application: Application) -> None:
        asked = [replace(one, prompt=f"Why is that so? I don't understand {one.reply}") for one in history(60)]
        application.exchanges.capture(items(asked))
        application.processing.run_until_done()
        topic = application.trail.topics()[0].id

        found = Dashboard(application)(f"/fragments/topics/{topic}")

        assert "20 learning." in found.text
        assert found.attributes("aria-pressed").count("true") >= 20

    def test_nothing_of_a_prompt_reaches_the_log(self, told: Application, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.DEBUG):
            Dashboard(told)(f"/fragments/exchanges/{number_of(told, WHY)}")
            told.learning.say_kind(number_of(told, WHY), Kind.NEITHER)

        assert "loop" not in caplog.text


class TestRoutes:
    def test_saying_and_undoing(self, told: Application, page: Caller) -> None:
        path = f"/api/v1/exchanges/{number_of(told, WHY)}/learning"

        said = page.post(path, {"part": "kind", "value": "delegated"}).json
        back = page.post(f"{path}/undo").json

        assert said is not None
        assert back is not None
        assert (said["kind"], said["said_kind"], said["told_kind"]) == ("delegated", "delegated", "learning")
        assert (back["kind"], back["said_kind"], back["undoable"]) == ("learning", None, False)

    @pytest.mark.parametrize("body", [{"part": "kind", "value": "asking"}, {"part": "intent", "value": "learning"}, {}])
    def test_a_value_of_the_other_part_is_refused(self, told: Application, page: Caller, body: Any) -> None:
        answer = page.post(f"/api/v1/exchanges/{number_of(told, WHY)}/learning", body)

        assert answer.status_code == 422


class TestCommand:
    def run(self, settings: Settings, *words: str, status: int = 0) -> Any:
        done = CliRunner().invoke(main, ["learning", *words, "--json", "--home", str(settings.home)])
        assert done.exit_code == status, done.output
        return json.loads(done.output) if status == 0 else done.output

    def test_showing_saying_and_undoing(self, settings: Settings, clock: SteppingClock) -> None:
        with Application.open(settings, clock=clock, model=HashEmbedder()) as application:
            application.exchanges.capture(items([captured(prompt=WHY)]))
            number = str(number_of(application, WHY))

        assert self.run(settings, "say", number, "delegated")["kind"] == "delegated"
        assert self.run(settings, "show", number)["said_kind"] == "delegated"
        assert self.run(settings, "undo", number)["kind"] == "learning"
        assert self.run(settings)["topics"] == []
        self.run(settings, "say", number, status=2)
