"""Batches that arrive together: stored together, answered each for itself, and none pays for another's fault."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.domain.capture import CaptureReport
from skilltrail.errors import StorageFull
from skilltrail.services import ingest

SENDERS = 12


def send_all(application: Application, *, device_of: Callable[[int], str | None] = lambda _n: "d-1") -> dict[int, Any]:
    """Let every sender send three exchanges while a first transaction is held open; return reports and errors."""
    got: dict[int, Any] = {}

    def send(number: int) -> None:
        batch = items(captured(3 * number + part, conversation_id=f"c-{number}") for part in range(3))
        try:
            got[number] = application.exchanges.capture(batch, device_id=device_of(number))
        except Exception as error:  # noqa: BLE001 - what a sender is told is what this is about
            got[number] = error

    threads = [threading.Thread(target=send, args=(number,)) for number in range(SENDERS)]
    with application._database._turn:
        for thread in threads:
            thread.start()
        wait_until_all_wait(application)
    for thread in threads:
        thread.join(30)
    return got


def wait_until_all_wait(application: Application) -> None:
    waiting = threading.Event()
    for _try in range(500):
        if len(application.exchanges._store._waiting) == SENDERS:
            return
        waiting.wait(0.01)
    raise AssertionError("not all senders wait")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of items in each transaction."""
    seen: list[int] = []
    real = ingest.store

    def counted(session: Any, prepared: Any, **named: Any) -> CaptureReport:
        seen.append(len(prepared))
        if any("poison" in item.captured.prompt for item in prepared):
            raise RuntimeError("poison")
        return real(session, prepared, **named)

    monkeypatch.setattr(ingest, "store", counted)
    return seen


def test_they_share_transactions_and_each_gets_its_own_answer(application: Application, calls: list[int]) -> None:
    got = send_all(application)

    assert len(calls) <= 2
    assert sum(calls) == 3 * SENDERS
    stored = {row.id: row.conversation_id for row in application.exchanges.rows()}
    assert sorted(stored) == list(range(1, 3 * SENDERS + 1))
    for number, report in got.items():
        assert [result.capture_id for result in report.results] == ["capture-0", "capture-1", "capture-2"]
        assert {stored[result.exchange_id] for result in report.results} == {f"c-{number}"}


def test_senders_are_told_apart(application: Application, calls: list[int]) -> None:
    send_all(application, device_of=lambda number: f"d-{number % 2}")

    with application._database.read() as session:
        found = session.connection().exec_driver_sql("SELECT device_id, count(*) FROM exchange GROUP BY 1 ORDER BY 1")
        assert found.fetchall() == [("d-0", 18), ("d-1", 18)]


def test_one_that_fails_is_the_only_one_that_is_told_so(
    application: Application, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = ingest.prepare

    def poisoned(batch: Any, **named: Any) -> Any:
        prepared = real(batch, **named)
        if prepared[0].captured.conversation_id == "c-5":
            object.__setattr__(prepared[0].captured, "prompt", "poison")
        return prepared

    monkeypatch.setattr(ingest, "prepare", poisoned)

    got = send_all(application)

    assert isinstance(got.pop(5), RuntimeError)
    assert all(isinstance(report, CaptureReport) for report in got.values())
    assert application.exchanges.page().total == 3 * (SENDERS - 1)
    assert application.exchanges._store._waiting == []


def test_all_are_told_when_the_disk_is_full_and_go_on_after(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: Any, **_named: Any) -> CaptureReport:
        raise StorageFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "store", full)
        got = send_all(application)
    assert all(isinstance(error, StorageFull) for error in got.values())

    again = send_all(application)

    assert all(isinstance(report, CaptureReport) for report in again.values())
    assert application.exchanges.page().total == 3 * SENDERS
