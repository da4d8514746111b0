"""What is acknowledged survives kill -9; what was not is stored once when it is sent again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.errors import DataFolderInUse
from skilltrail.ml.hash_embedder import HashEmbedder

TESTS = Path(__file__).resolve().parents[1]

OPENING = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder
settings = Settings(home=Path(sys.argv[1]), keyring=False)
"""


def run(code: str, home: Path, *, expected: int) -> str:
    """Run ``code`` in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OPENING + code, str(home), str(TESTS)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == expected, done.stderr
    return done.stdout


def test_a_capture_whose_answer_was_lost_is_stored_once(settings: Settings) -> None:
    run(
        "application = Application.open(settings, model=HashEmbedder())\n"
        "application.exchanges.capture(items([captured(1), captured(2)]))\n"
        "os.kill(os.getpid(), 9)",  # committed; nobody ever heard of it
        settings.home,
        expected=-9,
    )

    with Application.open(settings, model=HashEmbedder()) as application:
        report = application.exchanges.capture(items([captured(1), captured(2), captured(3)]))

        assert [result.outcome.value for result in report.results] == ["known", "known", "stored"]
        assert [row.seq for row in application.exchanges.rows()] == [1, 2, 3]
        assert not application.damage()


def test_every_acknowledged_capture_survives_a_kill_at_any_moment(settings: Settings) -> None:
    printed = ""
    for _round in range(4):
        printed += run(
            "import random, threading, time\n"
            "application = Application.open(settings, model=HashEmbedder())\n"
            "first = application.exchanges.page().total\n"
            "threading.Timer(random.uniform(0.05, 0.4), lambda: os.kill(os.getpid(), 9)).start()\n"
            "number = first\n"
            "while True:\n"
            "    number += 1\n"
            "    report = application.exchanges.capture(items([captured(number)]))\n"
            "    os.write(1, f'{report.results[0].exchange_id} p-{number}\\n'.encode())\n",
            settings.home,
            expected=-9,
        )

    with Application.open(settings, model=HashEmbedder()) as application:
        stored = {row.id: row.prompt_id for row in application.exchanges.rows()}
        acknowledged = dict(line.split() for line in printed.splitlines() if line.count(" ") == 1)
        assert len(acknowledged) > 20
        assert {int(key): value for key, value in acknowledged.items()}.items() <= stored.items()
        assert list(stored) == list(range(1, len(stored) + 1))
        assert len(set(stored.values())) == len(stored)
        assert not application.damage()


@pytest.mark.parametrize("point", ["before the vectors are written", "during a topic run"])
def test_work_that_was_killed_is_done_again(settings: Settings, point: str) -> None:
    method = "embed" if point.startswith("before") else "discover"
    run(
        "class Deadly(HashEmbedder):\n"
        f"    def {method}(self, *arguments, **named):\n"
        "        os.kill(os.getpid(), 9)\n"
        "application = Application.open(settings, model=Deadly())\n"
        "application.exchanges.capture(items(history(30)))\n"
        "application.processing.run_until_done()",
        settings.home,
        expected=-9,
    )

    with Application.open(settings, model=HashEmbedder()) as application:
        assert application.trail.home().exchanges == 30
        done = application.processing.run_until_done()

        assert (done.state, done.embedded, done.pending) == ("idle", 30, 0)
        assert [line.exchanges for line in application.trail.topics()] == [10, 10, 10]


def test_a_batch_is_stored_whole_or_not_at_all(application: Application) -> None:
    class Breaking(list):  # type: ignore[type-arg]
        def __iter__(self):  # type: ignore[no-untyped-def]
            yield from items(history(3))
            raise OSError("the line went dead")

    with pytest.raises(OSError, match="line went dead"):
        application.exchanges.capture(Breaking())

    assert application.exchanges.page().total == 0


def test_a_kill_inside_the_transaction_keeps_nothing_of_it(settings: Settings) -> None:
    run(
        "import skilltrail.services.ingest as ingest\n"
        "application = Application.open(settings, model=HashEmbedder())\n"
        "application.exchanges.capture(items([captured(1)]))\n"
        "ingest.bump_revision = lambda *_given: os.kill(os.getpid(), 9)\n"
        "application.exchanges.capture(items(history(50)))",
        settings.home,
        expected=-9,
    )

    with Application.open(settings, model=HashEmbedder()) as application:
        assert [row.prompt_id for row in application.exchanges.rows()] == ["p-1"]
        with application._database.read() as session:
            assert session.execute(text("SELECT count(*) FROM conversation")).scalar() == 1


def test_a_second_process_is_refused_while_the_first_runs(application: Application, settings: Settings) -> None:
    printed = run(
        "from skilltrail.errors import DataFolderInUse\n"
        "try:\n    Application.open(settings)\n"
        "except DataFolderInUse as error:\n    print(error.code)",
        settings.home,
        expected=0,
    )

    assert printed.strip() == "data_folder_in_use"
    with pytest.raises(DataFolderInUse):
        Application.open(settings)


def test_the_start_loads_no_model_and_no_migration_tool(settings: Settings) -> None:
    Application.open(settings, model=HashEmbedder()).close()

    printed = run(
        "loaded = set(sys.modules) & {'torch', 'sentence_transformers', 'sklearn', 'scipy'}\n"
        "application = Application.open(settings)\n"
        "application.trail.home(); application.trail.timeline()\n"
        "print(sorted(set(sys.modules) & {'torch', 'sentence_transformers', 'sklearn', 'alembic'}))\n"
        "application.close()",
        settings.home,
        expected=0,
    )

    assert printed.strip() == "[]"
