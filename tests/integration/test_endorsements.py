"""Endorsements: asked for, signed by the page's own script, taken in or refused, and what follows from them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from conftest import SteppingClock
from dashboard import Dashboard
from databases import BeginWith, in_topics
from endorsers import FIXTURE, answers, sample_page
from portfolio_steps import chosen, with_client
from skilltrail.application import Application
from skilltrail.domain.entries import Endorsement
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.open_badge import handover
from skilltrail.domain.portfolio import SkillChoice
from skilltrail.domain.resolved_portfolio import Resolved, Why
from skilltrail.domain.stages import Stage
from skilltrail.errors import EvidenceInvalid, NotFound, PortfolioBlocked, RequestInvalid, TooLate
from skilltrail.platform.data_integrity import check_form, check_proof_of, secured
from skilltrail.platform.identity_keys import new_identity
from skilltrail.services.endorsements import Wish, endorsements_of

Document = dict[str, Any]


@pytest.fixture
def grouped(begin_with: BeginWith) -> Application:
    """Three topics of twenty exchanges each."""
    return begin_with(in_topics(60))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    """Answers to the request of the fixture, with hostile words."""
    return answers(sample_page(), tmp_path_factory.mktemp("endorsers"))


def topic(application: Application, number: int = 0) -> str:
    return application.trail.topics()[number].id


def wish(application: Application, number: int = 0, **more: Any) -> Wish:
    return Wish(topic(application, number), "Ada Example", "Docker networking", **more)


def answered(application: Application, folder: Path, number: int = 0) -> list[Document]:
    application.corrections.rename(topic(application, number), "Docker networking")
    file, _entry = application.endorsements.ask(wish(application, number))
    return answers(file.data, folder)


def as_file(document: Document) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def stage(application: Application, topic_id: str) -> Stage | None:
    listed = next(one for one in application.skills.all().skills if one.topic_id == topic_id)
    assert listed.stage == application.trail.path(topic_id).stages.stage
    return listed.stage


def forget(application: Application, wanted: ForgetWish) -> None:
    application.forgetting.ask(wanted, wait=timedelta())
    application.forgetting.run_due()


class TestThePage:
    def test_the_fixture_is_what_is_written_now(self) -> None:
        assert FIXTURE.read_bytes() == sample_page()

    def test_what_it_signs_is_whole_for_openbadgeslib_whatever_was_written(self, signed: list[Document]) -> None:
        assert len(signed) > 10
        for document in signed:
            check_form(document)
            check_proof_of(document, document["issuer"]["id"])

    def test_it_says_no_more_than_was_chosen(self, grouped: Application) -> None:
        own = grouped.trail.topics()[0]
        page = grouped.endorsements.ask(wish(grouped))[0].data.decode()

        assert "Docker networking" in page
        assert own.name not in page
        assert own.id not in page
        for hidden in ("Recorded from", "<blockquote", "<dt>Work"):
            assert hidden not in page

    def test_of_what_was_asked_only_a_digest_is_kept(self, grouped: Application) -> None:
        grouped.endorsements.ask(wish(grouped, note="zqnote", deliverables=("zqwork",)))
        everything = b"".join(grouped.data_rights.everything())

        assert b"Docker networking" in everything
        assert b"zqnote" not in everything
        assert b"zqwork" not in everything

    @pytest.mark.parametrize(
        ("more", "what"),
        [
            ({"skill": "Zqacme checkout"}, "Name of the skill"),
            ({"person": "Ada of Zqacmes"}, "Your name"),
            ({"deliverables": ("Shop https://zqacme.example/x",)}, "Deliverable"),
            ({"note": "ask jane.doe@client.example"}, "A few words to them"),
        ],
    )
    def test_what_the_leak_scan_stops_at_is_refused_and_named(
        self, grouped: Application, more: dict[str, Any], what: str
    ) -> None:
        with_client(grouped)
        with pytest.raises(RequestInvalid, match=what):
            grouped.endorsements.ask(replace(wish(grouped), **more))

        assert grouped.endorsements.listed() == []
        grouped.endorsements.ask(replace(wish(grouped), allowed=True, **more))

    def test_secrets_never_go_out_and_the_request_is_in_the_record(self, grouped: Application) -> None:
        token = "ghp_" + "abcdEFGH1234567890abcdEFGH1234567890"
        page = grouped.endorsements.ask(wish(grouped, note=f"my {token}", allowed=True))[0].data

        assert token.encode() not in page
        assert [one.format for one in grouped.forgetting.past_exports()] == ["endorsement-request"]

    def test_the_name_of_the_topic_is_looked_through_too(self, grouped: Application) -> None:
        with_client(grouped)
        grouped.corrections.rename(topic(grouped), "Shop of Zqacme")
        with pytest.raises(RequestInvalid):
            grouped.endorsements.ask(Wish(topic(grouped), "Ada Example"))

    def test_a_name_is_filled_in_only_if_it_is_not_stopped(self, grouped: Application) -> None:
        mine = topic(grouped)
        name = next(line.name for line in grouped.trail.topics() if line.id == mine)
        assert grouped.endorsements.suggested_name(mine) == name

        with_client(grouped)
        grouped.corrections.rename(mine, "Shop of Zqacme")

        assert grouped.endorsements.suggested_name(mine) == ""
        assert grouped.endorsements.suggested_name("gone") == ""
        page = Dashboard(grouped)
        assert self._field(page, mine) == ("", "ask-skill-hint")
        grouped.corrections.rename(mine, " Shop   of mine ")
        assert self._field(page, mine) == ("Shop of mine", None)

    def _field(self, page: Dashboard, topic_id: str) -> tuple[str | None, str | None]:
        elements = page(f"/fragments/topics/{topic_id}").elements
        found = next(one for _tag, one in elements if one.get("id") == "ask-skill")
        return found["value"], found.get("aria-describedby")

    def test_a_name_of_what_is_held_back_is_neither_filled_in_nor_sent(self, grouped: Application) -> None:
        mine = topic(grouped)
        while grouped.search.step():
            continue
        for one in list(grouped.exchanges.page(mine).items)[1:]:
            grouped.data_rights.restrict(one.id, restricted=True)
        with grouped._database.write() as session:
            session.execute(text("UPDATE topic SET name = 'Zebra pricing' WHERE id = :topic"), {"topic": mine})

        assert grouped.endorsements.suggested_name(mine) == ""
        for skill in ("", "zebra  pricing"):
            with pytest.raises(RequestInvalid, match="named after what is held back"):
                grouped.endorsements.ask(Wish(mine, "Ada Example", skill=skill))
        grouped.endorsements.ask(Wish(mine, "Ada Example", skill="Databases"))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"person": " "},
            {"skill": " "},
            {"person": "x" * 121},
            {"since": "2026"},
            {"since": "2026-11", "until": "2026-03"},
            {"since": "2026-13"},
            {"since": "202611"},
            {"since": "2026-1"},
            {"since": "2026-W1"},
            {"since": "٢٠٢٦-11"},
            {"since": "0000-11"},
            {"until": "2026-12"},
            {"since": "2026-03", "until": "2027-01"},
            {"deliverables": ("x" * 301,)},
        ],
    )
    def test_what_is_wrong_is_refused(self, grouped: Application, wrong: dict[str, Any]) -> None:
        with pytest.raises(RequestInvalid):
            grouped.endorsements.ask(replace(wish(grouped), **wrong))
        with pytest.raises(NotFound):
            grouped.endorsements.ask(replace(wish(grouped), topic_id="gone"))


def other_end(text: str) -> str:
    """Return a text with another last sign than it has."""
    return text[:-1] + ("2" if text.endswith("1") else "1")


class TestTakingIn:
    def test_it_lifts_the_skill_and_can_be_removed_and_brought_back(self, grouped: Application, tmp_path: Path) -> None:
        before = stage(grouped, topic(grouped))
        document = answered(grouped, tmp_path)[1]

        entry = grouped.endorsements.take(as_file(document))
        assert isinstance(entry.value, Endorsement)
        assert entry.topic_id == topic(grouped)
        assert entry.value.address == document["issuer"]["url"]
        assert entry.value.document.encode() == as_file(document)
        assert stage(grouped, topic(grouped)) is Stage.ATTESTED
        assert stage(grouped, topic(grouped, 1)) is not Stage.ATTESTED
        with grouped._database.read() as session:
            shown = endorsements_of(session, topic(grouped))
        assert shown[entry.id].document == as_file(document)
        assert shown[entry.id].comment == document["credentialSubject"]["endorsementComment"]

        grouped.endorsements.remove(entry.id)
        assert stage(grouped, topic(grouped)) == before
        grouped.endorsements.undo(entry.id)
        assert stage(grouped, topic(grouped)) is Stage.ATTESTED
        assert grouped.entries.all() == []

    def test_the_same_one_is_known(self, grouped: Application, tmp_path: Path) -> None:
        first, other = answered(grouped, tmp_path)[:2]
        entry = grouped.endorsements.take(as_file(first))

        with pytest.raises(RequestInvalid, match=str(entry.id)):
            grouped.endorsements.take(as_file(first))
        with pytest.raises(RequestInvalid):
            grouped.endorsements.take(json.dumps(first).encode())
        grouped.endorsements.take(as_file(other))
        grouped.endorsements.remove(entry.id)
        grouped.endorsements.take(as_file(first))

    def test_every_alteration_is_refused(self, grouped: Application, tmp_path: Path) -> None:
        document = answered(grouped, tmp_path)[1]
        changes: list[Callable[[Document], object]] = [
            lambda one: one["credentialSubject"].update(endorsementComment="Another"),
            lambda one: one["credentialSubject"].update(id="urn:uuid:00000000-0000-4000-8000-000000000000"),
            lambda one: one["issuer"].update(name="Somebody else"),
            lambda one: one["issuer"].pop("url"),
            lambda one: one["issuer"].update(id=new_identity().did),
            lambda one: one["relatedResource"][0].update(digestMultibase="uEiA"),
            lambda one: one.update(validFrom="2026-11-21T12:00:00Z"),
            lambda one: one.update(validUntil="2036-11-21T12:00:00Z"),
            lambda one: one.update(type=["VerifiableCredential", "OpenBadgeCredential"]),
            lambda one: one.update(https_more="x"),
            lambda one: one.pop("proof"),
            lambda one: one["proof"].update(proofPurpose="authentication"),
            lambda one: one["proof"].update(proofValue=other_end(one["proof"]["proofValue"])),
            lambda one: one.pop("credentialSubject"),
        ]
        for change in changes:
            altered = copy.deepcopy(document)
            change(altered)
            with pytest.raises(EvidenceInvalid):
                grouped.endorsements.take(as_file(altered))
        for data in (b"", b"{}", b"[]", b"\xff", as_file(document)[:-9], b'{"type":1}', b"{" * 9_999):
            with pytest.raises(EvidenceInvalid):
                grouped.endorsements.take(data)
        grouped.endorsements.take(as_file(document))

    def test_about_another_skill_or_a_request_that_is_not_here(
        self, grouped: Application, tmp_path: Path, signed: list[Document]
    ) -> None:
        with pytest.raises(EvidenceInvalid, match="no request"):
            grouped.endorsements.take(as_file(signed[0]))
        document = answered(grouped, tmp_path)[0]
        with pytest.raises(EvidenceInvalid, match="another skill"):
            grouped.endorsements.take(as_file(document), topic_id=topic(grouped, 1))
        request = grouped.endorsements.listed()[0]
        grouped.endorsements.remove(request.id)
        with pytest.raises(EvidenceInvalid, match="no request"):
            grouped.endorsements.take(as_file(document))
        grouped.endorsements.undo(request.id)
        grouped.endorsements.take(as_file(document), topic_id=topic(grouped))

    def test_the_learners_own_keys_never_endorse(self, grouped: Application, tmp_path: Path) -> None:
        template = answered(grouped, tmp_path)[0]
        grouped.identity.rotate()
        with grouped._database.read() as session:
            from skilltrail.platform.identity_keys import opened_identity
            from skilltrail.storage.identity_queries import keys

            own = [opened_identity(key.sealed, None) for key in keys(session)]
        assert len(own) == 2
        for key in own:
            with pytest.raises(EvidenceInvalid, match="of your own"):
                grouped.endorsements.take(secured(_by(template, key.did), key, datetime.now(UTC)))
        stranger = new_identity()
        grouped.endorsements.take(secured(_by(template, stranger.did), stranger, datetime.now(UTC)))

    def test_out_of_time(self, grouped: Application, tmp_path: Path) -> None:
        template, key = answered(grouped, tmp_path)[0], new_identity()
        asked = datetime.fromisoformat(template["validFrom"])
        for changed in (
            {"validFrom": f"{asked + timedelta(days=70):%Y-%m-%dT%H:%M:%SZ}"},
            {"validFrom": f"{asked - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"},
            {"validFrom": f"{asked + timedelta(days=9):%Y-%m-%dT%H:%M:%SZ}"},
            {"validUntil": f"{asked - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"},
        ):
            late = secured(_by(template, key.did) | changed, key, asked)
            with pytest.raises(EvidenceInvalid):
                grouped.endorsements.take(late)

    def test_another_credential_is_none(self, grouped: Application) -> None:
        key = new_identity()
        statement = secured(handover(key.did, new_identity().did, datetime.now(UTC)), key, datetime.now(UTC))
        with pytest.raises(EvidenceInvalid):
            grouped.endorsements.take(statement)


class TestInPortfolios:
    """An endorsement is shown and counted only for the skill, by the name and until the day that were signed."""

    def _resolved(self, application: Application, topic_id: str, entry: int) -> tuple[Resolved, int]:
        choice = SkillChoice(topic_id, endorsements=(entry,))
        saved = application.portfolios.keep(chosen(topic_id, skills=(choice,)))
        return application.portfolios.resolve(saved.id), saved.id

    def _why(self, application: Application, topic_id: str, entry: int) -> Why | None:
        application.portfolios._clock.move(days=1)  # type: ignore[attr-defined]
        found, number = self._resolved(application, topic_id, entry)
        skill = found.portfolio.skills[0]
        shown = len(skill.endorsements) == 1
        assert shown == (skill.stage is Stage.ATTESTED)
        assert shown == (stage(application, topic_id) is Stage.ATTESTED)
        for hit in application.portfolios.scan(number):
            application.portfolios.allow(number, hit.digest)
        assert application.portfolios.export(number, "html").data
        return next((one.why for one in found.not_shown), None)

    def test_as_it_was_signed(self, grouped: Application, tmp_path: Path) -> None:
        entry = grouped.endorsements.take(as_file(answered(grouped, tmp_path)[0])).id

        assert self._why(grouped, topic(grouped), entry) is None

    def test_of_a_topic_that_was_merged_into_another(self, grouped: Application, tmp_path: Path) -> None:
        first, second = topic(grouped), topic(grouped, 1)
        entry = grouped.endorsements.take(as_file(answered(grouped, tmp_path)[0])).id
        grouped.corrections.merge([first], second)

        assert self._why(grouped, second, entry) is Why.OTHER_SKILL

    def test_of_a_topic_that_was_renamed_since(self, grouped: Application, tmp_path: Path) -> None:
        mine = topic(grouped)
        entry = grouped.endorsements.take(as_file(answered(grouped, tmp_path)[0])).id
        grouped.corrections.rename(mine, "Nuclear reactor safety")

        assert self._why(grouped, mine, entry) is Why.RENAMED
        grouped.corrections.rename(mine, "docker  NETWORKING")
        assert self._why(grouped, mine, entry) is None

    def test_dated_later_than_now(self, grouped: Application, tmp_path: Path, clock: SteppingClock) -> None:
        template, key = answered(grouped, tmp_path)[0], new_identity()
        changed = {"validFrom": f"{clock.now + timedelta(hours=8):%Y-%m-%dT%H:%M:%SZ}"}
        entry = grouped.endorsements.take(secured(_by(template, key.did) | changed, key, clock.now)).id

        found, _number = self._resolved(grouped, topic(grouped), entry)

        assert [one.why for one in found.not_shown] == [Why.NOT_YET]
        assert self._why(grouped, topic(grouped), entry) is None

    def test_past_its_end(self, grouped: Application, tmp_path: Path, clock: SteppingClock) -> None:
        template, key = answered(grouped, tmp_path)[0], new_identity()
        times = {"validFrom": clock.now, "validUntil": clock.now + timedelta(days=9)}
        changed = {name: f"{at:%Y-%m-%dT%H:%M:%SZ}" for name, at in times.items()}
        document = secured(_by(template, key.did) | changed, key, clock.now)
        entry = grouped.endorsements.take(document).id
        assert self._why(grouped, topic(grouped), entry) is None

        clock.move(days=30)

        assert self._why(grouped, topic(grouped), entry) is Why.ENDED

    def test_a_file_that_fails_its_own_check_is_not_handed_over(
        self, grouped: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = topic(grouped), topic(grouped, 1)
        entry = grouped.endorsements.take(as_file(answered(grouped, tmp_path)[0])).id
        grouped.corrections.merge([first], second)
        grouped.portfolios._clock.move(days=1)  # type: ignore[attr-defined]
        monkeypatch.setattr("skilltrail.services.portfolio.why_not_counted", lambda *_all: None)
        _found, number = self._resolved(grouped, second, entry)
        for hit in grouped.portfolios.scan(number):
            grouped.portfolios.allow(number, hit.digest)

        with pytest.raises(PortfolioBlocked, match="check"):
            grouped.portfolios.export(number, "html")

        assert grouped.portfolios.exports(number) == []


class TestTheKeyThatARequestNames:
    def test_a_change_of_the_key_cannot_be_undone_once_a_request_names_it(self, grouped: Application) -> None:
        grouped.identity.standing()
        grouped.identity.rotate()
        grouped.endorsements.ask(wish(grouped))

        with pytest.raises(TooLate):
            grouped.identity.undo_rotation()

    def test_an_answer_about_a_key_that_leads_nowhere_is_refused(self, grouped: Application, tmp_path: Path) -> None:
        kept, lost = answered(grouped, tmp_path)[:2]
        grouped.identity.rotate()
        grouped.endorsements.take(as_file(kept))
        grouped.identity.rotate(lost=True)

        with pytest.raises(EvidenceInvalid, match="Ask again"):
            grouped.endorsements.take(as_file(lost))


class TestKeeping:
    def test_it_goes_with_its_topic_with_everything_and_with_a_word(self, grouped: Application, tmp_path: Path) -> None:
        first, second, third = answered(grouped, tmp_path)[:3]
        grouped.endorsements.take(as_file(first))
        kept = grouped.endorsements.take(as_file(second))

        forget(grouped, ForgetWish(word="Plain words"))
        assert [one.id for one in grouped.endorsements.listed() if isinstance(one.value, Endorsement)] == [kept.id]
        assert b"Plain words" not in b"".join(grouped.data_rights.everything())

        grouped.endorsements.take(as_file(third))
        forget(grouped, ForgetWish(everything=True))
        assert grouped.endorsements.listed() == []

    def test_a_hidden_word_takes_the_document_and_the_stage(self, grouped: Application, tmp_path: Path) -> None:
        document = answered(grouped, tmp_path)[0]
        entry = grouped.endorsements.take(as_file(document))
        assert "Plain" in document["credentialSubject"]["endorsementComment"]

        grouped.redactions.replace(grouped.redactions.add_word("Plain").word.id)

        value = next(one.value for one in grouped.endorsements.listed() if one.id == entry.id)
        assert isinstance(value, Endorsement)
        assert not value.stands
        assert "Plain" not in value.text
        assert stage(grouped, topic(grouped)) is not Stage.ATTESTED
        with grouped._database.read() as session:
            assert endorsements_of(session) == {}


def _by(template: Document, did: str) -> Document:
    changed = copy.deepcopy(template)
    changed.pop("proof")
    changed["issuer"]["id"] = did
    return changed
