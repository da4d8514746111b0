"""The confidentiality campaign (step F): five hundred strings of forty clients, every format, every encoding tried."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from confidential import OF_A_CLIENT, files_of, forms_of, leaks, opened, plant, resolved_by_leaving_out
from databases import START
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder

CLIENTS = 40


def test_nothing_of_forty_clients_is_in_any_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(home=tmp_path / "home", keyring=False, open_browser=False)
    with Application.open(settings, clock=lambda: START, model=HashEmbedder()) as application:
        everything = plant(application, CLIENTS)
        findings = len(application.portfolios.scan(application.portfolios.keep(everything.selection).id))
        number = resolved_by_leaving_out(application, everything.selection)
        began = time.monotonic()
        files = files_of(application, number)
        took = time.monotonic() - began

    found = leaks(files, everything.strings)

    layers = sum(1 for name, data in files.items() for _layer in opened(name, data))
    sizes = sum(map(len, files.values()))
    with capsys.disabled():
        print(
            f"\n{len(everything.strings)} strings of {CLIENTS} clients, {len(forms_of('abcdefgh'))} forms each, "
            f"{len(files)} files of {sizes:,} bytes, {layers} layers, {findings} findings resolved, "
            f"written in {took:.1f} s: {len(found)} found"
        )
    assert len(everything.strings) == CLIENTS * OF_A_CLIENT + 20 == 500
    assert found == []
    assert leaks(files, ["explain"])
