"""Clients and projects as the dashboard, the API, the search and the command line show and change them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from click.testing import CliRunner
from sqlalchemy import event
from sqlalchemy.engine import Engine

from callers import Caller
from clients import FOLLOWS, NOBODYS, OF_ACME, OF_BOTH, OF_QUUX, REPLY_ALONE, added, chats, listed, two_clients, whose
from dashboard import Dashboard
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.contexts import ContextForm, SaidOf
from skilltrail.domain.timeline import TimelineFilter

STATEMENTS_MOST = 12


@contextmanager
def counted() -> Iterator[list[str]]:
    found: list[str] = []

    def note(*given: Any) -> None:
        found.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


class TestPages:
    def test_whose_exchanges_are_stands_by_day_however_they_arrived(self, application: Application) -> None:
        told = history(8)
        application.exchanges.capture(items([*told[4:], *told[:4]]))
        application.contexts.finish()

        first = application.contexts.page("none", None, 5)
        rest = application.contexts.page("none", first.next_cursor, 5)
        asked = [row.asked_at for row in (*first.items, *rest.items)]
        assert asked == sorted((one.asked_at for one in told), reverse=True)
        assert application.contexts.page("none", 3, 9).items == (*first.items, *rest.items)[2:]

    def test_an_empty_page_says_why_one_would_list_clients(self, application: Application) -> None:
        page = Dashboard(application)("/fragments/clients")

        assert "No clients yet. Why name them?" in page.text
        assert "no export holds it" in page.text

    def test_clients_and_lists_show_what_is_whose(self, application: Application) -> None:
        acme, quux = two_clients(application)
        fetch = Dashboard(application)

        page = fetch("/fragments/clients")
        assert "Zqacme GmbH" in page.text
        assert "3 exchanges" in page.text
        assert [link for link in page.attributes("href") if link.startswith("/clients/")][:2] == [
            f"/clients/{quux}",
            "/clients/undecided",
        ]
        client = fetch(f"/fragments/clients/{acme}")
        shown = [link for link in client.attributes("href") if link.startswith("/exchanges/")]
        assert shown == [f"/exchanges/{number}" for number in (REPLY_ALONE, FOLLOWS, OF_ACME)]
        assert f"/exchanges/{OF_BOTH}" in fetch("/fragments/clients/undecided").attributes("href")
        fetch("/fragments/clients/99", status=404)

    def test_an_exchange_says_whose_it_is_and_why(self, application: Application) -> None:
        acme, quux = two_clients(application)
        fetch = Dashboard(application)

        assert "Its prompt names zqacme.example." in fetch(f"/fragments/exchanges/{OF_ACME}").text
        assert "Another prompt of this chat names zqacme.example." in fetch(f"/fragments/exchanges/{FOLLOWS}").text
        both = fetch(f"/fragments/exchanges/{OF_BOTH}")
        assert "It names several clients." in both.text
        assert both.attributes("data-whose") == [str(acme), str(quux), f"{acme},{quux}", "own"]
        application.contexts.say([OF_BOTH], SaidOf.OWN)
        assert "You said so." in fetch(f"/fragments/exchanges/{OF_BOTH}").text
        assert "Nobody’s" in fetch(f"/fragments/exchanges/{NOBODYS}").text

    def test_a_topics_list_can_be_given_to_a_client(self, application: Application) -> None:
        application.exchanges.capture(items(history(60)))
        application.processing.run_until_done()
        fetch, topic = Dashboard(application), application.trail.topics()[0].id
        assert "client-chosen" not in fetch(f"/fragments/topics/{topic}").attributes("data-action")
        client = added(application.contexts.keep(ContextForm("Zqclient")))

        page = fetch(f"/fragments/topics/{topic}")

        assert "client-chosen" in page.attributes("data-action")
        assert str(client) in page.attributes("value")

    def test_hostile_names_are_shown_inert(self, application: Application) -> None:
        client = added(application.contexts.keep(ContextForm("<img src=x onerror=alert(1)>", words=('"><script>x',))))
        fetch = Dashboard(application)

        for path in ("clients", f"clients/{client}", "export", "timeline", "search"):
            page = fetch(f"/fragments/{path}")
            assert not {"img", "script"} & set(page.tags)

    def test_what_was_changed_lately_is_listed_with_a_way_back(self, application: Application) -> None:
        acme, quux = two_clients(application)
        application.contexts.say([NOBODYS], SaidOf.OWN)
        application.contexts.say([NOBODYS, OF_ACME], SaidOf.CLIENTS, clients=[quux])
        application.contexts.set_archived(quux, archived=True)
        application.contexts.remove(acme, then="own")

        page = Dashboard(application)("/fragments/clients")

        told = [application.contexts.changes()[at].did for at in range(6)]
        assert told == ["removed", "archived", "said", "said", "added", "added"]
        assert "2 exchanges: Quuxwerk" in page.text
        assert "1 exchange: own learning" in page.text
        assert len(page.attributes("data-change")) == 6
        for change in page.attributes("data-change"):
            application.contexts.undo(int(change))
        assert application.contexts.changes() == []
        assert application.contexts.all() == {}

    def test_every_page_takes_few_statements(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        fetch = Dashboard(application)
        for path in ("clients", f"clients/{acme}", "clients/none", "clients/undecided"):
            fetch(f"/fragments/{path}")
            with counted() as statements:
                fetch(f"/fragments/{path}")
            assert len(statements) <= STATEMENTS_MOST, (path, len(statements), statements)

    def test_the_timeline_is_narrowed_to_a_client(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        counts = {
            one: application.trail.timeline(TimelineFilter(client=one)).exchanges
            for one in (str(acme), "own", "none", "undecided", "99")
        }

        assert counts == {str(acme): 3, "own": 0, "none": 1, "undecided": 1, "99": 0}
        page = Dashboard(application)(f"/fragments/timeline?client={acme}")
        assert [link for link in page.attributes("href") if link.startswith("/exchanges/")] != []


class TestApi:
    def test_clients_are_added_changed_archived_removed_and_all_is_undone(
        self, application: Application, page: Caller
    ) -> None:
        made = page.post("/api/v1/clients", {"name": "Acme", "domains": ["https://acme.example/"]}).json
        number = made["context"]["id"]
        assert made["context"]["domains"] == ["acme.example"]
        project = page.post(f"/api/v1/clients/{number}/projects", {"name": "Shop"}).json["context"]
        assert project["client_id"] == number
        page.post(f"/api/v1/clients/{number}/archived", {"archived": True})
        changed = page.post(f"/api/v1/clients/{number}", {"name": "Acme Ltd"}).json["context"]
        assert (changed["name"], changed["domains"], changed["archived"]) == ("Acme Ltd", [], True)
        removed = page.post(f"/api/v1/clients/{number}/remove", {"then": "own"}).json
        assert page.get("/api/v1/clients").json["clients"] == []

        page.post(f"/api/v1/client-changes/{removed['change']}/undo", {})
        found = page.get("/api/v1/clients").json["clients"]
        assert [(one["client"]["name"], len(one["projects"])) for one in found] == [("Acme Ltd", 1)]

    def test_whose_exchanges_are_is_said_and_read(self, application: Application, page: Caller) -> None:
        acme, quux = two_clients(application)
        body = {"exchanges": [NOBODYS, OF_QUUX], "said": "clients", "clients": [acme]}
        done = page.post("/api/v1/exchanges/client", body).json
        assert done["exchanges"] == 2
        assert page.get(f"/api/v1/exchanges/{NOBODYS}/client").json["clients"][0]["by"] == "hand"
        newest = page.get(f"/api/v1/clients/{acme}/exchanges?limit=2").json
        assert (newest["total"], len(newest["items"])) == (5, 2)
        page.post(f"/api/v1/client-changes/{done['change']}/undo", {})

        assert whose(application, NOBODYS, OF_QUUX) == ["none", str(quux)]

    def test_what_is_wrong_is_refused_with_a_reason(self, application: Application, page: Caller) -> None:
        two_clients(application)
        assert page.get("/api/v1/exports/left-out?with_clients=1").json["by_client"] == [["Quuxwerk", 1]]
        wrong = [
            ("clients", {"name": ""}, 422),
            ("clients", {"name": "Quuxwerk"}, 422),
            ("clients", {"name": "New", "domains": ["no domain"]}, 422),
            ("clients/99", {"name": "New"}, 404),
            ("exchanges/client", {"exchanges": [], "said": "own"}, 422),
            ("exchanges/client", {"exchanges": [1], "said": "clients"}, 422),
            ("exchanges/client", {"exchanges": [1], "said": "theirs"}, 422),
            ("client-changes/99/undo", {}, 404),
        ]
        answers = [(page.post(f"/api/v1/{path}", body), status) for path, body, status in wrong]

        assert [answer.status_code for answer, _status in answers] == [status for *_more, status in wrong]
        assert all(answer.json["detail"] for answer, _status in answers)


class TestSearch:
    def ids(self, application: Application, query: str) -> list[int]:
        return sorted(hit.exchange.id for hit in application.search.search(query).hits)

    def test_a_client_is_a_filter(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        added(application.contexts.keep(ContextForm("deploy"), client_id=acme))
        application.contexts.finish()
        while application.search.step():
            continue

        assert self.ids(application, "client:zqacme") == [OF_ACME, FOLLOWS, REPLY_ALONE]
        assert self.ids(application, 'client:"zqacme gmbh" client:quux') == [1, 2, 3, 4]
        assert self.ids(application, "client:deploy") == [OF_ACME, FOLLOWS]
        assert self.ids(application, "client:none") == [NOBODYS]
        assert self.ids(application, "client:undecided") == [OF_BOTH]
        assert self.ids(application, "client:own") == self.ids(application, "client:nobody-of-this-name") == []
        assert OF_QUUX not in self.ids(application, "test client:zqacme")
        page = application.search.search("client:none closure")
        assert page.query.written() == "closure client:none"


def test_the_command_line_does_all_of_it(application: Application, settings: Settings) -> None:
    chats(application)
    application.close()

    def run(*words: str) -> dict[str, Any]:
        done = CliRunner().invoke(main, [*words, "--home", str(settings.home), "--json"])
        assert done.exit_code == 0, done.output
        return dict(json.loads(done.output))

    acme = run("clients", "add", "Zqacme", "--domain", "zqacme.example", "--word", "Roadrunner")["context"]["id"]
    project = run("clients", "add", "Shop", "--of", str(acme))["context"]["id"]
    assert run("clients", "why", "1")["clients"] == [
        {"client_id": acme, "project_id": project, "certain": True, "by": "rule"}
    ]
    said = run("clients", "assign", "5", "--to", str(acme), "--project", str(project), "--chat")
    shown = run("clients")["clients"][0]
    assert (shown["exchanges"], shown["by_hand"]) == (5, 1)
    run("clients", "undo", str(said["change"]))
    run("clients", "assign", "5", "--own")
    assert run("clients")["own"] == 1
    run("clients", "change", str(acme), "Zqacme Ltd", "--other", "Zqacme")
    run("clients", "archive", str(acme))
    target = settings.home / "out.json"
    left = run("export", "--format", "json", "--out", str(target))["left_out"]
    assert (left["exchanges"], left["by_client"], left["waiting"]) == (4, [["Zqacme Ltd", 4]], 0)
    assert b"Zqacme" not in target.read_bytes()
    people = CliRunner().invoke(main, ["exchanges", "--csv", str(target), "--home", str(settings.home)])
    assert "Left out: 4 exchanges of clients that are not ticked: Zqacme Ltd (4)." in people.output
    run("export", "--format", "json", "--out", str(target), "--with-client", str(acme))
    assert b"zqacm" in target.read_bytes().lower()
    assert run("clients", "look")["looked"] == 0
    run("clients", "remove", str(acme), "--then", "own")
    assert run("clients")["own"] == 5
    people = CliRunner().invoke(main, ["clients", "--home", str(settings.home)])
    assert "No clients yet." in people.output


class TestSuggestions:
    def test_chats_near_a_clients_are_offered_and_change_nothing(self, application: Application, page: Caller) -> None:
        found = [replace(one, conversation_id=f"s-{number}") for number, one in enumerate(history(30))]
        application.exchanges.capture(items(found))
        application.processing.run_until_done()
        client = added(application.contexts.keep(ContextForm("Zqclient")))
        application.contexts.finish()
        application.contexts.say([1], SaidOf.CLIENTS, clients=[client])

        offered = application.contexts.suggestions(client)

        assert offered
        assert {one.like.id for one in offered} == {1}
        assert {one.exchange.title for one in offered} == {found[0].title}
        assert listed(application, client) == [1]
        shown = Dashboard(application)(f"/fragments/clients/{client}/suggestions")
        assert "Yes, it is theirs" in shown.text
        taken = {"exchanges": [offered[0].exchange.id], "said": "clients", "clients": [client], "suggested": True}
        page.post("/api/v1/exchanges/client", taken)
        assert len(listed(application, client)) == 2
        assert offered[0].exchange.id not in {one.exchange.id for one in application.contexts.suggestions(client)}
        assert (
            "You took up a suggestion." in Dashboard(application)(f"/fragments/exchanges/{taken['exchanges'][0]}").text
        )

    def test_domains_that_come_back_are_offered_as_clients_once(self, application: Application) -> None:
        ask = "Check the header of https://www.zqnew.example/page"
        talks = [
            captured(n, conversation_id=f"n-{n}", prompt_id=f"n{n}", reply_id=f"m{n}", prompt=ask) for n in range(1, 4)
        ]
        application.exchanges.capture(items(talks))
        assert [one.word for one in application.contexts.candidates()] == ["zqnew.example"]
        assert "zqnew.example" in Dashboard(application)("/fragments/client-candidates").text

        application.contexts.keep(ContextForm("Zqnew", domains=("zqnew.example",)))
        application.contexts.finish()

        assert application.contexts.candidates() == ()
