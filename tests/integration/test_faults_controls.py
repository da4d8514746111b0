"""The checkers of the campaigns can fail: each sees the wrong it is there for."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from skilltrail.application import Application
from skilltrail.domain.capture import CapturedItem
from skilltrail.domain.exchange import Origin
from skilltrail.storage import database as database_module
from skilltrail.storage.endings import Ending
from skilltrail.web.schemas import CaptureItem
from torture.damages import cut_the_log, make_bases, remove_the_log, try_damage
from torture.fixtures import nursery
from torture.history import Log, judge, numbered
from torture.machine import Kept
from torture.network import Model
from torture.nursery import Nursery

__all__ = ["nursery"]


@pytest.fixture
def log(application: Application, tmp_path: Path) -> Log:
    """Ten exchanges of one client, stored and acknowledged."""
    log = Log(3, tmp_path / "client.jsonl")
    rows = [CaptureItem.model_validate(numbered(3, number)) for number in range(10)]
    items = [CapturedItem(row.capture_id, row.exchange()) for row in rows]
    log.note("invoke", range(10))
    application.exchanges.capture(items, origin_allowed=(Origin.IMPORT,))
    log.note("ok", range(10))
    return log


def change(application: Application, statement: str) -> None:
    with application._database.write() as session:
        session.execute(text(statement))


def test_a_true_history_is_judged_good(application: Application, log: Log) -> None:
    verdict = judge(application, [log])

    assert verdict.good
    assert (verdict.acknowledged, verdict.present, verdict.uncertain) == (10, 10, 0)


def test_a_lost_one_is_seen_with_its_gap(application: Application, log: Log) -> None:
    change(application, "DELETE FROM exchange WHERE prompt_id = 'p-3-4'")

    verdict = judge(application, [log])

    assert (verdict.lost, verdict.good) == (1, False)
    assert verdict.gaps > 0


def test_a_doubled_one_is_seen(application: Application, log: Log) -> None:
    change(application, "UPDATE exchange SET prompt_id = 'p-3-2' WHERE prompt_id = 'p-3-3'")

    assert judge(application, [log]).doubled == 1


def test_one_that_nobody_sent_is_seen(application: Application, log: Log) -> None:
    change(application, "UPDATE exchange SET prompt_id = 'p-3-77' WHERE prompt_id = 'p-3-9'")

    assert judge(application, [log]).strange == 1


def test_a_changed_text_is_seen(application: Application, log: Log) -> None:
    change(application, "UPDATE exchange_text SET reply = 'x' WHERE exchange_id = 5")

    assert judge(application, [log]).altered == 1


def test_a_swapped_order_is_seen(application: Application, log: Log) -> None:
    change(application, "UPDATE exchange SET seq = 99 WHERE seq = 4")
    change(application, "UPDATE exchange SET seq = 4 WHERE seq = 5")
    change(application, "UPDATE exchange SET seq = 5 WHERE seq = 99")

    verdict = judge(application, [log])

    assert (verdict.out_of_order, verdict.gaps, verdict.lost) == (1, 0, 0)


def test_the_model_of_the_network_run_sees_what_is_missing_wrong_or_strange() -> None:
    model = Model()
    model.add(("t", "p"), "first", "stream_complete")
    model.add(("t", "p"), "second", "stream_complete")

    assert model.differences({("t", "p"): ("second", {"first"})}) == []
    assert model.differences({})[0].startswith("lost")
    assert "a text is missing" in model.differences({("t", "p"): ("second", set())})[0]
    assert "not the best" in model.differences({("t", "p"): ("first", {"second"})})[0]
    assert "nobody sent" in model.differences({("t", "p"): ("second", {"first", "third"})})[0]


def test_the_model_of_the_state_machine_follows_the_decisions() -> None:
    kept = Kept("a reply", 1)

    assert kept.take("a reply", 3) == "known"
    assert kept.take("another reply", 1) == "known"  # a poorer copy of what is there
    assert kept.take("a longer reply than that", 3) == "revised"
    assert kept.revisions == {"a reply"}
    assert kept.take("other", 3) == "revised"
    assert kept.take("other", 3) == "known"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_without_the_look_at_the_log_a_loss_goes_unnoticed(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    bases = make_bases(nursery)
    noticed = [try_damage(bases, nursery.folder, damage, 5) for damage in (remove_the_log, cut_the_log)]
    monkeypatch.setattr(database_module, "judge_ending", lambda _path: Ending.CLOSED)

    blind = [try_damage(bases, nursery.folder, damage, 5) for damage in (remove_the_log, cut_the_log)]

    assert [outcome.verdict for outcome in noticed] == ["refused", "refused"]
    assert {outcome.verdict for outcome in blind} <= {"lost", "emptied", "refused"}
    assert {outcome.verdict for outcome in blind} & {"lost", "emptied"}
