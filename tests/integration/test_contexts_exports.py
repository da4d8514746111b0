"""A client's matter never leaves by default: every export, every name of a topic."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from jsonschema import Draft202012Validator

from callers import Caller
from clients import ACME, FOLLOWS, NOBODYS, OF_ACME, OF_BOTH, OF_QUUX, REPLY_ALONE, added, chats, two_clients
from dashboard import Dashboard
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.application.exports import TABLES
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.demo.clients import CLIENTS
from skilltrail.domain.claims import Proposal, PublishedConcept, TopicMatch
from skilltrail.domain.contexts import ContextForm, How, SaidOf
from skilltrail.domain.timeline import Timeline, TimelineFilter, TopicLine
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.platform.client_words import ClientWords, IdentifyingWord
from skilltrail.services.exporting import masked_timeline
from skilltrail.services.matching_run import proposable

FORMATS = ("html", "json", "markdown", "csv", "xlsx")
SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "server/skilltrail/exporters/schemas/everything-1.schema.json").read_text()
)


class TestEveryFormat:
    def test_it_holds_nothing_of_clients_unless_they_are_ticked(self, application: Application) -> None:
        acme, quux = two_clients(application)
        for format_name in FORMATS:
            file = application.exports.file(format_name)
            assert file.exchange_ids == (NOBODYS,)
            assert b"zqacm" not in file.data.lower()
            ticked = application.exports.file(format_name, [acme])
            assert ticked.exchange_ids == (OF_ACME, FOLLOWS, REPLY_ALONE, NOBODYS)
            assert application.exports.file(format_name, [acme, quux]).exchange_ids == tuple(range(1, 7))

    def test_nothing_that_was_not_looked_at_leaves(self, application: Application) -> None:
        chats(application)
        assert {len(application.exports.file(one).exchange_ids) for one in FORMATS} == {6}
        application.contexts.keep(ACME)

        assert {application.exports.file(one).exchange_ids for one in FORMATS} == {()}
        application.contexts.finish()
        assert {application.exports.file(one).exchange_ids for one in FORMATS} == {(OF_QUUX, NOBODYS)}

    def test_own_learning_leaves_without_the_clients_name(self, application: Application) -> None:
        two_clients(application)
        application.contexts.say([OF_ACME, OF_BOTH], SaidOf.OWN)
        for format_name in FORMATS:
            file = application.exports.file(format_name)
            assert file.exchange_ids == (OF_ACME, NOBODYS, OF_BOTH)
            lower = file.data.lower()
            assert b"zqacm" not in lower
            assert b"quuxwerk" not in lower


def test_a_masked_question_says_that_it_was_edited(application: Application) -> None:
    two_clients(application)
    application.contexts.say([OF_ACME], SaidOf.OWN)

    told = json.loads(application.exports.file("json").data)["exchanges"][0]

    assert (told["question"], told["masked"]) == ("How do I deploy shop.[client]?", ["client"])


def test_the_page_says_what_is_left_out_and_why(application: Application, page: Caller) -> None:
    acme, _quux = two_clients(application)
    fetch = Dashboard(application)

    for format_name in FORMATS:
        shown = fetch(f"/fragments/export-preview?format={format_name}").text
        assert "Left out: 4 exchanges of clients that are not ticked: Zqacme GmbH (3), Quuxwerk (1)." in shown
        assert "Left out: 1 exchange of which it is not decided whose they are." in shown
        ticked = fetch(f"/fragments/export-preview?format={format_name}&with_clients={acme}")
        assert "Left out: 1 exchange of clients that are not ticked: Quuxwerk (1)." in ticked.text
        assert any(f"with_clients={acme}" in href for href in ticked.attributes("data-href"))
    answer = page.get(f"/api/v1/exports?format=csv&with_clients={acme}")
    assert answer.get_data(as_text=True).count("\n") == 5
    assert page.get("/api/v1/exports?format=csv&with_clients=1;2").status_code == 422


def test_counts_of_what_is_left_out_follow_the_filter(application: Application) -> None:
    acme, quux = two_clients(application)

    assert application.contexts.left_out(TimelineFilter()).exchanges == 5
    assert application.contexts.left_out(TimelineFilter(), [acme, quux]).exchanges == 0
    assert application.contexts.left_out(TimelineFilter(area="nowhere")).exchanges == 0
    application.contexts.keep(ContextForm("Third"))
    assert application.contexts.left_out(TimelineFilter()).waiting == 1


def test_what_is_left_out_and_what_a_file_holds_is_all_there_is(application: Application, page: Caller) -> None:
    """Tables hold what is off the current path too: as many are in a file, and left out of it, as its kind can hold."""
    acme, quux = two_clients(application)
    again = captured(1, conversation_id="talk-b", prompt="Another slogan for Quuxwerk", reply="We do.", title="Chat")
    application.exchanges.capture(items([replace(again, prompt_id="p-x", reply_id="r-x", on_current_path=False)]))
    application.contexts.finish()

    for format_name in FORMATS:
        for admitted in ([], [acme], [quux], [acme, quux]):
            held = len(application.exports.file(format_name, admitted).exchange_ids)
            ticked = f"&with_clients={','.join(map(str, admitted))}" if admitted else ""
            left = page.get(f"/api/v1/exports/left-out?format={format_name}{ticked}").json
            assert held + left["exchanges"] == (7 if format_name in TABLES else 6)
    assert page.get("/api/v1/exports/left-out?format=csv").json["by_client"] == [["Zqacme GmbH", 3], ["Quuxwerk", 2]]
    assert page.get("/api/v1/exports/left-out").json["by_client"] == [["Zqacme GmbH", 3], ["Quuxwerk", 1]]
    assert page.get("/api/v1/exports/left-out?format=pdf").status_code == 422


def test_the_command_line_counts_as_the_file_that_it_writes(application: Application, settings: Settings) -> None:
    two_clients(application)
    again = captured(1, conversation_id="talk-b", prompt="Another slogan for Quuxwerk", reply="We do.", title="Chat")
    application.exchanges.capture(items([replace(again, prompt_id="p-x", reply_id="r-x", on_current_path=False)]))
    application.close()

    def left(*words: str) -> dict[str, Any]:
        target = settings.home.parent / "file"
        done = CliRunner().invoke(main, [*words, str(target), "--home", str(settings.home), "--json"])
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.output)["left_out"])

    assert left("exchanges", "--csv")["exchanges"] == left("exchanges", "--xlsx")["exchanges"] == 6
    assert left("export", "--format", "json", "--out")["exchanges"] == 5


def test_everything_is_the_learners_own_copy(application: Application) -> None:
    acme, quux = two_clients(application)
    application.contexts.keep(ContextForm("Shop", domains=("s.example",)), client_id=acme)
    application.contexts.say([OF_BOTH], SaidOf.CLIENTS, clients=[acme, quux])
    application.contexts.remove(quux, then="own")

    told: dict[str, Any] = json.loads(b"".join(application.data_rights.everything()))

    Draft202012Validator(SCHEMA).validate(told)
    assert len(told["exchanges"]) == 6
    assert [one["value"]["name"] for one in told["clients"]] == ["Zqacme GmbH", "Quuxwerk", "Quuxwerk", "Shop"]
    assert told["client_words"]
    assert told["client_exchanges"]
    assert {one["word"] for one in told["client_mentions"]} >= {"zqacme.example", "Quuxwerk"}


class TestNamesOfTopics:
    def talks(self) -> list[Any]:
        """Sixty exchanges on three subjects, each of which says a client's word all the time."""
        return [
            captured(
                number,
                conversation_id=one.conversation_id,
                prompt_id=one.prompt_id,
                reply_id=one.reply_id,
                parent_id=None,
                prompt=f"for zqwerk: {one.prompt} zqwerk shop",
                reply=f"{one.reply} zqwerk shop",
                title="zqwerk",
            )
            for number, one in enumerate(history(60))
        ]

    def words(self, application: Application) -> str:
        topics = application.trail.topics()
        assert topics
        return " ".join([word for topic in topics for word in (topic.name, topic.name_reason, *topic.terms)]).lower()

    def test_a_run_calls_nothing_by_a_clients_word(self, application: Application) -> None:
        application.exchanges.capture(items(self.talks()))
        application.processing.run_until_done()
        assert "zqwerk" in self.words(application)

        application.contexts.keep(ContextForm("Zqwerk"))
        # At once, and after the next run too.
        assert "zqwerk" not in self.words(application)
        application.exchanges.capture(items(history(9, prefix="later")))
        application.processing.run_until_done()

        assert "zqwerk" not in self.words(application)
        division = application.corrections.divide(application.trail.topics()[0].id)
        assert "zqwerk" not in str([(part.name, part.terms, part.reason) for part in division.parts]).lower()

    def test_the_model_is_told_what_to_avoid(self, application: Application, model: HashEmbedder) -> None:
        talks = self.talks()
        wanted = {
            "dense": model.embed([one.prompt for one in talks]),
            "static": model.static([one.prompt for one in talks]),
            "texts": [f"{one.prompt}\n{one.reply}" for one in talks],
            "keys": [str(number) for number in range(len(talks))],
        }
        plain = model.discover(**wanted)
        careful = model.discover(**wanted, avoid=frozenset({"zqwerk"}))

        assert "zqwerk" in str(plain.groups).lower().replace("for zqwerk", "")
        told = [(one.name, one.terms, one.alternatives, one.reason.sentence()) for one in careful.groups]
        assert "zqwerk" not in str(told).lower()
        assert len({one.name for one in careful.groups}) == len(careful.groups)
        assert [one.members for one in careful.groups] == [one.members for one in plain.groups]

    def test_a_name_of_the_learners_is_masked_in_exports(self, application: Application) -> None:
        application.exchanges.capture(items(history(60)))
        application.processing.run_until_done()
        application.corrections.rename(application.trail.topics()[0].id, "Work for Zqwerk")
        added(application.contexts.keep(ContextForm("Zqwerk")))
        application.contexts.finish()

        for format_name in ("json", "markdown", "html", "csv"):
            data = application.exports.file(format_name).data.decode().replace("\\", "")
            assert "Zqwerk" not in data
            assert "Work for [client]" in data

    def test_published_skills_that_hold_a_clients_word_are_neither_proposed_nor_exported(self) -> None:
        concept = PublishedConcept("esco", "x", "skill", "use Zqwerk software")
        other = PublishedConcept("esco", "y", "skill", "use software")
        match = TopicMatch(tuple(Proposal(one, 0.9, 0.5, (), 0.9) for one in (concept, other)))
        kept = proposable(match, frozenset({"zqwerk"}))
        words = ClientWords([IdentifyingWord(1, 1, How.NAME, "Zqwerk")])
        at = datetime(2026, 11, 1, tzinfo=UTC)
        line = TopicLine("t", "Zqwerk", (), "Area", 0, at, at, 1, 1, 1, (), alignments=(concept, other))
        timeline = Timeline(at, (line,), 1, 1, 0, 0, at, at, (), TimelineFilter(), 1)

        shown = masked_timeline(timeline, lambda text: (words.masked(text), ())).topics[0]

        assert [one.concept for one in kept.proposals] == [other]
        assert (shown.name, shown.alignments) == ("[client]", (other,))


def test_the_demo_shows_the_boundary(application: Application) -> None:
    demo = application.demo.open()
    overview = demo.contexts.overview()
    assert [line.counts.exchanges > 15 for line in overview.clients] == [True] * 4
    assert [len(line.projects) for line in overview.clients] == [0, 2, 1, 2]
    assert all(count > 0 for line in overview.clients for count in line.of_project.values())
    assert sum(len(line.of_project) for line in overview.clients) >= 5
    assert (overview.undecided > 0, overview.waiting) == (True, 0)

    leaving = len(demo.exports.file("json").exchange_ids)
    found = demo.contexts.left_out(TimelineFilter())
    assert leaving + found.exchanges == demo.trail.timeline().exchanges
    assert (found.undecided, len(found.by_client)) == (overview.undecided, 4)

    # Opened again, nothing is named twice.
    application.demo.close()
    assert len(application.demo.open().contexts.all()) == len(demo_names())


def demo_names() -> list[str]:
    return [form.name for client, projects in CLIENTS for form in (client, *projects)]
