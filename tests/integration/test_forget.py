"""Forgetting: what is meant, what goes, what stays, and that no byte of it is left in any file."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from canaries import CLIENT, canaries, decrypted, dumped, found_in, key_of, left_in, plant
from conftest import SteppingClock
from exchanges import NOON, captured, history, items
from forgetting_steps import NOW, forget
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.exchange import Attachment, Citation, Fidelity
from skilltrail.domain.forget import ForgetWish, Scope, Stage
from skilltrail.errors import ForgetInvalid, NotFound, TooLate
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.storage.file_watch import rescue
from steps import count

WORDS = [*canaries(), CLIENT.lower()]
OLD = NOON - timedelta(days=400)

WISHES: dict[str, Callable[[Application], list[dict[str, object]]]] = {
    "word": lambda _app: [{"word": CLIENT.upper()}],
    "days": lambda _app: [{"until": (OLD + timedelta(days=2)).date()}],
    "exchanges": lambda app: [{"exchange": row.id} for row in app.exchanges.rows() if row.asked_at < NOON],
    "conversations": lambda app: [
        {"conversation": name} for name in {row.conversation_id for row in app.exchanges.rows() if row.asked_at < NOON}
    ],
    "everything": lambda _app: [{"everything": True}],
}


@pytest.mark.parametrize("way", WISHES)
def test_no_byte_of_forty_canaries_is_left_anywhere(application: Application, settings: Settings, way: str) -> None:
    application.exchanges.capture(items(history(20)))
    plant(application)
    application.backups.make()
    key = key_of(application)
    before = left_in(settings.home, key, WORDS)
    vectors = vectors_of(application, OLD)
    # The search itself must be able to find: everywhere, and all of them.
    assert found_in(dumped(application), WORDS) == set(WORDS)
    assert {"skilltrail.db-wal in clear"} < before.keys()
    assert any(name.startswith("skilltrail-") and found == set(WORDS) for name, found in before.items())
    assert len(vectors) >= 14

    for wish in WISHES[way](application):
        forget(application, **wish)

    assert left_in(settings.home, key, WORDS) == {}
    assert found_in(dumped(application), WORDS) == set()
    assert not [vector for vector in vectors if vector in dumped(application)]
    assert application.exchanges.page().total == (0 if way == "everything" else 20)
    assert application.is_sound()


def vectors_of(application: Application, before: object) -> list[bytes]:
    with application._database.read() as session:
        statement = "SELECT vector FROM embedding v JOIN exchange e ON e.id = v.exchange_id WHERE e.asked_at < :at"
        at = int((NOON - timedelta(days=100)).timestamp() * 1_000_000)
        return [row[0] for row in session.execute(text(statement), {"at": at})]


def test_rows_that_are_only_deleted_can_still_be_found(application: Application, settings: Settings) -> None:
    """The control: without writing the file anew and replacing backups, the same search finds the canaries."""
    plant(application)
    application.backups.make()
    asked = application.forgetting.ask(ForgetWish(word=CLIENT), wait=NOW)

    application.forgetting._remove(asked)

    assert found_in(dumped(application), WORDS) == set()
    left = left_in(settings.home, key_of(application), WORDS)
    assert "skilltrail.db-wal in clear" in left
    assert any(name.startswith("skilltrail-2") for name in left)


def test_a_rescued_copy_is_rewritten_too(application: Application, settings: Settings) -> None:
    """A copy that was saved when a sync program replaced the file holds what else is in it, and not the canaries."""
    application.exchanges.capture(items(history(5)))
    plant(application)
    saved = rescue(application._database._writer, application._database.path)
    assert saved is not None
    assert left_in(settings.home, key_of(application), WORDS)[f"{saved.name} in clear"] == set(WORDS)

    forget(application, word=CLIENT)

    assert left_in(settings.home, key_of(application), WORDS) == {}
    assert b"Explain" in decrypted(saved, key_of(application))


# --- ten seconds ------------------------------------------------------------------------------------------------------


def test_for_ten_seconds_it_can_be_undone(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))
    asked = application.forgetting.ask(ForgetWish(exchange=1))
    clock.move(seconds=9.9)
    assert application.forgetting.run_due() == 0

    application.forgetting.cancel(asked.id)
    clock.move(seconds=60)

    assert application.forgetting.run_due() == 0
    assert application.exchanges.page().total == 2
    with pytest.raises(NotFound):
        application.forgetting.cancel(asked.id)


def test_after_ten_seconds_it_is_final(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))
    asked = application.forgetting.ask(ForgetWish(exchange=1))
    assert (asked.stage, asked.due_at - asked.asked_at) == (Stage.WAITING, timedelta(seconds=10))
    clock.move(seconds=10)

    assert application.forgetting.run_due() == 1

    with pytest.raises(TooLate):
        application.forgetting.cancel(asked.id)
    assert application.forgetting.get(asked.id).stage is Stage.DONE
    with pytest.raises(NotFound):
        application.exchanges.get(1)


def test_the_thread_does_it_by_itself(settings: Settings) -> None:
    with Application.open(settings, model=HashEmbedder()) as application:
        application.exchanges.capture(items([captured(1)]))
        application.forgetting.start()
        asked = application.forgetting.ask(ForgetWish(exchange=1), wait=timedelta(seconds=0.5))
        assert application.forgetting.get(asked.id).stage is Stage.WAITING

        done = threading.Event()
        for _try in range(200):
            if application.forgetting.get(asked.id).stage is Stage.DONE:
                done.set()
                break
            done.wait(0.05)

        assert done.is_set()
        assert application.exchanges.page().total == 0


def test_what_is_asked_for_survives_a_restart(settings: Settings, clock: SteppingClock) -> None:
    with Application.open(settings, clock=clock, model=HashEmbedder()) as application:
        application.exchanges.capture(items([captured(1), captured(2)]))
        application.forgetting.ask(ForgetWish(exchange=1))
    clock.move(seconds=11)

    with Application.open(settings, clock=clock, model=HashEmbedder()) as application:
        assert [row.id for row in application.exchanges.rows()] == [2]
        assert [found.stage for found in application.forgetting.passes()] == [Stage.DONE]


def test_a_pass_in_waiting_holds_numbers_and_no_word(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt="about Quuxwerk")]))
    application.forgetting.ask(ForgetWish(word="quuxwerk"))

    with application._database.read() as session:
        rows = (
            session.execute(text("SELECT * FROM forget_pass")).all()
            + session.execute(text("SELECT * FROM forget_target")).all()
        )

    assert "quux" not in str(rows).lower()


def test_what_comes_to_a_chat_in_the_ten_seconds_goes_with_it(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1)]))
    application.forgetting.ask(ForgetWish(conversation="c-1"))
    application.exchanges.capture(items([captured(2)]))
    clock.move(seconds=10)

    application.forgetting.run_due()

    assert application.exchanges.page().total == 0


# --- what is meant ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"exchange": 1, "word": "x y"},
        {"everything": True, "since": date(2026, 1, 1)},
        {"conversation": "c", "conversation_of": 1},
        {"word": "x"},
        {"word": "  "},
    ],
)
def test_a_wish_names_exactly_one_thing(application: Application, wish: dict[str, object]) -> None:
    application.exchanges.capture(items([captured(1)]))

    with pytest.raises(ForgetInvalid):
        application.forgetting.plan(ForgetWish(**wish))  # type: ignore[arg-type]


@pytest.mark.parametrize("wish", [{"exchange": 9}, {"conversation": "other"}, {"import_id": 3}, {"conversation_of": 9}])
def test_what_is_not_there_cannot_be_forgotten(application: Application, wish: dict[str, object]) -> None:
    with pytest.raises(NotFound):
        application.forgetting.ask(ForgetWish(**wish))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"prompt": "For ACME-Projekt"}, "acme"),
        ({"reply": "the Straße of M\u00fcller"}, "STRASSE"),
        ({"reply": "the house of Mu\u0308ller"}, "m\u00fcller"),
        ({"reply": "ask Acme \n GmbH today"}, "acme gmbh"),
        ({"title": "Acme contract"}, "acme"),
        ({"attachments": ("Acme.pdf",)}, "acme.pdf"),
        ({"citations": ("https://acme.example/",)}, "acme.example"),
        ({"account": "me@acme.example"}, "acme"),
        ({"project_id": "acme-1"}, "acme"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_word_is_found_wherever_it_stands(application: Application, change: dict[str, object], word: str) -> None:
    if "attachments" in change:
        change = {"attachments": tuple(Attachment(name) for name in change["attachments"])}  # type: ignore[attr-defined]
    if "citations" in change:
        change = {"citations": tuple(Citation(url) for url in change["citations"])}  # type: ignore[attr-defined]
    application.exchanges.capture(items([captured(1, **change), captured(2, conversation_id="c-2")]))

    assert application.forgetting.plan(ForgetWish(word=word)).exchanges == 1
    forget(application, word=word)
    assert [row.id for row in application.exchanges.rows()] == [2]


def test_a_word_in_an_earlier_text_is_found(application: Application) -> None:
    application.exchanges.capture(items([captured(1, prompt="for Acme")]))
    application.exchanges.capture(items([captured(1, prompt="for us", fidelity=Fidelity.API_FULL)]))

    assert application.forgetting.plan(ForgetWish(word="acme")).exchanges == 1


def test_a_chat_whose_title_holds_the_word_goes_whole_and_the_plan_says_so(application: Application) -> None:
    application.exchanges.capture(items([captured(1, title="Acme"), captured(2, title="Acme", prompt="shorter")]))

    plan = application.forgetting.plan(ForgetWish(word="acme"))

    assert (plan.exchanges, plan.by_title, plan.whole_conversations) == (2, 2, 1)


def test_days_are_the_learners_own_and_both_count(application: Application) -> None:
    days = [captured(n, conversation_id=f"d-{n}", asked_at=NOON + timedelta(days=n)) for n in range(5)]
    application.exchanges.capture(items(days))
    first = (NOON + timedelta(days=1)).astimezone().date()

    forget(application, since=first, until=first + timedelta(days=1))

    assert {row.conversation_id for row in application.exchanges.rows()} == {"d-0", "d-3", "d-4"}


def test_a_plan_changes_nothing_and_counts_right(application: Application) -> None:
    application.exchanges.capture(items([captured(1), captured(2), captured(3, conversation_id="c-2")]))
    application.data_rights.record(application.exports.file("json"), "json")
    before = application.trail.revision()

    plan = application.forgetting.plan(ForgetWish(conversation="c-1"))

    assert (plan.scope, plan.exchanges, plan.conversations, plan.whole_conversations) == (Scope.CONVERSATION, 2, 1, 1)
    assert plan.exports == 1
    assert [one.id for one in plan.examples] == [2, 1]
    assert (application.exchanges.page().total, application.trail.revision()) == (3, before)


# --- what stays -------------------------------------------------------------------------------------------------------


def test_a_chat_keeps_its_title_until_its_last_exchange_goes(application: Application) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))

    forget(application, exchange=1)
    assert count(application, "conversation") == 1
    assert application.exchanges.get(2).captured.title == "Queries"
    forget(application, exchange=2)

    assert count(application, "conversation") == 0
    assert b"Queries" not in dumped(application)


def test_what_hangs_under_a_forgotten_answer_keeps_its_place(application: Application) -> None:
    application.exchanges.capture(items([captured(1), captured(2), captured(3)]))

    forget(application, exchange=2)

    rows = {row.prompt_id: row.on_current_path for row in application.exchanges.rows()}
    assert rows == {"p-1": True, "p-3": True}
    assert b"r-2" not in dumped(application)
    assert (application.exchanges.get(3).captured.parent_id or "").startswith("forgotten:")


def test_an_older_answer_stands_again_when_the_newer_one_is_forgotten(application: Application) -> None:
    later = NOON + timedelta(hours=1)
    application.exchanges.capture(items([captured(1, reply_id="r-a", reply="first answer")]))
    application.exchanges.capture(
        items([captured(1, reply_id="r-b", reply="second answer", captured_at=later, answered_at=later)])
    )
    assert [row.on_current_path for row in application.exchanges.rows()] == [False, True]

    forget(application, exchange=2)

    assert [(row.reply_id, row.on_current_path) for row in application.exchanges.rows()] == [("r-a", True)]


def test_numbers_are_never_given_twice(application: Application) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))
    forget(application, everything=True)

    report = application.exchanges.capture(items([captured(7, asked_at=NOON + timedelta(days=9))]))

    assert report.results[0].exchange_id == 3
