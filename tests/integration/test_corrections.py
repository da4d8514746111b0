"""The learner corrects topics: it acts at once, wins over every later run, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from conftest import SteppingClock
from databases import BeginWith, in_topics
from exchanges import NOON, history, items
from forgetting_steps import forget
from skilltrail import i18n
from skilltrail.application import Application
from skilltrail.domain.corrections import Standing
from skilltrail.errors import CorrectionRefused, NotFound

Topics = dict[str, set[int]]


@pytest.fixture
def grouped(begin_with: BeginWith) -> Application:
    """Thirty exchanges in three topics of ten."""
    return begin_with(in_topics(30))


def topics(application: Application) -> Topics:
    """Return the exchanges of every living topic, hidden ones too."""
    found: Topics = {}
    with application._database.read() as session:
        rows = session.execute(
            text(
                "SELECT t.id, m.exchange_id FROM topic t JOIN topic_membership m ON m.topic_id = t.id "
                "WHERE t.retired_at IS NULL"
            )
        )
        for topic, exchange in rows:
            found.setdefault(topic, set()).add(exchange)
    return found


def names(application: Application) -> dict[str, str]:
    return {line.id: line.name for line in application.trail.topics()}


def run_again(application: Application, *, more: int = 0, prefix: str = "more") -> None:
    """Let all topics be found anew, with ``more`` new exchanges."""
    if more:
        application.exchanges.capture(items(history(more, start=NOON + timedelta(days=100), prefix=prefix)))
    with application._database.write() as session:
        session.execute(text("UPDATE meta SET value = '99' WHERE name = 'topics_stale'"))
    application.processing.run_until_done()


def biggest(application: Application) -> list[str]:
    return sorted(topics(application), key=lambda topic: (-len(topics(application)[topic]), topic))


class TestRename:
    def test_the_name_stays_through_runs_and_ours_comes_back(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        ours = names(grouped)[topic]

        grouped.corrections.rename(topic, "  My \n craft ")
        run_again(grouped, more=30)

        assert names(grouped)[topic] == "My craft"
        grouped.corrections.rename(topic, None)
        assert names(grouped)[topic] == ours

    def test_undoing_the_older_of_two_names_changes_nothing(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        first = grouped.corrections.rename(topic, "First")
        second = grouped.corrections.rename(topic, "Second")

        assert "stays" in grouped.corrections.undo(first.id or 0).words
        assert names(grouped)[topic] == "Second"
        grouped.corrections.undo(second.id or 0)
        assert names(grouped)[topic] not in {"First", "Second"}

    @pytest.mark.parametrize("name", ["", "   ", "\u200b\n"])
    def test_an_empty_name_is_refused(self, grouped: Application, name: str) -> None:
        with pytest.raises(CorrectionRefused):
            grouped.corrections.rename(biggest(grouped)[0], name)

    def test_two_topics_cannot_have_one_name(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)

        with pytest.raises(CorrectionRefused, match="Another topic"):
            grouped.corrections.rename(first, names(grouped)[second].upper())

    def test_a_topic_that_is_not_there_is_said_so(self, grouped: Application) -> None:
        with pytest.raises(NotFound):
            grouped.corrections.rename("t-none", "Name")


class TestMove:
    def test_moved_exchanges_stay_where_they_were_put(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        moved = sorted(topics(grouped)[first])[:2]

        grouped.corrections.move(moved, second)
        run_again(grouped, more=15)

        assert set(moved) <= topics(grouped)[second]

    def test_a_moved_exchange_lives_in_its_topic_even_alone(self, grouped: Application) -> None:
        first, _second, _third = biggest(grouped)
        alone = min(topics(grouped)[first])
        done = grouped.corrections.split_off([alone], "Only this")
        new = done.topic_id or ""

        run_again(grouped, more=30)

        assert topics(grouped)[new] >= {alone}
        assert names(grouped)[new] == "Only this"

    def test_what_was_taken_out_of_all_topics_stays_out(self, grouped: Application) -> None:
        out = min(topics(grouped)[biggest(grouped)[0]])

        grouped.corrections.move([out], None)
        run_again(grouped, more=15)

        assert grouped.exchanges.get(out).topic_id is None

    def test_a_text_that_changes_leaves_the_exchange_where_it_was_put(self, grouped: Application) -> None:
        _first, second, _third = biggest(grouped)
        other = next(number for number in range(1, 31) if number not in topics(grouped)[second])
        grouped.corrections.move([other], second)
        changed = replace(history(30)[other - 1], reply="A reply that is a good deal longer than before. " * 3)

        grouped.exchanges.capture(items([changed]))
        grouped.processing.run_until_done()

        assert grouped.exchanges.get(other).topic_id == second

    def test_undoing_puts_it_back(self, grouped: Application) -> None:
        before = topics(grouped)
        first, second, _third = biggest(grouped)
        done = grouped.corrections.move(sorted(before[first])[:3], second)

        grouped.corrections.undo(done.id or 0)

        assert topics(grouped) == before

    def test_of_two_moves_the_older_cannot_be_undone_before_the_newer(self, grouped: Application) -> None:
        first, second, third = biggest(grouped)
        row = min(topics(grouped)[first])
        older = grouped.corrections.move([row], second)
        newer = grouped.corrections.move([row], third)

        with pytest.raises(CorrectionRefused, match="later change first"):
            grouped.corrections.undo(older.id or 0)
        grouped.corrections.undo(newer.id or 0)
        assert grouped.exchanges.get(row).topic_id == second
        grouped.corrections.undo(older.id or 0)
        assert grouped.exchanges.get(row).topic_id == first

    def test_nothing_is_undone_twice(self, grouped: Application) -> None:
        done = grouped.corrections.move([1], None)
        grouped.corrections.undo(done.id or 0)

        with pytest.raises(CorrectionRefused, match="already"):
            grouped.corrections.undo(done.id or 0)


class TestMerge:
    def test_merged_topics_stay_one_and_take_new_exchanges_of_both(self, grouped: Application) -> None:
        first, second, third = biggest(grouped)
        both = topics(grouped)[first] | topics(grouped)[second]

        grouped.corrections.merge([second], first)
        run_again(grouped, more=30)

        assert set(topics(grouped)) == {first, third}
        assert topics(grouped)[first] >= both
        assert len(topics(grouped)[first]) == 40

    def test_undoing_brings_the_other_back_with_its_name(self, grouped: Application) -> None:
        before, called = topics(grouped), names(grouped)
        first, second, _third = biggest(grouped)
        done = grouped.corrections.merge([second], first)
        run_again(grouped)

        grouped.corrections.undo(done.id or 0)

        assert topics(grouped) == before
        assert names(grouped) == called
        run_again(grouped)
        assert names(grouped) == called

    def test_undoing_long_after_leaves_what_joined_since(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        done = grouped.corrections.merge([second], first)
        run_again(grouped, more=30)

        grouped.corrections.undo(done.id or 0)

        assert len(topics(grouped)[second]) == 10
        assert len(topics(grouped)[first]) == 30

    def test_a_topic_is_not_merged_with_itself(self, grouped: Application) -> None:
        first = biggest(grouped)[0]

        with pytest.raises(CorrectionRefused):
            grouped.corrections.merge([first], first)


class TestSplit:
    def test_both_sides_stay_apart(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        part = sorted(topics(grouped)[topic])[:4]
        rest = topics(grouped)[topic] - set(part)

        new = grouped.corrections.split_off(part, "A part").topic_id or ""
        run_again(grouped, more=30)

        assert topics(grouped)[new] >= set(part)
        assert topics(grouped)[topic] >= rest
        assert names(grouped)[new] == "A part"

    def test_undoing_makes_it_one_again(self, grouped: Application) -> None:
        before = topics(grouped)
        topic = biggest(grouped)[0]
        done = grouped.corrections.split_off(sorted(before[topic])[:4], "A part")

        grouped.corrections.undo(done.id or 0)

        assert topics(grouped) == before
        run_again(grouped)
        assert topics(grouped) == before

    def test_the_whole_topic_is_not_split_off(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]

        with pytest.raises(CorrectionRefused, match="whole topic"):
            grouped.corrections.split_off(sorted(topics(grouped)[topic]), "All of it")

    def test_a_split_cannot_go_back_to_a_topic_that_was_merged_away(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        done = grouped.corrections.split_off(sorted(topics(grouped)[first])[:4], "A part")
        grouped.corrections.merge([first], second)

        with pytest.raises(CorrectionRefused, match="ended since"):
            grouped.corrections.undo(done.id or 0)

    def test_a_merged_topic_divides_into_what_was_merged(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        before = {frozenset(topics(grouped)[first]), frozenset(topics(grouped)[second])}
        grouped.corrections.merge([second], first)

        division = grouped.corrections.divide(first)

        assert {frozenset(part.exchanges) for part in division.parts} == before
        assert all(part.name and part.questions for part in division.parts)
        grouped.corrections.split_as_proposed(first, [1])
        assert {frozenset(rows) for rows in topics(grouped).values()} >= before
        run_again(grouped)
        assert {frozenset(rows) for rows in topics(grouped).values()} >= before

    @pytest.mark.parametrize("numbers", [[], [0, 1], [9]])
    def test_a_proposal_leaves_a_part_where_it_is(self, grouped: Application, numbers: list[int]) -> None:
        first, second, _third = biggest(grouped)
        grouped.corrections.merge([second], first)

        with pytest.raises(CorrectionRefused):
            grouped.corrections.split_as_proposed(first, numbers)


class TestKeep:
    def test_a_kept_topic_is_neither_split_nor_merged(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        others = [
            row for rows in (topics(grouped)[other] for other in biggest(grouped)[1:]) for row in sorted(rows)[:2]
        ]
        grouped.corrections.move(others, topic)

        grouped.corrections.keep(topic, on=True)
        kept = topics(grouped)[topic]
        run_again(grouped, more=45)

        assert topics(grouped)[topic] >= kept
        assert grouped.corrections.say(topic).kept

    def test_it_can_be_let_go(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        grouped.corrections.keep(topic, on=True)

        grouped.corrections.keep(topic, on=False)

        assert not grouped.corrections.say(topic).kept


class TestStanding:
    @pytest.mark.parametrize("standing", [Standing.HIDDEN, Standing.NOT_SKILL])
    def test_it_is_on_no_timeline_and_in_no_export(self, grouped: Application, standing: Standing) -> None:
        topic = biggest(grouped)[0]
        name = names(grouped)[topic]

        grouped.corrections.set_standing(topic, standing)
        run_again(grouped, more=30)

        timeline = grouped.trail.timeline()
        assert topic not in {line.id for line in timeline.topics}
        assert timeline.exchanges == sum(line.exchanges for line in timeline.topics) == 40
        assert timeline.unassigned == 0
        assert topic not in {item.topic_id for item in timeline.latest}
        for kind in ("markdown", "json", "html", "csv"):
            assert name.encode() not in grouped.exports.file(kind).data
            assert topic.encode() not in grouped.exports.file(kind).data
        assert grouped.trail.home().topics == 2
        assert len(topics(grouped)[topic]) == 20
        assert grouped.trail.topic(topic).line.exchanges == 20

    def test_it_can_be_shown_again(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        grouped.corrections.set_standing(topic, Standing.HIDDEN)
        grouped.corrections.set_standing(topic, Standing.NOT_SKILL)

        grouped.corrections.set_standing(topic, Standing.SHOWN)

        assert topic in names(grouped)

    def test_undoing_the_newer_standing_gives_the_older_back(self, grouped: Application) -> None:
        topic = biggest(grouped)[0]
        grouped.corrections.set_standing(topic, Standing.HIDDEN)
        newer = grouped.corrections.set_standing(topic, Standing.NOT_SKILL)

        grouped.corrections.undo(newer.id or 0)

        assert grouped.corrections.say(topic).standing is Standing.HIDDEN


class TestLooks:
    def test_colour_and_area_stay_through_runs_and_go_back(self, grouped: Application) -> None:
        line = grouped.trail.topics()[0]
        with grouped._database.write() as session:
            session.execute(text("INSERT INTO area (id, name) VALUES (77, 'Craft')"))
            session.execute(text("UPDATE topic SET area_id = 77 WHERE id = :id"), {"id": grouped.trail.topics()[1].id})
        colour = grouped.corrections.set_colour(line.id, (line.colour + 5) % 12)
        area = grouped.corrections.set_area(line.id, "Craft")

        run_again(grouped, more=15)

        now = grouped.trail.topic(line.id).line
        assert (now.colour, now.area) == ((line.colour + 5) % 12, "Craft")
        grouped.corrections.undo(colour.id or 0)
        grouped.corrections.undo(area.id or 0)
        now = grouped.trail.topic(line.id).line
        assert (now.colour, now.area) == (line.colour, line.area)

    @pytest.mark.parametrize("colour", [-1, 12])
    def test_a_colour_that_is_none_is_refused(self, grouped: Application, colour: int) -> None:
        with pytest.raises(CorrectionRefused):
            grouped.corrections.set_colour(biggest(grouped)[0], colour)


CORRECTIONS: dict[str, Callable[[Application, str, str], object]] = {
    "rename": lambda app, first, _second: app.corrections.rename(first, "Mine"),
    "move": lambda app, first, second: app.corrections.move(sorted(topics(app)[first])[:3], second),
    "merge": lambda app, first, second: app.corrections.merge([second], first),
    "split": lambda app, first, _second: app.corrections.split_off(sorted(topics(app)[first])[:3], "Part"),
    "keep": lambda app, first, _second: app.corrections.keep(first, on=True),
    "hide": lambda app, first, _second: app.corrections.set_standing(first, Standing.HIDDEN),
}


def state(application: Application) -> str:
    with application._database.read() as session:
        rows = session.execute(text("SELECT id, name, pinned_name, colour, standing, retired_at IS NULL FROM topic"))
        return (
            f"{sorted(map(tuple, rows))} {sorted((topic, sorted(rows)) for topic, rows in topics(application).items())}"
        )


@pytest.mark.parametrize("kind", CORRECTIONS)
def test_five_runs_on_the_same_data_are_identical_after_a(kind: str, grouped: Application) -> None:
    first, second, _third = biggest(grouped)
    CORRECTIONS[kind](grouped, first, second)
    run_again(grouped)
    before = state(grouped)

    for _turn in range(4):
        run_again(grouped)
        assert state(grouped) == before


@pytest.mark.parametrize("kind", CORRECTIONS)
def test_a_run_that_read_the_topics_before_a_correction_writes_nothing_over(kind: str, grouped: Application) -> None:
    first, second, _third = biggest(grouped)
    model = grouped.model()

    class Meanwhile:
        done = False

        def __getattr__(self, name: str) -> object:
            return getattr(model, name)

        def discover(self, **arguments: object) -> object:
            found = model.discover(**arguments)  # type: ignore[arg-type]
            if not self.done:
                self.done = True
                CORRECTIONS[kind](grouped, first, second)
                self.after = state(grouped)
            return found

    with grouped._database.write() as session:
        session.execute(text("UPDATE meta SET value = '99' WHERE name = 'topics_stale'"))
    meanwhile = Meanwhile()
    grouped.processing.ask_for_topics()
    grouped.processing.step(meanwhile)  # type: ignore[arg-type]

    assert meanwhile.done
    assert state(grouped) == meanwhile.after


def test_a_first_picture_obeys_too(application: Application) -> None:
    application.exchanges.capture(items(history(100)))
    while application.processing.progress().picture != "first":
        application.processing.step()
    first, second, _third = biggest(application)
    mine = topics(application)[first] | topics(application)[second]
    application.corrections.merge([second], first)

    application.exchanges.capture(items(history(300, prefix="flood", start=NOON + timedelta(days=200))))
    runs = application.processing.progress()
    while application.processing.progress().picture == "first" and application.processing.progress().pending:
        application.processing.step()

    assert runs.picture == "first"
    assert topics(application)[first] >= mine
    application.processing.run_until_done()
    assert topics(application)[first] >= mine


class TestLog:
    def test_it_tells_in_sentences_what_happened_the_newest_first(
        self, grouped: Application, clock: SteppingClock
    ) -> None:
        first, second, _third = biggest(grouped)
        clock.move(minutes=1)
        grouped.corrections.rename(first, "Mine")
        clock.move(minutes=1)
        done = grouped.corrections.merge([second], first)
        clock.move(minutes=1)
        grouped.corrections.undo(done.id or 0)

        log = grouped.corrections.log()

        assert log[0].words == f"You merged “{names(grouped)[second]}” into “Mine”."
        assert log[0].undone
        assert log[1].words == "You called a topic “Mine”."
        assert log[-1].words == "Topics were found for the first time: 3 topics."

    def test_a_topic_that_a_run_ends_is_told_with_where_its_exchanges_went(self, grouped: Application) -> None:
        with grouped._database.write() as session:
            session.execute(
                text(
                    "INSERT INTO topic (id, name, name_reason, terms, area_id, colour, created_at) "
                    "SELECT 'told', 'Old one', '', '[]', area_id, 1, 0 FROM topic LIMIT 1"
                )
            )
            rows = sorted(topics(grouped)[biggest(grouped)[0]])[:3]
            for row in rows:
                session.execute(
                    text("UPDATE topic_membership SET topic_id = 'told' WHERE exchange_id = :r"), {"r": row}
                )
        went = names(grouped)

        run_again(grouped)

        words = " ".join(line.words for line in grouped.corrections.log())
        assert "“Old one” turned out to be about the same as" in words or "“Old one” ended." in words
        assert any(f"“{name}”" in words for name in went.values())


class TestForgetting:
    def test_a_name_of_the_learners_goes_from_the_log_with_what_it_rests_on(self, application: Application) -> None:
        exchanges = history(30)
        exchanges[0] = replace(exchanges[0], prompt=exchanges[0].prompt + " for Quuxwerk")
        application.exchanges.capture(items(exchanges))
        application.processing.run_until_done()
        topic = application.exchanges.get(1).topic_id or ""
        application.corrections.rename(topic, "Quuxwerk work")
        application.corrections.rename(topic, "Another name")
        application.corrections.split_off([4, 7], "Quuxwerk part") if topic else None

        forget(application, word="Quuxwerk")

        with application._database.read() as session:
            kept = str(session.execute(text("SELECT * FROM correction")).all())
            kept += str(session.execute(text("SELECT * FROM topic")).all())
        assert "Quuxwerk" not in kept
        assert "Another name" in kept
        assert "Quuxwerk" not in str(application.corrections.log())

    def test_what_was_said_about_exchanges_goes_with_them(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        grouped.corrections.merge([second], first)

        forget(grouped, exchange=1)

        with grouped._database.read() as session:
            rows = session.execute(text("SELECT count(*) FROM corrected_exchange WHERE exchange_id = 1")).scalar()
        assert rows == 0

    def test_forgetting_everything_leaves_no_correction(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        grouped.corrections.rename(first, "Mine")
        grouped.corrections.merge([second], first)

        forget(grouped, everything=True)

        with grouped._database.read() as session:
            assert session.execute(text("SELECT count(*) FROM correction")).scalar() == 0
            assert session.execute(text("SELECT count(*) FROM corrected_exchange")).scalar() == 0

    def test_a_name_for_want_of_one_is_kept_in_english_and_said_in_each_language(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        done = grouped.corrections.merge([second], first)
        forget(grouped, exchange=min(topics(grouped)[first]))

        with i18n.speaking("de"):
            grouped.corrections.undo(done.id or 0)
            assert names(grouped)[second] == "Thema ohne Namen"
            assert any("„Thema ohne Namen“" in line.words for line in grouped.corrections.log())

        assert names(grouped)[second] == "Topic without a name"

    def test_a_merge_whose_topic_lost_its_name_can_still_be_undone(self, grouped: Application) -> None:
        first, second, _third = biggest(grouped)
        done = grouped.corrections.merge([second], first)
        forget(grouped, exchange=min(topics(grouped)[first]))

        grouped.corrections.undo(done.id or 0)

        assert names(grouped)[second]
        run_again(grouped)
        assert names(grouped)[second] != "Topic without a name"
