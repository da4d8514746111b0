"""What a portfolio shows when its history changed behind it, and what of held-back or forgotten matter stays in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from databases import BeginWith
from exchanges import NOON, captured, items
from forgetting_steps import forget
from portfolio_steps import chosen, filled, ids_of, sql_topic, topic_of, with_client
from skilltrail.application import Application
from skilltrail.domain.contexts import SaidOf
from skilltrail.domain.entries import Reflection
from skilltrail.domain.leak_hits import HitKind
from skilltrail.domain.portfolio import Selection, SkillChoice
from skilltrail.domain.resolved_portfolio import Resolved, Why


@pytest.fixture(autouse=True)
def _history(begin_with: BeginWith) -> None:
    begin_with(filled)


def shown(found: Resolved) -> list[str]:
    return [part.text.strip() for skill in found.portfolio.skills for one in skill.excerpts for part in one.parts]


def taken_down(application: Application, reply: str, days: int = 0) -> str:
    """Capture exchange 31, or after some days another form of it; return its topic."""
    one = captured(900, conversation_id="n", prompt="database query index table join sql", reply=reply)
    application.exchanges.capture(items([replace(one, captured_at=NOON + timedelta(days=days))]))
    application.processing.run_until_done()
    topic = application.exchanges.get(31).topic_id
    assert topic is not None
    return topic


class TestAnotherParagraphUnderTheSameName:
    def test_is_not_shown_until_it_is_chosen_again(self, application: Application) -> None:
        facade = application.portfolios
        topic = taken_down(application, "Zero.\n\nHarmless.\n\nEnd.")
        saved = facade.keep(chosen(topic, (31, ("reply.2",))))
        copied = facade.copy(saved.id)
        assert shown(facade.resolve(saved.id)) == shown(facade.resolve(copied.id)) == ["Harmless."]

        taken_down(application, "Zero.\n\nOur margin is 60 percent.\n\nHarmless.\n\nEnd of a longer one.", days=3)
        facade.rename(saved.id, "Another title")

        for one in (saved.id, copied.id):
            found = facade.resolve(one)
            assert shown(found) == []
            assert [each.why for each in found.not_shown] == [Why.CHANGED]
        facade.keep(chosen(topic, (31, ("reply.3",))), saved.id)
        assert shown(facade.resolve(saved.id)) == ["Harmless."]

    def test_a_choice_of_which_the_entry_is_not_known_is_asked_for_again(self, application: Application) -> None:
        facade = application.portfolios
        topic = taken_down(application, "Zero.\n\nHarmless.\n\nEnd.")
        saved = facade.keep(chosen(topic, (31, ("reply.2",))))
        old = saved.selection.skills[0].excerpts[0]
        with application._database.write() as session:
            from skilltrail.storage import portfolio_queries

            portfolio_queries.rewrite(
                session, lambda one: chosen(topic, (31, ("reply.2",))) if one == saved.selection else one
            )

        # Neither changing something else nor a copy chooses it.
        facade.rename(saved.id, "Another title")
        copied = facade.copy(saved.id)

        for one in (saved.id, copied.id):
            assert [each.why for each in facade.resolve(one).not_shown] == [Why.CHANGED]
        offered, _more = facade.choosable(saved.selection, topic)
        assert next(one.entry for one in offered if one.exchange_id == 31) == old.entry
        skill = replace(saved.selection.skills[0], excerpts=(old,))
        facade.keep(replace(saved.selection, skills=(skill,)), saved.id)
        assert shown(facade.resolve(saved.id)) == ["Harmless."]


def test_skills_that_are_wholly_held_back_are_not_counted_as_withheld(application: Application) -> None:
    topic, client = sql_topic(application), with_client(application)
    wanted = chosen(topic)
    assert application.portfolios.draft(wanted).portfolio.withheld == 2

    application.contexts.say(ids_of(application, topic_of(application, "spanish")), SaidOf.CLIENTS, clients=[client])

    assert application.portfolios.draft(wanted).portfolio.withheld == 1
    assert application.portfolios.draft(replace(wanted, admitted=(client,))).portfolio.withheld == 2
    assert application.portfolios.draft(replace(wanted, skills=())).portfolio.withheld == 2


class TestReflectionsOnExchanges:
    def _with_reflection(self, application: Application, number: int, **changes: object) -> Selection:
        topic = sql_topic(application)
        entry = application.entries.keep(Reflection("Their margin is 60 percent"), exchange_id=number)
        return chosen(topic, skills=(SkillChoice(topic, reflections=(entry.id,)),), **changes)

    def test_the_period_holds_for_them(self, application: Application) -> None:
        last = ids_of(application, sql_topic(application))[-1]
        wanted = self._with_reflection(application, last, until=NOON.astimezone().date())

        found = application.portfolios.draft(wanted)

        assert found.portfolio.skills[0].reflections == ()
        assert [one.why for one in found.not_shown] == [Why.PERIOD]
        assert last not in found.exchanges

    def test_the_rule_of_recipients_holds_for_them(self, application: Application) -> None:
        first, client = ids_of(application, sql_topic(application))[0], with_client(application)
        application.contexts.say([first], SaidOf.CLIENTS, clients=[client])
        wanted = self._with_reflection(application, first, admitted=(client,))
        facade = application.portfolios

        to_others = facade.scan(facade.keep(replace(wanted, recipient="Somebody")).id)
        to_them = facade.scan(facade.keep(replace(wanted, recipient="Zqacme")).id)

        assert [(one.kind, one.place.what, one.exchange_id) for one in to_others] == [
            (HitKind.OTHERS_MATTER, "reflection", first)
        ]
        assert to_them == ()

    def test_the_record_names_what_they_are_on(self, application: Application) -> None:
        other = ids_of(application, topic_of(application, "logo"))[0]
        topic = sql_topic(application)
        wanted = self._with_reflection(application, ids_of(application, topic)[0])
        moved = wanted.skills[0].reflections[0]
        with application._database.write() as session:
            session.execute(
                text("UPDATE learner_entry SET exchange_id = :other, topic_id = :topic WHERE entry_id = :entry"),
                {"other": other, "topic": topic, "entry": moved},
            )

        found = application.portfolios.draft(wanted)

        assert len(found.portfolio.skills[0].reflections) == 1
        assert other in found.exchanges


class TestDigestsOfWhatWasForgotten:
    def _kept(self, application: Application, name: str, kinds: str = "") -> int:
        with application._database.read() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {name} {kinds}")).scalar_one())

    def _exported(self, application: Application, selection: Selection) -> int:
        """Allow everything that is found, and make a file."""
        facade = application.portfolios
        saved = facade.keep(selection)
        for hit in facade.scan(saved.id):
            facade.allow(saved.id, hit.digest)
        facade.export(saved.id, "json")
        assert self._kept(application, "portfolio_allowance") == 1
        return saved.id

    def test_the_retention_rule_takes_those_of_texts(self, application: Application) -> None:
        topic = sql_topic(application)
        first = ids_of(application, topic)[0]
        asked = captured(
            900,
            conversation_id="old",
            asked_at=NOON - timedelta(days=900),
            answered_at=None,
            captured_at=NOON - timedelta(days=900),
            prompt="database query index table join sql select",
            reply="Call jane.doe@client.example now.",
        )
        application.exchanges.capture(items([asked]))
        application.processing.run_until_done()
        old_topic = application.exchanges.get(31).topic_id
        assert old_topic is not None
        self._exported(application, chosen(old_topic, (31, ("reply.1",)), (first, ("prompt.1",))))

        application.forgetting.set_retention(12, wait=timedelta())
        application.forgetting.run_due()

        assert self._kept(application, "exchange", "WHERE id = 31") == 1
        assert self._kept(application, "portfolio_allowance") == 0
        assert self._kept(application, "portfolio_item", "WHERE exchange_id = 31") == 0

    @pytest.mark.parametrize("on", ["exchange", "topic"])
    def test_those_of_reflections_go_with_exchange_or_word(self, application: Application, on: str) -> None:
        topic, _client = sql_topic(application), with_client(application)
        number = ids_of(application, topic)[0]
        about = {"exchange_id": number} if on == "exchange" else {"topic_id": topic}
        words = "Zqacme never pays in time, quoth zqforgettable"
        gone = application.entries.keep(Reflection(words), **about)  # type: ignore[arg-type]
        stays = application.entries.keep(Reflection("Another"), topic_id=topic)
        self._exported(application, chosen(topic, skills=(SkillChoice(topic, reflections=(gone.id, stays.id)),)))
        assert self._kept(application, "portfolio_item", "WHERE kind = 'reflection'") == 2

        forget(application, **({"exchange": number} if on == "exchange" else {"word": "zqforgettable"}))

        assert self._kept(application, "portfolio_allowance") == 0
        assert self._kept(application, "portfolio_item", "WHERE kind = 'reflection'") == 1


def test_words_of_held_back_matter_are_no_terms(application: Application) -> None:
    words = "pelican ledger merger valuation target bid"
    more = [
        captured(
            700 + at,
            conversation_id=f"cl{at}",
            parent_id="root",
            prompt_id=f"x{at}",
            reply_id=f"y{at}",
            asked_at=NOON + timedelta(days=1, minutes=at),
            title="Talk",
            prompt="How does a pelican ledger merger go?" if not at else f"{words} {words} {at}",
            reply="pelican ledger merger" if not at else "merger valuation target bid ledger pelican",
        )
        for at in range(12)
    ]
    application.exchanges.capture(items(more))
    application.processing.run_until_done()
    while application.search.step():
        continue
    topic = application.exchanges.get(32).topic_id
    assert topic is not None
    numbers = ids_of(application, topic)
    facade, client = application.portfolios, with_client(application)
    saved = facade.keep(chosen(topic))
    before = facade.resolve(saved.id).portfolio.skills[0]
    assert set(before.terms) == {"valuation target bid", "pelican ledger merger"}
    assert facade.scan(saved.id) == ()

    application.contexts.say([one for one in numbers if one != 31], SaidOf.CLIENTS, clients=[client])

    skill = facade.resolve(saved.id).portfolio.skills[0]
    assert (skill.exchanges, skill.terms) == (1, ("pelican ledger merger",))
    assert facade.scan(saved.id) == ()  # its name stands in what may leave
