"""How many old exchanges a run may move: none without new ones, few with some, all where nothing is settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conftest import SteppingClock
from databases import Homes, in_topics
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services.topic_run import RunInput, gather
from steps import step_until_idle


@pytest.fixture
def settled(homes: Homes, settings: Settings, clock: SteppingClock) -> Iterator[Application]:
    """A history of 180 exchanges that a full run has looked at; no further run is due by itself."""
    homes.put(in_topics(180), settings.home)
    with Application.open(settings.changed(topics_due_after=10_000), clock=clock, model=HashEmbedder()) as application:
        yield application


def next_run(application: Application, *, model: str | None = "hash-test@1") -> RunInput:
    name = application.model().identity if model == "hash-test@1" else model
    with application._database.read() as session:
        return gather(session, model=name, static_model=application.model().static_identity)


def test_with_nothing_new_nothing_moves(settled: Application) -> None:
    run = next_run(settled)

    assert run.settled.all()
    assert run.spare == 0


def test_one_old_exchange_may_move_for_twelve_new_ones(settled: Application) -> None:
    settled.exchanges.capture(items(history(30, prefix="new")))
    step_until_idle(settled)

    run = next_run(settled)

    assert int(run.settled.sum()) == 180
    assert run.spare == 2


def test_a_first_picture_moves_nothing_old(settled: Application) -> None:
    settled.exchanges.capture(items(history(60, prefix="new")))

    run = next_run(settled, model=None)

    assert int(run.settled.sum()) == 180
    assert run.spare == 0


def test_another_model_finds_everything_anew(settled: Application) -> None:
    assert not next_run(settled, model="another@1").settled.any()


def test_a_small_history_is_not_settled(application: Application) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()

    assert not next_run(application).settled.any()


def test_what_came_since_is_not_settled_before_a_run_has_seen_it(settled: Application) -> None:
    settled.exchanges.capture(items(history(30, prefix="new")))
    settled.processing.run_until_done()

    run = next_run(settled)

    assert (int(run.settled.sum()), run.spare) == (210, 0)
