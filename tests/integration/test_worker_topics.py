"""Topic runs: when they are due, what they find, and that topics stay what they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from conftest import SteppingClock
from exchanges import NOON, captured, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.topics import TopicPartition
from skilltrail.ml.hash_embedder import HashEmbedder
from steps import count, step_until_idle


class TestTopics:
    def test_three_subjects_make_three_topics(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))

        application.processing.run_until_done()

        topics = application.trail.topics()
        assert [line.exchanges for line in topics] == [10, 10, 10]
        titles = [{row.title for row in application.exchanges.page(line.id).items} for line in topics]
        assert sorted(map(sorted, titles)) == [["Logo"], ["Spanish"], ["Sql"]]
        assert all(application.trail.topic(line.id).exemplars for line in topics)

    def test_seven_exchanges_are_too_few(self, application: Application) -> None:
        application.exchanges.capture(items(history(7)))

        done = application.processing.run_until_done()

        assert not done.topics_due
        assert count(application, "topic_run") == 0

    def test_a_new_exchange_is_placed_before_the_next_run(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        runs = count(application, "topic_run")

        application.exchanges.capture(items(history(3, start=NOON + timedelta(days=90), prefix="new")))
        step_until_idle(application)

        newest = application.exchanges.page(limit=3).items
        assert all(row.topic_id is not None for row in newest)
        assert len({row.topic_id for row in newest}) == 3
        assert count(application, "topic_run") == runs

    def test_ids_and_names_stay_through_runs(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        before = {line.id: line.name for line in application.trail.topics()}

        application.exchanges.capture(items(history(15, start=NOON + timedelta(days=60), prefix="more")))
        application.processing.run_until_done()

        after = {line.id: line.name for line in application.trail.topics()}
        assert after == before
        assert sum(line.exchanges for line in application.trail.topics()) == 45

    def test_a_run_is_due_after_enough_is_new(self, settings: Settings, clock: SteppingClock) -> None:
        with Application.open(settings.changed(topics_due_after=6), clock=clock, model=HashEmbedder()) as application:
            application.exchanges.capture(items(history(12)))
            step_until_idle(application)
            assert count(application, "topic_run") == 1

            application.exchanges.capture(items(history(5, prefix="five")))
            step_until_idle(application)
            assert count(application, "topic_run") == 1

            application.exchanges.capture(items(history(1, prefix="sixth")))
            step_until_idle(application)
            assert count(application, "topic_run") == 2

    def test_what_is_asked_for_during_a_run_is_looked_at_by_another(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        model, first = HashEmbedder(), []

        def found(**asked: Any) -> TopicPartition:
            if not first:
                first.append(1)
                # What comes now is not in what this run has read.
                application.exchanges.capture(items(history(1, prefix="late")))
                application.processing.ask_for_topics()
            return HashEmbedder.discover(model, **asked)

        monkeypatch.setattr(model, "discover", found)
        application.exchanges.capture(items(history(1, prefix="early")))
        application.processing.ask_for_topics()
        runs = count(application, "topic_run")
        while not application.processing.step(model).idle:
            pass

        assert count(application, "topic_run") == runs + 2

    def test_what_leaves_the_path_leaves_its_topic(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        old = history(30)[5]

        again = captured(
            5,
            conversation_id=old.conversation_id,
            prompt_id=old.prompt_id,
            reply_id="again",
            parent_id=None,
            reply="A second and quite another try.",
            captured_at=old.captured_at + timedelta(days=1),
        )
        application.exchanges.capture(items([again]))

        assert sum(line.exchanges for line in application.trail.topics()) == 29
        assert application.exchanges.get(6).topic_id is None

    def test_a_second_run_over_the_same_data_changes_no_row(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        with application._database.read() as session:
            before = session.execute(text("SELECT * FROM topic_membership ORDER BY 1")).all()

        with application._database.write() as session:
            session.execute(text("UPDATE meta SET value = '1' WHERE name = 'topics_stale'"))
        application.processing.run_until_done()

        with application._database.read() as session:
            assert session.execute(text("SELECT * FROM topic_membership ORDER BY 1")).all() == before
        assert count(application, "topic_run") == 2
