"""Clients and projects in a real database: rules, the learner's word, undoing, forgetting, backups."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from canaries import dumped, key_of, left_in
from clients import (
    ACME,
    FOLLOWS,
    NOBODYS,
    OF_ACME,
    OF_BOTH,
    OF_QUUX,
    QUUX,
    REPLY_ALONE,
    added,
    chats,
    listed,
    two_clients,
    whose,
)
from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.contexts import By, ContextForm, Place, SaidOf
from skilltrail.domain.exchange import Fidelity
from skilltrail.domain.forget import ForgetWish
from skilltrail.errors import NotFound, RequestInvalid
from steps import count

TABLES = ("context_form", "context_said", "context_mention", "context_assignment", "forget_client")


def forget(application: Application, wish: ForgetWish) -> None:
    application.forgetting.ask(wish, wait=timedelta())
    application.forgetting.run_due()


class TestRules:
    def test_what_names_a_client_is_the_clients_and_says_why(self, application: Application) -> None:
        acme, quux = two_clients(application)

        assert whose(application) == [str(acme), str(acme), str(quux), str(acme), "none", f"{acme}+{quux}?"]
        reasons = application.contexts.exchange(OF_ACME).reasons
        assert [(one.place, one.word, one.talk) for one in reasons] == [(Place.PROMPT, "zqacme.example", False)]
        assert [one.talk for one in application.contexts.exchange(FOLLOWS).reasons] == [True]
        assert application.contexts.exchange(REPLY_ALONE).reasons[0].place is Place.REPLY
        assert len(application.contexts.exchange(OF_BOTH).reasons) == 2

    def test_the_overview_counts_and_the_lists_hold_what_it_counts(self, application: Application) -> None:
        acme, quux = two_clients(application)
        application.contexts.say([NOBODYS], SaidOf.OWN)

        found = application.contexts.overview()

        counts = {line.client.id: (line.counts.exchanges, line.counts.undecided) for line in found.clients}
        assert counts == {acme: (3, 1), quux: (1, 1)}
        assert (found.own, found.none, found.undecided, found.waiting, found.total) == (1, 0, 1, 0, 6)
        assert listed(application, acme) == [OF_ACME, FOLLOWS, REPLY_ALONE]
        assert (listed(application, "own"), listed(application, "undecided")) == ([NOBODYS], [OF_BOTH])
        assert listed(application, "none") == listed(application, "1; DROP TABLE exchange") == []

    def test_what_is_captured_later_is_looked_at_by_itself_in_any_order(self, application: Application) -> None:
        acme = added(application.contexts.keep(ACME))
        chats(application)
        assert application.contexts.overview().waiting == 6
        assert application.contexts.step() == 6
        assert application.contexts.step() == 0

        assert whose(application, OF_ACME, FOLLOWS, OF_QUUX) == [str(acme), str(acme), "none"]

    def test_a_better_copy_or_another_title_is_looked_at_again(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        better = captured(
            NOBODYS, conversation_id="talk-d", prompt="What is a closure for Zqacme?", reply="A function.",
            title="Chat", fidelity=Fidelity.API_FULL,
        )  # fmt: skip
        application.exchanges.capture(items([replace(better, captured_at=better.captured_at + timedelta(minutes=5))]))
        assert application.contexts.finish() == 1
        assert whose(application, NOBODYS) == [str(acme)]

        title = captured(
            3, conversation_id="talk-b", prompt="A slogan for QUUXWERK, please", reply="We are.", title="Zqacme"
        )
        application.exchanges.capture(items([replace(title, captured_at=title.captured_at + timedelta(hours=1))]))
        application.contexts.finish()
        assert application.contexts.exchange(OF_QUUX).placing.undecided

    def test_other_words_take_and_give_exchanges_and_undoing_brings_them_back(self, application: Application) -> None:
        acme, quux = two_clients(application)
        before = whose(application)

        changed = application.contexts.keep(ContextForm("Closures Ltd", words=("closure",)), context_id=acme)
        assert application.contexts.overview().waiting == 6
        application.contexts.finish()
        assert whose(application) == ["none", "none", str(quux), "none", str(acme), str(quux)]

        application.contexts.undo(changed.change)
        application.contexts.finish()
        assert whose(application) == before

    def test_the_end_does_not_depend_on_the_order(self, application: Application) -> None:
        chats(application)
        quux = added(application.contexts.keep(QUUX))
        application.contexts.step()
        acme = added(application.contexts.keep(ACME))
        application.contexts.finish()

        assert whose(application) == [str(acme), str(acme), str(quux), str(acme), "none", f"{quux}+{acme}?"]

    def test_a_project_is_told_inside_its_client(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        project = added(application.contexts.keep(ContextForm("deploy"), client_id=acme))
        application.contexts.finish()

        assert application.contexts.exchange(OF_ACME).placing.clients[0].project_id == project
        assert application.contexts.overview().clients[1].of_project == {project: 2}

    def test_a_word_that_the_learner_hides_still_tells_its_client(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        word = application.redactions.add_word("Zqacme").word
        application.redactions.replace(word.id)
        application.contexts.finish()

        assert "Zqacme" not in application.exchanges.get(REPLY_ALONE).captured.reply
        assert whose(application, REPLY_ALONE) == [str(acme)]

    def test_nothing_is_done_without_clients(self, application: Application) -> None:
        chats(application)

        assert application.contexts.step() == 0
        assert application.contexts.overview().waiting == 0


class TestKeeping:
    def test_hostile_names_are_only_names(self, application: Application) -> None:
        chats(application)
        for name in ("<script>alert(1)</script>", "%_[a-z]*", "'; DROP TABLE exchange; --", "a.*(b|c)+", '"\\"'):
            if any(sign.isalnum() for sign in name):
                added(application.contexts.keep(ContextForm(name, words=(f"{name} too",))))
            else:
                with pytest.raises(RequestInvalid):
                    application.contexts.keep(ContextForm(name))
        application.contexts.finish()

        assert whose(application) == ["none"] * 6
        assert len(application.contexts.overview().clients) == 4

    def test_what_is_wrong_is_refused_and_nothing_is_kept(self, application: Application) -> None:
        acme = added(application.contexts.keep(ACME))
        for form in (
            ContextForm(""),
            ContextForm("zqACME gmbh"),
            ContextForm("x", domains=("nothing",)),
            ContextForm("the"),
        ):
            with pytest.raises(RequestInvalid):
                application.contexts.keep(form)
        secret = "sk-proj-" + "Ab1" * 20
        with pytest.raises(RequestInvalid):
            application.contexts.keep(ContextForm("Key", words=(secret,)))
        for wrong in ({"context_id": 99}, {"client_id": 99}):
            with pytest.raises(NotFound):
                application.contexts.keep(ContextForm("New"), **wrong)  # type: ignore[arg-type]
        project = added(application.contexts.keep(ContextForm("Shop"), client_id=acme))
        with pytest.raises(NotFound):
            application.contexts.keep(ContextForm("Deeper"), client_id=project)

        assert count(application, "context_form") == 2

    def test_an_archived_client_keeps_what_is_its(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        done = application.contexts.set_archived(acme, archived=True)

        assert application.contexts.overview().waiting == 0
        assert whose(application, OF_ACME) == [str(acme)]
        application.contexts.undo(done.change)
        assert not application.contexts.all()[acme].form.archived


class TestRemoving:
    @pytest.mark.parametrize("then", ["release", "own", "move"])
    def test_its_exchanges_become_what_the_learner_says_and_undoing_brings_all_back(
        self, application: Application, then: str
    ) -> None:
        acme, quux = two_clients(application)
        application.contexts.say([NOBODYS], SaidOf.CLIENTS, clients=[acme])
        before = whose(application)

        removed = application.contexts.remove(acme, then=quux if then == "move" else then)
        application.contexts.finish()

        left = {"release": "none", "own": "own", "move": str(quux)}[then]
        assert whose(application) == [left, left, str(quux), left, left, str(quux)]
        application.contexts.undo(removed.change)
        application.contexts.finish()
        assert whose(application) == before

    def test_what_belongs_to_both_stays_with_the_other(self, application: Application) -> None:
        acme, quux = two_clients(application)
        application.contexts.say([OF_BOTH], SaidOf.CLIENTS, clients=[acme, quux])

        application.contexts.remove(acme)

        assert whose(application, OF_BOTH) == [str(quux)]

    def test_a_project_goes_alone_and_with_its_client(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        project = added(application.contexts.keep(ContextForm("deploy"), client_id=acme))
        done = application.contexts.remove(project)
        application.contexts.finish()
        assert application.contexts.exchange(OF_ACME).placing.clients[0].project_id is None

        application.contexts.undo(done.change)
        application.contexts.remove(acme)
        assert project not in application.contexts.all()

    def test_it_must_be_there(self, application: Application) -> None:
        acme = added(application.contexts.keep(ACME))
        with pytest.raises(NotFound):
            application.contexts.remove(acme, then=acme)
        with pytest.raises(NotFound):
            application.contexts.remove(99)


class TestSaying:
    def test_the_learners_word_wins_and_is_taken_back_in_any_order(self, application: Application) -> None:
        acme, quux = two_clients(application)
        first = application.contexts.say([OF_ACME, NOBODYS], SaidOf.CLIENTS, clients=[quux])
        second = application.contexts.say([OF_ACME], SaidOf.OWN)
        assert whose(application, OF_ACME, NOBODYS) == ["own", str(quux)]

        application.contexts.undo(first.change)
        assert whose(application, OF_ACME, NOBODYS) == ["own", "none"]
        application.contexts.undo(second.change)
        assert whose(application, OF_ACME, NOBODYS) == [str(acme), "none"]
        with pytest.raises(NotFound):
            application.contexts.undo(second.change)

    def test_it_survives_every_change_of_rules(self, application: Application) -> None:
        acme, quux = two_clients(application)
        application.contexts.say([OF_ACME], SaidOf.CLIENTS, clients=[quux])
        application.contexts.say([OF_QUUX], SaidOf.OWN)
        application.contexts.keep(ContextForm("Zqwide", words=("deploy", "slogan")), context_id=acme)
        application.contexts.finish()

        assert whose(application, OF_ACME, OF_QUUX) == [str(quux), "own"]

    def test_of_a_whole_chat_it_holds_for_what_comes_to_it(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        said = application.contexts.say([NOBODYS], SaidOf.CLIENTS, clients=[acme], whole=True)
        application.exchanges.capture(items([captured(7, conversation_id="talk-d", prompt="Go on", reply="Well.")]))
        application.contexts.finish()

        assert said.exchanges == 1
        assert application.contexts.exchange(7).placing.clients[0].by is By.CHAT
        application.contexts.undo(said.change)
        assert whose(application, NOBODYS, 7) == ["none", "none"]

    def test_an_undecided_one_can_be_both(self, application: Application) -> None:
        acme, quux = two_clients(application)
        application.contexts.say([OF_BOTH], SaidOf.CLIENTS, clients=[quux, acme])

        assert whose(application, OF_BOTH) == [f"{acme}+{quux}"]
        assert OF_BOTH in listed(application, acme)
        application.contexts.say([OF_BOTH], SaidOf.LEFT)
        assert whose(application, OF_BOTH) == [f"{acme}+{quux}?"]

    def test_what_is_not_there_is_refused(self, application: Application) -> None:
        acme, quux = two_clients(application)
        project = added(application.contexts.keep(ContextForm("Shop"), client_id=acme))
        wrong = [
            ([99], SaidOf.OWN, {}),
            ([1], SaidOf.CLIENTS, {"clients": [99]}),
            ([1], SaidOf.CLIENTS, {"clients": [project]}),
            ([1], SaidOf.CLIENTS, {"clients": [quux], "project_id": project}),
        ]
        for ids, said, more in wrong:
            with pytest.raises(NotFound):
                application.contexts.say(ids, said, **more)  # type: ignore[arg-type]
        with pytest.raises(RequestInvalid):
            application.contexts.say([1], SaidOf.CLIENTS)

        assert count(application, "context_said") == 0


class TestForgetting:
    def test_an_exchange_takes_its_assignment_and_what_rested_on_it(self, application: Application) -> None:
        two_clients(application)
        application.contexts.say([OF_ACME], SaidOf.OWN)
        application.contexts.say([OF_ACME], SaidOf.LEFT)
        forget(application, ForgetWish(exchange=OF_ACME))

        assert whose(application, FOLLOWS) == ["none"]
        assert count(application, "context_said") == 0
        assert b"zqacme.example" in dumped(application)

    def test_all_of_a_client_goes_with_its_words(self, application: Application, settings: Settings) -> None:
        acme, quux = two_clients(application)
        application.contexts.keep(ContextForm("Zqproject"), client_id=acme)
        application.contexts.say([NOBODYS], SaidOf.CLIENTS, clients=[acme])
        plan = application.forgetting.plan(ForgetWish(client=acme))
        assert (plan.exchanges, plan.clients) == (4, 1)

        forget(application, ForgetWish(client=acme))

        assert [row.id for row in application.exchanges.rows([quux])] == []
        application.contexts.finish()
        assert [row.id for row in application.exchanges.rows([quux])] == [OF_QUUX, OF_BOTH]
        assert list(application.contexts.all()) == [quux]
        # What was both clients' matter stays, and holds the name that was written in it.
        forget(application, ForgetWish(exchange=OF_BOTH))
        assert left_in(settings.home, key_of(application), ["zqacme", "zqproject", "roadrunner"]) == {}

    def test_it_waits_ten_seconds_and_can_be_undone(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        asked = application.forgetting.ask(ForgetWish(client=acme))
        application.forgetting.cancel(asked.id)
        application.forgetting.run_due()

        assert whose(application, OF_ACME) == [str(acme)]
        assert count(application, "forget_client") == 0

    def test_a_forgotten_word_goes_out_of_a_clients_words(self, application: Application, settings: Settings) -> None:
        acme, _quux = two_clients(application)
        application.contexts.keep(replace(ACME, others=(), words=("Coyote",)), context_id=acme)
        forget(application, ForgetWish(word="roadrunner"))
        forget(application, ForgetWish(word="COYOTE"))

        assert application.contexts.all()[acme].form.words == ()
        assert left_in(settings.home, key_of(application), ["roadrunner", "coyote"]) == {}

    def test_a_forgotten_name_takes_the_client_and_an_earlier_name_its_form(
        self, application: Application, settings: Settings
    ) -> None:
        acme = added(application.contexts.keep(ContextForm("Zqfirst")))
        application.contexts.keep(ContextForm("Zqsecond"), context_id=acme)
        forget(application, ForgetWish(word="zqfirst"))
        assert application.contexts.all()[acme].form.name == "Zqsecond"
        forget(application, ForgetWish(word="zqsecond"))

        assert application.contexts.all() == {}
        assert left_in(settings.home, key_of(application), ["zqfirst", "zqsecond"]) == {}

    def test_everything_takes_all_of_it(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        application.contexts.say([1], SaidOf.OWN)
        application.forgetting.ask(ForgetWish(client=acme))
        forget(application, ForgetWish(everything=True))

        assert {table: count(application, table) for table in TABLES} == dict.fromkeys(TABLES, 0) | {"forget_client": 1}

    def test_what_the_retention_rule_takes_stays_the_clients(self, application: Application) -> None:
        acme, _quux = two_clients(application)
        with application._database.write() as session:
            from skilltrail.storage.forget_queries import remove_texts

            remove_texts(session, [(OF_ACME, b"a" * 32, b"b" * 32)])
        application.contexts.keep(ContextForm("Zqother"))
        application.contexts.finish()

        assert whose(application, OF_ACME) == [str(acme)]


def test_a_restored_backup_has_clients_words_and_assignments(application: Application) -> None:
    acme, quux = two_clients(application)
    application.contexts.say([NOBODYS], SaidOf.CLIENTS, clients=[quux])
    before = whose(application)
    made = application.backups.make()
    application.contexts.remove(acme, then="own")
    application.contexts.finish()

    application.backups.restore(made.name)

    assert whose(application) == before
    assert set(application.contexts.all()) == {acme, quux}
