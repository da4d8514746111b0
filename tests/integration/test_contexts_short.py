"""Short forms of clients' names: offered, found, masked; and names of topics that hold one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from callers import Caller
from clients import added, whose
from dashboard import Dashboard
from exchanges import captured, history, items
from skilltrail import i18n
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.topics import WITHOUT_NAME
from skilltrail.errors import NotFound
from skilltrail.storage.correction_queries import change_topic

LIMITED = ContextForm("Zqacme GmbH")


def tell(application: Application, number: int, prompt: str) -> None:
    found = captured(number, conversation_id=f"talk-{number}", prompt=prompt, reply="x", title="Chat")
    application.exchanges.capture(items([found]))


def missing(application: Application) -> list[str | None]:
    return [line.short for line in application.contexts.overview().clients]


class TestFinding:
    def test_a_new_client_is_found_by_its_short_name(self, application: Application, page: Caller) -> None:
        tell(application, 1, "A logo for Zqacme")

        added_to = page.post("/api/v1/clients", {"name": "Zqacme GmbH"}).json
        application.contexts.finish()

        assert added_to["context"]["others"] == ["Zqacme"]
        assert whose(application, 1) == [str(added_to["context"]["id"])]
        assert missing(application) == [None]

    def test_a_client_that_is_there_is_offered_it(self, application: Application, page: Caller) -> None:
        tell(application, 1, "A logo for Zqacme")
        client = page.post("/api/v1/clients", {"name": "Zqacme GmbH", "short": False}).json["context"]["id"]
        application.contexts.finish()
        assert (whose(application, 1), missing(application)) == (["none"], ["Zqacme"])
        fetch = Dashboard(application)
        assert "Not found as" in fetch("/fragments/clients").text
        assert "Texts that say only" in fetch(f"/fragments/clients/{client}").text

        done = page.post(f"/api/v1/clients/{client}/short", {}).json
        application.contexts.finish()
        assert (whose(application, 1), missing(application)) == ([str(client)], [None])
        assert page.post(f"/api/v1/clients/{client}/short", {}).status_code == 404
        assert "Texts that say only" not in fetch(f"/fragments/clients/{client}").text

        application.contexts.undo(done["change"])
        application.contexts.finish()
        assert (whose(application, 1), missing(application)) == (["none"], ["Zqacme"])

    def test_what_another_client_is_called_or_tells_nobody_is_not_offered(self, application: Application) -> None:
        application.contexts.keep(ContextForm("Zqacme"))
        for name in ("Zqacme GmbH", "Data Co"):
            done = application.contexts.keep(ContextForm(name), short=True)
            assert done.context is not None
            assert done.context.form.others == ()
            with pytest.raises(NotFound):
                application.contexts.keep_short(done.context.id)

        assert missing(application) == [None, None, None]

    def test_the_command_line_adds_it_or_not(self, tmp_path: Path) -> None:
        def run(*words: str) -> str:
            done = CliRunner().invoke(main, [*words, "--home", str(tmp_path / "home")])
            assert done.exit_code == 0, done.output
            return done.output

        run("clients", "add", "Quuxwerk AG")
        run("clients", "add", "Zqacme GmbH", "--no-short")
        assert "It is not found as “Zqacme”; “skilltrail clients short 2” changes that." in run("clients")
        run("clients", "short", "2")
        assert "not found as" not in run("clients")


def grouped(application: Application) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()


class TestNamesOfTopics:
    def test_exports_hide_names_that_are_made_with_a_clients(self, application: Application) -> None:
        grouped(application)
        first, second, third = (topic.id for topic in application.trail.topics()[:3])
        application.corrections.rename(first, "Plans of the zqacmeshop")
        application.corrections.rename(second, "Zqacme logos")
        application.corrections.rename(third, "Data of Zqwerk")
        client = added(application.contexts.keep(LIMITED))
        application.contexts.keep(ContextForm("Data Co"))
        application.contexts.finish()

        for format_name in ("json", "markdown", "html", "csv"):
            data = application.exports.file(format_name).data.decode().replace("\\", "")
            assert "zqacme" not in data.lower()
            assert "Data of Zqwerk" in data
            assert "zqacmeshop" in application.exports.file(format_name, [client]).data.decode()

    def test_a_topic_that_lost_its_name_to_a_client_is_named_anew(self, application: Application) -> None:
        grouped(application)
        before = {topic.id: topic.name for topic in application.trail.topics()}
        assert application.processing.progress().topics_due is False
        named = max(before.values(), key=len)

        client = added(application.contexts.keep(ContextForm(f"{named} GmbH", (named,))))
        lost = next(topic for topic in application.trail.topics() if before[topic.id] == named)
        assert named not in lost.name
        assert application.processing.progress().topics_due
        application.contexts.remove(client)
        application.processing.run_until_done()

        again = {topic.id: topic.name for topic in application.trail.topics()}
        assert again[lost.id] == named


def test_a_name_for_want_of_one_is_said_in_the_readers_language_everywhere(application: Application) -> None:
    grouped(application)
    topic = application.trail.topics()[0]
    with application._database.write() as session:
        change_topic(session, topic.id, name=WITHOUT_NAME)
    exchange = next(item.id for item in application.exchanges.page(limit=200).items if item.topic_id == topic.id)
    fetch = Dashboard(application)

    with i18n.speaking("de"):
        assert application.exchanges.get(exchange).topic_name == "Thema ohne Namen"
        assert "Thema ohne Namen" in {item.topic_name for item in application.exchanges.page(limit=200).items}
        assert "Thema ohne Namen" in {one.name for one in application.claims.all()}
    assert "Topic without a name" in fetch(f"/fragments/exchanges/{exchange}").text
