"""A whole history at once: a first picture by static vectors, and topics that stay themselves while it is refined."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from conftest import SteppingClock
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.forget import ForgetWish
from skilltrail.errors import ModelMissing
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services.processing import BATCH, FIRST_BATCH
from skilltrail.worker import Worker
from steps import count

MANY = 900


class Watched(HashEmbedder):
    """Notes what it was asked, and can be without its dense model."""

    def __init__(self) -> None:
        super().__init__()
        self.missing = False
        self.asked: list[str] = []
        self.static_name = "static@1"

    @property
    def identity(self) -> str:
        if self.missing:
            raise ModelMissing("The model's files are missing.")
        return "watched@1"

    @property
    def static_identity(self) -> str:
        return self.static_name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append("dense")
        return super().embed(texts)

    def static(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append("static")
        return super().static(texts)

    def discover(self, **arguments: Any) -> Any:
        dense = arguments["dense"]
        asked = [*self.asked, f"topics of {len(dense)}, {int(dense.any(axis=1).sum())} read"]
        found = super().discover(**arguments)
        # What it asked of itself for names is not of interest.
        self.asked = asked
        return found


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def opened(settings: Settings, clock: SteppingClock, watched: Watched) -> Iterator[Application]:
    with Application.open(settings, clock=clock, model=watched) as application:
        yield application


def store(application: Application, count_: int, **named: Any) -> None:
    found = items(history(count_, **named))
    for start in range(0, len(found), 200):
        application.exchanges.capture(found[start : start + 200])


def step_until(application: Application, picture: str) -> None:
    while application.processing.progress().picture != picture:
        assert not application.processing.step().idle


def members(application: Application) -> dict[int, str]:
    with application._database.read() as session:
        return {row[0]: row[1] for row in session.execute(text("SELECT exchange_id, topic_id FROM topic_membership"))}


class TestFirstPicture:
    def test_topics_are_there_before_the_dense_model_is_asked_anything(
        self, opened: Application, watched: Watched
    ) -> None:
        store(opened, MANY)

        step_until(opened, "first")

        assert "dense" not in watched.asked
        assert sorted(line.exchanges for line in opened.trail.topics()) == [300, 300, 300]
        state = opened.processing.progress()
        assert (state.pending, state.embedded, state.unread) == (MANY, 0, 0)

    def test_it_needs_no_model_files(self, opened: Application, watched: Watched) -> None:
        watched.missing = True
        store(opened, 100)

        done = opened.processing.run_until_done()

        assert (done.state, done.picture, done.pending) == ("blocked", "first", 100)
        assert len(opened.trail.topics()) == 3

    def test_a_few_exchanges_wait_for_the_full_one(self, opened: Application, watched: Watched) -> None:
        store(opened, 30)

        opened.processing.run_until_done()

        assert [call for call in watched.asked if call.startswith("topics")] == ["topics of 30, 30 read"]

    def test_topics_are_found_anew_as_more_is_read_and_at_the_end(
        self, opened: Application, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("skilltrail.services.progress.LEAST_SAMPLE", 100)
        store(opened, MANY)

        opened.processing.run_until_done()

        read = [int(call.split()[3]) for call in watched.asked if call.startswith("topics of 900")]
        assert (read[0], read[-1]) == (0, 900)
        assert len(read) >= 3
        assert 225 <= read[1] < 900
        assert all(later >= 2 * earlier for earlier, later in itertools.pairwise(read[:-1]))
        assert opened.processing.progress().picture == "full"

    def test_topics_keep_id_and_colour_and_exchanges_through_the_refinement(self, opened: Application) -> None:
        store(opened, MANY)
        step_until(opened, "first")
        before = {line.id: line.colour for line in opened.trail.topics()}
        stood = members(opened)

        opened.processing.run_until_done()

        assert {line.id: line.colour for line in opened.trail.topics()} == before
        assert members(opened) == stood

    def test_a_smaller_import_later_finds_its_places_and_cuts_nothing_anew_before_it_is_read(
        self, opened: Application, watched: Watched
    ) -> None:
        store(opened, 300)
        opened.processing.run_until_done()
        watched.asked.clear()

        store(opened, 200, prefix="later")
        opened.processing.step()
        placed = len(members(opened))
        opened.processing.run_until_done()

        assert placed == 500
        assert [call for call in watched.asked if call.startswith("topics")] == ["topics of 500, 500 read"]

    def test_a_name_of_the_first_picture_gives_way_to_the_full_one(
        self, settings: Settings, clock: SteppingClock
    ) -> None:
        class Renaming(HashEmbedder):
            def discover(self, **arguments: Any) -> Any:
                from dataclasses import replace

                found = super().discover(**arguments)
                word = "Full" if arguments["dense"].any() else "First"
                return replace(
                    found, groups=tuple(replace(one, name=f"{word} {n}") for n, one in enumerate(found.groups))
                )

        with Application.open(settings, clock=clock, model=Renaming()) as application:
            store(application, 120)
            step_until(application, "first")
            assert {line.name.split()[0] for line in application.trail.topics()} == {"First"}

            application.processing.run_until_done()

            assert {line.name.split()[0] for line in application.trail.topics()} == {"Full"}

    def test_nothing_is_drawn_while_a_history_pours_in_for_seconds_only(
        self, opened: Application, watched: Watched
    ) -> None:
        store(opened, 700)

        while not opened.processing.step(topics=False).idle:
            pass

        assert set(watched.asked) == {"static"}
        assert opened.processing.progress().picture == "none"

    def test_a_long_import_has_its_picture_while_more_pours_in_and_the_dense_model_waits(
        self, opened: Application, watched: Watched, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("skilltrail.application.processing.LONG_POURING", 0.0)
        store(opened, 300)
        while not opened.processing.step(topics=False).idle:
            pass
        store(opened, 400, prefix="more")
        while not opened.processing.step(topics=False).idle:
            pass

        assert [call for call in watched.asked if call != "static"] == [
            "topics of 300, 0 read",
            "topics of 700, 0 read",
        ]

    def test_topics_that_static_vectors_refuse_are_left_to_the_full_run(
        self, settings: Settings, clock: SteppingClock
    ) -> None:
        class NoFirst(HashEmbedder):
            def discover(self, **arguments: Any) -> Any:
                if not arguments["dense"].any():
                    raise ValueError("refused")
                return super().discover(**arguments)

        with Application.open(settings, clock=clock, model=NoFirst()) as application:
            store(application, 100)

            done = application.processing.run_until_done()

            assert (done.state, done.picture, done.pending) == ("idle", "full", 0)


class TestQueue:
    def test_a_crash_at_any_step_leads_to_the_same_topics(self, settings: Settings, clock: SteppingClock) -> None:
        with Application.open(settings, clock=clock, model=Watched()) as application:
            store(application, 600)
            application.processing.run_until_done()
            whole = members(application)
        other = settings.changed(home=Path(f"{settings.home}-other"))
        with Application.open(other, clock=clock, model=Watched()) as application:
            store(application, 600)

        steps = 0
        while True:
            with Application.open(other, clock=clock, model=Watched()) as application:
                if application.processing.step().idle:
                    break
            steps += 1

        assert steps > 600 // BATCH
        with Application.open(other, clock=clock, model=Watched()) as application:
            assert members(application) == whole

    def test_one_that_comes_in_the_middle_has_its_place_before_more_is_read(
        self, opened: Application, watched: Watched
    ) -> None:
        store(opened, 3 * FIRST_BATCH)
        step_until(opened, "first")
        opened.processing.step()
        watched.asked.clear()

        opened.exchanges.capture(items(history(1, start=NOON - timedelta(days=99), prefix="old")))
        opened.processing.look_again()
        opened.processing.step()

        assert watched.asked[0] == "static"
        assert max(members(opened)) == 3 * FIRST_BATCH + 1

    def test_one_that_nobody_told_of_is_read_in_the_end(self, opened: Application) -> None:
        store(opened, 3 * FIRST_BATCH)
        step_until(opened, "first")
        opened.exchanges.capture(items(history(1, prefix="quiet")))

        assert opened.processing.run_until_done().pending == 0

    def test_other_static_vectors_are_made_without_asking_the_dense_model_again(
        self, opened: Application, watched: Watched
    ) -> None:
        store(opened, 100)
        opened.processing.run_until_done()
        stood = members(opened)
        watched.asked.clear()

        watched.static_name = "static@2"
        opened.processing.run_until_done()

        assert "dense" not in watched.asked
        with opened._database.read() as session:
            found = session.execute(text("SELECT kind, model, count(*) FROM embedding GROUP BY 1, 2 ORDER BY 1")).all()
        assert [tuple(row) for row in found] == [("dense", "watched@1", 100), ("static", "static@2", 100)]
        assert members(opened) == stood

    def test_exchanges_off_the_current_path_wait_for_nothing(self, opened: Application) -> None:
        store(opened, 70)
        old = history(70)[5]
        again = captured(
            5,
            conversation_id=old.conversation_id,
            prompt_id=old.prompt_id,
            reply_id="again",
            parent_id=None,
            reply="A second and quite another try.",
            captured_at=old.captured_at + timedelta(days=1),
        )

        opened.exchanges.capture(items([again]))

        assert opened.processing.progress().pending == 70
        assert opened.trail.timeline().pending == 70
        opened.processing.run_until_done()
        assert count(opened, "embedding") == 140

    def test_forgetting_in_the_first_picture_leaves_no_vector_and_no_place(self, opened: Application) -> None:
        store(opened, 100)
        step_until(opened, "first")
        assert count(opened, "embedding") == 100

        opened.forgetting.ask(ForgetWish(exchange=7), wait=timedelta(0))
        opened.forgetting.run_due()

        with opened._database.read() as session:
            assert session.execute(text("SELECT count(*) FROM embedding WHERE exchange_id = 7")).scalar_one() == 0
        assert 7 not in members(opened)
        opened.processing.run_until_done()
        assert count(opened, "embedding") == 198


class TestTime:
    def test_time_left_counts_both_kinds_of_vectors(self, opened: Application) -> None:
        store(opened, 2 * FIRST_BATCH + 100)
        opened.processing.step()

        state = opened.processing.progress()

        assert (state.unread, state.seconds_left) == (FIRST_BATCH + 100, None)
        while opened.processing.progress().embedded == 0:
            opened.processing.step()
        left = opened.processing.progress().seconds_left
        assert left is not None
        assert left > 0

    def test_the_thread_shows_a_history_within_seconds_while_the_dense_model_is_still_at_work(
        self, settings: Settings
    ) -> None:
        gate = threading.Event()

        class Slow(HashEmbedder):
            def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
                gate.wait(10)
                return super().embed(texts)

        with Application.open(settings, model=Slow()) as application:
            worker = Worker(application, quiet_seconds=0.2)
            worker.start()
            store(application, 150)

            end = time.monotonic() + 10
            while len(application.trail.topics()) < 3:
                assert time.monotonic() < end
                time.sleep(0.02)

            assert application.processing.progress().embedded == 0
            gate.set()
            worker.stop()
