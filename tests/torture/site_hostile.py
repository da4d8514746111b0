"""A served history in which every word that others can bring is hostile, brought in through the capture address."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from callers import Caller, PairingExtension, cli, envelope, extension, item
from chatgpt_exports import START, chat, node, write
from e2e.dashboard_site import Quiet, free_port
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.imports import Exclusions
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.platform.spool import safe_name
from skilltrail.web.app import create_app
from torture.support_hostile import sendable
from torture.written_hostile import write_everywhere

BATCH = 100

WHOLE = 500_000
"""Bytes of a text that stands in the prompt and in the reply."""


class Ages:
    """A clock in which so much time passes between two requests that no bucket is ever empty."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 10_000
        return self._now


@dataclass
class HostileSite:
    """One application, served; ``app`` is what is served, so that a test can take its guards away."""

    application: Application
    app: Flask
    port: int
    exchange_ids: list[int]
    written: dict[str, int] = field(default_factory=dict)
    """How many rows of each kind the learner wrote."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def link(self) -> str:
        """Return a fresh sign-in link."""
        return f"{self.origin}/#k={self.application.sessions.mint_launch_key().key}"

    def fragments(self) -> list[str]:
        """Return the address of every exchange's fragment."""
        return [f"/fragments/exchanges/{number}" for number in self.exchange_ids]


@contextmanager
def hostile_site(home: Path, texts: Sequence[str], *, batch: int = BATCH) -> Iterator[HostileSite]:
    """Yield a site on which every one of ``texts`` stands in every field; ``batch``: exchanges sent at once."""
    settings = Settings(home=home, keyring=False, open_browser=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        port = free_port()
        app = create_app(application, port=port, monotonic=Ages())
        app.extensions["skilltrail.extension_folder"] = "/somewhere/skilltrail-extension"
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            ids = _capture_all(application, port, texts, batch)
            _pair_and_report(application, texts)
            _import_some(application, home.parent, texts)
            application.processing.run_until_done(lambda _progress: None)
            while application.checks.step() or application.search.step():
                continue
            written = write_everywhere(application, ids, texts)
            yield HostileSite(application, app, port, ids, written)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=10)


def hostile_item(number: int, text: str) -> dict[str, Any]:
    """Return an exchange in which every field that takes words holds ``text``."""
    text = sendable(text)
    short = text[:180]
    # Of 1 MB the capture address takes one at once; the importer brings such prompts.
    prompt = text if len(text.encode()) < WHOLE else text[:2_000]
    return item(
        number,
        prompt=f"{prompt}\n\nquestion {number}",
        reply=f"{text}\n\nanswer {number}",
        title=f"{text[:900]} {number}",
        model=short or None,
        account=short,
        conversation_id=f"{short}#c{number}",
        prompt_id=f"{short}#p{number}",
        reply_id=f"{short}#r{number}",
        parent_id=f"{short}#q{number}",
        project_id=f"{short}#j",
        gizmo_id=f"{short}#g",
        extractor=short,
        attachments=[{"name": text[:1000], "mime": text[:200], "size": 7}],
        citations=[{"title": text[:2000], "url": text[:8000]}, {"title": text[:200], "url": "javascript:alert(1)"}],
        redactions={text[:40]: 1},
    )


def _capture_all(application: Application, port: int, texts: Sequence[str], batch: int) -> list[int]:
    token = application.credentials.issue_cli_token()
    ids: list[int] = []
    rows = [hostile_item(number, text) for number, text in enumerate(texts, 1)]
    for start in range(0, len(rows), batch):
        results = _post(port, token, envelope(*rows[start : start + batch]))["results"]
        refused = [row for row in results if row["outcome"] != "stored"]
        assert refused == [], refused[:3]
        ids += [row["exchange_id"] for row in results]
    return ids


def _post(port: int, token: str, body: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/exchanges", json.dumps(body, ensure_ascii=False).encode(), headers)
        answer = connection.getresponse()
        data = answer.read()
        assert answer.status == 200, (answer.status, data[:300])
        read: dict[str, Any] = json.loads(data)
        return read
    finally:
        connection.close()


def _pair_and_report(application: Application, texts: Sequence[str]) -> None:
    """Give health, settings and the pairing page something hostile to show."""
    door = create_app(application, port=8731, monotonic=Ages())
    approver = cli(door, application.credentials.issue_cli_token())
    device = _asking(application, door, sendable(texts[0]))
    assert device.exchange().status_code == 200
    assert approver.post(f"/api/v1/pairings/{device.request_id}/approve").status_code == 200
    assert device.status().json["state"] == "approved"
    answer = extension(door, device.token).post("/api/v1/ledger", _ledger(texts))
    assert answer.status_code == 200, answer.json
    for text in texts[1:3]:
        _asking(application, door, sendable(text)).exchange()
    Caller(door).get("/", Host="evil.example")


def _import_some(application: Application, folder: Path, texts: Sequence[str]) -> None:
    """Give the pages of imports something hostile to show: names, labels, ids of what is left out, rules."""
    for number, text in enumerate(texts[:4]):
        short = sendable(text)[:180]
        lonely = chat(f"{short}#i{number}", 1)
        lonely["mapping"]["alone"] = node(f"{short}#alone", f"{short}#i{number}-r0", "user", text, START + 90)
        file = write(folder / f"import-{number}", [lonely, 7], safe_name(f"{short}.json"))
        application.imports.run([file], account=short)
    rules = tuple(sendable(text)[:180] for text in texts[:4])
    application.imports.set_exclusions(Exclusions(titles=rules, projects=rules, addresses=rules))


def _asking(application: Application, door: Flask, label: str) -> PairingExtension:
    made = PairingExtension(extension(door), application.instance_id)
    assert made.start(label[:400]).status_code == 201
    return made


def _ledger(texts: Sequence[str]) -> dict[str, Any]:
    rows = [
        {
            "provider": sendable(text)[:40] or "x",
            "conversation_id": f"{sendable(text)[:190]}#{number}",
            "sends_seen": 3,
            "replies_finished": 2,
            "updated_at": "2026-11-20T12:00:00Z",
            "degraded": True,
        }
        for number, text in enumerate(texts[:60])
    ]
    outbox = {"waiting": 1, "rejected": 1, "bytes": 10, "oldest_at": "2026-11-20T12:00:00Z"}
    state = sendable(texts[0])[:40]
    return {"schema": 1, "extension_version": "0.1.0", "state": state, "outbox": outbox, "rows": rows}


Shown = Callable[[str], None]
