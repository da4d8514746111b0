"""Forgetting under kill -9, and how long it takes (goals: 0 bytes left; 5 s for one exchange, 60 s for 10,000).

``SKILLTRAIL_TORTURE_FORGET_ROUNDS`` sets the number of kills at random moments (default 150).
"""

from __future__ import annotations

import os
import random
import time
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from canaries import CLIENT, canaries, canary_exchanges, dumped, found_in, key_of, left_in, plant
from exchanges import history, items
from forgetful import OTHERS, POINTS, faults, killed, make_template
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.forget import ForgetWish, Stage
from skilltrail.ml.hash_embedder import HashEmbedder

ROUNDS = int(os.environ.get("SKILLTRAIL_TORTURE_FORGET_ROUNDS", "150"))
SEED = int(os.environ.get("SKILLTRAIL_TORTURE_SEED", "20261122"))
WORDS = [*canaries(), CLIENT.lower()]
ONE_SECONDS = 5.0
MANY_SECONDS = 60.0
PLANTED = 14
"""Exchanges with canaries; they come first and have vectors of their own."""

WISHES = {
    "word": ("ForgetWish(word='Quuxwerk')", OTHERS + 1),
    "everything": ("ForgetWish(everything=True)", 0),
    "days": ("ForgetWish(until=__import__('datetime').date(2026, 1, 1))", OTHERS + 1),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("forgetful") / "template"
    make_template(home)
    return home


@pytest.mark.parametrize("way", WISHES)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_every_point(template: Path, tmp_path: Path, point: str, way: str) -> None:
    wish, others = WISHES[way]

    outcome = killed(template, tmp_path / "home", wish=wish, point=point)

    expected = OTHERS + 1 if outcome.stages == () else others
    assert faults(outcome, others=expected) == []


def test_killed_at_random_moments(template: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    found: list[str] = []
    said: dict[str, int] = {}
    for turn in range(ROUNDS):
        way = chance.choice(sorted(WISHES))
        wish, others = WISHES[way]
        seconds = chance.uniform(0.0, 0.15)
        outcome = killed(template, tmp_path / f"home-{turn}", wish=wish, seconds=seconds)
        expected = OTHERS + 1 if outcome.stages == () else others
        found += [f"{way} after {seconds:.3f} s: {fault}" for fault in faults(outcome, others=expected)]
        said[outcome.said[-1]] = said.get(outcome.said[-1], 0) + 1
    with capsys.disabled():
        print(f"\nforget, killed at random: {ROUNDS} rounds (seed {SEED}), reached {said}, faults {len(found)}")

    assert found == []
    assert len(said) > 1


@pytest.mark.parametrize(("size", "backups"), [(20_000, True), (100_000, True)])
def test_how_long_it_takes(tmp_path: Path, size: int, backups: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Every exchange has vectors of the real size, and a backup holds all of them."""
    settings = Settings(home=tmp_path / "home", keyring=False)
    with Application.open(settings, model=HashEmbedder()) as application:
        plant(application)
        fill(application, size)
        if backups:
            application.backups.make()
        one = timed(application, ForgetWish(word="zqcanary18xkj"))
        many = timed(application, ForgetWish(since=first_day(application, 10_000)))
        rest = timed(application, ForgetWish(word=CLIENT))
        megabytes = (settings.home / "skilltrail.db").stat().st_size / 1e6
        left = left_in(settings.home, key_of(application), WORDS) | {"tables": found_in(dumped(application), WORDS)}
        with capsys.disabled():
            print(
                f"\nforget, load {os.getloadavg()[0]:.1f}, of {size:,} exchanges ({megabytes:.0f} MB, a backup): one {one[1]:.1f} s; "
                f"{many[0]:,} in {many[1]:.1f} s; canaries {rest[0]} in {rest[1]:.1f} s; left {left}"
            )

    assert one[0] == 1
    assert many[0] >= 10_000
    assert left == {"tables": set()}
    if size <= 20_000:
        assert one[1] <= ONE_SECONDS
    assert many[1] <= MANY_SECONDS


def fill(application: Application, size: int) -> None:
    """Put exchanges with texts of an ordinary length in, and a vector pair for each."""
    filler = "an ordinary sentence about work that goes on for a while. " * 20
    for start in range(0, size, 1_000):
        batch = history(min(1_000, size - start), prefix=f"f{start}")
        application.exchanges.capture(items([_longer(one, filler) for one in batch]))
    vectors = np.random.default_rng(SEED).standard_normal((997, 384)).astype("<f2")
    with application._database.write() as session:
        ids = [row.id for row in application.exchanges.rows() if row.id > PLANTED]
        connection = session.connection()
        for kind, dims in (("dense", 384), ("static", 256)):
            rows = [(row, HashEmbedder().identity, kind, vectors[row % 997, :dims].tobytes()) for row in ids]
            connection.exec_driver_sql(
                "INSERT OR IGNORE INTO embedding (exchange_id, model, kind, vector) VALUES (?, ?, ?, ?)", rows
            )
        connection.exec_driver_sql("UPDATE exchange SET vectors_due = 0")
        # Topics of a hundred exchanges each, named after words that all of them hold.
        connection.exec_driver_sql(
            "INSERT INTO topic (id, name, name_reason, terms, area_id, colour, created_at) "
            "SELECT 'big-' || n, 'Join and index ' || n, '', '[\"index\",\"table\"]', (SELECT min(id) FROM area), 1, 0 "
            "FROM (SELECT DISTINCT id / 100 AS n FROM exchange WHERE id > ?)",
            (PLANTED,),
        )
        connection.exec_driver_sql(
            "INSERT INTO topic_membership (exchange_id, topic_id, strength) "
            "SELECT id, 'big-' || (id / 100), 0.5 FROM exchange WHERE id > ?",
            (PLANTED,),
        )


def _longer(one: object, filler: str) -> object:
    from dataclasses import replace

    return replace(one, reply=one.reply + filler)  # type: ignore[attr-defined, type-var]


def first_day(application: Application, wanted: int) -> object:
    """Return the day from which on at least ``wanted`` exchanges were asked."""
    moments = sorted((row.asked_at for row in application.exchanges.rows()), reverse=True)
    return (moments[wanted - 1] - timedelta(hours=1)).astimezone().date()


def timed(application: Application, wish: ForgetWish) -> tuple[int, float]:
    """Forget at once; return how many and in how many seconds, backups included.

    On a machine that is busy with other things the processor's own seconds count: goals are for a quiet one.
    """
    busy = os.getloadavg()[0] > (os.cpu_count() or 1)
    clock = time.process_time if busy else time.perf_counter
    began = clock()
    asked = application.forgetting.ask(wish, wait=timedelta())
    application.forgetting.run_due()
    seconds = clock() - began
    done = application.forgetting.get(asked.id)
    assert done.stage is Stage.DONE
    return done.exchanges, seconds


def test_canaries_are_planted_where_they_should_be() -> None:
    assert len(canaries()) == 43
    assert len(canary_exchanges()) == 14
