"""Around a forgetting: topics and their names, the extensions' accounts, saved files, what is remembered."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from conftest import SteppingClock
from exchanges import NOON, captured, history, items
from forgetting_steps import NOW, forget
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.access import Device
from skilltrail.domain.capture import HeldExchange, LedgerReport, LedgerRow, OutboxState
from skilltrail.domain.forget import ForgetWish, Stage
from skilltrail.domain.topics import TopicGroup, TopicPartition
from skilltrail.errors import StorageFull
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.access_queries import add_device
from skilltrail.web.page_words import capture_verdict
from steps import count


class Named(HashEmbedder):
    """Finds topics as the hash embedder does, and calls one of them after a client."""

    def discover(self, **arguments: object) -> TopicPartition:
        partition = super().discover(**arguments)  # type: ignore[arg-type]

        def named(group: TopicGroup) -> TopicGroup:
            texts = dict(zip(arguments["keys"], arguments["texts"], strict=True))  # type: ignore[call-overload]
            holds = [key for key in group.members if "quuxwerk" in texts[key].casefold()]
            if not holds:
                return group
            terms = ("quuxwerk", *group.terms)
            reason = replace(group.reason, terms=terms)
            return replace(group, name=f"Quuxwerk {group.name}", terms=terms, reason=reason)

        return replace(partition, groups=tuple(named(group) for group in partition.groups))


@pytest.mark.parametrize(("holding", "stays"), [(2, False), (6, True)])
def test_a_name_that_rests_on_fewer_than_three_exchanges_goes(
    settings: Settings, clock: SteppingClock, holding: int, stays: bool
) -> None:
    with Application.open(settings, clock=clock, model=Named()) as application:
        exchanges = history(30)
        sql = [number for number, one in enumerate(exchanges) if "sql" in one.prompt]
        for number in sql[:holding]:
            exchanges[number] = replace(exchanges[number], prompt=exchanges[number].prompt + " for Quuxwerk")
        application.exchanges.capture(items(exchanges))
        application.processing.run_until_done()
        assert any("Quuxwerk" in line.name for line in application.trail.topics())
        application.trail.timeline()

        forget(application, exchange=sql[0] + 1)

        found = [line for line in application.trail.topics() if "quuxwerk" in str(line).lower()]
        assert bool(found) is stays
        assert (b"quuxwerk" in dumped_topics(application)) is stays
        assert ("Quuxwerk" in str(application.trail.timeline())) is stays
        line = next(line for line in application.trail.topics() if "sql" in str(line).lower() or line.exchanges == 9)
        assert line.exchanges == 9
        assert len(application.trail.topic(line.id).exemplars) >= 1


def dumped_topics(application: Application) -> bytes:
    with application._database.read() as session:
        return str(session.execute(text("SELECT * FROM topic")).all()).lower().encode()


def test_a_topic_without_exchanges_leaves_only_its_number(application: Application) -> None:
    application.exchanges.capture(items(history(30)))
    application.processing.run_until_done()
    topic = application.trail.topics()[0]
    ids = [item.id for item in application.exchanges.page(topic.id, None, 50).items]

    for number in ids:
        application.forgetting.ask(ForgetWish(exchange=number), wait=NOW)
    application.forgetting.run_due()

    with application._database.read() as session:
        row = session.execute(text("SELECT name, terms, name_reason FROM topic WHERE id = :id"), {"id": topic.id}).one()
    assert tuple(row) == ("", "[]", "")
    assert topic.id not in {line.id for line in application.trail.topics()}


def test_a_topic_run_that_read_forgotten_texts_writes_nothing(application: Application) -> None:
    """The worker reads, the learner forgets, the worker writes: the names it found must not come in."""
    application.exchanges.capture(items(history(30)))
    model = application.model()

    class Meanwhile:
        def __getattr__(self, name: str) -> object:
            return getattr(model, name)

        def discover(self, **arguments: object) -> TopicPartition:
            forget(application, exchange=1)
            return model.discover(**arguments)  # type: ignore[arg-type]

    while application.processing.step(Meanwhile(), topics=True).embedded:  # type: ignore[arg-type]
        pass

    assert count(application, "topic_run") == 0
    assert application.processing.run_until_done().state == "idle"
    assert sum(line.exchanges for line in application.trail.topics()) == 29


def test_an_exchange_forgotten_while_it_is_embedded_gets_no_vector(application: Application) -> None:
    application.exchanges.capture(items(history(3)))
    model = application.model()

    class Meanwhile:
        def __getattr__(self, name: str) -> object:
            return getattr(model, name)

        def static(self, texts: object) -> object:
            forget(application, exchange=2)
            return model.static(texts)  # type: ignore[arg-type]

    application.processing.step(Meanwhile())  # type: ignore[arg-type]

    assert count(application, "embedding") == 4


# --- the ledger -------------------------------------------------------------------------------------------------------


def report(*rows: LedgerRow, held: tuple[HeldExchange, ...] = ()) -> LedgerReport:
    return LedgerReport("ok", OutboxState(), rows, held)


def held(number: int, **changes: object) -> HeldExchange:
    values = {"conversation_id": "c-1", "prompt_id": f"p-{number}", "reply_id": f"r-{number}", "asked_at": NOON}
    return HeldExchange(capture_id=f"h-{number}", provider="chatgpt", **values | changes)  # type: ignore[arg-type]


@pytest.fixture
def phone(application: Application) -> str:
    with application._database.write() as session:
        device = Device("d-1", "Chrome", "chrome-extension://" + "a" * 32, NOON, None)
        add_device(session, device, shared_key=b"k" * 32, token_hash=b"h" * 32)
    return "d-1"


def test_an_extension_learns_which_held_exchanges_were_forgotten(application: Application, phone: str) -> None:
    application.exchanges.capture(items([captured(1), captured(2), captured(3, conversation_id="c-2")]))
    forget(application, exchange=1)
    forget(application, conversation="c-2")

    reply = application.ledger.record(
        phone,
        report(
            held=(
                held(1),
                held(2),
                held(4, conversation_id="c-2"),
                held(5, conversation_id="c-2", asked_at=NOON + timedelta(days=90)),
                held(6, prompt_id=None, reply_id="r-1"),
                held(7, prompt_id="p-1", reply_id=None),
            )
        ),
    )

    assert reply.forgotten == ("h-1", "h-4", "h-6", "h-7")


def test_before_anything_was_forgotten_nothing_is_answered(application: Application, phone: str) -> None:
    application.exchanges.capture(items([captured(1)]))

    reply = application.ledger.record(phone, report(LedgerRow("chatgpt", "c-1", updated_at=NOON), held=(held(1),)))

    assert (reply.forgotten, reply.reset) == ((), ())


def test_counts_of_a_forgotten_chat_begin_anew(application: Application, phone: str) -> None:
    application.exchanges.capture(items([captured(1)]), device_id=phone)
    old = LedgerRow("chatgpt", "c-1", replies_finished=1, stored=1, captured=1, updated_at=NOON)
    application.ledger.record(phone, report(old))
    forget(application, exchange=1)
    assert application.ledger.read().rows == ()

    first = application.ledger.record(phone, report(replace(old, updated_at=NOON + timedelta(days=99))))
    assert [talk.conversation_id for talk in first.reset] == ["c-1"]
    assert application.ledger.read().rows == ()
    anew = LedgerRow("chatgpt", "c-1", updated_at=NOON + timedelta(days=99), reset_at=first.reset[0].at)
    second = application.ledger.record(phone, report(anew))

    assert second.reset == ()
    assert [row.conversation_id for row in application.ledger.read().rows] == ["c-1"]


def test_forgotten_exchanges_are_not_missing(application: Application, phone: str) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]), device_id=phone)
    counts = LedgerRow("chatgpt", "c-1", replies_finished=2, stored=2, captured=2, updated_at=NOON)
    application.ledger.record(phone, report(counts))

    forget(application, exchange=1)
    application.ledger.record(phone, report(replace(counts, updated_at=NOON + timedelta(days=1))))

    assert application.ledger.read().rows[0].forgotten == 1
    assert capture_verdict(application.ledger.read()).state == "ok"


# --- exports and caches -----------------------------------------------------------------------------------------------


def test_exports_that_held_it_are_listed(application: Application) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))
    for kind in ("json", "csv"):
        application.data_rights.record(application.exports.file(kind), kind)
    application.exchanges.capture(items([captured(3)]))
    application.data_rights.record(application.exports.file("markdown"), "markdown")

    asked = application.forgetting.ask(ForgetWish(exchange=1), wait=NOW)
    application.forgetting.run_due()

    listed = [(found.format, found.exchanges, found.gone) for found in application.forgetting.past_exports()]
    assert listed == [("markdown", 3, 1), ("csv", 2, 1), ("json", 2, 1)]
    assert application.forgetting.get(asked.id).exports == 3


def test_what_is_remembered_is_dropped(application: Application) -> None:
    dropped = []
    application.when_forgotten(lambda: dropped.append(1))
    application.exchanges.capture(items([captured(1, prompt="about Quuxwerk"), captured(2)]))
    assert "Quuxwerk" in str(application.trail.timeline().latest)

    forget(application, exchange=1)

    assert dropped
    assert application.trail._remembered == {}
    assert "Quuxwerk" not in str(application.trail.timeline().latest)


def test_a_full_disk_makes_it_wait_and_not_half(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))

    def full() -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(application._database, "scrub", full)
    asked = application.forgetting.ask(ForgetWish(exchange=1), wait=NOW)
    with pytest.raises(StorageFull):
        application.forgetting.run_due()
    waiting = application.forgetting.get(asked.id)
    assert (waiting.stage, waiting.problem) == (Stage.CLEANING, "The disk is full.")
    monkeypatch.undo()

    application.forgetting.run_due()

    done = application.forgetting.get(asked.id)
    assert (done.stage, done.problem) == (Stage.DONE, None)


def test_a_reader_that_takes_long_does_not_keep_it_from_ending(application: Application) -> None:
    application.exchanges.capture(items(history(300)))
    rows = application.exchanges.rows()
    next(rows)
    asked = application.forgetting.ask(ForgetWish(exchange=1), wait=NOW)
    threading.Timer(1.0, rows.close).start()  # type: ignore[attr-defined]

    application.forgetting.run_due()

    assert application.forgetting.get(asked.id).stage is Stage.DONE
