"""Nothing goes out, and what was captured stands in no log, error, address or file (T17, T30): the short version."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from callers import Caller, envelope
from e2e.harness.service import COMMAND, Service
from skilltrail.application import Application
from torture.canaries_hostile import addresses_that_sing, attempts, hostile_items, sung, sung_in_files
from torture.connections_hostile import WATCH_SCRIPT, outside, watched_environment

FRAGMENTS = ("home", "timeline", "export", "health", "settings", "pair", "exchanges/1", "export-preview?format=json")


@pytest.fixture
def singing(application: Application, command_line: Caller) -> Application:
    """A history full of canaries, in topics."""
    answer = command_line.post("/api/v1/exchanges", envelope(*hostile_items()))
    assert {row["outcome"] for row in answer.json["results"]} == {"stored"}
    application.processing.run_until_done(lambda _progress: None)
    return application


def test_no_refusal_repeats_what_was_sent_and_no_log_knows_it(
    service: Flask, singing: Application, page: Caller, command_line: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    loud, failed, refused = [], [], 0

    for sender in (page, command_line):
        for attempt in attempts(service):
            changes = {name.replace("-", "_"): value for name, value in attempt.headers.items()}
            answer = sender.send(attempt.method, attempt.path, attempt.body, **changes)
            if answer.status_code >= 400:
                refused += 1
                if sung(answer.data + str(answer.headers).encode()):
                    loud.append((attempt.method, attempt.path, attempt.headers, answer.data[:300]))
            if answer.status_code >= 500:
                failed.append((attempt.method, attempt.path, attempt.body, answer.data[:200]))

    assert loud == []
    assert failed == []
    assert refused > 500
    assert sung(caplog.text.encode()) == []


def test_no_address_in_any_fragment_holds_a_captured_word(singing: Application, page: Caller) -> None:
    topics = [f"topics/{topic.id}" for topic in singing.trail.topics()]

    for name in (*FRAGMENTS, *topics, *(f"{topic}/exchanges" for topic in topics)):
        answer = page.get(f"/fragments/{name}")
        assert answer.status_code == 200, name
        assert addresses_that_sing(answer.get_data(as_text=True)) == [], name


def test_no_file_of_the_data_folder_holds_a_captured_word(singing: Application) -> None:
    assert sung_in_files([singing.settings.home]) == {}


def test_the_server_and_the_command_line_connect_to_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = tmp_path / "connections.txt"
    for name, value in watched_environment(tmp_path, notes).items():
        monkeypatch.setenv(name, value)
    service = Service(home=tmp_path / "home", port=0)
    run = [*COMMAND, "--help"]
    subprocess.run(run, check=True, capture_output=True, timeout=60)
    service.run("topics")
    service.run("exchanges", "--csv", str(tmp_path / "t.csv"))
    service.run("export", "--format", "json", "--out", str(tmp_path / "t.json"))

    assert notes.exists()
    assert outside(notes) == []


def test_a_connection_to_somebody_else_would_be_seen(tmp_path: Path) -> None:
    """The control: the watch sees what it is there to see."""
    notes = tmp_path / "connections.txt"
    environment = {**os.environ, **watched_environment(tmp_path, notes)}
    knock = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"

    subprocess.run([sys.executable, "-c", knock], env=environment, check=False, capture_output=True, timeout=60)

    assert WATCH_SCRIPT.count("addaudithook") == 1
    assert outside(notes) == ["socket.connect 192.0.2.1"]
