"""A process that forgets and is killed at a point, or after a time; and what must be true when it starts again."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from canaries import CLIENT, canaries, canary, canary_exchanges, dumped, found_in, key_of, left_in, plant
from exchanges import history, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.ml.hash_embedder import HashEmbedder

TESTS = Path(__file__).resolve().parent
WORDS = [*canaries(), CLIENT.lower()]
OTHERS = 40
"""Exchanges that hold no canary and must stay."""

POINTS = {
    "before it is asked for": ("skilltrail.services.forget.ask", "before"),
    "after it is asked for": ("skilltrail.application.forgetting.ForgettingFacade._ask", "after"),
    "while marks are put": ("skilltrail.services.tombstones.keep_out", "after"),
    "before rows are deleted": ("skilltrail.storage.forget_queries.delete_exchanges", "before"),
    "after rows are deleted": ("skilltrail.storage.forget_queries.delete_exchanges", "after"),
    "while topics are renamed": ("skilltrail.services.forgotten_topics.apply", "before"),
    "before it is committed": ("skilltrail.services.forget.carry_out", "after"),
    "after it is committed": ("skilltrail.application.forgetting.ForgettingFacade._remove", "after"),
    "before the file is written anew": ("skilltrail.storage.database.Database.scrub", "before"),
    "after the file was written anew": ("skilltrail.storage.database.Database.scrub", "after"),
    "before the backups are replaced": ("skilltrail.application.backups.BackupsFacade.replace_all", "before"),
    "after the fresh backup": ("skilltrail.services.backups.Shelf.add", "after"),
    "between two old backups": ("skilltrail.services.backups.Shelf.remove", "after"),
    "after the backups were replaced": ("skilltrail.application.backups.BackupsFacade.replace_all", "after"),
}
"""Where the process is killed: a function's name, and before or after it did its work."""

_CHILD = """
import importlib, os, signal, sys, threading
from datetime import timedelta
from pathlib import Path

home, tests, wish, point, when, seconds = sys.argv[1:7]
sys.path.insert(0, tests)

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def deadly(name, when):
    holder, _dot, attribute = name.rpartition(".")
    try:
        owner = importlib.import_module(holder)
    except ModuleNotFoundError:
        module, _dot, cls = holder.rpartition(".")
        owner = getattr(importlib.import_module(module), cls)
    real = getattr(owner, attribute)
    def instead(*arguments, **named):
        if when == "before":
            die()
        real(*arguments, **named)
        die()
    setattr(owner, attribute, instead)

from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.forget import ForgetWish
from skilltrail.ml.hash_embedder import HashEmbedder

application = Application.open(Settings(home=Path(home), keyring=False), model=HashEmbedder())
if point:
    deadly(point, when)
os.write(1, b"begun\\n")
if float(seconds) >= 0:
    threading.Timer(float(seconds), die).start()
asked = application.forgetting.ask(eval(wish), wait=timedelta())
os.write(1, b"asked\\n")
application.forgetting.run_due()
os.write(1, b"done\\n")
die()
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a killed process had said, and what was true after the next start."""

    said: tuple[str, ...]
    words_left: dict[str, set[str]]
    exchanges: int
    stages: tuple[str, ...]
    sound: bool
    came_back: int


def make_template(home: Path) -> bytes:
    """Make a data folder with canaries everywhere, two backups that hold them, and other exchanges; return its key."""
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as application:
        application.exchanges.capture(items(history(OTHERS)))
        plant(application)
        application.backups.make()
        application.exchanges.capture(items(history(1, prefix="later")))
        while application.search.step():
            continue
        application.backups.make()
        return key_of(application)


def killed(template: Path, home: Path, *, wish: str, point: str | None = None, seconds: float = -1.0) -> Outcome:
    """Let a process forget in a copy of ``template``, kill it, start again, and tell what is left."""
    shutil.copytree(template, home)
    name, when = POINTS[point] if point else ("", "")
    command = [sys.executable, "-W", "error", "-c", _CHILD, str(home), str(TESTS), wish, name, when, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -9, done.stderr
    outcome = _after(home, tuple(done.stdout.split()))
    shutil.rmtree(home)
    return outcome


def _after(home: Path, said: tuple[str, ...]) -> Outcome:
    with Application.open(Settings(home=home, keyring=False), model=HashEmbedder()) as application:
        key = key_of(application)
        stages = tuple(found.stage.value for found in application.forgetting.passes())
        with application._database.read() as session:
            exchanges = int(session.execute(text("SELECT count(*) FROM exchange")).scalar_one())
        left = left_in(home, key, WORDS)
        if hits := found_in(dumped(application), WORDS):
            left["tables"] = hits
        sound = application.is_sound()
        report = application.exchanges.capture(items(canary_exchanges()))
        came_back = sum(result.code != "forgotten" for result in report.results)
    return Outcome(said, left, exchanges, stages, sound, came_back)


def faults(outcome: Outcome, *, others: int) -> list[str]:
    """Return what is not as it must be: forgotten wholly, or not begun; never half, and nothing else lost."""
    found = [] if outcome.sound else ["damaged"]
    if outcome.stages == ():
        # Not begun: only before it was noted.
        wanted = others + len(canary_exchanges())
        if "asked" in outcome.said or outcome.exchanges != wanted or not outcome.words_left:
            found.append(f"not begun, but {outcome.said} and {outcome.exchanges} exchanges")
        return found
    if outcome.stages != ("done",):
        found.append(f"not finished: {outcome.stages}")
    if outcome.words_left:
        found.append(f"left: { ({name: sorted(words)[:3] for name, words in outcome.words_left.items()}) }")
    if outcome.exchanges != others:
        found.append(f"{outcome.exchanges} exchanges instead of {others}")
    if outcome.came_back:
        found.append(f"{outcome.came_back} came back")
    return found


def some_seconds(chance: random.Random, longest: float) -> float:
    """Return a moment within a pass, early ones more often."""
    return chance.uniform(0.0, longest) * chance.random()


__all__ = ["OTHERS", "POINTS", "WORDS", "Outcome", "canary", "faults", "killed", "make_template", "some_seconds"]
