"""A history of which portfolios are made in tests: three skills, and a client whose matter stands in one of them."""

from __future__ import annotations

from typing import Any

from clients import added
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice

CLIENT = ContextForm("Zqacme GmbH", ("Zqacme",), ("zqacme.example",), ("Roadrunner",))


def filled(application: Application) -> None:
    """Store thirty exchanges on three subjects, and find their topics."""
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()
    assert len(application.trail.topics()) == 3


def with_client(application: Application) -> int:
    """Name a client after one word of the exchanges' texts would be too much: give some of them to it by hand."""
    client = added(application.contexts.keep(CLIENT))
    application.contexts.finish()
    return client


def sql_topic(application: Application) -> str:
    return topic_of(application, "sql")


def topic_of(application: Application, word: str) -> str:
    """Return the topic of the exchanges of a subject."""
    for line in application.trail.topics():
        page = application.exchanges.page(line.id)
        if word in str(page.items[0].title).lower():
            return line.id
    raise AssertionError(word)


def ids_of(application: Application, topic: str) -> list[int]:
    return sorted(item.id for item in application.exchanges.page(topic).items)


def chosen(topic: str, *excerpts: tuple[int, tuple[str, ...]], **changes: Any) -> Selection:
    """Return a selection of one skill."""
    skill = SkillChoice(topic, excerpts=tuple(ExcerptChoice(number, parts) for number, parts in excerpts))
    values: dict[str, Any] = {"title": "For a job", "audience": Audience.CLIENT, "person": "Lena Okafor"}
    return Selection(**(values | {"skills": (skill,)} | changes))
