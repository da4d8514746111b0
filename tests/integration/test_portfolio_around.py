"""Portfolios and everything around them: forgetting, own words, backups, "everything I have", API and command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from sqlalchemy import text

from callers import Caller
from canaries import dumped, found_in
from dashboard import Dashboard
from databases import BeginWith
from portfolio_steps import chosen, filled, ids_of, sql_topic, topic_of, with_client
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.domain.contexts import SaidOf
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.portfolio import Selection, SkillChoice
from skilltrail.domain.saved_portfolio import as_fields, from_fields

SCHEMA = Path(__file__).resolve().parents[2] / "server/skilltrail/exporters/schemas/everything-1.schema.json"
WORD = "zqtypedxkj"


@pytest.fixture(autouse=True)
def _history(begin_with: BeginWith) -> None:
    begin_with(filled)


def forget(application: Application, **wish: object) -> None:
    application.forgetting.ask(ForgetWish(**wish), wait=timedelta())  # type: ignore[arg-type]
    application.forgetting.run_due()


def rows(application: Application, table: str) -> int:
    with application._database.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def written(topic: str) -> Selection:
    """A selection in which every text is the learner's, and each holds the word."""
    return chosen(
        topic,
        title=f"{WORD} a",
        person=f"{WORD} b",
        headline=f"{WORD} c",
        introduction=f"{WORD} d",
        recipient=f"{WORD} e",
        profiles=(f"https://{WORD}.example",),
        job_post=f"{WORD} f",
        skills=(SkillChoice(topic, note=f"{WORD} g"),),
    )


class TestForgetting:
    def test_an_exchange_goes_out_of_choices_allowances_and_what_files_held(self, application: Application) -> None:
        topic, facade = sql_topic(application), application.portfolios
        first, second = ids_of(application, topic)[:2]
        application.redactions.add_word("database")
        saved = facade.keep(chosen(topic, (first, ("prompt.1", "reply.1")), (second, ("prompt.1",))))
        for hit in facade.scan(saved.id):
            facade.allow(saved.id, hit.digest)
        facade.export(saved.id, "json")
        before = (rows(application, "portfolio_allowance"), rows(application, "portfolio_item"))

        forget(application, exchange=first)

        assert [one.exchange_id for one in facade.one(saved.id).selection.skills[0].excerpts] == [second]
        with application._database.read() as session:
            named = session.execute(
                text("SELECT count(*) FROM portfolio WHERE value LIKE :x"), {"x": f'%"exchange_id":{first}%'}
            )
            assert named.scalar_one() == 0
        after = (rows(application, "portfolio_allowance"), rows(application, "portfolio_item"))
        assert after[0] < before[0]
        assert after[1] == before[1] - 2
        assert ("removed", "excerpt") not in {(one.how, one.kind) for one in facade.changes(saved.id) or ()}

    def test_a_word_takes_every_portfolio_that_holds_it_in_any_form(self, application: Application) -> None:
        topic, facade = sql_topic(application), application.portfolios
        saved, other = facade.keep(written(topic)), facade.keep(chosen(topic))
        facade.keep(chosen(topic), saved.id)
        plan = application.forgetting.plan(ForgetWish(word=WORD))

        forget(application, word=WORD)

        assert plan.entries == 1
        assert [one.id for one in facade.all()] == [other.id]
        assert found_in(dumped(application), [WORD]) == set()

    def test_a_client_takes_what_names_it_and_its_admittance(self, application: Application) -> None:
        topic, facade, client = sql_topic(application), application.portfolios, with_client(application)
        application.contexts.say([ids_of(application, topic)[0]], SaidOf.CLIENTS, clients=[client])
        named = facade.keep(chosen(topic, recipient="Zqacme", admitted=(client,)))
        other = facade.keep(chosen(topic, admitted=(client,)))

        forget(application, client=client)

        assert [one.id for one in facade.all()] == [other.id]
        assert facade.one(other.id).selection.admitted == ()
        assert named.id != other.id
        assert found_in(dumped(application), ["zqacme"]) == set()

    def test_everything_leaves_nothing(self, application: Application) -> None:
        saved = application.portfolios.keep(written(sql_topic(application)))
        application.portfolios.export(saved.id, "json")
        forget(application, everything=True)

        for table in ("portfolio", "portfolio_allowance", "portfolio_export", "portfolio_item"):
            assert rows(application, table) == 0

    def test_the_retention_rule_takes_excerpts_and_lets_skills_count(self, application: Application) -> None:
        topic, facade = sql_topic(application), application.portfolios
        number = ids_of(application, topic)[0]
        saved = facade.keep(chosen(topic, (number, ("prompt.1",))))
        with application._database.write() as session:
            from skilltrail.domain.forget import Scope
            from skilltrail.services import forget as services
            from skilltrail.services.forget import Choice

            asked = services.ask(session, Choice(Scope.RETENTION, (number,)), now=application.clock(), wait=timedelta())
        application.forgetting.run_due()

        assert asked.scope is Scope.RETENTION
        resolved = facade.resolve(saved.id)
        assert resolved.portfolio.skills[0].exchanges == len(ids_of(application, topic))
        assert resolved.portfolio.skills[0].excerpts == ()
        assert facade.one(saved.id).selection.skills[0].excerpts == ()


def test_an_own_word_is_hidden_in_every_form(application: Application) -> None:
    saved = application.portfolios.keep(written(sql_topic(application)))
    word = application.redactions.add_word(WORD)

    application.redactions.replace(word.word.id)

    assert found_in(dumped(application), [WORD]) <= {WORD}  # it stands on the list itself
    held = as_fields(application.portfolios.one(saved.id).selection)
    assert WORD not in json.dumps(held | {"profiles": []})


def test_a_selection_is_stored_and_read_whole(application: Application) -> None:
    first = ids_of(application, sql_topic(application))[0]
    wanted = written(sql_topic(application))
    whole = chosen(
        "t", (first, ("prompt.1", "reply.2")), admitted=(1, 2), language="de", since=application.clock().date()
    )

    for one in (wanted, whole):
        assert from_fields(json.loads(json.dumps(as_fields(one)))) == one


def test_everything_i_have_holds_them_as_its_schema_says(application: Application) -> None:
    saved = application.portfolios.keep(written(sql_topic(application)))
    application.portfolios.export(saved.id, "json")

    document = json.loads(b"".join(application.data_rights.everything()))

    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    assert document["portfolios"][0]["value"]["title"] == f"{WORD} a"
    assert {item["kind"] for item in document["portfolio_exports"][0]["items"]} >= {"heading", "skill", "note"}


def test_a_backup_brings_them_back(application: Application) -> None:
    saved = application.portfolios.keep(written(sql_topic(application)))
    made = application.backups.make()
    application.portfolios.remove(saved.id)

    application.backups.restore(made.name)

    assert [one.selection.title for one in application.portfolios.all()] == [f"{WORD} a"]


class TestApi:
    def test_a_portfolio_is_begun_with_skills_edited_and_undone(self, application: Application, page: Caller) -> None:
        made = page.send("POST", "/api/v1/portfolios/proposed", {"person": "Lena", "audience": "public"})
        assert made.status_code == 201
        path = f"/api/v1/portfolios/{made.json['id']}"
        topic, number = sql_topic(application), ids_of(application, sql_topic(application))[0]

        page.send("POST", f"{path}/skills", {"topics": [topic]})
        excerpts = [{"exchange_id": number, "parts": ["prompt.1"]}]
        page.send("POST", f"{path}/skills/{topic}", {"note": "Hello", "excerpts": excerpts})
        page.send("POST", f"{path}/about", {"title": "Mine", "person": "Lena", "audience": "client"})
        held = page.send("GET", path).json

        (kept,) = held["skills"][0]["excerpts"]
        assert (held["title"], held["skills"][0]["note"]) == ("Mine", "Hello")
        assert kept == excerpts[0] | {"entry": application.evidence_log.entry_of(number)}
        content = page.send("GET", f"{path}/content").json
        assert (content["open"], content["skills"][0]["excerpts"]) == (0, 1)
        undone = page.send("POST", f"{path}/undo", {}).json
        assert undone["portfolio"]["audience"] == "public"

    def test_a_file_is_refused_while_something_is_open(self, application: Application, page: Caller) -> None:
        with_client(application)
        topic = sql_topic(application)
        saved = application.portfolios.keep(chosen(topic, introduction="For Zqacme"))
        path = f"/api/v1/portfolios/{saved.id}"
        refused = page.send("POST", f"{path}/export", {"format": "json"})
        assert (refused.status_code, refused.json["code"]) == (409, "portfolio_blocked")
        assert "Zqacme" not in refused.text

        hit = page.send("GET", f"{path}/scan").json["hits"][0]
        assert page.send("POST", f"{path}/allow", {"digest": hit["digest"]}).json["open"] == 0
        file = page.send("POST", f"{path}/export", {"format": "json"})
        assert file.status_code == 200
        assert "attachment" in file.headers["Content-Disposition"]


def test_the_page_shows_what_would_go_out_what_stays_and_what_stops_it(application: Application) -> None:
    client = with_client(application)
    topic = sql_topic(application)
    first, second = ids_of(application, topic)[:2]
    application.contexts.say([first], SaidOf.CLIENTS, clients=[client])
    wanted = chosen(topic, (first, ("prompt.1",)), (second, ("prompt.1",)), introduction="<b>For Zqacme</b>")
    saved = application.portfolios.keep(wanted)
    fetch = Dashboard(application)

    shown = fetch(f"/fragments/portfolios/{saved.id}").text

    assert application.exchanges.get(second).captured.prompt in shown
    assert application.exchanges.get(first).captured.prompt not in shown
    links = fetch(f"/fragments/portfolios/{saved.id}").attributes("href")
    assert (f"/exchanges/{second}" in links, f"/exchanges/{first}" in links) == (True, False)
    assert "belongs to a client, is undecided, or is left out of exports" in shown
    assert "1 exchange of this skill is neither counted nor shown" in shown
    assert "A word of your client Zqacme GmbH" in shown
    assert "<b>For Zqacme</b>" in shown
    offered = fetch(f"/fragments/portfolios/{saved.id}/excerpts/{topic}").attributes("data-exchange")
    assert str(second) in offered
    assert str(first) not in offered
    listed = fetch("/fragments/portfolios").text
    assert "For a job" in listed
    assert "No file was made of it yet." in listed


def test_a_skill_that_is_new_is_named_once_among_the_changes(application: Application) -> None:
    topic, other = sql_topic(application), topic_of(application, "logo")
    saved = application.portfolios.keep(chosen(topic))
    application.portfolios.export(saved.id, "json")
    application.portfolios.keep(chosen(topic, skills=(SkillChoice(topic), SkillChoice(other))), saved.id)

    shown = Dashboard(application)(f"/fragments/portfolios/{saved.id}").text

    assert "Changed since the last file" in shown
    assert "New: the skill" in shown
    assert "counts of" not in shown


def test_the_command_line_lists_shows_checks_and_exports(application: Application, tmp_path: Path) -> None:
    with_client(application)
    topic = sql_topic(application)
    clean, dirty = (application.portfolios.keep(chosen(topic, introduction=words)) for words in ("Hi", "For Zqacme"))
    home = str(application.settings.home)
    application.close()
    run = CliRunner(env={"SKILLTRAIL_KEYRING": "off"}).invoke

    assert "[1] For a job" in run(main, ["portfolio", "--home", home]).output
    shown = json.loads(run(main, ["portfolio", "show", str(clean.id), "--home", home, "--json"]).output)
    assert (shown["open"], shown["skills"][0]["exchanges"]) == (0, 10)
    checked = run(main, ["portfolio", "check", str(dirty.id), "--home", home])
    assert (checked.exit_code, "Zqacme" in checked.output) == (1, True)
    out = tmp_path / "p.json"
    refused = run(main, ["portfolio", "export", str(dirty.id), "--home", home, "--format", "json", "--out", str(out)])
    assert (refused.exit_code, out.exists()) == (1, False)
    done = run(main, ["portfolio", "export", str(clean.id), "--home", home, "--format", "json", "--out", str(out)])
    assert (done.exit_code, json.loads(out.read_bytes())["person"]["name"]) == (0, "Lena Okafor")
