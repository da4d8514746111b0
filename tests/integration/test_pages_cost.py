"""What pages cost: few statements each, and counts that follow every change without reading all anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import event, text

from dashboard import BASE, Dashboard
from exchanges import captured, history, items
from route_walk import VALUES, requests
from skilltrail.application import Application
from skilltrail.domain.corrections import Standing
from skilltrail.storage import history_columns

STATEMENTS_A_PAGE = 12
VARIANTS = (
    "/fragments/timeline?since=2026-11-01&until=2026-11-30&learning=1",
    "/fragments/timeline?since=2026-11-20&until=2026-11-20",
    "/fragments/topics/TOPIC?since=2026-11-01&until=2026-11-30",
    "/fragments/since?days=30",
    "/fragments/redactions?kind=api-key&mark=ab12",
    "/fragments/search?q=rust",
    "/fragments/export-preview?format=csv",
    "/fragments/export-preview?format=xlsx",
)
NOT_PAGES = ("export-preview", "/parts", "backups/")
"""Files that are made to be shown, a proposal that the model works out, and a look into another database."""


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


def test_no_fragment_asks_the_database_more_than_twelve_times(filled: Application, statements: list[str]) -> None:
    dashboard = Dashboard(filled)
    topic = filled.trail.topics()[0].id
    found = requests(dashboard.client.application)
    paths = {path.replace(VALUES["topic_id"], topic) for method, path, _access in found if method == "GET"}
    paths |= {variant.replace("TOPIC", topic) for variant in VARIANTS}
    signed_in = {"Authorization": f"Bearer {dashboard._token}"}
    asked = {}

    for path in sorted(path for path in paths if path.startswith("/fragments/")):
        if path not in VARIANTS and any(part in path for part in NOT_PAGES):
            continue
        filled.exchanges.capture(items(history(41 + len(asked))))
        statements.clear()
        dashboard.client.get(path, base_url=BASE, headers=signed_in)
        asked[path] = list(statements)

    assert len(asked) > 15
    over = {path: asked for path, asked in asked.items() if len(asked) > STATEMENTS_A_PAGE}
    assert not over, "\n".join(line for path, asked in over.items() for line in (f"{path}: {len(asked)}", *asked))


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
