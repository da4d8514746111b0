"""Imports that are cut off anywhere: what is stored is accounted for, and the rest follows to the same history."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from chatgpt_exports import chat, write
from conftest import SteppingClock
from integration.test_imports import content
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.imports import ImportState
from skilltrail.errors import ImportFailed
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services import import_helper, import_reading


class CutOff(BaseException):
    """What ends a process, as far as one test can play it: nothing catches it."""


@contextmanager
def home(folder: Path, clock: SteppingClock) -> Iterator[Application]:
    made = Settings(home=folder, keyring=False, open_browser=False)
    with Application.open(made, clock=clock, model=HashEmbedder()) as opened:
        yield opened


def cut_after(batches: int) -> Callable[[object], None]:
    seen = []

    def watch(_progress: object) -> None:
        seen.append(1)
        if len(seen) == batches:
            raise CutOff

    return watch


SIZES = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=12)


@rules(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=SIZES, cuts=st.lists(st.integers(1, 6), min_size=1, max_size=4), batch=st.integers(1, 5))
def test_any_prefix_of_a_crash_goes_on_to_the_same_history(
    tmp_path_factory: pytest.TempPathFactory, clock: SteppingClock, sizes: list[Any], cuts: list[int], batch: int
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    chats = [chat(f"c{n}", turns) if good else {"broken": n} for n, (turns, good) in enumerate(sizes)]
    chats.append(chat("last", 3))
    file = write(folder, chats)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_reading, "BATCH", batch)
        with home(folder / "whole", clock) as application:
            whole = application.imports.run([file])
            expected = content(application)
        number = None
        for cut in cuts:
            with home(folder / "cut", clock) as application:
                try:
                    if number is None:
                        application.imports.run([file], cut_after(cut))
                    elif application.imports.get(number).resumable:
                        application.imports.resume(number, cut_after(cut))
                except CutOff:
                    pass
                number = application.imports.listing()[0].id
        with home(folder / "cut", clock) as application:
            if application.imports.get(number or 0).resumable:
                application.imports.resume(number or 0)
            report = application.imports.report(number or 0)

            assert content(application) == expected
            assert report.record.state is ImportState.DONE
            assert (report.record.conversations, report.record.messages) == (
                whole.record.conversations,
                whole.record.messages,
            )
            assert (report.stored, report.skipped) == (whole.stored, whole.skipped)


@rules(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=SIZES)
def test_importing_what_was_imported_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, clock: SteppingClock, sizes: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("twice")
    chats = [chat(f"c{n % 5}", turns) if good else n for n, (turns, good) in enumerate(sizes)]
    file = write(folder, [*chats, chat("z")])
    with home(folder / "home", clock) as application:
        application.imports.run([file])
        before = content(application)
        clock.move(hours=1)

        again = application.imports.run([file])

        assert content(application) == before
        assert (again.stored, again.revised, again.agrees) == (0, 0, True)


IMPORT = """
import sys
from pathlib import Path
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder

settings = Settings(home=Path(sys.argv[1]), keyring=False, open_browser=False)
with Application.open(settings, model=HashEmbedder()) as application:
    application.imports.run([Path(sys.argv[2])], lambda progress: print(progress.exchanges, flush=True))
"""


def test_a_killed_import_goes_on_and_nothing_is_lost_or_doubled(clock: SteppingClock, tmp_path: Path) -> None:
    file = write(tmp_path, [chat(f"c{number}", 3) for number in range(500)])
    child = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(tmp_path / "home"), str(file)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.readline()
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()

    with home(tmp_path / "home", clock) as application:
        [cut] = application.imports.listing()
        held = application.trail.home().exchanges
        done = application.imports.resume(cut.id)

        assert cut.state is ImportState.INTERRUPTED
        assert 0 < held < 1500
        assert cut.stored == held
        assert application.trail.home().exchanges == done.stored == 1500
        assert done.record.conversations.stored == 500
        assert done.agrees


def test_a_large_file_is_read_in_a_process_of_its_own_with_the_same_result(
    clock: SteppingClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "my password is Tr0ub4dor&3xyz"
    file = write(tmp_path, [chat("a", 3, texts={"a-p0": secret}), 5, chat("b", 2)])
    with home(tmp_path / "here", clock) as application:
        here, expected = application.imports.run([file]), content(application)
    monkeypatch.setattr(import_helper, "LARGE", 0)

    with home(tmp_path / "there", clock) as application:
        there = application.imports.run([file])

        assert [row[:-1] for row in content(application)] != []
        assert (there.record.conversations, there.record.messages) == (here.record.conversations, here.record.messages)
        assert [row[4:7] for row in content(application)] == [row[4:7] for row in expected]
        assert "Tr0ub4dor" not in str(content(application))


def test_when_that_process_dies_the_import_says_so_and_goes_on(
    clock: SteppingClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, [chat(f"c{number}", 3) for number in range(600)])
    monkeypatch.setattr(import_helper, "LARGE", 0)

    with home(tmp_path / "home", clock) as application:
        runs = application.imports
        with pytest.raises(ImportFailed, match="ended early"):
            runs.run([file], lambda _progress: runs._run._reader._process.kill())  # type: ignore[union-attr]
        failed = runs.get(1)
        done = runs.resume(1)

        assert failed.state is ImportState.FAILED
        assert 0 < failed.stored < 1800
        assert (done.stored, done.known, done.agrees) == (1800, 0, True)


def test_an_upload_that_was_cut_off_goes_on_at_the_next_start_and_leaves_no_file(
    clock: SteppingClock, tmp_path: Path
) -> None:
    data = write(tmp_path, [chat(f"c{number}", 3) for number in range(300)]).read_bytes()
    with home(tmp_path / "home", clock) as application:
        upload = application.uploads.begin([("export.json", len(data))])
        application.uploads.put(upload.id, 0, 0, data)
        application.uploads.look(upload.id)
        wait_until(lambda: application.uploads.get(upload.id).state.value == "ready")
        number = application.uploads.start(upload.id)
        application.imports.stop()
        cut = application.imports.get(number)
        kept = list((tmp_path / "home" / "spool").glob("*"))

    with home(tmp_path / "home", clock) as application:
        application.imports.resume_uploads()
        wait_until(lambda: application.imports.running is None)

        assert application.imports.get(number).state is ImportState.DONE
        assert application.trail.home().exchanges == 900
    assert not (tmp_path / "home" / "spool").exists()
    assert cut.state is ImportState.DONE or (cut.state is ImportState.INTERRUPTED and kept)


def test_an_upload_whose_file_is_gone_is_given_up(clock: SteppingClock, tmp_path: Path) -> None:
    data = write(tmp_path, [chat(f"c{number}", 3) for number in range(300)]).read_bytes()
    with home(tmp_path / "home", clock) as application:
        upload = application.uploads.begin([("export.json", len(data))])
        application.uploads.put(upload.id, 0, 0, data)
        application.uploads.look(upload.id)
        wait_until(lambda: application.uploads.get(upload.id).state.value == "ready")
        number = application.uploads.start(upload.id)
        application.imports.stop()
        cut = application.imports.get(number).state
    for file in (tmp_path / "home" / "spool").rglob("*.json"):
        file.unlink()

    with home(tmp_path / "home", clock) as application:
        application.imports.resume_uploads()

        assert application.imports.get(number).state in (
            {ImportState.FAILED} if cut is ImportState.INTERRUPTED else {cut}
        )
        assert application.imports.get(number).resumable is False
    assert not (tmp_path / "home" / "spool").exists()


def test_an_upload_that_nobody_imported_is_gone_at_the_next_start(clock: SteppingClock, tmp_path: Path) -> None:
    spool = tmp_path / "home" / "spool" / ("0" * 16) / "00000"
    spool.mkdir(parents=True)
    (spool / "conversations.json").write_bytes(b"[]")

    with home(tmp_path / "home", clock):
        assert not (tmp_path / "home" / "spool").exists()


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.02)
