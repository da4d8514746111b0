"""What was forgotten stays out: copies, re-imports and late deliveries are refused, and what is new is welcome."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from canaries import CLIENT, canaries, canary, canary_exchanges, dumped, found_in
from conftest import SteppingClock
from exchanges import NOON, captured, items
from forgetting_steps import codes, forget
from skilltrail.application import Application
from skilltrail.domain.capture import Outcome
from skilltrail.domain.exchange import Fidelity, Origin, Status
from steps import count

WORDS = [*canaries(), CLIENT.lower()]

BETTER = {"fidelity": Fidelity.API_FULL, "captured_at": NOON + timedelta(days=3)}
COPIES = {
    "the same": {},
    "a better copy": BETTER,
    "from an export": {"origin": Origin.IMPORT, "fidelity": Fidelity.EXPORT},
    "with another text": {"reply": "quite another answer", **BETTER},
    "another answer to it": {"reply_id": "r-other", "reply": "quite another answer"},
    "without ids": {"prompt_id": None, "reply_id": None, "parent_id": None, "fidelity": Fidelity.DOM},
    "read from the page, later": {
        "prompt_id": None,
        "reply_id": None,
        "fidelity": Fidelity.DOM,
        "asked_at": NOON + timedelta(days=30),
        "reply": "Answer 1 – select the **columns** you need!",
    },
    "its beginning": {
        "prompt_id": None,
        "reply_id": None,
        "fidelity": Fidelity.STREAM_PARTIAL,
        "status": Status.PARTIAL,
        "reply": "Answer 1: sel",
    },
    "under another title": {"title": "New title"},
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_of_a_forgotten_exchange_stays_out(application: Application, clock: SteppingClock, copy: str) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))
    forget(application, exchange=1)
    clock.move(days=2)

    assert codes(application, [captured(1, **COPIES[copy])], origin_allowed=tuple(Origin)) == ["forgotten"]
    assert [row.prompt_id for row in application.exchanges.rows()] == ["p-2"]
    assert {row.title for row in application.exchanges.rows()} == {"Queries"}


def test_marks_hold_no_word_and_no_id(application: Application) -> None:
    application.exchanges.capture(items(canary_exchanges()))

    forget(application, word=CLIENT)

    assert count(application, "tombstone") > 40
    assert found_in(dumped(application), WORDS) == set()
    with application._database.read() as session:
        kinds = set(session.execute(text("SELECT kind FROM tombstone")).scalars())
        sizes = set(session.execute(text("SELECT length(digest) FROM tombstone")).scalars())
    assert kinds == {"text", "letters", "reply", "prompt", "question", "emptied"}
    assert sizes == {16}


def test_what_is_new_is_welcome(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1), captured(2)]))
    forget(application, exchange=1)
    later = clock.now + timedelta(hours=1)
    new = [
        captured(3),
        captured(1, conversation_id="c-9", prompt_id="p-9", reply_id="r-9"),  # the same words elsewhere
        captured(8, prompt=captured(1).prompt, asked_at=later, prompt_id=None, reply_id=None, reply="Something new."),
    ]

    assert codes(application, new) == ["stored", "stored", "stored"]


def test_another_answer_under_the_same_prompt_that_stays_goes_on(application: Application) -> None:
    later = {"captured_at": NOON + timedelta(hours=1), "reply_id": "r-b", "reply": "second answer"}
    application.exchanges.capture(items([captured(1), captured(1, **later)]))
    forget(application, exchange=1)

    assert codes(application, [captured(1), captured(1, **later)]) == ["forgotten", "known"]


def test_a_forgotten_chat_stays_out_with_what_was_never_seen_of_it(
    application: Application, clock: SteppingClock
) -> None:
    application.exchanges.capture(items([captured(1)]))
    forget(application, conversation="c-1")
    unseen = captured(2)
    afterwards = captured(3, asked_at=clock.now + timedelta(minutes=1))

    assert codes(application, [captured(1), unseen, afterwards]) == ["forgotten", "forgotten", "stored"]


def test_after_everything_only_what_is_new_comes_in(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1)]))
    forget(application, everything=True)
    queued = captured(5, conversation_id="c-queued")
    imported = captured(6, conversation_id="c-import", origin=Origin.IMPORT)
    new = captured(7, conversation_id="c-new", asked_at=clock.now + timedelta(minutes=1))

    assert codes(application, [captured(1), queued, imported, new], origin_allowed=tuple(Origin)) == [
        "forgotten",
        "forgotten",
        "stored",
        "stored",
    ]


def test_what_was_forgotten_may_be_let_back(application: Application) -> None:
    application.exchanges.capture(items([captured(1)]))
    forget(application, exchange=1)
    assert application.forgetting.kept_out() == 1

    application.forgetting.let_back()

    assert codes(application, [captured(1)]) == ["stored"]


def test_an_undone_import_leaves_no_marks_and_may_come_again(application: Application, tmp_path: Path) -> None:
    file = tmp_path / "conversations.json"
    file.write_text(json.dumps(EXPORT), encoding="utf-8")
    first = application.imports.run([file])
    assert first.stored == 2

    forget(application, import_id=first.import_id)

    left = [count(application, table) for table in ("exchange", "conversation", "tombstone", "import_member")]
    assert left == [0, 0, 0, 0]
    assert application.imports.run([file]).stored == 2
    assert [row.on_current_path for row in application.exchanges.rows()] == [True, True]


def _message(role: str, words: str, at: int) -> dict[str, object]:
    return {
        "author": {"role": role},
        "create_time": 1_700_000_000 + at,
        "content": {"content_type": "text", "parts": [words]},
        "status": "finished_successfully",
        "recipient": "all",
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-5"},
    }


def _node(name: str, parent: str | None, children: list[str], message: dict[str, object] | None) -> dict[str, object]:
    return {
        "id": name,
        "parent": parent,
        "children": children,
        "message": None if message is None else message | {"id": name},
    }


EXPORT = [
    {
        "id": "talk",
        "conversation_id": "talk",
        "title": "A talk",
        "create_time": 1_700_000_000,
        "update_time": 1_700_000_100,
        "current_node": "a2",
        "mapping": {
            "root": _node("root", None, ["q1"], None),
            "q1": _node("q1", "root", ["a1"], _message("user", "What is an index?", 1)),
            "a1": _node("a1", "q1", ["q2"], _message("assistant", "A sorted list.", 2)),
            "q2": _node("q2", "a1", ["a2"], _message("user", "And a hash?", 3)),
            "a2": _node("a2", "q2", [], _message("assistant", "A drawer by number.", 4)),
        },
    }
]


def test_refusals_and_outcomes_are_counted_as_such(application: Application) -> None:
    application.exchanges.capture(items([captured(1)]))
    forget(application, exchange=1)

    answered = application.exchanges.capture(items([captured(1)]))

    assert answered.results[0].outcome is Outcome.REFUSED
    assert answered.results[0].exchange_id is None
    assert canary(0) not in str(answered)
