"""Skill claims: proposals after a topic run, the learner's word, and that only that goes out."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from callers import Caller
from concepts import CONCEPTS, SPANISH, SQL
from conftest import SteppingClock
from dashboard import Dashboard
from databases import BeginWith, Homes, in_topics
from exchanges import NOON, history, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.claims import TopicClaims
from skilltrail.domain.forget import ForgetWish
from skilltrail.errors import NotFound
from skilltrail.ml.concepts import published_concepts
from skilltrail.ml.hash_embedder import HashEmbedder
from steps import count


class Counting(HashEmbedder):
    """Notes which topics it was asked to match."""

    def __init__(self) -> None:
        super().__init__(concepts=CONCEPTS)
        self.asked: list[list[str]] = []

    def match(self, **arguments: Any) -> Any:
        self.asked.append(arguments["names"])
        return super().match(**arguments)


@pytest.fixture
def model() -> Counting:
    return Counting()


@pytest.fixture
def grouped(begin_with: BeginWith) -> Application:
    """Three topics of twenty exchanges each: sql, spanish, logo."""
    return begin_with(in_topics(60), model=Counting)


def about(application: Application, title: str) -> TopicClaims:
    """The claims of the topic whose exchanges carry a title."""
    for claims in application.claims.all():
        if application.exchanges.page(claims.topic_id).items[0].title == title:
            return claims
    raise AssertionError(title)


def exported(application: Application, kind: str = "json") -> str:
    return application.exports.timeline(kind).data.decode()


class TestProposals:
    def test_each_topic_is_compared_after_a_run(self, grouped: Application) -> None:
        sql, logo = about(grouped, "Sql"), about(grouped, "Logo")

        assert sql.is_open
        assert sql.proposals[0].concept == SQL
        assert sql.proposals[0].exemplars
        assert logo.matched
        assert logo.abstained
        assert not logo.is_open

    def test_what_waits_for_the_learner_comes_first(self, grouped: Application) -> None:
        standing = [claims.is_open for claims in grouped.claims.all()]

        assert standing == sorted(standing, reverse=True)

    def test_a_first_picture_is_not_matched(self, application: Application, model: Counting) -> None:
        application.exchanges.capture(items(history(100)))
        while application.processing.progress().picture != "first":
            application.processing.step()

        assert model.asked == []
        assert not any(claims.matched for claims in application.claims.all())

    def test_topics_that_did_not_change_are_not_matched_again(self, grouped: Application, model: Counting) -> None:
        model.asked.clear()

        grouped.processing.ask_for_topics()
        grouped.processing.run_until_done()

        assert sum(len(names) for names in model.asked) == 0

    def test_a_newcomer_does_not_make_all_topics_be_matched(self, grouped: Application, model: Counting) -> None:
        model.asked.clear()
        grouped.exchanges.capture(items([history(90, prefix="new")[89]]))
        grouped.processing.run_until_done()

        assert sum(len(names) for names in model.asked) <= 1


class TestDeciding:
    def test_confirming_aligns_and_is_undone(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id

        done = grouped.claims.confirm(topic, SQL.key)
        assert [decision.concept for decision in done.confirmed] == [SQL]
        assert not done.is_open

        back = grouped.claims.undo(topic)
        assert back.confirmed == ()
        assert back.is_open
        assert not back.undoable

    def test_confirming_twice_changes_nothing(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id
        grouped.claims.confirm(topic, SQL.key)
        revision = grouped.trail.revision()

        grouped.claims.confirm(topic, SQL.key)

        assert grouped.trail.revision() == revision
        assert count(grouped, "claim") == 1

    def test_any_published_concept_can_be_chosen_instead(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id
        other = published_concepts().find("query languages")[0]
        grouped.claims.confirm(topic, SQL.key)

        done = grouped.claims.confirm(topic, other.key, instead_of=SQL.key)
        assert [decision.concept for decision in done.confirmed] == [other]

        back = grouped.claims.undo(topic)
        assert [decision.concept for decision in back.confirmed] == [SQL]

    def test_a_rejected_concept_is_not_proposed_again(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id

        done = grouped.claims.reject(topic, SQL.key)

        assert SQL not in [proposal.concept for proposal in done.proposals]
        assert done.rejected == 1

    def test_none_fits_ends_what_was_confirmed_and_undo_brings_it_back(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id
        grouped.claims.confirm(topic, SQL.key)

        done = grouped.claims.none_fits(topic)
        assert (done.none_fits, done.confirmed) == (True, ())

        back = grouped.claims.undo(topic)
        assert (back.none_fits, [decision.concept for decision in back.confirmed]) == (False, [SQL])

    def test_withdrawing_and_undoing_it(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id
        grouped.claims.confirm(topic, SQL.key)

        assert grouped.claims.withdraw(topic, SQL.key).confirmed == ()
        assert grouped.claims.undo(topic).confirmed
        assert grouped.claims.undo(topic).confirmed == ()
        with pytest.raises(NotFound):
            grouped.claims.undo(topic)

    def test_what_is_not_there_is_said(self, grouped: Application) -> None:
        with pytest.raises(NotFound):
            grouped.claims.confirm("t-none", SQL.key)
        with pytest.raises(NotFound):
            grouped.claims.confirm(about(grouped, "Sql").topic_id, "esco:no-such-concept")
        with pytest.raises(NotFound):
            grouped.claims.withdraw(about(grouped, "Sql").topic_id, None)

    def test_decisions_survive_later_runs(self, grouped: Application) -> None:
        sql, spanish = about(grouped, "Sql").topic_id, about(grouped, "Spanish").topic_id
        grouped.claims.confirm(sql, SQL.key)
        grouped.claims.none_fits(spanish)

        grouped.exchanges.capture(items(history(45, start=NOON + timedelta(days=60), prefix="more")))
        grouped.processing.run_until_done()

        assert [decision.concept for decision in grouped.claims.topic(sql).confirmed] == [SQL]
        assert grouped.claims.topic(spanish).none_fits
        assert not grouped.claims.topic(sql).changed

    def test_a_topic_that_grew_to_another_one_says_so(self, grouped: Application) -> None:
        sql = about(grouped, "Sql").topic_id
        grouped.claims.confirm(sql, SQL.key)

        grouped.exchanges.capture(items(history(150, start=NOON + timedelta(days=60), prefix="more")))
        grouped.processing.run_until_done()

        assert grouped.claims.topic(sql).changed

    def test_they_survive_a_restart(self, settings: Settings, clock: SteppingClock) -> None:
        with Application.open(settings, clock=clock, model=Counting()) as first:
            first.exchanges.capture(items(history(60)))
            first.processing.run_until_done()
            topic = about(first, "Sql").topic_id
            first.claims.confirm(topic, SQL.key)

        with Application.open(settings, clock=clock, model=Counting()) as again:
            assert [decision.concept for decision in again.claims.topic(topic).confirmed] == [SQL]


class TestExports:
    def test_a_proposal_is_in_no_export(self, grouped: Application) -> None:
        for kind in ("json", "markdown", "html"):
            assert SQL.label not in exported(grouped, kind)
        assert all(topic["alignments"] == [] for topic in json.loads(exported(grouped))["topics"])
        assert json.loads(exported(grouped))["notices"] == []

    def test_what_is_confirmed_is_in_all_of_them_with_the_notice(self, grouped: Application) -> None:
        grouped.claims.confirm(about(grouped, "Sql").topic_id, SQL.key)

        document = json.loads(exported(grouped))
        assert [topic["alignments"] for topic in document["topics"] if topic["alignments"]] == [
            [
                {
                    "target_framework": "ESCO v1.2.0",
                    "target_name": SQL.label,
                    "target_url": SQL.address,
                    "target_code": SQL.code,
                    "confirmed_by": "learner",
                }
            ]
        ]
        for kind in ("json", "markdown", "html"):
            assert "ESCO classification of the European Commission" in exported(grouped, kind)
        for kind in ("markdown", "html"):
            assert "Aligned by the learner with ESCO v1.2.0" in exported(grouped, kind)

    def test_what_is_withdrawn_is_in_none(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id
        grouped.claims.confirm(topic, SQL.key)
        grouped.claims.withdraw(topic, SQL.key)

        assert SQL.label not in exported(grouped)

    def test_everything_holds_every_decision(self, grouped: Application) -> None:
        topic = about(grouped, "Sql").topic_id
        grouped.claims.reject(topic, SQL.key)

        document = json.loads(b"".join(grouped.data_rights.everything()))

        assert [(row["topic_id"], row["verdict"], row["label"]) for row in document["claims"]] == [
            (topic, "rejected", SQL.label)
        ]


class TestForgetting:
    def forget(self, application: Application, wish: ForgetWish) -> None:
        application.forgetting.ask(wish, wait=timedelta())
        application.forgetting.run_due()

    def test_with_a_topics_exchanges_go_its_proposals_and_decisions(self, grouped: Application) -> None:
        grouped.claims.confirm(about(grouped, "Sql").topic_id, SQL.key)
        grouped.claims.confirm(about(grouped, "Spanish").topic_id, SPANISH.key)

        self.forget(grouped, ForgetWish(word="sql"))

        left = json.loads(b"".join(grouped.data_rights.everything()))["claims"]
        assert [row["label"] for row in left] == [SPANISH.label]
        with grouped._database.read() as session:
            from skilltrail.storage import claim_queries

            assert not [
                topic for topic, found in claim_queries.matches(session).items() if found and found[0].concept == SQL
            ]

    def test_a_topic_that_lost_one_exchange_is_matched_anew(self, grouped: Application, model: Counting) -> None:
        sql = about(grouped, "Sql")
        grouped.claims.confirm(sql.topic_id, SQL.key)
        model.asked.clear()

        self.forget(grouped, ForgetWish(exchange=grouped.exchanges.page(sql.topic_id).items[0].id))
        assert not grouped.claims.topic(sql.topic_id).matched
        grouped.processing.run_until_done()

        assert model.asked
        assert grouped.claims.topic(sql.topic_id).matched
        assert grouped.claims.topic(sql.topic_id).confirmed

    def test_everything_means_claims_too(self, grouped: Application) -> None:
        grouped.claims.confirm(about(grouped, "Sql").topic_id, SQL.key)

        self.forget(grouped, ForgetWish(everything=True))

        assert [count(grouped, table) for table in ("claim", "claim_proposal", "topic_match")] == [0, 0, 0]


class TestApi:
    def test_a_decision_over_the_api(self, grouped: Application, command_line: Caller) -> None:
        topic = about(grouped, "Sql").topic_id
        path = f"/api/v1/topics/{topic}/claims"

        done = command_line.post(path, {"verdict": "confirmed", "concept": SQL.key})
        assert done.json["confirmed"][0]["concept"]["address"] == SQL.address
        assert command_line.post(f"{path}/withdraw", {"concept": SQL.key}).json["confirmed"] == []
        assert command_line.post(f"{path}/undo", {}).json["confirmed"]
        listed = command_line.get("/api/v1/claims").json
        assert {row["topic_id"] for row in listed["topics"]} == {claims.topic_id for claims in grouped.claims.all()}
        assert "ESCO" in listed["notices"][0]

    @pytest.mark.parametrize(
        "body", [{}, {"verdict": "perhaps"}, {"verdict": "confirmed"}, {"verdict": "rejected", "concept": 7}]
    )
    def test_a_wrong_decision_is_refused_and_changes_nothing(
        self, grouped: Application, command_line: Caller, body: dict[str, Any]
    ) -> None:
        topic = about(grouped, "Sql").topic_id

        assert command_line.post(f"/api/v1/topics/{topic}/claims", body).status_code in {400, 422}
        assert count(grouped, "claim") == 0

    def test_concepts_are_looked_for_by_words_in_the_body(self, command_line: Caller) -> None:
        found = command_line.post("/api/v1/concepts/search", {"query": "typography"}).json

        assert found["concepts"][0]["label"] == "typography"


class TestPages:
    @pytest.fixture
    def fetch(self, grouped: Application) -> Dashboard:
        return Dashboard(grouped)

    def test_the_topic_page_proposes_and_says_why(self, fetch: Dashboard, grouped: Application) -> None:
        page = fetch(f"/fragments/topics/{about(grouped, 'Sql').topic_id}")

        assert "Skills in published frameworks" in page.text
        assert SQL.label in page.text
        assert "Similarity" in page.text
        assert SQL.address in page.text
        assert SQL.address not in page.attributes("href")
        assert {"claim-confirm", "claim-reject", "claim-none"} <= set(page.attributes("data-action"))
        assert "ESCO classification of the European Commission" in page.text

    def test_what_nothing_fits_is_said_so(self, fetch: Dashboard, grouped: Application) -> None:
        page = fetch(f"/fragments/topics/{about(grouped, 'Logo').topic_id}")

        assert "near enough to be proposed" in page.text
        assert "claim-reject" not in page.attributes("data-action")

    def test_the_list_shows_all_by_what_is_to_be_done(self, fetch: Dashboard, grouped: Application) -> None:
        grouped.claims.confirm(about(grouped, "Spanish").topic_id, SPANISH.key)

        page = fetch("/fragments/claims")

        assert "1 proposal waits for you" in page.text
        assert "Aligned by you on 22 November 2026" in page.text
        assert "claim-undo" in page.attributes("data-action")

    def test_an_empty_history_is_told_what_to_do(self, application: Application) -> None:
        page = Dashboard(application)("/fragments/claims")

        assert "There are no topics yet" in page.text
        assert "/imports" in page.attributes("href")


class TestCommand:
    @pytest.fixture
    def home(self, homes: Homes, settings: Settings) -> str:
        homes.put(in_topics(60), settings.home, model=Counting)
        return str(settings.home)

    def run(self, *words: str, home: str, status: int = 0) -> Any:
        done = CliRunner().invoke(main, ["claims", *words, "--json", "--home", home])
        assert done.exit_code == status, done.output
        return json.loads(done.output) if status == 0 else done.output

    def test_listing_confirming_and_undoing(self, home: str) -> None:
        listed = self.run(home=home)
        topic = next(row for row in listed["topics"] if row["open"])

        done = self.run("confirm", topic["topic_id"], home=home)
        assert done["confirmed"][0]["concept"] == topic["proposals"][0]["concept"]
        assert self.run("undo", topic["topic_id"], home=home)["confirmed"] == []
        assert self.run("reject", topic["topic_id"], "--none", home=home)["none_fits"] is True

    def test_a_topic_without_a_proposal_wants_a_concept(self, home: str) -> None:
        topic = next(row for row in self.run(home=home)["topics"] if row["abstained"])

        assert "claims find" in self.run("confirm", topic["topic_id"], home=home, status=2)

    def test_finding_needs_no_history(self, home: str) -> None:
        assert self.run("find", "typography", home=home)["concepts"][0]["label"] == "typography"
