"""A state machine for Hypothesis: captures of every kind, restarts, crashes and clock jumps, beside a small model."""

from __future__ import annotations

import http.client
import shutil
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import text

from callers import item
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
from torture.nursery import Nursery, Server, move_clock

YEAR = 365 * 24 * 3600.0
FIDELITIES = ("dom", "stream_complete", "api_window", "api_full")

copies = st.fixed_dictionaries(
    {
        "talk": st.integers(0, 2),
        "number": st.integers(0, 5),
        "edit": st.sampled_from(("", "", " Edited.", " Edited at more length.", " Other.")),
        "fidelity": st.sampled_from(FIDELITIES),
    }
)
batches = st.lists(copies, min_size=1, max_size=5)


@dataclass
class Kept:
    """One exchange in the model."""

    reply: str
    rank: int
    revisions: set[str] = field(default_factory=set)

    def take(self, reply: str, rank: int) -> str:
        """Take in another copy as the decisions say ("One exchange") and return the outcome."""
        if reply == self.reply:
            self.rank = max(self.rank, rank)
            return "known"
        if (rank, len(reply)) > (self.rank, len(self.reply)):
            self.revisions.add(self.reply)
            self.reply, self.rank = reply, rank
            return "revised"
        if rank == self.rank and reply not in self.revisions:
            self.revisions.add(reply)
            return "revised"
        return "known"

    def copy(self) -> Kept:
        """Return a copy of its own."""
        return Kept(self.reply, self.rank, set(self.revisions))


Model = dict[str, Kept]


def sent(copy: dict[str, Any], position: int) -> dict[str, Any]:
    """Return a copy as the extension sends it."""
    talk, number = copy["talk"], copy["number"]
    return item(
        number,
        capture_id=f"{position}",
        conversation_id=f"talk-{talk}",
        prompt_id=f"p-{talk}-{number}",
        reply_id=f"r-{talk}-{number}",
        prompt=f"Question {number} in talk {talk}?",
        reply=f"Answer {number} in talk {talk}, in some words.{copy['edit']}",
        fidelity=copy["fidelity"],
        origin="import",
    )


def after(model: Model, batch: list[dict[str, Any]]) -> tuple[Model, list[str]]:
    """Return the model after a batch, and the outcomes that follow."""
    changed, outcomes = {name: kept.copy() for name, kept in model.items()}, []
    for row in batch:
        rank = FIDELITIES.index(row["fidelity"])
        known = changed.get(row["prompt_id"])
        if known is None:
            changed[row["prompt_id"]] = Kept(row["reply"], rank)
            outcomes.append("stored")
        else:
            outcomes.append(known.take(row["reply"], rank))
    return changed, outcomes


class ServerMachine(RuleBasedStateMachine):
    """A real server and its model; every rule leaves both equal."""

    nursery: Nursery
    runs = 0
    template: Path | None = None

    def __init__(self) -> None:
        super().__init__()
        self.model: Model = {}
        self.order: list[str] = []
        self.sent: list[list[dict[str, Any]]] = []
        self.server: Server | None = None

    @initialize()
    def begin(self) -> None:
        """Start on an empty home; making the tables once is enough."""
        kind = type(self)
        kind.runs += 1
        folder = self.nursery.folder / f"machine-{kind.runs}"
        folder.mkdir()
        self.home = folder / "home"
        if kind.template is None:
            self.nursery.start(self.home).stop()
            kind.template = Path(shutil.copytree(self.home, self.nursery.folder / "template"))
        else:
            shutil.copytree(kind.template, self.home)
        self._start()

    @rule(batch=batches)
    def capture(self, batch: list[dict[str, Any]]) -> None:
        """Send a batch: new exchanges, copies, edits, other fidelities."""
        self._send([sent(copy, position) for position, copy in enumerate(batch)])

    @rule(back=st.integers(1, 5))
    def send_again(self, back: int) -> None:
        """Send an earlier batch once more."""
        if self.sent:
            self._send(self.sent[-min(back, len(self.sent))])

    @rule()
    def restart(self) -> None:
        """End well, and start."""
        assert self.server is not None
        self.server.stop()
        self._start()

    @rule()
    def crash(self) -> None:
        """Kill -9 while nothing is under way."""
        assert self.server is not None
        self.server.kill()
        self._start()

    @rule(batch=batches, milliseconds=st.integers(0, 25))
    def crash_inside(self, batch: list[dict[str, Any]], milliseconds: int) -> None:
        """Kill -9 while a batch is under way: it is there whole or not at all."""
        rows = [sent(copy, position) for position, copy in enumerate(batch)]
        answers: list[Any] = []
        sender = threading.Thread(target=self._try, args=(rows, answers))
        sender.start()
        time.sleep(milliseconds / 1000)
        assert self.server is not None
        self.server.kill()
        sender.join(30)
        self._start()
        self._settle(rows, acknowledged=bool(answers))

    @rule(years=st.sampled_from((-1, 0, 1)))
    def jump(self, years: int) -> None:
        """Move the server's clock while it runs."""
        move_clock(self.home, years * YEAR)

    @rule(milliseconds=st.integers(1, 100))
    def stand_still(self, milliseconds: int) -> None:
        """Stop the process for a while, as a sleeping laptop does."""
        assert self.server is not None
        self.server.send(signal.SIGSTOP)
        time.sleep(milliseconds / 1000)
        self.server.send(signal.SIGCONT)

    @invariant()
    def shows_what_the_model_holds(self) -> None:
        """Every page is right at any time, and no span is negative."""
        if self.server is None:
            return
        status, page = self.server.ask("GET", "/api/v1/exchanges?limit=200")
        assert status == 200
        rows = sorted(page["items"], key=lambda row: row["seq"])
        assert [row["seq"] for row in rows] == list(range(1, len(self.order) + 1))
        assert [row["prompt_id"] for row in rows] == self.order
        timeline = self.server.ask("GET", "/api/v1/timeline")[1]
        assert timeline["exchanges"] <= len(self.order)
        assert all(topic["first_at"] <= topic["last_at"] for topic in timeline["topics"])

    def teardown(self) -> None:
        """Compare the texts in the database itself."""
        if self.server is None:
            return
        self.server.stop()
        with Application.open(Settings(home=self.home, keyring=False), model=HashEmbedder()) as application:
            assert read(application) == {name: (kept.reply, kept.revisions) for name, kept in self.model.items()}
            assert not application.damage()
        shutil.rmtree(self.home.parent)

    def _start(self) -> None:
        self.server = self.nursery.start(self.home, worker=True)

    def _send(self, rows: list[dict[str, Any]]) -> None:
        answers: list[Any] = []
        self._try(rows, answers)
        changed, outcomes = after(self.model, rows)
        assert [result["outcome"] for result in answers[0]["results"]] == outcomes
        self._become(changed, rows)

    def _try(self, rows: list[dict[str, Any]], answers: list[Any]) -> None:
        assert self.server is not None
        body = {"schema": 1, "extension_version": "0.1.0", "items": rows}
        for _try in range(20):
            try:
                status, answer = self.server.ask("POST", "/api/v1/exchanges", body)
            except (OSError, ValueError, http.client.HTTPException):
                return
            if status == 200:
                answers.append(answer)
                return
            assert status in (429, 503), answer
            time.sleep(0.2)

    def _settle(self, rows: list[dict[str, Any]], *, acknowledged: bool) -> None:
        """Find out whether a batch without an answer was stored: all of it, or nothing."""
        assert self.server is not None
        changed, outcomes = after(self.model, rows)
        replay: list[Any] = []
        self._try(rows, replay)
        got = [result["outcome"] for result in replay[0]["results"]]
        twice = after(changed, rows)
        # The replay is taken in after a batch that was stored whole, or as the batch itself.
        assert got == twice[1] or (got == outcomes and not acknowledged), (got, outcomes, twice[1])
        self._become(twice[0] if got == twice[1] and got != outcomes else changed, rows)

    def _become(self, model: Model, rows: list[dict[str, Any]]) -> None:
        self.order += [name for name in dict.fromkeys(row["prompt_id"] for row in rows) if name not in self.model]
        self.model = model
        self.sent.append(rows)


def read(application: Application) -> dict[str, tuple[str, set[str]]]:
    """Return the texts of the database: for each prompt id the one that stands, and the revisions."""
    with application._database.read() as session:
        rows = session.execute(
            text("SELECT e.id, e.prompt_id, t.reply FROM exchange e JOIN exchange_text t ON t.exchange_id = e.id")
        ).all()
        others: dict[int, set[str]] = {}
        for exchange_id, reply in session.execute(text("SELECT exchange_id, reply FROM exchange_revision")):
            others.setdefault(exchange_id, set()).add(reply)
    return {row[1]: (row[2], others.get(row[0], set())) for row in rows}
