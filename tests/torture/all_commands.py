"""Every command of the command line, as a person would use them one after the other, and which there are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click

from authorities import Authority
from callers import EXTENSION, PairingExtension
from e2e.harness.service import Service
from endorsers import answers
from skilltrail.cli import main as commands

FORMATS = ("markdown", "json", "html")


def names_of(group: click.Group = commands, before: str = "") -> Iterator[str]:
    """Return the names of all commands, those behind a group with its name in front."""
    for name, one in group.commands.items():
        yield before + name
        if isinstance(one, click.Group):
            yield from names_of(one, f"{before}{name} ")


class Runner:
    """Runs commands on one data folder and notes which; ``folder`` is for what they write."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.folder = folder
        self.used: set[str] = set()
        self._service = service
        folder.mkdir()

    def __call__(self, *words: object, status: int = 0) -> Any:
        """Run a command with ``--json`` and return its result."""
        spoken = [str(word) for word in words]
        result = self._service.run(*spoken, status=status)
        # Only what has run counts.
        self.used |= {name for name in names_of() if spoken[: len(name.split())] == name.split()}
        return result

    def file(self, name: str) -> Path:
        """Return a path in the folder."""
        return self.folder / name


@dataclass
class _Sender:
    """An extension that talks to the running server."""

    service: Service

    def post(self, path: str, body: object) -> Any:
        headers = {"Origin": EXTENSION, "Sec-Fetch-Site": "none", "Content-Type": "application/json"}
        status, data = self.service.ask("POST", path, headers, json.dumps(body).encode())
        return SimpleNamespace(status_code=status, json=json.loads(data))


def connect(service: Service, run: Runner) -> None:
    """Let an extension ask, and say yes to it."""
    asking = PairingExtension(_Sender(service), instance_id="")  # type: ignore[arg-type]
    assert asking.start().status_code == 201
    assert asking.exchange().status_code == 200
    assert run("pair", "--yes")["connected"] == ["Chrome on this computer"]


def run_all(run: Runner) -> None:
    """Run every command that needs neither a person nor a server that is not there."""
    topic, exchanges = _topics(run)
    _histories(run, topic, exchanges)
    _entries(run, topic)
    _clients(run, exchanges)
    _evidence_log(run, exchanges)
    _anchors(run)
    _endorsements(run, topic)
    _identity(run)
    for name in FORMATS:
        run("export", "--format", name, "--out", run.file(f"t.{name}"))
    run("autostart", "status")
    run("extension", "--to", run.file("extension"))
    run("doctor")
    # What follows takes something away.
    made = run("backup", "--out", run.file("elsewhere"))
    run("backup")
    assert run("forget", "--exchange", exchanges[-1], "--yes", "--now")["forgotten"] == 1
    run("restore", made["path"], "--yes")
    run("process")


def _topics(run: Runner) -> tuple[str, list[int]]:
    """Make topics and correct them; return one of them, and exchanges of it."""
    exchanges = [one["id"] for one in run("search", "index", "--limit", 8)["results"]]
    topic = run("topics", "move", *exchanges[:6], "--new", f"Indexes {run.folder.name}")["topic"]
    other = run("topics", "move", *exchanges[6:], "--new", f"Joins {run.folder.name}")["topic"]
    run("topics", "rename", topic, f"Database indexes {run.folder.name}")
    run("topics", "standing", topic, "show")
    run("topics", "keep", topic)
    merged = run("topics", "merge", topic, other)["correction"]
    run("topics", "log")
    run("topics", "undo", merged)
    assert topic in {one["id"] for one in run("topics")["topics"]}
    return topic, exchanges


def _histories(run: Runner, topic: str, exchanges: list[int]) -> None:
    run("exchanges", "--csv", run.file("t.csv"), "--xlsx", run.file("t.xlsx"))
    run("learning")
    run("learning", "say", exchanges[0], "learning")
    run("learning", "undo", exchanges[0])
    run("review")
    run("check", exchanges[0], "confirmed", "--source", "a book", "--note", "It is so.")
    run("check", exchanges[0], "undo")
    concept = run("claims", "find", "database")["concepts"][0]["key"]
    run("claims", "confirm", topic, concept)
    run("claims", "undo", topic)
    run("claims")


def _entries(run: Runner, topic: str) -> None:
    work = run.file("work.txt")
    work.write_text("a work product", encoding="utf-8")
    run("deliver", work, "--topic", topic)
    run("reflect", "I know now what an index is for.", "--topic", topic)
    run("skills", "Reading query plans", "--topic", topic)
    goal = run("goals", "Tune a database", "--topic", topic, "--by", "2030-01-31")["entry"]["id"]
    run("evidence", "reached", goal)
    run("evidence", "undo", goal)
    run("evidence")
    run("skills")
    run("goals")


def _clients(run: Runner, exchanges: list[int]) -> None:
    name = f"Acme {run.folder.name} GmbH"
    client = run("clients", "add", name, "--domain", "acme.invalid")["context"]["id"]
    run("clients", "change", client, name, "--other", "Acme works")
    run("clients", "short", client)
    changed = run("clients", "assign", exchanges[0], "--to", client)["change"]
    run("clients", "why", exchanges[0])
    run("clients", "undo", changed)
    run("clients", "archive", client)
    run("clients", "look")
    run("clients")
    run("clients", "remove", client)


def _evidence_log(run: Runner, exchanges: list[int]) -> None:
    head, shown = run.file("head.txt"), run.file("shown")
    run("evidence-log")
    run("evidence-log", "head", "--out", head)
    entry = run("evidence-log", "proof", "--exchange", exchanges[1], "--show-all", "--out", shown)["entries"][0][
        "entry"
    ]
    run("evidence-log", "verify", shown)
    run("evidence-log", "extends", head, "--out", run.file("extension.txt"))
    run("evidence-log", "answer", entry, "--out", run.file("answer.zip"))


def _anchors(run: Runner) -> None:
    anchor: Callable[..., Any] = lambda *words: run("evidence-log", "anchor", *words)  # noqa: E731 - a shorter name
    authority = Authority(run.file("authority"))
    query = Path(anchor("request", "--out", run.folder)["request"])
    run.file("stamp.tsr").write_bytes(authority.answer(query.read_bytes()))
    number = anchor("add", run.file("stamp.tsr"), "--certificate", authority.root)["anchor"]["id"]
    anchor("git", run.file("repository"))
    anchor("remove", number)
    anchor("undo", number)
    assert anchor()["anchors"] == anchor("list")["anchors"] != []


def _endorsements(run: Runner, topic: str) -> None:
    page, signed = run.file("request.html"), run.file("signed.json")
    run("endorsements", "request", topic, "--person", "Ada", "--skill", "Databases", "--out", page)
    signed.write_text(json.dumps(answers(page.read_bytes(), run.folder)[0]), encoding="utf-8")
    number = run("endorsements", "add", signed)["endorsement"]["id"]
    run("endorsements", "remove", number)
    run("endorsements", "undo", number)
    assert run("endorsements")["endorsements"] == run("endorsements", "list")["endorsements"] != []


def portfolios(run: Runner, number: int) -> None:
    """Look through a portfolio, make files of it, and check one as who gets it would."""
    run("portfolio")
    run("portfolio", "list")
    run("portfolio", "show", number)
    run("portfolio", "check", number)
    made = run.file("portfolio.html")
    run("portfolio", "export", number, "--out", made)
    run("verify", made)
    # The new key has signed something now: the one before may go.
    run("identity", "drop-earlier", "--yes")


def _identity(run: Runner) -> None:
    secrets = run.file("secrets.txt")
    run("identity", "show")
    run("identity", "export-public", run.file("did.txt"))
    secrets.write_text("a passphrase of the test\n", encoding="utf-8")
    run("identity", "passphrase", "--passphrases", secrets)
    run("identity", "passphrase", "--none", "--passphrases", secrets)
    run("identity", "rotate")
    run("identity")
