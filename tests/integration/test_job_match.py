"""A job post against a history: what covers it may leave, and is named with its sentence; the rest is missing."""

from __future__ import annotations

import pytest

from callers import Caller
from databases import BeginWith
from portfolio_steps import chosen, filled, ids_of, sql_topic, with_client
from skilltrail.application import Application
from skilltrail.domain.contexts import SaidOf
from skilltrail.domain.job_post import Basis, RequirementMatch, Standing
from skilltrail.domain.portfolio import Audience, Selection

POST = "About us: we love Docker.\n\nWhat you bring\n- SQL and a database index\n- Kubernetes\n"


@pytest.fixture(autouse=True)
def _history(begin_with: BeginWith) -> None:
    application = begin_with(filled)
    while application.search.step():
        continue


def matched(application: Application, **changes: object) -> dict[str, RequirementMatch]:
    wanted = Selection("", Audience.JOB_POST, "", job_post=POST, **changes)  # type: ignore[arg-type]
    found = application.portfolios.matched(wanted)
    texts = {one.number: one.text for one in found.sentences}
    for one in found.matches:
        # Nothing is invented: each says where it stands.
        assert all(said in texts[one.requirement.sentences[0]] for said in one.requirement.said.split(", "))
    return {one.requirement.name: one for one in found.matches}


def test_questions_that_speak_of_it_cover_it(application: Application) -> None:
    found = matched(application)

    assert "Docker" not in found
    sql = found["SQL"]
    assert sql.standing is Standing.COVERED
    assert sql.evidence
    assert sql.evidence.topic_id == sql_topic(application)
    assert sql.evidence.basis in (Basis.SPOKEN, Basis.NAMED)
    assert set(sql.evidence.examples) <= set(ids_of(application, sql_topic(application)))
    assert found["Kubernetes"].standing is not Standing.COVERED


def test_what_may_not_leave_speaks_for_nothing(application: Application) -> None:
    client = with_client(application)
    application.contexts.say(ids_of(application, sql_topic(application)), SaidOf.CLIENTS, clients=[client])

    assert matched(application)["SQL"].standing is not Standing.COVERED
    assert matched(application, admitted=(client,))["SQL"].standing is Standing.COVERED


def test_a_portfolio_for_a_post_begins_with_what_covers_it(application: Application) -> None:
    begun = application.portfolios.begin(chosen("", skills=(), job_post=POST))

    assert [one.topic_id for one in begun.selection.skills] == [sql_topic(application)]


def test_the_post_is_not_kept_by_asking(application: Application, page: Caller) -> None:
    answer = page.send("POST", "/api/v1/portfolios/job-post", {"text": POST})

    assert answer.status_code == 200
    assert answer.json["matches"][0]["requirement"]["name"] == "SQL"
    assert application.portfolios.all() == []
