"""What names a skill in a portfolio, where most of the skill is held back: nothing of it tells of that alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from databases import BeginWith
from exchanges import NOON
from portfolio_steps import chosen, filled, ids_of, sql_topic
from skilltrail.application import Application
from skilltrail.domain.claims import Decision, PublishedConcept, Verdict
from skilltrail.domain.leak_hits import HitKind, LeakHit
from skilltrail.domain.portfolio import Audience
from skilltrail.domain.saved_portfolio import SavedPortfolio
from skilltrail.errors import PortfolioBlocked
from skilltrail.storage import claim_queries

FOREIGN = PublishedConcept("esco", "0001", "skill", "zebra valuation")
OURS = PublishedConcept("esco", "0002", "skill", "zebra database")


@pytest.fixture
def mostly_held(begin_with: BeginWith) -> Application:
    """Return a history of a skill of which one exchange may leave, and whose found words stand in none of it."""
    application = begin_with(filled)
    while application.search.step():
        continue
    topic = sql_topic(application)
    for number in ids_of(application, topic)[1:]:
        application.data_rights.restrict(number, restricted=True)
    with application._database.write() as session:
        session.execute(text("UPDATE topic SET name = 'Zebra pricing' WHERE id = :topic"), {"topic": topic})
        area = "UPDATE area SET name = 'Zebra trade' WHERE id = (SELECT area_id FROM topic WHERE id = :topic)"
        session.execute(text(area), {"topic": topic})
        for number, concept in enumerate((FOREIGN, OURS), start=1):
            claim_queries.add_decision(session, topic, Decision(number, Verdict.CONFIRMED, concept, NOON, 1, 1))
    return application


def saved(application: Application) -> SavedPortfolio:
    return application.portfolios.keep(chosen(sql_topic(application)))


def held_back(application: Application, number: int) -> list[LeakHit]:
    return [one for one in application.portfolios.scan(number) if one.kind is HitKind.HELD_BACK]


def exported(application: Application, number: int) -> bytes:
    return application.portfolios.export(number, "json").data


def test_names_of_what_is_held_back_block_until_they_are_resolved(mostly_held: Application) -> None:
    held = saved(mostly_held)
    hits = held_back(mostly_held, held.id)
    assert [(one.place.what, one.found) for one in hits] == [
        ("name", "Zebra pricing"),
        ("alignment", "zebra valuation"),
    ]
    for hit in hits:
        with pytest.raises(PortfolioBlocked):
            exported(mostly_held, held.id)
        mostly_held.portfolios.allow(held.id, hit.digest)

    file = exported(mostly_held, held.id)

    assert b"Zebra pricing" in file
    assert b"zebra valuation" in file
    mostly_held.portfolios.disallow(held.id, hits[0].digest)
    with pytest.raises(PortfolioBlocked):
        exported(mostly_held, held.id)


def test_leave_to_show_such_a_name_holds_for_its_readers_only(mostly_held: Application) -> None:
    held = saved(mostly_held)
    for hit in held_back(mostly_held, held.id):
        mostly_held.portfolios.allow(held.id, hit.digest)

    mostly_held.portfolios.keep(replace(held.selection, audience=Audience.PUBLIC), held.id)

    assert [one.allowed for one in held_back(mostly_held, held.id)] == [False, False]


def test_an_area_that_stands_in_nothing_that_leaves_stays(mostly_held: Application) -> None:
    found = mostly_held.portfolios.resolve(saved(mostly_held).id)

    assert found.portfolio.skills[0].area == ""
    with mostly_held._database.write() as session:
        session.execute(text("UPDATE area SET name = 'Database trade' WHERE name = 'Zebra trade'"))
    assert mostly_held.portfolios.resolve(saved(mostly_held).id).portfolio.skills[0].area == "Database trade"


def test_another_name_and_leaving_out_resolve_it(mostly_held: Application) -> None:
    topic, held = sql_topic(mostly_held), saved(mostly_held)
    name, concept = held_back(mostly_held, held.id)

    mostly_held.corrections.rename(topic, "What I chose to call it")
    assert held_back(mostly_held, held.id) == [concept]
    left = mostly_held.portfolios.leave_out(held.id, concept.digest)

    assert left.selection.skills == ()
    assert name.place.topic_id == topic


def test_while_less_is_held_back_than_leaves_names_are_not_asked_about(mostly_held: Application) -> None:
    for number in ids_of(mostly_held, sql_topic(mostly_held))[1:6]:
        mostly_held.data_rights.restrict(number, restricted=False)

    held = saved(mostly_held)

    assert held_back(mostly_held, held.id) == []
    assert mostly_held.portfolios.resolve(held.id).portfolio.skills[0].area == "Zebra trade"
