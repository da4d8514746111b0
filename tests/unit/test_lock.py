"""One Skilltrail per data folder, whatever way the last one ended."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from skilltrail.errors import DataFolderInUse
from skilltrail.platform.lock import HomeLock

HOLD = (
    "import sys, time, pathlib\n"
    "from skilltrail.platform.lock import HomeLock\n"
    "lock = HomeLock(pathlib.Path(sys.argv[1])).acquire()\n"
    "print('held', flush=True)\n"
    "time.sleep(60)\n"
)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "server")}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_holder_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with HomeLock(tmp_path), pytest.raises(DataFolderInUse) as refused:
        HomeLock(tmp_path).acquire()

    assert str(tmp_path) in str(refused.value)
    assert "--home" in str(refused.value)


def test_another_process_is_refused_too(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(DataFolderInUse):
        HomeLock(tmp_path).acquire()


def test_kill_9_frees_the_folder_at_once(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(DataFolderInUse):
        HomeLock(tmp_path).acquire()
    holder.kill()
    holder.wait()

    with HomeLock(tmp_path) as lock:
        assert lock.held


def test_a_left_over_file_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "skilltrail.lock").write_text("")

    with HomeLock(tmp_path) as lock:
        assert lock.held


def test_the_thread_that_stops_need_not_be_the_one_that_started(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path).acquire()
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()

    assert not lock.held
    HomeLock(tmp_path).acquire().release()


def test_releasing_twice_does_nothing(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path).acquire()
    lock.release()
    lock.release()

    assert not lock.held
