"""What of clients could slip through: chats that were half looked at, own words, masks, forgetting too early."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from clients import ACME, FOLLOWS, NOBODYS, OF_ACME, OF_BOTH, OF_QUUX, REPLY_ALONE, added, chats, two_clients, whose
from conftest import SteppingClock
from dashboard import Dashboard
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.domain.claims import Proposal, PublishedConcept, TopicMatch
from skilltrail.domain.contexts import ContextForm, SaidOf
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.services import context_rules
from skilltrail.storage import claim_queries, history_columns
from skilltrail.storage.backup import CARRIED_TABLES

CLIENT = ContextForm("Quuxwerk")


def tell(application: Application, number: int, prompt: str, talk: str = "talk") -> None:
    """Capture an exchange."""
    found = captured(number, conversation_id=talk, prompt=prompt, reply="Well.", title="Chat")
    application.exchanges.capture(items([found]))


def leaving(application: Application) -> tuple[int, ...]:
    return application.exports.file("json").exchange_ids


def questions(application: Application) -> list[str]:
    return [one["question"] for one in json.loads(application.exports.file("json").data)["exchanges"]]


class TestHalfLookedAt:
    def test_a_chat_stays_until_all_of_it_was_looked_at(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tell(application, 1, "Redundancies: whom do we let go first?")
        tell(application, 2, "What is a closure?", "other")
        tell(application, 3, "And for Quuxwerk in Berlin?")
        application.contexts.keep(CLIENT)
        monkeypatch.setattr(context_rules.look, "__kwdefaults__", {"most": 2})

        application.contexts._look()  # one batch, and no more

        assert leaving(application) == (2,)
        assert application.contexts.overview().waiting == 2
        assert not application.contexts.exchange(1).looked_at
        application.contexts.finish()
        assert leaving(application) == (2,)
        assert application.contexts.overview().waiting == 0

    def test_what_comes_to_a_chat_keeps_all_of_it_back_until_it_was_looked_at(self, application: Application) -> None:
        application.contexts.keep(CLIENT)
        tell(application, 1, "Redundancies: whom do we let go first?")
        application.contexts.finish()
        assert leaving(application) == (1,)

        tell(application, 2, "It is for Quuxwerk")

        assert leaving(application) == ()
        assert application.trail.timeline().exchanges == 2
        application.contexts.finish()
        assert leaving(application) == ()


class TestForgettingTooEarly:
    def test_the_plan_counts_what_is_found_when_all_was_looked_at(self, application: Application) -> None:
        chats(application)
        acme = added(application.contexts.keep(ACME))

        plan = application.forgetting.plan(ForgetWish(client=acme))

        assert (plan.exchanges, plan.clients) == (len({OF_ACME, FOLLOWS, REPLY_ALONE, OF_BOTH}), 1)

    def test_what_was_not_looked_at_yet_goes_with_its_client(self, application: Application) -> None:
        chats(application)
        acme = added(application.contexts.keep(ACME))

        application.forgetting.ask(ForgetWish(client=acme), wait=timedelta())
        tell(application, 7, "Zqacme once more", "late")
        application.forgetting.run_due()

        application.contexts.finish()
        assert application.trail.size() == 2
        assert leaving(application) == (3, 5)

    def test_what_comes_while_it_is_looked_through_goes_too(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        chats(application)
        acme = added(application.contexts.keep(ACME))
        application.contexts.finish()
        comes = lambda: tell(application, 7, "Zqacme once more", "late")  # noqa: E731
        monkeypatch.setattr(application.forgetting, "_look_through", comes)

        application.forgetting.ask(ForgetWish(client=acme), wait=timedelta())
        application.forgetting.run_due()

        assert application.trail.size() == 2


class TestRestoring:
    def test_a_client_that_was_to_be_forgotten_still_is(self, application: Application, clock: SteppingClock) -> None:
        acme, quux = two_clients(application)
        made = application.backups.make()
        application.forgetting.ask(ForgetWish(client=acme))

        application.backups.restore(made.name)
        clock.move(seconds=20)
        application.forgetting.run_due()

        assert (application.trail.size(), list(application.contexts.all())) == (3, [quux])

    def test_all_that_a_waiting_forgetting_is_about_is_carried_over(self, application: Application) -> None:
        tied = (
            "SELECT held.name FROM sqlite_master AS held JOIN pragma_foreign_key_list(held.name) AS tie "
            "WHERE tie.\"table\" = 'forget_pass'"
        )
        with application._database.read() as session:
            found = {row[0] for row in session.execute(text(tied))}

        assert len(found) >= 3
        assert found <= set(CARRIED_TABLES)


class TestOwnWords:
    @pytest.mark.parametrize(
        ("hidden", "form"),
        [
            ("Quuxwerk Holding", ContextForm("Quuxwerk")),
            ("Quuxwerk", ContextForm("Quuxwerk Holding")),
            ("quuxwerk", ContextForm("Zqvendor", domains=("quuxwerk.example",))),
        ],
    )
    def test_a_clients_name_is_found_behind_the_mark_of_an_own_word(
        self, application: Application, hidden: str, form: ContextForm
    ) -> None:
        application.redactions.add_word(hidden)
        client = added(application.contexts.keep(form))
        tell(application, 1, "Layoffs at Quuxwerk Holding, see quuxwerk.example")
        application.contexts.finish()

        assert "[own-word:" in application.exchanges.get(1).captured.prompt
        assert whose(application, 1) == [str(client)]
        assert leaving(application) == ()

    def test_what_was_found_behind_a_mark_stays_when_the_own_word_goes(self, application: Application) -> None:
        _acme, quux = two_clients(application)
        word = application.redactions.add_word("Quuxwerk").word.id
        application.redactions.replace(word)
        application.contexts.finish()
        application.redactions.remove_word(word)

        third = added(application.contexts.keep(ContextForm("Third party")))
        application.contexts.finish()
        assert whose(application, OF_QUUX) == [str(quux)]
        assert leaving(application) == (NOBODYS,)
        # Without the client, and with it again.
        removed = application.contexts.remove(quux)
        application.contexts.finish()
        assert whose(application, OF_QUUX) == ["none"]
        application.contexts.undo(removed.change)
        application.contexts.remove(third)
        application.contexts.finish()
        assert whose(application, OF_QUUX) == [str(quux)]
        # The client is called otherwise now: what the mark hides is no word of its any more.
        application.contexts.keep(ContextForm("Fourth party"), context_id=quux)
        application.contexts.finish()
        assert whose(application, OF_QUUX) == ["none"]


def test_the_mask_spares_the_name_of_a_ticked_client(application: Application) -> None:
    _acme, quux = two_clients(application)
    labs = added(application.contexts.keep(ContextForm("Quuxwerk Labs")))
    tell(application, 7, "A logo of Quuxwerk Labs", "logo")
    application.contexts.finish()

    told = json.loads(application.exports.file("json", [labs]).data)["exchanges"]

    assert [one["question"] for one in told] == ["What is a closure?", "A logo of Quuxwerk Labs"]
    mask = application.contexts.mask([quux])
    assert mask.text("Quuxwerk and Quuxwerk Labs, Zqacme") == "Quuxwerk and [client], [client]"
    assert mask.name("Logos of Quuxwerk") == "Logos of Quuxwerk"
    assert not application.contexts.mask(list(application.contexts.all()))


def test_a_view_and_an_export_of_one_client_are_counted_apart(application: Application) -> None:
    _acme, quux = two_clients(application)
    mine = TimelineFilter(client=str(quux))

    with application.trail.one_view():
        assert application.trail.timeline(mine).exchanges == 1
        assert application.exports.counted(mine).exchanges == 0
        assert application.trail.timeline(mine).exchanges == 1


def test_searching_own_learning_finds_no_client_with_such_a_name(application: Application) -> None:
    two_clients(application)
    application.contexts.keep(ContextForm("Own Goods Shop"))
    tell(application, 7, "The menu of Own Goods Shop", "menu")
    application.contexts.finish()

    def found(words: str) -> int:
        return application.search.search(words).total

    assert (found("client:own"), found('client:"own goods"')) == (0, 1)


def test_what_changes_about_clients_makes_no_column_be_read_anew(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_clients(application)
    assert application.trail.timeline().exchanges == 6
    monkeypatch.setattr(history_columns, "_read", lambda *_given: pytest.fail("read anew"))

    said = application.contexts.say([NOBODYS], SaidOf.OWN)
    third = added(application.contexts.keep(ContextForm("Third party")))
    application.contexts.set_archived(third, archived=True)
    application.contexts.finish()
    application.contexts.remove(third)
    application.contexts.undo(said.change)
    application.contexts.finish()

    assert application.trail.timeline().exchanges == 6
    assert application.trail.timeline(TimelineFilter(client="none")).exchanges == 1


def test_the_tables_count_what_they_leave_out_off_the_current_path_too(application: Application) -> None:
    application.contexts.keep(CLIENT)
    for number in (1, 2):
        again = captured(number, prompt=f"Quuxwerk, try {number}", parent_id="root", conversation_id="talk")
        application.exchanges.capture(items([again]))
    tell(application, 3, "What is a closure?", "other")
    application.contexts.finish()
    fetch = Dashboard(application)

    counted = [fetch(f"/fragments/export-preview?format={one}").text for one in ("csv", "xlsx", "json")]

    assert ["2 exchanges of clients" in text for text in counted] == [True, True, False]
    assert "1 exchange of clients" in counted[2]
    assert application.exports.row_count() == 1


def test_concepts_that_were_proposed_go_when_they_come_to_give_a_client_away(application: Application) -> None:
    application.exchanges.capture(items(history(60)))
    application.processing.run_until_done()
    first, second = (topic.id for topic in application.trail.topics()[:2])
    at = datetime(2026, 11, 1, tzinfo=UTC)
    with application._database.write() as session:
        for topic, label in ((first, "use Zqwerk software"), (second, "use software")):
            concept = PublishedConcept("esco", topic, "skill", label)
            match = TopicMatch((Proposal(concept, 0.9, 0.5, (), 0.9),))
            claim_queries.keep_match(session, topic, match, [], digest="digest", now=at)

    application.contexts.keep(ContextForm("Zqwerk"))

    with application._database.read() as session:
        held = claim_queries.matches(session)
    assert first not in held
    assert [one.concept.label for one in held[second]] == ["use software"]
