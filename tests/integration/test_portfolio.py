"""A selection becomes exactly what may be disclosed; nothing of what must stay is counted, shown or named."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from clients import added
from databases import BeginWith
from exchanges import NOON, captured, items
from portfolio_steps import chosen, filled, ids_of, sql_topic, topic_of, with_client
from skilltrail.application import Application
from skilltrail.application.identity import IdentityFacade
from skilltrail.domain.checkpoint import check_checkpoint
from skilltrail.domain.checks import Said
from skilltrail.domain.contexts import ContextForm, SaidOf
from skilltrail.domain.entries import Deliverable, Reflection
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.leak_hits import HitKind
from skilltrail.domain.log_leaf import read_leaf, write_disclosures
from skilltrail.domain.portfolio import Audience, Selection, SkillChoice
from skilltrail.domain.resolved_portfolio import Resolved, Why
from skilltrail.domain.saved_portfolio import DELIVERABLES_MOST
from skilltrail.domain.signed_note import read_key
from skilltrail.domain.stages import Stage
from skilltrail.domain.verification import Outcome
from skilltrail.errors import NotFound, PortfolioBlocked, RequestInvalid
from skilltrail.platform.signing import is_signed
from skilltrail.services.log_verifying import check_shown
from skilltrail.services.verifying import verify
from skilltrail.web.portfolio_answers import content_answer


@pytest.fixture(autouse=True)
def _history(begin_with: BeginWith) -> None:
    begin_with(filled)


def resolved(application: Application, selection: Selection) -> Resolved:
    return application.portfolios.draft(selection)


def exported(application: Application, portfolio_id: int) -> dict[str, object]:
    file = application.portfolios.export(portfolio_id, "json")
    found: dict[str, object] = json.loads(file.data)
    return found


class TestWhatItHolds:
    def test_counts_months_stage_and_its_rule(self, application: Application) -> None:
        topic = sql_topic(application)
        ids = ids_of(application, topic)

        skill = resolved(application, chosen(topic)).portfolio.skills[0]

        assert (skill.exchanges, len(skill.entries), skill.imported) == (len(ids), len(ids), 0)
        assert sum(month.exchanges for month in skill.months) == skill.exchanges
        assert skill.first_on == (NOON.astimezone()).date()
        assert skill.stage is None or skill.stage_rule
        assert skill.id == resolved(application, chosen(topic)).portfolio.skills[0].id

    def test_only_days_within_the_period_count(self, application: Application) -> None:
        topic = sql_topic(application)
        day = NOON.astimezone().date() + timedelta(days=2)

        skill = resolved(application, chosen(topic, since=day, until=day)).portfolio.skills[0]

        assert (skill.exchanges, skill.first_on, skill.last_on) == (1, day, day)

    def test_an_excerpt_holds_the_chosen_paragraphs_and_its_proof(self, application: Application) -> None:
        topic = sql_topic(application)
        number = ids_of(application, topic)[0]
        saved = application.portfolios.keep(chosen(topic, (number, ("prompt.1",))))

        document = exported(application, saved.id)

        excerpt = document["skills"][0]["excerpts"][0]  # type: ignore[index]
        log: Any = document["log"]
        key = read_key(log["key"])
        head = check_checkpoint(base64.b64decode(log["checkpoint"]), key, is_signed)
        leaf, proof = base64.b64decode(excerpt["leaf"]), base64.b64decode(excerpt["proof"])
        checked = check_shown(leaf, proof, write_disclosures(excerpt["disclosures"]), key)
        detail = application.exchanges.get(number).captured
        assert (checked.fields, checked.size) == ({"prompt.1": detail.prompt}, head.size)
        assert detail.reply not in json.dumps(document)
        assert excerpt["withheld"] == len(read_leaf(leaf).digests) - 1

    def test_a_deliverable_that_is_shown_and_no_other_lifts_to_applied(self, application: Application) -> None:
        topic = sql_topic(application)
        work = application.entries.keep(Deliverable("url", "Shop", address="https://shop.example"), topic_id=topic)
        with_work = chosen(topic, skills=(SkillChoice(topic, deliverables=(work.id,)),))

        before = resolved(application, chosen(topic)).portfolio.skills[0]
        after = resolved(application, with_work).portfolio.skills[0]

        assert before.stage is not Stage.APPLIED
        assert after.deliverables[0].address == "https://shop.example"
        assert (after.stage is Stage.APPLIED) == (before.stage is Stage.PRACTISED)

    def test_checks_are_counted_and_stand_at_the_excerpt(self, application: Application) -> None:
        topic = sql_topic(application)
        one, other = ids_of(application, topic)[:2]
        application.checks.say(one, Said.CONFIRMED)
        application.checks.say(other, Said.CORRECTED)

        skill = resolved(application, chosen(topic, (other, ("reply.1",)))).portfolio.skills[0]

        assert (skill.checked, skill.corrected, skill.excerpts[0].check) == (2, 1, "corrected")


class TestWhatStays:
    def test_a_clients_exchanges_are_not_counted_shown_or_asked_for(self, application: Application) -> None:
        topic, client = sql_topic(application), with_client(application)
        first, second, *rest = ids_of(application, topic)
        application.contexts.say([first], SaidOf.CLIENTS, clients=[client])
        wanted = chosen(topic, (first, ("prompt.1",)), (second, ("prompt.1",)))

        found = resolved(application, wanted)
        ticked = resolved(application, chosen(topic, (first, ("prompt.1",)), admitted=(client,)))

        assert found.portfolio.skills[0].exchanges == len(rest) + 1
        assert [(one.place.key, one.why) for one in found.not_shown] == [(str(first), Why.PRIVATE)]
        assert set(found.exchange_of.values()) == {second}
        assert found.held_back == {topic: 1}
        assert ticked.portfolio.skills[0].exchanges == len(rest) + 2
        assert [one.parts[0].name for one in ticked.portfolio.skills[0].excerpts] == ["prompt.1"]

    def test_what_is_left_out_of_exports_stays(self, application: Application) -> None:
        topic = sql_topic(application)
        first, *rest = ids_of(application, topic)
        application.data_rights.restrict(first, restricted=True)

        found = resolved(application, chosen(topic, (first, ("prompt.1",))))

        assert found.portfolio.skills[0].exchanges == len(rest)
        assert [one.why for one in found.not_shown] == [Why.PRIVATE]

    def test_what_was_not_looked_at_since_the_clients_changed_stays(self, application: Application) -> None:
        from portfolio_steps import CLIENT

        application.contexts.keep(CLIENT)

        found = resolved(application, chosen(sql_topic(application)))

        assert found.portfolio.skills == ()
        assert [one.why for one in found.not_shown] == [Why.EMPTY]

    def test_names_and_terms_lose_clients_words(self, application: Application) -> None:
        topic = sql_topic(application)
        with_client(application)
        application.corrections.rename(topic, "Shop of Zqacme")

        skill = resolved(application, chosen(topic)).portfolio.skills[0]

        assert skill.name == "Shop of [client]"

    def test_each_reason_is_told(self, application: Application) -> None:
        topic, other = sql_topic(application), topic_of(application, "spanish")
        mine, foreign = ids_of(application, topic), ids_of(application, other)
        day = NOON.astimezone().date()
        wanted = chosen(
            topic,
            (foreign[0], ("prompt.1",)),
            (mine[-1], ("prompt.1",)),
            (9_999, ("prompt.1",)),
            (mine[0], ("prompt.1", "reply.9")),
            until=day,
        )

        found = resolved(application, wanted)

        assert [one.why for one in found.not_shown] == [Why.MOVED, Why.PERIOD, Why.GONE, Why.GONE]


class TestLeakScan:
    def _hits(self, application: Application, selection: Selection) -> list[tuple[HitKind, str, str]]:
        saved = application.portfolios.keep(selection)
        return [(hit.kind, hit.place.what, hit.found) for hit in application.portfolios.scan(saved.id)]

    def test_own_words_are_looked_through_for_clients_and_what_looks_like_them(self, application: Application) -> None:
        with_client(application)
        topic = sql_topic(application)
        wanted = chosen(
            topic,
            skills=(SkillChoice(topic, note="Built the ZQACME shop, then the zqacmeshop and a Zqacm e page."),),
            introduction="See C:\\Users\\lena\\Desktop and write to someone@firm.example",
        )

        found = self._hits(application, wanted)

        assert (HitKind.CLIENT, "note", "ZQACME") in found
        assert (HitKind.NEAR_CLIENT, "note", "zqacmeshop") in found
        assert (HitKind.NEAR_CLIENT, "note", "Zqacm e") in found
        assert (HitKind.PATH, "introduction", "C:\\Users\\lena") in found
        assert (HitKind.PERSONAL, "introduction", "someone@firm.example") in found

    @pytest.mark.parametrize(
        "coded", ["zq%61cme", "Zq&#97;cme", "Zq\\u0061cme", "Zq=61cme", base64.b64encode(b"for Zqacme only").decode()]
    )
    def test_a_name_in_code_can_be_resolved_before_a_file_is_made(self, application: Application, coded: str) -> None:
        with_client(application)
        facade, topic = application.portfolios, sql_topic(application)
        saved = facade.keep(chosen(topic, skills=(SkillChoice(topic, note=f"Made it: {coded}"),)))

        (hit,) = facade.scan(saved.id)
        assert (hit.kind, hit.place.what) == (HitKind.CLIENT, "note")
        with pytest.raises(PortfolioBlocked, match="leak scan"):
            facade.export(saved.id, "json")
        facade.leave_out(saved.id, hit.digest)

        assert facade.scan(saved.id) == ()
        assert facade.export(saved.id, "json").data

    def test_a_name_in_code_that_may_be_shown_can_go_out(self, application: Application) -> None:
        with_client(application)
        facade = application.portfolios
        packed = base64.b64encode(b"for Zqacme only").decode()
        saved = facade.keep(chosen(sql_topic(application), introduction=f"Zq%61cme, {packed}"))
        for hit in facade.scan(saved.id):
            facade.allow(saved.id, hit.digest)

        assert all(facade.export(saved.id, form).data for form in ("json", "html", "bundle"))

    def test_a_chat_that_names_a_client_in_code_alone_is_the_clients(self, application: Application) -> None:
        client = added(application.contexts.keep(ContextForm("Zqmüller GmbH", ("Zqmüller",))))
        asked = "Why is https://git.example/zqm%C3%BCller/shop slow? Is the sql index missing?"
        application.exchanges.capture(items([captured(900, conversation_id="c-900", prompt=asked)]))
        application.processing.run_until_done()
        application.contexts.finish()

        topics = (None, *(line.id for line in application.trail.topics()))
        number = max(row.id for topic in topics for row in application.exchanges.page(topic).items)
        assert [one.client_id for one in application.contexts.exchange(number).placing.clients] == [client]

    def test_marks_of_what_was_hidden_and_secrets_stop_an_excerpt(self, application: Application) -> None:
        key = "AKIAIOSFODNN7ABCDEFG"
        application.exchanges.capture(
            items([captured(90, conversation_id="k", prompt=f"sql key {key} index", prompt_id="k-1", parent_id=None)])
        )
        application.processing.run_until_done()
        number = max(row.id for row in application.exchanges.page(None).items)
        topic = application.exchanges.get(number).topic_id
        assert topic is not None

        found = self._hits(application, chosen(topic, (number, ("prompt.1",))))

        assert [kind for kind, _what, _found in found] == [HitKind.REDACTION]

    def test_letting_a_clients_word_pass_lets_nothing_else_pass(self, application: Application) -> None:
        with_client(application)
        facade = application.portfolios
        saved = facade.keep(chosen(sql_topic(application), introduction="Ask jane.doe@zqacme.example"))
        for hit in facade.scan(saved.id):
            if hit.kind is HitKind.CLIENT:
                facade.allow(saved.id, hit.digest)

        assert [hit.kind for hit in facade.scan(saved.id) if not hit.allowed] == [HitKind.PERSONAL]
        with pytest.raises(PortfolioBlocked):
            facade.export(saved.id, "json")

    def test_addresses_of_anchors_are_looked_through(self, application: Application) -> None:
        with_client(application)
        size = application.anchors.request().size
        application.anchors.note_push(size, "https://git.example/zqacmeshop/jane.doe@client.example")

        found = self._hits(application, chosen(sql_topic(application)))

        assert {(kind, what) for kind, what, _found in found} == {
            (HitKind.NEAR_CLIENT, "anchors"), (HitKind.PERSONAL, "anchors"),
        }  # fmt: skip

    def test_leave_to_show_a_clients_matter_holds_for_these_readers_only(self, application: Application) -> None:
        topic, client = sql_topic(application), with_client(application)
        first = ids_of(application, topic)[0]
        application.contexts.say([first], SaidOf.CLIENTS, clients=[client])
        application.contexts.finish()
        facade = application.portfolios
        wanted = chosen(
            topic, (first, ("prompt.1",)), admitted=(client,), recipient="Beta", introduction="x@client.example Zqacmes"
        )
        saved = facade.keep(wanted)
        for hit in facade.scan(saved.id):
            facade.allow(saved.id, hit.digest)
        assert all(hit.allowed for hit in facade.scan(saved.id))

        facade.keep(replace(wanted, recipient="", audience=Audience.PUBLIC), saved.id)

        still = {hit.kind: hit.allowed for hit in facade.scan(saved.id)}
        assert not still[HitKind.OTHERS_MATTER]
        assert still[HitKind.PERSONAL]
        with pytest.raises(PortfolioBlocked):
            facade.export(saved.id, "json")

    def test_my_own_addresses_and_pages_are_mine(self, application: Application) -> None:
        application.redactions.add_own_data("lena@okafor.example")
        wanted = chosen(
            sql_topic(application), introduction="lena@okafor.example", profiles=("https://okafor.example",)
        )

        assert self._hits(application, wanted) == []

    def test_matter_of_an_admitted_client_is_asked_about_unless_it_is_for_that_client(
        self, application: Application
    ) -> None:
        topic, client = sql_topic(application), with_client(application)
        first = ids_of(application, topic)[0]
        application.contexts.say([first], SaidOf.CLIENTS, clients=[client])
        excerpt = (first, ("prompt.1",))

        to_others = self._hits(application, chosen(topic, excerpt, admitted=(client,), recipient="Somebody"))
        to_them = self._hits(application, chosen(topic, excerpt, admitted=(client,), recipient="Zqacme"))

        assert [kind for kind, _what, _found in to_others] == [HitKind.OTHERS_MATTER]
        assert to_them == []

    @pytest.mark.parametrize(
        ("audience", "recipient", "theirs"),
        [
            (Audience.CLIENT, "Zqacme", True),
            (Audience.CLIENT, "  zqacme   GMBH ", True),
            (Audience.CLIENT, "not Zqacme", False),
            (Audience.PUBLIC, "Zqacme", False),
            (Audience.JOB_POST, "Zqacme", False),
        ],
    )
    def test_a_portfolio_is_a_clients_only_where_it_is_for_that_client_by_name(
        self, application: Application, audience: Audience, recipient: str, theirs: bool
    ) -> None:
        topic, client = sql_topic(application), with_client(application)
        first = ids_of(application, topic)[0]
        application.contexts.say([first], SaidOf.CLIENTS, clients=[client])
        changes = {"admitted": (client,), "audience": audience, "recipient": recipient, "introduction": "Roadrunner"}

        found = self._hits(application, chosen(topic, (first, ("prompt.1",)), **changes))

        matter = {(kind, what) for kind, what, _found in found if what != "recipient"}
        others = {(HitKind.OTHERS_MATTER, "excerpt"), (HitKind.CLIENT, "introduction")}
        assert matter == (set() if theirs else others)

    def test_open_hits_block_and_each_way_to_resolve_one_opens_the_door(self, application: Application) -> None:
        with_client(application)
        topic = sql_topic(application)
        facade = application.portfolios
        saved = facade.keep(chosen(topic, skills=(SkillChoice(topic, note="For Zqacme"),)))
        with pytest.raises(PortfolioBlocked):
            exported(application, saved.id)
        hit = facade.scan(saved.id)[0]

        facade.allow(saved.id, hit.digest)
        assert "For Zqacme" in json.dumps(exported(application, saved.id))

        # Another text is another finding, whatever was said of the one before.
        facade.keep(chosen(topic, skills=(SkillChoice(topic, note="Again for Zqacme"),)), saved.id)
        with pytest.raises(PortfolioBlocked):
            exported(application, saved.id)
        facade.leave_out(saved.id, facade.scan(saved.id)[0].digest)
        assert "Zqacme" not in json.dumps(exported(application, saved.id))
        facade.undo(saved.id)
        facade.undo(saved.id)
        facade.disallow(saved.id, hit.digest)
        with pytest.raises(PortfolioBlocked):
            exported(application, saved.id)

    def test_leaving_a_paragraph_out_leaves_the_others(self, application: Application) -> None:
        topic = topic_of(application, "logo")
        number = ids_of(application, topic)[0]
        application.redactions.add_word("logo")
        saved = application.portfolios.keep(chosen(topic, (number, ("prompt.1", "reply.1"))))
        found = application.portfolios.scan(saved.id)
        # Names are cleaned: what is left of the word there is its mark.
        assert {hit.kind for hit in found if hit.place.what == "name"} <= {HitKind.REDACTION}
        hits = [hit for hit in found if hit.place.what == "excerpt"]
        assert [hit.kind for hit in hits] == [HitKind.OWN_WORD, HitKind.OWN_WORD]

        left = application.portfolios.leave_out(saved.id, hits[0].digest)

        name = hits[0].place.key.partition(" ")[2]
        assert [part for one in left.selection.skills[0].excerpts for part in one.parts] == [
            part for part in ("prompt.1", "reply.1") if part != name
        ]


class TestSaving:
    def test_saved_renamed_copied_removed_and_undone(self, application: Application) -> None:
        facade, topic = application.portfolios, sql_topic(application)
        saved = facade.keep(chosen(topic, since=date(2026, 1, 1)))

        assert facade.one(saved.id).selection == chosen(topic, since=date(2026, 1, 1))
        assert facade.rename(saved.id, " Other  title ").selection.title == "Other title"
        other = facade.copy(saved.id)
        assert (other.selection.title, other.urn != saved.urn) == ("Other title (copy)", True)
        facade.remove(saved.id)
        assert [one.id for one in facade.all()] == [other.id]
        assert facade.undo(saved.id) is not None
        assert facade.undo(saved.id).selection.title == "For a job"  # type: ignore[union-attr]
        assert facade.undo(saved.id) is None
        with pytest.raises(NotFound):
            facade.one(saved.id)

    def test_what_is_too_much_or_no_address_is_refused(self, application: Application) -> None:
        topic = sql_topic(application)
        for wrong in (
            chosen(topic, title="x" * 201),
            chosen(topic, profiles=("javascript:alert(1)",)),
            chosen(topic, since=date(2026, 2, 1), until=date(2026, 1, 1)),
            chosen(topic, language="xx"),
        ):
            with pytest.raises(RequestInvalid):
                application.portfolios.keep(wrong)

    def test_a_secret_in_a_note_is_hidden_before_it_is_kept(self, application: Application) -> None:
        topic = sql_topic(application)
        note = "Key AKIAIOSFODNN7ABCDEFG"
        saved = application.portfolios.keep(chosen(topic, skills=(SkillChoice(topic, note=note),)))

        assert "AKIA" not in saved.selection.skills[0].note


class TestExports:
    def test_they_stand_in_the_record_with_what_they_tell_of(self, application: Application) -> None:
        topic = sql_topic(application)
        saved = application.portfolios.keep(chosen(topic))
        exported(application, saved.id)

        plan = application.forgetting.plan(ForgetWish(exchange=ids_of(application, topic)[0]))
        assert plan.exports == 1
        assert [one.format for one in application.portfolios.exports(saved.id)] == ["portfolio-json"]

    def test_what_changed_since_the_last_one_is_told_without_its_words(self, application: Application) -> None:
        facade, topic = application.portfolios, sql_topic(application)
        first, second = ids_of(application, topic)[:2]
        saved = facade.keep(chosen(topic, (first, ("prompt.1",))))
        assert facade.changes(saved.id) is None
        exported(application, saved.id)
        assert facade.changes(saved.id) == ()

        skill = SkillChoice(topic, note="New", excerpts=chosen(topic, (second, ("prompt.1",))).skills[0].excerpts)
        facade.keep(chosen(topic, skills=(skill,)), saved.id)

        changes = {(one.how, one.kind) for one in facade.changes(saved.id) or ()}
        assert changes == {("added", "note"), ("added", "excerpt"), ("removed", "excerpt")}

    def test_a_change_of_the_key_meanwhile_leaves_a_file_of_one_key(
        self, application: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saved = application.portfolios.keep(chosen(sql_topic(application)))
        opened = IdentityFacade.opened

        def and_another(self: IdentityFacade, passphrase: str | None = None) -> object:
            try:
                return opened(self, passphrase)
            finally:
                self.rotate()

        monkeypatch.setattr(IdentityFacade, "opened", and_another)
        for form in ("html", "bundle"):
            file = application.portfolios.export(saved.id, form)
            assert verify({file.name: file.data}).integrity.outcome is Outcome.PASSED

    def test_the_key_and_those_that_handed_over_to_it_are_told_before(self, application: Application) -> None:
        saved = application.portfolios.keep(chosen(sql_topic(application)))
        first = application.identity.standing().did
        second = application.identity.rotate().did
        third = application.identity.rotate().did

        told = content_answer(application.portfolios.resolve(saved.id), ())
        assert (told.key, told.earlier_keys) == (third, [second, first])

        lost = application.identity.rotate(lost=True).did
        told = content_answer(application.portfolios.resolve(saved.id), ())
        assert (told.key, told.earlier_keys) == (lost, [])

    def test_deliverables_of_a_skill_fit_into_its_credential_however_long(self, application: Application) -> None:
        topic = sql_topic(application)
        longest = [
            Deliverable("url", "T" * 190 + str(at), f"https://example.org/{'a' * 1900}{at}")
            for at in range(DELIVERABLES_MOST + 1)
        ]
        made = tuple(application.entries.keep(one, topic_id=topic).id for one in longest)
        with pytest.raises(RequestInvalid, match=str(DELIVERABLES_MOST)):
            application.portfolios.keep(chosen(topic, skills=(SkillChoice(topic, deliverables=made),)))

        saved = application.portfolios.keep(chosen(topic, skills=(SkillChoice(topic, deliverables=made[1:]),)))
        for hit in application.portfolios.scan(saved.id):
            application.portfolios.allow(saved.id, hit.digest)
        assert application.portfolios.export(saved.id, "html").data

    def test_an_empty_one_and_one_of_nobody_are_refused(self, application: Application) -> None:
        topic = sql_topic(application)
        nobody = application.portfolios.keep(chosen(topic, person=""))
        nothing = application.portfolios.keep(chosen(topic, skills=()))
        for saved in (nobody, nothing):
            with pytest.raises(PortfolioBlocked):
                exported(application, saved.id)


def test_statements_do_not_grow_with_skills_or_excerpts(application: Application) -> None:
    topics = [line.id for line in application.trail.topics()]
    few = chosen(topics[0], (ids_of(application, topics[0])[0], ("prompt.1",)))
    many = chosen(
        topics[0],
        skills=tuple(
            chosen(topic, *((number, ("prompt.1", "reply.1")) for number in ids_of(application, topic))).skills[0]
            for topic in topics
        ),
    )

    assert _statements(application, many) == _statements(application, few) <= 12


def _statements(application: Application, selection: Selection) -> int:
    said: list[str] = []
    engine = application._database._reader
    listen = lambda _c, _cu, statement, *_rest: said.append(statement)  # noqa: E731 - as SQLAlchemy calls it
    resolved(application, selection)
    event.listen(engine, "before_cursor_execute", listen)
    resolved(application, selection)
    event.remove(engine, "before_cursor_execute", listen)
    return len(said)


def test_reflections_on_a_clients_exchange_stay(application: Application) -> None:
    topic, client = sql_topic(application), with_client(application)
    first, second = ids_of(application, topic)[:2]
    hidden = application.entries.keep(Reflection("About theirs"), exchange_id=first)
    shown = application.entries.keep(Reflection("About mine"), exchange_id=second)
    application.contexts.say([first], SaidOf.CLIENTS, clients=[client])

    found = resolved(application, chosen(topic, skills=(SkillChoice(topic, reflections=(hidden.id, shown.id)),)))

    assert [one.text for one in found.portfolio.skills[0].reflections] == ["About mine"]
    assert [one.why for one in found.not_shown] == [Why.PRIVATE]
