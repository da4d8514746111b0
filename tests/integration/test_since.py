"""Home: what happened since the learner was last here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from conftest import SteppingClock
from dashboard import Dashboard
from exchanges import captured, history, items
from grouping import put_topics
from skilltrail.application import Application
from skilltrail.domain.corrections import Standing
from skilltrail.domain.learning import Kind
from skilltrail.services.digest import NEW_MOST


@pytest.fixture
def back(application: Application, clock: SteppingClock) -> tuple[Application, datetime]:
    """Two exchanges of SQL were there at the last visit; since then SQL grew, Rust is new, one is hidden."""
    made = [captured(n, conversation_id=f"c-{n}", prompt=f"Question {n}?") for n in range(1, 8)]
    application.exchanges.capture(items(made[:2]))
    visit = clock.move(minutes=1)
    application.exchanges.capture(items(made[2:]))
    put_topics(application, {"rust": [4, 5], "secret": [6], "sql": [1, 2, 3]})
    application.corrections.set_standing("secret", Standing.HIDDEN)
    application.learning.say_kind(3, Kind.LEARNING)
    return application, visit


def test_what_came_is_counted_by_when_it_was_stored(back: tuple[Application, datetime]) -> None:
    application, visit = back
    digest = application.trail.digest(visit)

    assert (digest.exchanges, digest.learning, digest.topics) == (4, 1, 2)
    assert [(one.topic_id, one.exchanges, one.is_new) for one in digest.grown] == [("rust", 2, True), ("sql", 1, False)]
    assert application.trail.digest(visit + timedelta(days=400)).is_empty


def test_changes_of_topics_are_told_since_then(back: tuple[Application, datetime]) -> None:
    application, visit = back
    application.corrections.rename("sql", "Databases of mine")

    words = [line.words for line in application.trail.digest(visit).changes]

    assert words == ["You called a topic “Databases of mine”."]


def test_what_was_undone_or_names_a_hidden_topic_is_not_told(back: tuple[Application, datetime]) -> None:
    application, visit = back
    application.corrections.rename("secret", "Divorce lawyers")
    wrong = application.corrections.rename("rust", "A slip")
    application.corrections.undo(wrong.id)

    page = Dashboard(application)(f"/fragments/since?since={quote(visit.isoformat())}")

    assert application.trail.digest(visit).changes == ()
    assert "Divorce" not in page.text
    assert "A slip" not in page.text


def test_the_page_says_it_with_links(back: tuple[Application, datetime]) -> None:
    application, _visit = back
    at = quote((datetime.now(UTC) - timedelta(days=300)).isoformat())
    page = Dashboard(application)(f"/fragments/since?at={at}")

    assert "Since you were last here, " in page.text
    assert {"/topics/rust", "/topics/sql", "/?days=7", "/"} <= set(page.attributes("href"))


@pytest.mark.parametrize(
    "query", ["", "at=", "at=soon", "at=2026-11-20", "at=2999-01-01T00:00:00Z", "days=1000000", "days=x", "at=%3Cb%3E"]
)
def test_without_a_known_visit_it_is_the_last_week(back: tuple[Application, datetime], query: str) -> None:
    page = Dashboard(back[0])(f"/fragments/since?{query}")

    assert "In the last 7 days" in page.text
    assert "Last visit" not in page.text


def test_days_can_be_chosen_and_home_hands_them_on(back: tuple[Application, datetime]) -> None:
    fetch = Dashboard(back[0])

    assert "In the last 30 days" in fetch("/fragments/since?days=30").text
    assert fetch("/fragments/home?days=30").attributes("data-since") == ["days=30"]
    assert fetch("/fragments/home").attributes("data-since") == [""]


@pytest.mark.parametrize(("known", "told"), [(0, []), (1, ["Topics were found for the first time: "])])
def test_what_runs_did_is_no_news_where_all_is_new(
    application: Application, clock: SteppingClock, known: int, told: list[str]
) -> None:
    made = history(40)
    application.exchanges.capture(items(made[:known]))
    before = clock.move(minutes=1)
    application.exchanges.capture(items(made[known:]))
    application.processing.run_until_done()

    lines = application.trail.digest(before).changes

    assert [line.words[: len(start)] for line, start in zip(lines, told, strict=True)] == told


def test_after_a_large_import_a_few_new_topics_are_named_and_the_rest_counted(
    application: Application, clock: SteppingClock
) -> None:
    made = [captured(n, conversation_id=f"c-{n}", prompt=f"Question {n}?") for n in range(1, 101)]
    application.exchanges.capture(items(made[:10]))
    visit = clock.move(minutes=1)
    application.exchanges.capture(items(made[10:]))
    new = {f"new{number}": [11 + 2 * number, 12 + 2 * number] for number in range(40)}
    put_topics(application, {"old": [*range(1, 6), 91, 92], "older": [*range(6, 11), 93], **new})

    digest = application.trail.digest(visit)
    page = Dashboard(application)(f"/fragments/since?at={quote(visit.isoformat())}")

    assert digest.topics == 42
    assert [one.is_new for one in digest.grown].count(True) == NEW_MOST
    assert {"old", "older"} <= {one.topic_id for one in digest.grown}
    assert "and 36 more topics" in page.text
    assert "/skills" in page.attributes("href")
