"""The worker: everything gets its vectors and its topic, whatever fails on the way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from conftest import SteppingClock
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.timeline import Progress
from skilltrail.errors import ModelMissing, ModelUnavailable
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services.processing import BATCH
from skilltrail.worker import Worker
from steps import count, step_until_idle


class TroubledModel(HashEmbedder):
    """A model with faults that tests switch on; ``calls`` holds the sizes of the batches it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.missing = False
        self.poison = ""
        self.poison_kills = False
        self.name = "troubled@1"
        self.calls: list[int] = []
        self.entered = threading.Event()
        self.gate: threading.Event | None = None

    @property
    def identity(self) -> str:
        if self.missing:
            raise ModelMissing("The model's files are missing.")
        return self.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        self.entered.set()
        if self.gate is not None and not self.gate.wait(10):
            raise ModelUnavailable("nobody opened the gate")
        if self.poison and any(self.poison in text for text in texts):
            raise ModelUnavailable("The process ended.") if self.poison_kills else RuntimeError("poison")
        return super().embed(texts)

    def close(self) -> None:
        if self.gate is not None:
            self.gate.set()


def step_until(application: Application, *, embedded: int) -> None:
    while application.processing.progress().embedded < embedded:
        assert not application.processing.step().idle


@pytest.fixture
def troubled() -> TroubledModel:
    return TroubledModel()


@pytest.fixture
def opened(settings: Settings, clock: SteppingClock, troubled: TroubledModel) -> Iterator[Application]:
    with Application.open(settings, clock=clock, model=troubled) as application:
        yield application


class TestEmbedding:
    def test_every_exchange_gets_both_vectors(self, application: Application) -> None:
        application.exchanges.capture(items(history(20)))
        seen: list[Progress] = []

        done = application.processing.run_until_done(seen.append)

        assert (done.state, done.total, done.embedded, done.pending, done.quarantined) == ("idle", 20, 20, 0, 0)
        assert done.seconds_left == 0.0
        assert not done.topics_due
        assert [state.embedded for state in seen[:2]] == [16, 20]
        assert count(application, "embedding") == 40
        with application._database.read() as session:
            sizes = session.execute(
                text("SELECT kind, min(length(vector)), max(length(vector)) FROM embedding GROUP BY kind")
            )
            assert [tuple(row) for row in sizes] == [("dense", 768, 768), ("static", 512, 512)]

    def test_the_dense_model_reads_from_all_over_the_history(
        self, opened: Application, troubled: TroubledModel
    ) -> None:
        opened.exchanges.capture(items(history(200)))

        step_until(opened, embedded=BATCH)

        with opened._database.read() as session:
            read = session.execute(text("SELECT id FROM exchange WHERE vectors_due = 0 ORDER BY id")).scalars().all()
        assert troubled.calls == [BATCH]
        assert len(read) == BATCH
        halves = [sum(1 for number in read if number <= 100), sum(1 for number in read if number > 100)]
        assert min(halves) >= BATCH // 4

    def test_seconds_left_come_from_what_was_measured(self, opened: Application) -> None:
        opened.exchanges.capture(items(history(40)))
        assert opened.processing.progress().seconds_left is None

        step_until(opened, embedded=BATCH)

        left = opened.processing.progress().seconds_left
        assert left is not None
        assert left > 0

    def test_a_revised_text_is_embedded_anew(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1)]))
        application.processing.run_until_done()

        application.exchanges.capture(items([captured(1, reply="A reply that is a good deal longer than before.")]))

        assert application.processing.progress().pending == 1
        application.processing.run_until_done()
        assert count(application, "embedding") == 2

    def test_a_text_that_changes_during_the_call_stays_in_the_queue(
        self, opened: Application, troubled: TroubledModel
    ) -> None:
        opened.exchanges.capture(items([captured(1)]))
        troubled.gate = threading.Event()
        thread = threading.Thread(target=opened.processing.step)
        thread.start()
        assert troubled.entered.wait(10)

        opened.exchanges.capture(items([captured(1, reply="A reply that is a good deal longer than before.")]))
        troubled.gate.set()
        thread.join(10)

        assert opened.processing.progress().pending == 1

    def test_captures_never_wait_for_the_model(self, opened: Application, troubled: TroubledModel) -> None:
        opened.exchanges.capture(items(history(3)))
        troubled.gate = threading.Event()
        thread = threading.Thread(target=opened.processing.step)
        thread.start()
        assert troubled.entered.wait(10)
        began = time.perf_counter()

        opened.exchanges.capture(items(history(20, prefix="during")))

        assert time.perf_counter() - began < 2
        assert thread.is_alive()
        troubled.gate.set()
        thread.join(10)

    def test_another_model_makes_all_vectors_anew(self, opened: Application, troubled: TroubledModel) -> None:
        opened.exchanges.capture(items(history(20)))
        opened.processing.run_until_done()

        troubled.name = "troubled@2"
        opened.processing.run_until_done()

        with opened._database.read() as session:
            models = session.execute(text("SELECT model, count(*) FROM embedding GROUP BY model")).all()
        assert [tuple(row) for row in models] == [("hash-static@1", 20), ("troubled@2", 20)]


class TestFailures:
    @pytest.mark.parametrize("kills", [False, True], ids=["raises", "takes the process with it"])
    def test_a_poisonous_text_is_set_aside_after_five_tries(
        self, opened: Application, troubled: TroubledModel, clock: SteppingClock, kills: bool
    ) -> None:
        troubled.poison, troubled.poison_kills = "venom", kills
        opened.exchanges.capture(items([*history(10), captured(99, prompt="venom", conversation_id="bad")]))

        tries = 0
        while opened.processing.progress().quarantined == 0:
            step_until_idle(opened)
            tries += 1
            clock.move(minutes=5)
            assert tries < 20

        done = opened.processing.progress()
        assert (tries, done.embedded, done.pending, done.quarantined, done.state) == (5, 10, 0, 1, "idle")
        clock.move(days=300)
        assert opened.processing.step().idle
        with opened._database.read() as session:
            failure = session.execute(text("SELECT attempts, code FROM work_failure")).one()
        assert tuple(failure) == (5, "ModelUnavailable" if kills else "RuntimeError")

    def test_a_failed_text_waits_before_the_next_try(
        self, opened: Application, troubled: TroubledModel, clock: SteppingClock
    ) -> None:
        troubled.poison = "venom"
        opened.exchanges.capture(items([captured(1, prompt="venom")]))
        step_until_idle(opened)
        troubled.poison = ""

        assert opened.processing.step().idle
        assert opened.processing.next_try_at() == clock() + timedelta(seconds=4)
        clock.move(seconds=4)
        assert opened.processing.step().embedded == 1
        assert count(opened, "work_failure") == 0

    def test_without_the_model_everything_waits_and_nobody_is_blamed(
        self, opened: Application, troubled: TroubledModel
    ) -> None:
        troubled.missing = True
        opened.exchanges.capture(items(history(3)))

        done = opened.processing.run_until_done()

        assert (done.state, done.pending, done.problem) == ("blocked", 3, "The model's files are missing.")
        assert count(opened, "work_failure") == 0
        troubled.missing = False
        assert opened.processing.run_until_done().state == "idle"

    def test_a_model_that_is_down_blames_no_text(self, opened: Application, troubled: TroubledModel) -> None:
        troubled.poison, troubled.poison_kills = "", True
        opened.exchanges.capture(items(history(3)))
        troubled.poison = " "  # stands in every text, the probe included

        with pytest.raises(ModelUnavailable):
            opened.processing.step()

        assert count(opened, "work_failure") == 0
        assert opened.processing.progress().state == "blocked"

    @pytest.mark.parametrize("rows", [np.full((1, 384), np.nan, np.float32), np.zeros((7, 384), np.float32)])
    def test_vectors_that_are_none_are_not_stored(
        self, settings: Settings, clock: SteppingClock, rows: NDArray[np.float32]
    ) -> None:
        class Broken(HashEmbedder):
            def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
                return rows

        with Application.open(settings, clock=clock, model=Broken()) as application:
            application.exchanges.capture(items([captured(1)]))

            with pytest.raises(ModelUnavailable):
                application.processing.step()

            assert application.processing.progress().pending == 1

    def test_topics_that_cannot_be_worked_out_are_tried_later(self, settings: Settings, clock: SteppingClock) -> None:
        class NoTopics(HashEmbedder):
            def discover(self, **_arguments: Any) -> Any:
                raise ValueError("the model process refused its input")

        with Application.open(settings, clock=clock, model=NoTopics()) as application:
            application.exchanges.capture(items(history(12)))

            done = application.processing.run_until_done()

            assert (done.state, done.pending, done.topics_due) == ("blocked", 0, True)


def eventually(check: Callable[[], bool], *, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


class TestThread:
    def test_captures_are_processed_by_themselves(self, settings: Settings) -> None:
        with Application.open(settings, model=HashEmbedder()) as application:
            worker = Worker(application, quiet_seconds=0.2)
            worker.start()

            application.exchanges.capture(items(history(30)))

            eventually(lambda: len(application.trail.topics()) == 3)
            worker.stop()
            assert application.processing.progress().state == "idle"

    def test_a_new_capture_has_its_place_within_a_second_or_two(self, settings: Settings) -> None:
        with Application.open(settings, model=HashEmbedder()) as application:
            application.exchanges.capture(items(history(30)))
            application.processing.run_until_done()
            worker = Worker(application)
            worker.start()
            began = time.monotonic()

            application.exchanges.capture(items(history(1, prefix="new")))
            eventually(lambda: application.exchanges.page(limit=1).items[0].topic_id is not None)

            assert time.monotonic() - began < 2
            worker.stop()

    def test_the_invented_history_is_processed_too(self, settings: Settings) -> None:
        with Application.open(settings, model=HashEmbedder()) as application:
            worker = Worker(application, quiet_seconds=0.1)
            worker.start()

            demo = application.demo.open()

            eventually(lambda: demo.processing.progress().pending < 334)
            worker.stop()

    def test_stopping_gives_up_a_call_that_is_under_way(self, opened: Application, troubled: TroubledModel) -> None:
        troubled.gate = threading.Event()
        worker = Worker(opened, quiet_seconds=0.1)
        worker.start()
        opened.exchanges.capture(items(history(3)))
        assert troubled.entered.wait(10)
        began = time.monotonic()

        worker.stop()

        assert time.monotonic() - began < 5
        assert not [thread for thread in threading.enumerate() if thread.name == "skilltrail-worker"]

    def test_it_goes_on_after_the_model_came_back(
        self, opened: Application, troubled: TroubledModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("skilltrail.worker._BLOCKED_SECONDS", (0.05,))
        troubled.missing = True
        worker = Worker(opened, quiet_seconds=0.1)
        worker.start()
        opened.exchanges.capture(items(history(3)))
        eventually(lambda: opened.processing.progress().state == "blocked")

        troubled.missing = False

        eventually(lambda: opened.processing.progress().pending == 0)
        worker.stop()

    def test_no_error_ends_the_thread(
        self, opened: Application, troubled: TroubledModel, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("skilltrail.worker._BLOCKED_SECONDS", (0.05,))
        failures = iter([RuntimeError("boom"), KeyError("boom")])
        real = opened.processing.step

        def step(*arguments: Any, **named: Any) -> Any:
            for failure in failures:
                raise failure
            return real(*arguments, **named)

        monkeypatch.setattr(opened.processing, "step", step)
        worker = Worker(opened, quiet_seconds=0.1)
        worker.start()

        opened.exchanges.capture(items(history(3)))

        eventually(lambda: opened.processing.progress().pending == 0)
        worker.stop()
