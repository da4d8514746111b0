"""Captured exchanges are stored exactly once, whatever the number, order and kind of their copies."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as campaign
from hypothesis import strategies as st
from sqlalchemy import text

from exchanges import NOON, captured, items
from skilltrail.application import Application
from skilltrail.config import Settings
from skilltrail.domain.capture import Outcome
from skilltrail.domain.exchange import Attachment, CapturedExchange, Citation, Fidelity, Origin, Status
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.services.ingest import prepare, store
from skilltrail.storage.database import Database, open_database

ANY = (Origin.EXTENSION, Origin.IMPORT, Origin.MANUAL)


def capture(application: Application, *exchanges: CapturedExchange) -> list[str]:
    """Capture a batch; return its outcomes, or the codes of what was refused."""
    report = application.exchanges.capture(items(exchanges), origin_allowed=ANY)
    return [result.code or result.outcome.value for result in report.results]


def count(application: Application) -> int:
    return application.exchanges.page().total


def only(application: Application) -> CapturedExchange:
    page = application.exchanges.page()
    assert page.total == 1
    return application.exchanges.get(page.items[0].id).captured


def on_path(application: Application) -> dict[str | None, bool]:
    return {row.reply_id: row.on_current_path for row in application.exchanges.rows()}


class TestOnce:
    def test_everything_captured_comes_back_as_it_was(self, application: Application) -> None:
        given_one = captured(
            1,
            account="user-7",
            model="gpt-5",
            project_id="g-p-1",
            gizmo_id="g-1",
            attachments=(Attachment("plan.pdf", "application/pdf", 1200),),
            citations=(Citation("https://example.org/a?b=c", "A page"),),
            extractor="chatgpt-stream@1",
            redactions={"api-key": 2},
            prompt="Ünïcode 😀 and\ttabs",
        )

        assert capture(application, given_one) == ["stored"]

        assert only(application) == given_one

    def test_the_answer_names_the_row_and_the_revision_rises(self, application: Application) -> None:
        before = application.trail.revision()

        report = application.exchanges.capture(items([captured(1), captured(2)]))

        assert [(result.capture_id, result.exchange_id) for result in report.results] == [
            ("capture-0", 1),
            ("capture-1", 2),
        ]
        assert report.revision == application.trail.revision() == before + 1

    def test_a_second_delivery_changes_nothing(self, application: Application) -> None:
        capture(application, captured(1), captured(2))
        revision = application.trail.revision()

        assert capture(application, captured(1), captured(2)) == ["known", "known"]

        assert count(application) == 2
        assert application.trail.revision() == revision

    def test_the_same_exchange_twice_in_one_batch_is_stored_once(self, application: Application) -> None:
        assert capture(application, captured(1), captured(1)) == ["stored", "known"]

    def test_seq_has_no_gaps(self, application: Application) -> None:
        capture(application, captured(1), captured(1), captured(2, prompt=" "), captured(3))
        capture(application, captured(3), captured(4))

        assert [row.seq for row in application.exchanges.rows()] == [1, 2, 3]

    def test_another_account_is_another_talk_but_an_unknown_one_is_not(self, application: Application) -> None:
        assert capture(application, captured(1)) == ["stored"]
        assert capture(application, captured(1, account="me")) == ["known"]
        assert capture(application, captured(1)) == ["known"]
        assert capture(application, captured(1, account="somebody else")) == ["stored"]

    def test_the_newest_title_stays(self, application: Application) -> None:
        capture(application, captured(1, title="New title", captured_at=NOON + timedelta(days=2)))

        capture(application, captured(2, title="Old title"), captured(3, title=None))

        assert {row.title for row in application.exchanges.rows()} == {"New title"}

    def test_it_is_still_there_after_a_restart(self, settings: Settings) -> None:
        with Application.open(settings, model=HashEmbedder()) as first:
            capture(first, captured(1))
        with Application.open(settings, model=HashEmbedder()) as second:
            assert capture(second, captured(1), captured(2)) == ["known", "stored"]
            assert [row.seq for row in second.exchanges.rows()] == [1, 2]


class TestCopies:
    def test_a_better_copy_replaces_the_text_and_keeps_the_old_one(self, application: Application) -> None:
        poor = captured(1, fidelity=Fidelity.DOM, reply="As the page showed it")
        good = captured(1, fidelity=Fidelity.EXPORT, origin=Origin.IMPORT, reply="As the **export** has it")

        assert capture(application, poor) == ["stored"]
        assert capture(application, good) == ["revised"]
        assert capture(application, poor) == ["known"]

        assert only(application).reply == "As the **export** has it"
        assert revisions(application) == [(1, "As the page showed it")]

    def test_a_poorer_copy_never_replaces(self, application: Application) -> None:
        capture(application, captured(1, fidelity=Fidelity.EXPORT, reply="Short."))

        assert capture(application, captured(1, fidelity=Fidelity.DOM, reply="Very much longer.")) == ["known"]

        assert only(application).reply == "Short."
        assert revisions(application) == []

    def test_another_text_of_equal_standing_is_kept_beside(self, application: Application) -> None:
        capture(application, captured(1, reply="The first and longer text."))

        assert capture(application, captured(1, reply="Another text.")) == ["revised"]
        assert capture(application, captured(1, reply="Another text.")) == ["known"]

        assert only(application).reply == "The first and longer text."
        assert revisions(application) == [(1, "Another text.")]

    def test_texts_that_take_turns_are_kept_once_each(self, application: Application) -> None:
        texts = ["One text.", "A longer text.", "The longest text of them all."]

        for reply in texts + texts[::-1] + texts:
            capture(application, captured(1, reply=reply))

        assert only(application).reply == texts[2]
        assert revisions(application) == [(1, texts[0]), (2, texts[1])]

    def test_a_stream_that_goes_on_becomes_the_whole_reply(self, application: Application) -> None:
        part = captured(1, fidelity=Fidelity.STREAM_PARTIAL, status=Status.PARTIAL, reply="Answer 1: sel")

        assert capture(application, part, captured(1)) == ["stored", "revised"]
        assert capture(application, part) == ["known"]

        assert only(application).status is Status.COMPLETE

    @pytest.mark.parametrize("order", [(0, 1), (1, 0)])
    def test_ids_appear_before_or_after_the_page_was_read(
        self, application: Application, order: tuple[int, int]
    ) -> None:
        read = captured(
            1, prompt_id=None, reply_id=None, parent_id=None, fidelity=Fidelity.DOM, asked_at_source="observed"
        )
        copies = [read, captured(1)]

        assert capture(application, copies[order[0]]) == ["stored"]
        assert capture(application, copies[order[1]]) == ["known"]

        found = only(application)
        assert (found.prompt_id, found.reply_id, found.fidelity) == ("p-1", "r-1", Fidelity.STREAM_COMPLETE)

    def test_markdown_read_from_a_page_is_no_other_exchange(self, application: Application) -> None:
        capture(application, captured(1, reply="Use `select` and **never** a star."))

        read = captured(1, fidelity=Fidelity.DOM, reply="Use select and never a star.")
        bare = replace(read, prompt_id=None, reply_id=None)

        assert capture(application, read, bare) == ["known", "known"]

    def test_what_one_copy_does_not_know_is_taken_from_the_other(self, application: Application) -> None:
        capture(application, captured(1, model="gpt-5", attachments=(Attachment("a.txt"),)))

        capture(application, captured(1, fidelity=Fidelity.EXPORT, model=None, parent_id=None))

        found = only(application)
        assert (found.model, found.parent_id, found.attachments) == ("gpt-5", "root", (Attachment("a.txt"),))


class TestPaths:
    def test_a_regenerated_reply_is_a_further_exchange(self, application: Application) -> None:
        again = captured(1, reply_id="r-1b", reply="A second try.", captured_at=NOON + timedelta(hours=1))

        assert capture(application, captured(1), again) == ["stored", "stored"]

        assert on_path(application) == {"r-1": False, "r-1b": True}

    def test_an_edited_turn_leaves_its_branch(self, application: Application) -> None:
        edited = captured(
            2, prompt_id="p-2b", reply_id="r-2b", prompt="Asked better", captured_at=NOON + timedelta(hours=1)
        )

        for exchange in (captured(1), captured(2), captured(3), edited):
            capture(application, exchange)

        assert on_path(application) == {"r-1": True, "r-2": False, "r-3": False, "r-2b": True}

    def test_an_import_knows_which_branch_was_chosen(self, application: Application) -> None:
        again = captured(1, reply_id="r-1b", reply="A second try.", captured_at=NOON + timedelta(hours=1))
        capture(application, captured(1), again)
        exported = {"origin": Origin.IMPORT, "fidelity": Fidelity.EXPORT, "captured_at": NOON + timedelta(days=3)}

        capture(application, captured(1, **exported), replace(again, on_current_path=False, **exported))

        assert on_path(application) == {"r-1": True, "r-1b": False}

    def test_a_turn_that_comes_back_waits_for_its_vectors(self, application: Application) -> None:
        again = captured(1, reply_id="r-1b", reply="A second try.", captured_at=NOON + timedelta(hours=1))
        capture(application, captured(1), again)
        application.processing.run_until_done()

        capture(application, captured(1, fidelity=Fidelity.DOM, captured_at=NOON + timedelta(hours=2)))

        assert on_path(application) == {"r-1": True, "r-1b": False}
        assert application.processing.progress().pending == 1


def test_a_picture_sent_without_words_is_kept_with_its_answer(application: Application) -> None:
    capture(application, captured(1, prompt="", attachments=(Attachment("sketch.png"),)))

    (latest,) = application.trail.timeline().latest
    assert latest.question == "A picture or a file, without words"


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"prompt": "  \n"}, "text_empty"),
            ({"reply": "\x00"}, "text_empty"),
            ({"provider": "somebody"}, "provider_unknown"),
            ({"conversation_id": ""}, "conversation_id_invalid"),
            ({"conversation_id": "WEB:123"}, "conversation_id_invalid"),
            ({"conversation_id": "x" * 201}, "conversation_id_invalid"),
            ({"prompt_id": "x" * 201}, "id_invalid"),
            ({"asked_at": NOON.replace(tzinfo=None)}, "time_invalid"),
            ({"attachments": (Attachment("a"),) * 51}, "too_large"),
            ({"citations": (Citation("https://example.org"),) * 101}, "too_large"),
        ],
    )
    def test_a_refused_item_stops_no_other(
        self, application: Application, changes: dict[str, object], code: str
    ) -> None:
        assert capture(application, captured(1), captured(2, **changes), captured(3)) == ["stored", code, "stored"]

    def test_an_extension_brings_no_imports(self, application: Application) -> None:
        report = application.exchanges.capture(items([captured(1, origin=Origin.IMPORT)]))

        assert [result.code for result in report.results] == ["origin_not_allowed"]


class TestTexts:
    def test_what_utf8_cannot_hold_is_repaired(self, application: Application) -> None:
        odd = captured(1, prompt="a\x00b\ud800c\ud83d\ude00", title="t\udfff", prompt_id="p\ud800")

        assert capture(application, odd) == ["stored"]

        found = only(application)
        assert (found.prompt, found.title, found.prompt_id) == ("ab\ufffdc😀", "t\ufffd", "p\ufffd")

    def test_a_text_over_the_limit_is_cut_and_marked(self, application: Application) -> None:
        capture(application, captured(1, reply="word " * 250_000))

        found = only(application)
        assert len(found.reply) == 1_000_000
        assert found.truncated

    def test_secrets_never_reach_the_database(self, application: Application) -> None:
        secret = "ghp_" + "".join(random.Random(7).choices("abcdefghijklmnopqrstuvwxyzABCDEFGH0123456789", k=36))
        leaky = captured(
            1,
            prompt=f"My token is {secret}, is that safe?",
            reply=f"No: {secret}",
            title=f"Token {secret}",
            citations=(Citation(f"https://example.org/?token={secret}", None),),
            redactions={"password": 1},
        )

        capture(application, leaky)

        found = only(application)
        assert secret not in repr(found)
        assert found.redactions["password"] == 1
        assert sum(found.redactions.values()) == 5
        assert capture(application, leaky, found) == ["known", "known"]


def revisions(application: Application) -> list[tuple[int, str]]:
    with application._database.read() as session:
        rows = session.execute(text("SELECT number, reply FROM exchange_revision ORDER BY number"))
        return [(row[0], row[1]) for row in rows]


# --- in any order ---------------------------------------------------------------------------------------------------

_LENGTHS = {"a": "Short.", "b": "A longer reply.", "c": "The longest of all the replies."}


@st.composite
def copies(draw: st.DrawFn) -> list[CapturedExchange]:
    """Return copies of a few exchanges of one talk: every fidelity, with and without ids, regenerated ones too.

    No two are made at the same moment: only then may the order of arrival decide what "newer" means.
    """
    found = []
    for minute in draw(st.permutations(range(draw(st.integers(1, 8))))):
        number = draw(st.integers(1, 3))
        reply = draw(st.sampled_from(sorted(_LENGTHS)))
        fidelity = draw(st.sampled_from([Fidelity.STREAM_COMPLETE, Fidelity.API_WINDOW, Fidelity.EXPORT]))
        found.append(
            captured(
                number,
                reply=f"{number}: {_LENGTHS[reply]}",
                reply_id=f"r-{number}-{reply}",
                parent_id=None,
                fidelity=fidelity,
                captured_at=NOON + timedelta(minutes=minute),
                on_current_path=draw(st.booleans()),
            )
        )
        if draw(st.booleans()):
            found.append(replace(found[-1], prompt_id=None, reply_id=None, fidelity=Fidelity.DOM))
    return found


class _PlainRedactor:
    def redact(self, text: str) -> tuple[str, dict[str, int]]:
        return text, {}


def ingest(database: Database, exchanges: Iterable[CapturedExchange], *, batch: int) -> list[Outcome]:
    prepared = prepare(items(exchanges), redactor=_PlainRedactor(), origins=ANY)
    outcomes: list[Outcome] = []
    for start in range(0, len(prepared), batch):
        with database.write() as session:
            report = store(session, prepared[start : start + batch], now=NOON)
        outcomes += [result.outcome for result in report.results]
    return outcomes


def contents(database: Database) -> list[tuple[object, ...]]:
    """Return what the exchanges are, without the order in which they came."""
    statement = (
        "SELECT prompt_id, reply_id, fidelity, status, prompt, reply, on_current_path, asked_at"
        " FROM exchange JOIN exchange_text ON exchange_id = id ORDER BY prompt_id, reply_id, reply"
    )
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(statement))]


@campaign(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_copies_give_the_same_history_in_any_order_any_number_of_times(data: st.DataObject) -> None:
    once = data.draw(copies())
    again = data.draw(st.permutations(once + once[: len(once) // 2]))
    with tempfile.TemporaryDirectory() as folder:
        first, second = (open_database(Path(folder) / name, b"k" * 32) for name in ("a.db", "b.db"))

        ingest(first, once, batch=3)
        ingest(second, again, batch=2)

        expected = contents(first)
        assert contents(second) == expected
        assert set(ingest(first, again, batch=5)) == {Outcome.KNOWN}
        assert contents(first) == expected
        with first.read() as session:
            seqs = session.execute(text("SELECT seq FROM exchange ORDER BY seq")).scalars().all()
        assert seqs == list(range(1, len(expected) + 1))
        first.close()
        second.close()
