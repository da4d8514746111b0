"""The evidence log under kill -9 at any moment, with restores of older backups in between: never two pasts. Step F."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from exchanges import history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.checkpoint import check_checkpoint, check_extension
from skilltrail.domain.evidence_log import EvidenceLog
from skilltrail.domain.forget import ForgetWish
from skilltrail.errors import EvidenceInvalid
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.platform.signing import is_signed
from skilltrail.storage import log_queries

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

LONGEST = 2.5
"""Seconds that a life lasts at most."""


def test_no_two_heads_of_a_log_contradict_each_other(
    tmp_path: Path, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds, seed = pytestconfig.getoption("--rounds"), pytestconfig.getoption("--seed")
    chance = random.Random(seed)
    settings = Settings(home=tmp_path / "home", keyring=False, open_browser=False)
    told = tmp_path / "told"

    for turn in range(rounds):
        _live_and_die(settings, told, turn, seconds=chance.uniform(0.3, LONGEST))
        judge(settings, told)

    notes, logs = len(list(told.iterdir())), _count_logs(settings)
    with capsys.disabled():
        print(f"\nevidence log, seed {seed}: {rounds} kills, {notes} checkpoints told, {logs} logs")
    assert notes > rounds


def _live_and_die(settings: Settings, told: Path, turn: int, *, seconds: float) -> None:
    told.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        try:
            _live(settings, told, turn)
        finally:
            os._exit(3)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _child, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the work failed by itself"


def _live(settings: Settings, told: Path, turn: int) -> None:
    chance = random.Random(turn)
    with Application.open(settings, model=HashEmbedder()) as opened:
        for step in count():
            opened.exchanges.capture(items(history(chance.randrange(1, 9), prefix=f"r{turn}-{step}")))
            match chance.randrange(12):
                case 0:
                    opened.backups.make()
                case 1 if backups := opened.backups.listing():
                    opened.backups.restore(chance.choice(backups).name)
                case 2:
                    opened.forgetting.ask(ForgetWish(exchange=_any(opened, chance)), wait=timedelta())
                    opened.forgetting.run_due()
                case _:
                    note = opened.evidence_log.checkpoint()
                    # Told to somebody: from now on it must not be contradicted.
                    # In one move: a note that was being written when the process died was told to nobody.
                    part = told.with_name("part")
                    part.write_bytes(note)
                    part.replace(told / f"{turn:04d}-{step:05d}")


def _any(opened: Application, chance: random.Random) -> int:
    with opened._database.read() as session:
        return chance.choice(list(session.execute(text("SELECT id FROM exchange")).scalars()))


def judge(settings: Settings, told: Path) -> None:
    """Check that all checkpoints that were told fit together, log by log, and that everything stored is logged."""
    with Application.open(settings, model=HashEmbedder()) as opened:
        newest = opened.evidence_log.checkpoint()
        with opened._database.read() as session:
            logs = {log.origin: log for log in log_queries.all_logs(session)}
            exchanges = session.execute(text("SELECT count(*) FROM exchange")).scalar_one()
            entries = session.execute(text("SELECT count(*) FROM log_leaf WHERE key IS NOT NULL")).scalar_one()
        current = opened.evidence_log.standing().log
        roots: dict[tuple[str, int], bytes] = {}
        for file in sorted(told.iterdir()):
            _fits(opened, file.read_bytes(), logs, current, roots)
    assert entries == exchanges
    check_checkpoint(newest, current.key(), is_signed)


def _fits(
    opened: Application,
    note: bytes,
    logs: dict[str, EvidenceLog],
    current: EvidenceLog,
    roots: dict[tuple[str, int], bytes],
) -> None:
    origin, size, root = note.decode().split("\n")[:3]
    # One root for each size of a log, whatever was restored.
    assert roots.setdefault((origin, int(size)), root.encode()) == root.encode()
    if origin == current.origin:
        check_extension(opened.evidence_log.extension(note), note, current.key(), is_signed)
    else:
        with pytest.raises(EvidenceInvalid):
            opened.evidence_log.extension(note)
    if origin in logs:
        check_checkpoint(note, logs[origin].key(), is_signed)


def _count_logs(settings: Settings) -> int:
    with Application.open(settings, model=HashEmbedder()) as opened, opened._database.read() as session:
        return len(log_queries.all_logs(session))
