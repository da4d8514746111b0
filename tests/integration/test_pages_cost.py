"""What pages cost: few statements each, and counts that follow every change without reading all anew."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import event, text

from chatgpt_exports import chat, write
from dashboard import BASE, Dashboard
from exchanges import captured, history, items
from route_walk import rules
from skilltrail.application import Application
from skilltrail.domain.checks import Said
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.corrections import Standing
from skilltrail.domain.entries import Deliverable, Reflection
from skilltrail.domain.portfolio import Audience, ExcerptChoice, Selection, SkillChoice
from skilltrail.storage import history_columns
from skilltrail.web import export_page

STATEMENTS_A_PAGE = 12
VARIANTS = (
    "/fragments/timeline?since=2026-11-01&until=2026-11-30&learning=1",
    "/fragments/timeline?since=2026-11-20&until=2026-11-20",
    "/fragments/topics/TOPIC?since=2026-11-01&until=2026-11-30",
    "/fragments/since?days=30",
    "/fragments/redactions?kind=api-key&mark=ab12",
    "/fragments/search?q=rust",
    "/fragments/clients/none",
    "/fragments/clients/undecided",
    "/fragments/spot-check?entries=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15",
    *(f"/fragments/export-preview?format={name}" for name in ("html", "markdown", "json", "csv", "xlsx")),
)
MADE_BEHIND = ("chart", "-map", "/parts")
"""Ends of addresses that may answer 202, and are asked for again."""

NO_PAGES = frozenset({"/fragments/export-preview"})
"""What asks for nothing without a query is no page; its variants are."""


@pytest.fixture
def filled(application: Application) -> Application:
    application.exchanges.capture(items(history(40)))
    application.processing.run_until_done()
    return application


@pytest.fixture
def statements(filled: Application) -> Iterator[list[str]]:
    seen: list[str] = []
    reader = filled._database._reader

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(reader, "before_cursor_execute", note)
    yield seen
    event.remove(reader, "before_cursor_execute", note)


@pytest.fixture
def ids(filled: Application, tmp_path: Path) -> dict[str, str]:
    """What addresses are made with: of each kind one that is there."""
    kept = filled.contexts.keep(ContextForm("Quux", words=("Quux",)))
    assert kept.context is not None
    filled.contexts.finish()
    filled.imports.run([write(tmp_path / "exports", [chat("a", 2)])])
    filled.redactions.add_word("conjugation")
    return {
        "topic_id": filled.trail.topics()[0].id,
        "portfolio_id": str(_portfolio(filled)),
        "exchange_id": "1",
        "client_id": str(kept.context.id),
        "import_id": str(filled.imports.listing()[0].id),
        "backup_name": filled.backups.make().name,
        "word_id": "1",
        "kind": "reflection",
    }


def _portfolio(filled: Application) -> int:
    """Save a portfolio with a file and with everything that can stand in one, of every skill, for a job post.

    Something of each skill is held back, so what its words rest on is asked too.
    """
    skills = []
    for line in filled.trail.topics():
        numbers = filled.exchanges.shown_of(line.id, 6)
        filled.data_rights.restrict(numbers[-1], restricted=True)
        filled.checks.say(numbers[0], Said.CONFIRMED)
        note = filled.entries.keep(Reflection("I see it now."), exchange_id=numbers[0])
        work = filled.entries.keep(Deliverable("url", "A report", "https://example.com/r"), topic_id=line.id)
        excerpts = tuple(ExcerptChoice(one, ("prompt.1",)) for one in numbers[:3])
        skills.append(SkillChoice(line.id, "A note", excerpts, (note.id,), (work.id,)))
    post = "We need somebody for SQL, Docker, Rust, Kubernetes and Spanish."
    chosen = Selection("For a job", Audience.JOB_POST, "Lena", skills=tuple(skills), job_post=post)
    saved = filled.portfolios.keep(chosen)
    for hit in filled.portfolios.scan(saved.id):
        filled.portfolios.allow(saved.id, hit.digest)
    filled.portfolios.export(saved.id, "json")
    return saved.id


def fragments(dashboard: Dashboard, ids: dict[str, str]) -> set[str]:
    found = {
        rule.build({name: ids[name] for name in rule.arguments})
        for rule in rules(dashboard.client.application)
        if rule.rule.startswith("/fragments/") and "GET" in (rule.methods or ())
    }
    assert None not in found
    variants = {variant.replace("TOPIC", ids["topic_id"]) for variant in VARIANTS}
    return {path for built in found if built for _host, path in [built]} - NO_PAGES | variants


def test_no_fragment_asks_the_database_more_than_twelve_times(
    filled: Application, statements: list[str], ids: dict[str, str]
) -> None:
    dashboard = Dashboard(filled)
    statuses, asked = {}, {}

    for path in sorted(fragments(dashboard, ids)):
        filled.exchanges.capture(items(history(41 + len(asked))[-1:]))
        statuses[path], asked[path] = answered(dashboard, path, statements)

    assert len(asked) > 40
    assert {path: status for path, status in statuses.items() if status != 200} == {}
    assert too_many(asked) == {}


def test_the_preview_of_a_long_history_costs_no_more(
    filled: Application, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_page, "WHOLE", 10)
    dashboard = Dashboard(filled)
    dashboard("/fragments/timeline")  # the first of all reads what later ones follow
    asked = {}

    for number, name in enumerate(("html", "markdown", "json")):
        filled.exchanges.capture(items(history(41 + number)[-1:]))
        statements.clear()
        assert "KB" not in dashboard(f"/fragments/export-preview?format={name}").text
        asked[name] = list(statements)

    assert too_many(asked) == {}


def too_many(asked: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what asks too much, with each statement's beginning."""
    over = {path: found for path, found in asked.items() if len(found) > STATEMENTS_A_PAGE}
    return {f"{path}: {len(found)}": [" ".join(one.split())[:150] for one in found] for path, found in over.items()}


def answered(dashboard: Dashboard, path: str, statements: list[str]) -> tuple[int, list[str]]:
    """Return the last status of ``path``, and the statements of its dearest answer; where it is worked out behind a
    202 those are in it.
    """
    dearest: list[str] = []
    for _try in range(200):
        statements.clear()
        status = dashboard.client.get(path, base_url=BASE, headers=dashboard.headers()).status_code
        made_behind = status == 202 and path.partition("?")[0].endswith(MADE_BEHIND)
        if made_behind:
            time.sleep(0.05)
        dearest = max(dearest, list(statements), key=len)
        if not made_behind:
            break
    return status, dearest


def counted_plainly(application: Application) -> dict[str, tuple[int, int, int]]:
    """Exchanges, days and episodes of the topics that are shown, worked out row by row."""
    query = (
        "SELECT m.topic_id, e.asked_at FROM exchange e JOIN topic_membership m ON m.exchange_id = e.id"
        " JOIN topic t ON t.id = m.topic_id WHERE e.on_current_path = 1 AND t.retired_at IS NULL"
        " AND t.standing = 'shown' ORDER BY m.topic_id, e.asked_at"
    )
    with application._database.read() as session:
        rows = session.execute(text(query)).all()
    found: dict[str, tuple[int, int, int]] = {}
    for topic in {row[0] for row in rows}:
        times = [datetime.fromtimestamp(row[1] / 1e6, UTC) for row in rows if row[0] == topic]
        pauses = sum(later - earlier > timedelta(minutes=30) for earlier, later in pairwise(times))
        found[topic] = (len(times), len({time.astimezone().date() for time in times}), 1 + pauses)
    return found


def counted(application: Application) -> dict[str, tuple[int, int, int]]:
    lines = application.trail.timeline().topics
    assert Counter({line.id: line.exchanges for line in lines}) == Counter(
        {line.id: sum(month.exchanges for month in line.months) for line in lines}
    )
    return {line.id: (line.exchanges, line.days, line.episodes) for line in lines}


def test_counts_follow_every_kind_of_change(filled: Application) -> None:
    app = filled
    first, second = (line.id for line in app.trail.topics()[:2])
    again = captured(3, reply_id="r-3b", reply="Another answer.", captured_at=datetime(2026, 11, 21, tzinfo=UTC))
    steps = (
        lambda: app.exchanges.capture(items(history(60))),
        app.processing.run_until_done,
        lambda: app.exchanges.capture(items([again])),
        lambda: app.corrections.move([1, 2, 3], second),
        lambda: app.corrections.set_standing(first, Standing.HIDDEN),
        lambda: app.corrections.rename(second, "Mine"),
        lambda: app.corrections.merge([first], second),
    )

    assert counted(app) == counted_plainly(app)
    for step in steps:
        step()
        assert counted(app) == counted_plainly(app)


def test_after_a_capture_only_its_conversation_is_read_again(
    filled: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = filled.trail.timeline().exchanges
    monkeypatch.setattr(history_columns, "_read", lambda *_a, **_k: pytest.fail("all was read anew"))

    filled.exchanges.capture(items(history(41)))

    assert filled.trail.timeline().exchanges == before + 1
