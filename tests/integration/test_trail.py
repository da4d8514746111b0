"""What pages and exports read, with few statements and in the learner's own days."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from conftest import SteppingClock
from exchanges import NOON, captured, history, items
from grouping import put_topics
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.exchange import Fidelity, Origin
from skilltrail.domain.timeline import MonthCount, TimelineFilter
from skilltrail.errors import ModelUnavailable, NotFound, UnsupportedFormat
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.types import to_microseconds

STATEMENTS_A_PAGE = 12


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def asked(number: int, moment: datetime, **changes: Any) -> Any:
    return captured(number, conversation_id=f"c-{number}", asked_at=moment, answered_at=moment, **changes)


@pytest.mark.usefixtures("berlin")
class TestTimeline:
    def test_counts_of_a_topic(self, application: Application) -> None:
        start = datetime(2026, 10, 30, 10, 0, tzinfo=UTC)
        minutes = (0, 20, 50, 81, 60 * 24 * 3)  # the fourth comes 31 minutes after the third
        application.exchanges.capture(
            items([asked(n, start + timedelta(minutes=m)) for n, m in enumerate(minutes, start=1)])
        )
        put_topics(application, {"sql": [1, 2, 3, 4, 5]})

        line = application.trail.timeline().topics[0]

        assert (line.id, line.name, line.area, line.terms, line.name_reason) == (
            "sql",
            "SQL",
            "Databases",
            ("term",),
            "because",
        )
        assert (line.exchanges, line.episodes, line.days) == (5, 3, 2)
        assert (line.first_at, line.last_at) == (start, start + timedelta(days=3))
        assert line.months == (MonthCount("2026-10", 4), MonthCount("2026-11", 1))

    def test_months_and_days_are_those_of_the_learners_clock(self, application: Application) -> None:
        # 23:30 UTC on the last of October is half past midnight in November in Berlin.
        application.exchanges.capture(items([asked(1, datetime(2026, 10, 31, 23, 30, tzinfo=UTC))]))
        put_topics(application, {"sql": [1]})

        assert application.trail.timeline().topics[0].months == (MonthCount("2026-11", 1),)
        november = TimelineFilter(since=date(2026, 11, 1), until=date(2026, 11, 1))
        assert application.trail.timeline(november).exchanges == 1
        assert application.trail.timeline(TimelineFilter(until=date(2026, 10, 31))).exchanges == 0

    def test_the_sums_agree(self, application: Application) -> None:
        application.exchanges.capture(items(history(9)))
        put_topics(application, {"sql": [1, 2, 3], "spanish": [4, 5]})

        timeline = application.trail.timeline()

        assert [(line.id, line.exchanges) for line in timeline.topics] == [("sql", 3), ("spanish", 2)]
        assert (timeline.exchanges, timeline.unassigned, timeline.conversations, timeline.pending) == (9, 4, 9, 9)
        assert timeline.latest[0].asked_at == timeline.last_at
        assert (timeline.first_at, timeline.filter) == (NOON, TimelineFilter())

    def test_an_area_shows_its_own_topics_alone(self, application: Application) -> None:
        application.exchanges.capture(items(history(9)))
        put_topics(application, {"spanish": [4, 5], "sql": [1, 2, 3]})

        timeline = application.trail.timeline(TimelineFilter(area="Languages"))

        assert [line.id for line in timeline.topics] == ["sql"]
        assert (timeline.exchanges, timeline.unassigned) == (3, 0)
        assert {row.id for row in timeline.latest} == {1, 2, 3}

    def test_only_the_current_path_counts(self, application: Application) -> None:
        again = asked(1, NOON, reply_id="r-1b", reply="Second try.", captured_at=NOON + timedelta(hours=2))
        application.exchanges.capture(items([asked(1, NOON), again]))
        put_topics(application, {"sql": [2]})

        timeline = application.trail.timeline()

        assert (timeline.exchanges, timeline.topics[0].exchanges) == (1, 1)
        assert application.trail.home().exchanges == 2

    def test_it_is_remembered_until_something_changes(self, application: Application, clock: SteppingClock) -> None:
        application.exchanges.capture(items(history(3)))
        first = application.trail.timeline()
        clock.move(minutes=1)

        assert application.trail.timeline().generated_at == first.generated_at + timedelta(minutes=1)
        application.exchanges.capture(items(history(6)))
        assert application.trail.timeline().exchanges == 6

    def test_an_empty_history_has_an_empty_timeline(self, application: Application) -> None:
        timeline = application.trail.timeline(TimelineFilter(since=date(1, 1, 1), until=date(9999, 12, 31)))

        assert (timeline.topics, timeline.exchanges, timeline.first_at, timeline.latest) == ((), 0, None, ())
        assert application.trail.topics() == ()


class TestPages:
    def test_pages_hold_everything_once(self, application: Application) -> None:
        application.exchanges.capture(items(history(23)))
        put_topics(application, {"sql": list(range(1, 22, 2))})

        for topic, wanted in ((None, list(range(23, 0, -1))), ("sql", list(range(21, 0, -2)))):
            seen: list[int] = []
            cursor = None
            while True:
                page = application.exchanges.page(topic, cursor, 5)
                seen += [row.seq for row in page.items]
                assert page.total == len(wanted)
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert seen == wanted

    def test_a_topic_is_read_by_day_however_it_arrived(self, application: Application) -> None:
        """An import stores chats in the order of its file, and two exchanges can have one moment."""
        told = history(20)
        told[3] = replace(told[3], asked_at=told[4].asked_at)
        application.exchanges.capture(items([*told[10:], *told[:10]]))
        put_topics(application, {"sql": list(range(1, 21))})
        wanted = sorted(application.exchanges.page("sql", None, 50).items, key=lambda one: (one.asked_at, one.id))

        seen: list[int] = []
        cursor = None
        while True:
            page = application.exchanges.page("sql", cursor, 6, by_day=True)
            seen += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == [row.id for row in reversed(wanted)]
        gone = application.exchanges.page("sql", 99, 50, by_day=True)
        assert [row.id for row in gone.items] == seen

    def test_a_topic_with_its_exemplars(self, application: Application) -> None:
        application.exchanges.capture(items(history(5)))
        put_topics(application, {"sql": [2, 1, 4]})

        detail = application.trail.topic("sql")

        assert detail.line.exchanges == 3
        assert [row.id for row in detail.exemplars] == [2]
        assert detail.exemplars[0].question.startswith("Explain")

    def test_what_does_not_exist_is_said(self, application: Application) -> None:
        with pytest.raises(NotFound):
            application.trail.topic("nothing")
        with pytest.raises(NotFound):
            application.exchanges.get(99)

    def test_an_exchange_names_its_topic(self, application: Application) -> None:
        application.exchanges.capture(items(history(2)))
        put_topics(application, {"sql": [2]})

        found = application.exchanges.get(2)

        assert (found.seq, found.topic_id, found.topic_name, found.area) == (2, "sql", "SQL", "Databases")
        assert application.exchanges.get(1).topic_id is None

    def test_no_page_takes_more_than_a_few_statements(self, application: Application) -> None:
        application.exchanges.capture(items(history(30)))
        application.processing.run_until_done()
        topic = application.trail.topics()[0].id
        counted = [0]
        event.listen(
            application._database._reader,
            "before_cursor_execute",
            lambda *_arguments: counted.__setitem__(0, counted[0] + 1),
        )
        pages = {
            "home": application.trail.home,
            "timeline": lambda: application.trail.timeline(TimelineFilter(area="Databases", since=date(2020, 1, 1))),
            "topics": application.trail.topics,
            "topic": lambda: application.trail.topic(topic),
            "page": lambda: application.exchanges.page(topic, None, 50),
            "exchange": lambda: application.exchanges.get(1),
            "progress": application.processing.progress,
        }

        for name, read in pages.items():
            counted[0] = 0
            read()
            assert 0 < counted[0] <= STATEMENTS_A_PAGE, name

    def test_waiting_work_is_found_by_its_own_index(self, application: Application) -> None:
        """A page asks for progress every second; it must not read the whole history for it."""
        plans: list[str] = []

        def explain(_connection: Any, cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
            if statement.startswith("SELECT"):
                cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
                plans.extend(row[3] for row in cursor.fetchall())

        event.listen(application._database._reader, "before_cursor_execute", explain)

        application.processing.progress()

        assert sum("ix_exchange_waiting" in plan for plan in plans) == 2


class TestExports:
    def test_entries_are_what_the_filter_asks_for(self, application: Application) -> None:
        application.exchanges.capture(items(history(9)))
        put_topics(application, {"sql": [1, 2, 3]})
        written: list[Any] = []

        from skilltrail import exporters

        export = application.exports.timeline("json", TimelineFilter(area="Databases"))
        written.append(export)

        assert export.media_type == "application/json"
        assert export.data.count(b'"prompt_id"') == 3
        assert exporters.TIMELINE_FORMATS == ("markdown", "json", "html")

    @pytest.mark.parametrize("name", ["markdown", "json", "html", "csv"])
    def test_every_format_of_an_empty_history(self, application: Application, name: str) -> None:
        assert application.exports.file(name).data

    def test_an_unknown_format_is_refused(self, application: Application) -> None:
        with pytest.raises(UnsupportedFormat):
            application.exports.file("pdf")

    def test_no_export_holds_a_reply(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1, reply="canary of the reply")]))

        for name in ("markdown", "json", "html", "csv"):
            assert b"canary" not in application.exports.file(name).data

    def test_the_table_has_one_row_for_each_exchange(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1, redactions={"token": 2}), captured(2, fidelity=Fidelity.DOM)]))
        put_topics(application, {"sql": [1]})

        lines = application.exports.file("csv").data.decode().splitlines()

        assert len(lines) == 3
        assert lines[1] == (
            '"chatgpt","extension","c-1","p-1","r-1","2026-11-20T12:01:00Z","stream_complete","complete","true","2",'
            '"sql","SQL","Databases"'
        )

    def test_without_the_model_the_page_goes_out_without_its_picture(
        self, settings: Settings, clock: SteppingClock
    ) -> None:
        class NoCharts(HashEmbedder):
            def chart(self, spec: dict[str, Any]) -> str:
                raise ModelUnavailable("no charts")

        with Application.open(settings, clock=clock, model=NoCharts()) as application:
            application.exchanges.capture(items(history(3)))
            put_topics(application, {"sql": [1, 2, 3]})

            assert b"<html" in application.exports.file("html").data


class TestImports:
    def test_a_file_is_read_and_every_exchange_accounted_for(self, application: Application, tmp_path: Any) -> None:
        file = tmp_path / "conversations.json"
        file.write_text(EXPORT, encoding="utf-8")
        steps: list[tuple[int, float]] = []

        first = application.imports.run([file], lambda progress: steps.append((progress.exchanges, progress.share)))
        second = application.imports.run([file])

        assert (first.found, first.stored, first.known, first.agrees) == (1, 1, 0, True)
        assert (second.found, second.stored, second.known, second.agrees) == (1, 0, 1, True)
        assert second.import_id == first.import_id + 1
        assert steps[-1] == (1, 1.0)
        assert [row.origin for row in application.exchanges.rows()] == [Origin.IMPORT]
        with application._database.read() as session:
            kept = session.execute(text("SELECT found, stored, known, finished_at FROM import_batch ORDER BY id")).all()
        assert [tuple(row)[:3] for row in kept] == [(1, 1, 0), (1, 0, 1)]
        assert kept[0][3] == to_microseconds(application.clock())


EXPORT = """[{"id": "c-9", "title": "Joins", "create_time": 1790000000, "current_node": "r1", "mapping": {
 "root": {"id": "root", "parent": null, "children": ["p1"], "message": null},
 "p1": {"id": "p1", "parent": "root", "children": ["r1"], "message": {"id": "p1", "author": {"role": "user"},
  "create_time": 1790000001, "content": {"content_type": "text", "parts": ["What is a join?"]}, "metadata": {}}},
 "r1": {"id": "r1", "parent": "p1", "children": [], "message": {"id": "r1", "author": {"role": "assistant"},
  "create_time": 1790000003, "status": "finished_successfully", "recipient": "all", "end_turn": true,
  "content": {"content_type": "text", "parts": ["A join puts rows together."]}, "metadata": {}}}}}]"""


class TestDemo:
    def test_the_invented_history_is_kept_apart_and_goes_away_whole(self, application: Application) -> None:
        demo = application.demo.open()

        assert demo.trail.home().exchanges >= 300
        assert application.trail.home().exchanges == 0
        assert application.demo.open() is demo
        assert application.demo.exists()

        application.demo.delete()

        assert not application.demo.folder.exists()
        assert not application.demo.exists()
