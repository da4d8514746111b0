"""Questions asked in one statement say what each says alone."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.checks import Said
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.entries import Reflection
from skilltrail.domain.portfolio import Audience, Selection, SkillChoice
from skilltrail.storage import (
    anchor_queries,
    check_queries,
    claim_queries,
    context_queries,
    entry_queries,
    identity_queries,
    log_queries,
    portfolio_queries,
    redaction_queries,
    trail_queries,
)
from skilltrail.storage.asking import answer, ask_together

QUESTIONS = (
    *portfolio_queries.page_questions(1),
    identity_queries.KEYS,
    log_queries.OPEN_LOG,
    anchor_queries.OF_HEAD,
    redaction_queries.OWN_DATA,
    context_queries.LIVING,
    trail_queries.TOPIC_NAMES,
    claim_queries.CLAIMS,
    check_queries.COUNTED,
    entry_queries.ENTRIES,
    entry_queries.THEIR_TOPICS,
    entry_queries.MERGED,
)


@pytest.fixture
def filled(application: Application) -> Application:
    app = application
    app.exchanges.capture(items(history(20)))
    app.processing.run_until_done()
    topics = [line.id for line in app.trail.topics()]
    for number in (3, 1, 2):
        app.checks.say(number, Said.CONFIRMED)
        app.entries.keep(Reflection(f"note {number}"), exchange_id=number)
        app.redactions.add_own_data(f"me{number}@example.com")
        app.contexts.keep(ContextForm(f"Client {number}", words=(f"word{number}",)))
    app.contexts.finish()
    app.evidence_log.checkpoint()
    app.portfolios.keep(Selection("One", Audience.PUBLIC, "Lena", skills=(SkillChoice(topics[0], "A note"),)))
    for _twice in range(2):
        app.portfolios.export(1, "json")
    return app


def test_together_says_what_each_says_alone(filled: Application) -> None:
    with filled._database.read() as session:
        alone = {one.name: answer(session, one) for one in QUESTIONS}
    with filled._database.read() as session:
        ask_together(session, QUESTIONS)
        said: list[str] = []
        note = lambda _c, _cu, statement, *_rest: said.append(statement)  # noqa: E731 - as SQLAlchemy calls it
        event.listen(filled._database._reader, "before_cursor_execute", note)
        together = {one.name: answer(session, one) for one in QUESTIONS}
        event.remove(filled._database._reader, "before_cursor_execute", note)

    assert together == alone
    assert said == []
    assert sum(bool(found) for found in alone.values()) >= 11
