"""Server time, SQL statements and size of every page, fragment and data answer of the dashboard, at several sizes.

``python -m benchmarks.pages`` fills real, encrypted databases of 1,000, 10,000 and 100,000 exchanges
(``benchmarks.histories.filled``) and asks for everything that a signed-in dashboard may GET, in this process, so that no
network and no browser is in the figures. Addresses come from the application's own routes. Each is asked for in two
states: *changed*, where one more exchange was captured just before, so that nothing remembered still holds, and *same*,
where nothing happened since. ``work`` is the processor time of this process, which other work on the machine hardly
touches. ``ratio`` compares the slowest changed page with counting the exchanges by one plain SQL
statement in the same run. After several sizes a second table shows how each address grew. Files that are saved, and what
an address works out with the model behind a 202, are asked for as the page asks: the 202 counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.histories.filled import fill
from benchmarks.histories.generate import generate
from benchmarks.service import percentile
from sqlalchemy import event, text

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import Origin
from skilltrail.ml.host import ModelHost
from skilltrail.web.app import create_app
from skilltrail.web.server import settle_memory

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

SIZES = (1_000, 10_000, 100_000)
PORT = 8731
BASE = f"http://127.0.0.1:{PORT}"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
GOAL_MS, GOAL_STATEMENTS, GOAL_BYTES = 150.0, 12, 500_000
NOT_PAGES = ("/api/v1/exports", "/api/v1/everything", "/static")
"""Files that are saved, not shown: an export may hold everything."""

JOBS = ("/api/v1/topics/<topic_id>/parts",)
"""Answers that wait for the model, for programs; the page asks for the same as a job."""

BASELINE = (
    "SELECT topic_id, count(*) FROM topic_membership JOIN exchange ON exchange.id = exchange_id GROUP BY topic_id"
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What asking for one address took; milliseconds and bytes. ``work``: this process's own time, after a change."""

    address: str
    status: int
    changed: list[float]
    same: list[float]
    work: list[float]
    statements: int
    size: int


def addresses(app: Flask, *, topic: str, exchange: int) -> list[str]:
    """Return all that may be asked for with GET, with real ids in it, and variants that the routes do not tell."""
    values: dict[str, Any] = {"topic_id": topic, "exchange_id": exchange}
    found = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule
        if "GET" not in (rule.methods or ()) or path.startswith(("/demo", *NOT_PAGES)) or path in JOBS:
            continue
        if rule.arguments <= values.keys():
            built = rule.build({name: values[name] for name in rule.arguments})
            if built is not None:
                found.add(built[1])
    variants = (
        "/fragments/timeline?since=2026-01-01&until=2026-06-30",
        "/fragments/timeline?since=2026-10-23&until=2026-11-22",
        "/fragments/timeline?since=2026-11-20&until=2026-11-20",
        "/fragments/timeline?area=software",
        "/fragments/timeline?source=chatgpt&learning=1",
        "/fragments/timeline-chart?since=2026-10-23&until=2026-11-22",
        "/fragments/since?days=30",
        "/fragments/redactions?kind=e-mail",
        f"/fragments/topics/{topic}?since=2026-01-01&until=2026-06-30",
        f"/fragments/topics/{topic}/episodes?before=20",
        "/fragments/search?q=css%20grid",
        "/fragments/export-preview?format=html",
        "/fragments/export-preview?format=csv",
        "/fragments/export-preview?format=markdown",
        "/fragments/export-preview?format=json",
        "/fragments/export-preview?format=xlsx",
        f"/fragments/topics/{topic}/exchanges?before={exchange}",
    )
    return sorted({*found, *variants} - {"/fragments/export-preview"})


class Dashboard:
    """A signed-in client, and a count of the statements that its requests cause."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.app = create_app(application, port=PORT)
        self._client: FlaskClient = self.app.test_client()
        key = application.sessions.mint_launch_key().key
        self._token = application.sessions.exchange_launch_key(key).token
        settle_memory()  # as a server that begins
        self._counted = 0
        event.listen(application._database._reader, "before_cursor_execute", self._count)  # noqa: SLF001

    def _count(self, *_arguments: object) -> None:
        self._counted += 1

    def ask(self, address: str) -> tuple[float, int, int, int]:
        """Return milliseconds, statements, bytes and status of one request."""
        self._counted = 0
        began = time.perf_counter()
        answer = self._client.get(address, base_url=BASE, headers={"Authorization": f"Bearer {self._token}"})
        size = len(answer.get_data())
        return (time.perf_counter() - began) * 1000, self._counted, size, answer.status_code


def measure(dashboard: Dashboard, address: str, newcomers: Iterator[CapturedItem], rounds: int) -> Figures:
    """Ask ``rounds`` times after a capture, and as often again without one."""
    dashboard.ask(address)  # the first of all compiles templates and statements, and is no page's own time
    changed, same, work, statements, size, status = [], [], [], 0, 0, 0
    for _round in range(rounds):
        dashboard.application.exchanges.capture([next(newcomers)], origin_allowed=(Origin.IMPORT,))
        for times in (changed, same):
            began = time.process_time()
            took, asked, size, status = dashboard.ask(address)
            if times is changed:
                work.append((time.process_time() - began) * 1000)
            statements = max(statements, asked)
            times.append(took)
    return Figures(address, status, changed, same, work, statements, size)


def report(figures: list[Figures], baseline: float) -> bool:
    """Print a table, the slowest first, and tell whether all goals are met."""
    print(
        "| address | status | changed p50 · p95 ms | same p50 · p95 ms | work p50 · p95 ms | statements | KB |\n"
        "| --- | --- | --- | --- | --- | --- | --- |"
    )
    met = True
    for one in sorted(figures, key=lambda one: -percentile(one.changed, 0.95)):
        p50, p95, same50, same95, work50, work95 = (
            percentile(times, share) for times in (one.changed, one.same, one.work) for share in (0.5, 0.95)
        )
        good = max(p95, same95) <= GOAL_MS and one.statements <= GOAL_STATEMENTS and one.size <= GOAL_BYTES
        met = met and good
        cells = f"{p50:.0f} · {p95:.0f} | {same50:.0f} · {same95:.0f} | {work50:.0f} · {work95:.0f} | {one.statements} | {one.size / 1000:.0f}"
        print(f"| {one.address} | {one.status} | {cells} |{'' if good else ' over'}")
    slowest = max(percentile(one.changed, 0.95) for one in figures)
    print(f"\nplain count {baseline:.0f} ms; slowest page {slowest:.0f} ms, ratio {slowest / baseline:.1f}")
    return met


def plain_count(application: Application) -> float:
    """Return the milliseconds of the baseline, the best of five."""
    times = []
    with application._database.read() as session:  # noqa: SLF001
        for _round in range(5):
            began = time.perf_counter()
            session.execute(text(BASELINE)).all()
            times.append((time.perf_counter() - began) * 1000)
    return min(times)


def report_growth(found: dict[int, list[Figures]]) -> None:
    """Print how the slower of both states of each address grew with the history, those that grew most first."""
    slowest: dict[str, dict[int, float]] = {}
    for size, figures in found.items():
        for one in figures:
            name = _nameless(one.address)
            slowest.setdefault(name, {})[size] = max(percentile(one.changed, 0.95), percentile(one.same, 0.95))
    sizes = sorted(found)
    print("\n| address | " + " | ".join(f"{size:,}" for size in sizes) + " | times |")
    print("| --- |" + " ---: |" * (len(sizes) + 1))
    rows = [(name, times) for name, times in slowest.items() if set(times) == set(sizes)]
    for name, times in sorted(rows, key=lambda row: -row[1][sizes[-1]] / row[1][sizes[0]]):
        grown = times[sizes[-1]] / times[sizes[0]]
        print(f"| {name} | " + " | ".join(f"{times[size]:.0f}" for size in sizes) + f" | {grown:.1f} |")


def _nameless(address: str) -> str:
    """Return an address without the ids of one history."""
    parts = address.replace("?", "/?").split("/")
    return "/".join("<id>" if part.isdecimal() or part.startswith("t-") else part for part in parts).replace("/?", "?")


def pages_of(home: Path, size: int, *, rounds: int, only: str) -> tuple[list[Figures], bool]:
    """Fill ``home`` if it is empty, measure, and return the figures and whether the goals are met."""
    new = not (home / "skilltrail.db").exists()
    with opened(home) as (application, model):
        if new:
            fill(application, model, size, NOW)
        dashboard = Dashboard(application)
        topic = application.trail.topics()[0].id
        exchange = application.exchanges.page(topic, None, 1).items[0].id
        wanted = [one for one in addresses(dashboard.app, topic=topic, exchange=exchange) if only in one]
        coming = newcomers()
        found = [measure(dashboard, one, coming, rounds) for one in wanted]
        print(f"\n{size:,} exchanges, {rounds} rounds\n")
        return found, report(found, plain_count(application))


def newcomers() -> Iterator[CapturedItem]:
    """Yield exchanges that are not there yet."""
    seed = time.time_ns()
    for number, made in enumerate(generate(100_000, seed, NOW + timedelta(days=1))):
        yield CapturedItem(str(number), replace(made.captured, asked_at=NOW + timedelta(seconds=number)))


@contextmanager
def opened(home: Path) -> Iterator[tuple[Application, ModelHost]]:
    """Open a home with the real model at hand."""
    model = ModelHost()
    try:
        with Application.open(Settings(home=home, keyring=False), model=model) as application:
            yield application, model
    finally:
        model.close()


def main() -> int:
    """Measure; the exit status says whether every goal was met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", default="", help="addresses that hold this text")
    parser.add_argument("--keep", type=Path, help="folder in which the filled histories stay for another run")
    chosen = parser.parse_args()
    met, measured = True, {}
    for size in chosen.sizes:
        with tempfile.TemporaryDirectory() as folder:
            home = (chosen.keep or Path(folder)) / f"history-{size}"
            home.mkdir(parents=True, exist_ok=True)
            measured[size], good = pages_of(home, size, rounds=chosen.rounds, only=chosen.only)
            met = met and good
    if len(measured) > 1:
        report_growth(measured)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
