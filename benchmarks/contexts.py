"""Clients and projects measured: looking through a whole history, captures meanwhile, and what pages and exports cost.

``python -m benchmarks.contexts [EXCHANGES]`` makes an encrypted history (100,000 by default) in which every tenth chat
names one of forty clients, and prints one table. ``--found`` compares with the client that a person gave each exchange
of the invented freelancer's history: by the rules alone, and what is suggested then.
"""

# ruff: noqa: SLF001 - parts are measured one by one
from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from benchmarks.histories.generate import generate

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.demo.loader import labelled_history
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.contexts import ContextForm, SaidOf
from skilltrail.domain.exchange import CapturedExchange, Origin
from skilltrail.domain.timeline import TimelineFilter

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CLIENTS = 40
EVERY = 10
_BATCH = 400


class NothingHidden:
    """A redactor that finds no secrets: generated texts hold none, and redaction is measured elsewhere."""

    def redact(self, text: str) -> tuple[str, dict[str, int]]:
        """Return the text as it is."""
        return text, {}


def client(number: int) -> ContextForm:
    """Return client ``number`` with seven words, one of them accented."""
    word = f"zq{chr(97 + number // 26)}{chr(97 + number % 26)}corp"
    names = (word.title(), f"{word.title()} Holding", f"Café {word}")
    return ContextForm(f"{word.title()} GmbH", names, (f"{word}.example", f"{word}.test"), (f"{word}x", f"{word} y"))


def fill(application: Application, size: int) -> None:
    """Capture a generated history; every tenth chat asks for a client."""
    application.exchanges._redactor = NothingHidden()
    batch: list[CapturedItem] = []
    for number, made in enumerate(generate(size, 7, NOW), 1):
        batch.append(CapturedItem(str(number), _named(made.captured)))
        if len(batch) == _BATCH or number == size:
            application.exchanges.capture(batch, origin_allowed=(Origin.IMPORT,))
            batch = []


def _named(one: CapturedExchange) -> CapturedExchange:
    place = sum(one.conversation_id.encode())
    if place % EVERY:
        return one
    named = client(place // EVERY % CLIENTS)
    return replace(one, prompt=f"{one.prompt} (for {named.domains[0]}, {named.others[2]})")


class Captures:
    """Captures one exchange after the other in a thread, ten a second, and notes how long each took."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.times: list[float] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        for number, made in enumerate(generate(10_000, 11, NOW)):
            if self._end.wait(0.1):
                return
            one = replace(made.captured, conversation_id=f"later-{number}", prompt_id=None, reply_id=None)
            began = time.perf_counter()
            self._application.exchanges.capture([CapturedItem("one", one)], origin_allowed=(Origin.IMPORT,))
            self.times.append((time.perf_counter() - began) * 1000)


def timed(call: Callable[[], object]) -> float:
    """Return how many seconds a call took."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def measure(application: Application, size: int) -> list[tuple[str, str]]:
    """Return what was measured, as words and figures."""
    keep = application.contexts.keep
    ids = [done.context.id for number in range(CLIENTS) if (done := keep(client(number))).context is not None]
    figures: list[tuple[str, str]] = []
    with Captures(application) as captures:
        cpu = time.process_time()
        seconds = timed(application.contexts.finish)
        cpu = time.process_time() - cpu
    times = sorted(captures.times) or [0.0]
    words = sum(len(client(0).named()) for _client in ids)
    figures.append((f"{size:,} exchanges looked through, {CLIENTS} clients, {words} words", f"{seconds:.1f} s"))
    figures.append(("processor time of that", f"{cpu:.1f} s"))
    worst = f"p50 {times[len(times) // 2]:.1f}, p95 {times[int(len(times) * 0.95)]:.1f}, worst {times[-1]:.1f} ms"
    figures.append((f"{len(times)} captures meanwhile", worst))
    overview = application.contexts.overview()
    assigned = sum(line.counts.exchanges for line in overview.clients)
    figures.append(("exchanges that are a client's", f"{assigned:,}, {overview.undecided} undecided"))
    change = keep(replace(client(0), words=("zqother",)), context_id=ids[0])
    figures.append(("all of them again after one word was changed", f"{timed(application.contexts.finish):.1f} s"))
    application.contexts.undo(change.change)
    application.contexts.finish()
    largest = max(overview.clients, key=lambda line: line.counts.exchanges).client.id
    mine = [item.id for item in application.contexts.page(str(largest), limit=200).items]
    own = SaidOf.OWN
    figures += [(words, f"{1000 * timed(call):.0f} ms") for words, call in (
        ("the page of all clients, its counts", application.contexts.overview),
        ("one client's newest fifty", lambda: application.contexts.page(str(largest))),
        ("nobody's newest fifty", lambda: application.contexts.page("none")),
        ("whose one exchange is, and why", lambda: application.contexts.exchange(mine[0])),
        (f"saying of {len(mine)} exchanges that they are own", lambda: application.contexts.say(mine, own)),
        ("what an export leaves out", lambda: application.contexts.left_out(TimelineFilter())),
    )]  # fmt: skip
    rows = sum(1 for _row in application.exchanges.rows())
    figures.append((f"reading the table of exchanges ({rows:,} may leave)", f"{_rows(application):.1f} s"))
    removed = timed(lambda: application.contexts.remove(largest, then="own"))
    figures.append(("removing a client, its exchanges to be own", f"{1000 * removed:.0f} ms"))
    return figures


def _rows(application: Application) -> float:
    return timed(lambda: sum(1 for _row in application.exchanges.rows()))


LISTED = (
    ContextForm("Oakline Ledger", ("Oakline",)),
    ContextForm("Harbour & Finch Bakery", ("Harbour & Finch", "Finch Bakery"), ("harbour-finch.example",)),
    ContextForm("Tidewell Physio", ("Tidewell",)),
    ContextForm("Casa Brisal", (), ("casabrisal.example",)),
)
"""The clients of the invented history, as a freelancer would list them without having read the chats again."""


def found(application: Application) -> None:
    """Print how many exchanges the rules give to the client that a person gave them to, and what is suggested."""
    labelled = list(labelled_history(NOW))
    items = [CapturedItem(str(number), one.captured) for number, one in enumerate(labelled)]
    application.exchanges.capture(items, origin_allowed=(Origin.IMPORT, Origin.EXTENSION))
    told = {(one.captured.conversation_id, one.captured.reply_id): one.labels.client for one in labelled}
    truth = {row.id: told[(row.conversation_id, row.reply_id)] for row in application.exchanges.rows()}
    application.processing.run_until_done()
    names = {
        done.context.id: done.context.form.name for form in LISTED if (done := application.contexts.keep(form)).context
    }
    application.contexts.finish()
    given = {row: names[number] for number in names for row in _of(application, number)}
    right = sum(truth[row] == name for row, name in given.items())
    named = sum(one is not None for one in truth.values())
    print(
        f"rules: {right} of {named} found; of {len(given)} given {len(given) - right} to one that the person did not name"
    )
    for number, name in names.items():
        offered = application.contexts.suggestions(number)
        good = sum(truth[one.exchange.id] == name for one in offered)
        chats = {one.conversation_id for one in application.exchanges.rows(names) if truth[one.id] == name}
        print(f"{name}: {good} of {len(offered)} suggested chats are its; it has {len(chats)} chats")


def _of(application: Application, number: int) -> list[int]:
    return [item.id for item in application.contexts.page(str(number), limit=200).items]


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=100_000)
    parser.add_argument("--found", action="store_true")
    asked = parser.parse_args()
    size = asked.size
    with (
        tempfile.TemporaryDirectory() as folder,
        Application.open(Settings(home=Path(folder) / "home", keyring=False)) as application,
    ):
        if asked.found:
            found(application)
            return 0
        fill(application, size)
        print(f"{size:,} exchanges in {application._database.path.stat().st_size / 1e6:.0f} MB\n")
        print("| what | figure |\n| --- | --- |")
        for words, figure in measure(application, size):
            print(f"| {words} | {figure} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
