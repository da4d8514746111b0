"""The evidence log in a real database: it grows with what is stored, forgets with it, and never signs two pasts."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from canaries import decrypted, decrypted_log, key_of
from clients import added
from conftest import SteppingClock
from crashing import killed_at_each_step
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.application.opening import DATABASE_FILE
from skilltrail.config import Settings
from skilltrail.domain import merkle
from skilltrail.domain.checkpoint import TreeHead, check_checkpoint, check_extension, check_proof
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.evidence_log import EntryState, EvidenceLog, LogReason, Shown
from skilltrail.domain.exchange import Fidelity, Origin
from skilltrail.domain.forget import ForgetWish
from skilltrail.domain.log_leaf import check_disclosures, disclosure, read_leaf
from skilltrail.domain.merkle import leaf_hash
from skilltrail.domain.signed_note import read_key
from skilltrail.errors import EvidenceInvalid, NotFound
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.platform.log_keys import FILE
from skilltrail.platform.signing import is_signed
from skilltrail.storage import log_queries

Open = Callable[[], Application]


@pytest.fixture
def open_again(settings: Settings, clock: SteppingClock) -> Open:
    return lambda: Application.open(settings, clock=clock, model=HashEmbedder())


def current(application: Application) -> EvidenceLog:
    return application.evidence_log.standing().log


def head(application: Application, checkpoint: bytes) -> TreeHead:
    return check_checkpoint(checkpoint, current(application).key(), is_signed)


def rows(application: Application, question: str) -> list[tuple[object, ...]]:
    with application._database.read() as session:
        return [tuple(row) for row in session.execute(text(question))]


def forget(application: Application, clock: SteppingClock, wish: ForgetWish) -> None:
    application.forgetting.ask(wish, wait=timedelta())
    clock.move(seconds=1)
    application.forgetting.run_due()


def verified(application: Application, shown: Shown) -> dict[str, str]:
    """Check what is shown of an entry as a stranger would, and return the disclosed fields."""
    assert shown.leaf is not None
    key = current(application).key()
    proof, _head = check_proof(shown.proof, leaf_hash(shown.leaf), key, is_signed)
    assert proof.index == shown.entry
    return check_disclosures(read_leaf(shown.leaf), shown.disclosures)


class TestGrowing:
    def test_every_stored_exchange_is_an_entry_in_its_order(self, application: Application) -> None:
        application.exchanges.capture(items([captured(number) for number in range(1, 8)]))

        log = application.evidence_log
        assert head(application, log.checkpoint()).size == 8
        for number in range(1, 8):
            fields = verified(application, log.show(number, everything=True))
            assert fields["prompt.1"] == f"How do I write query number {number}?"
            assert fields["reply.1"].startswith(f"Answer {number}:")
            assert (fields["provider"], fields["conversation"]) == ("chatgpt", "c-1")
            assert log.entry_of(number) == number

    def test_the_first_entry_says_that_the_log_begins(self, application: Application) -> None:
        shown = application.evidence_log.show(0)

        assert verified(application, shown) == {}
        assert shown.leaf is not None
        assert json.loads(shown.leaf)["reason"] == "first"
        assert json.loads(shown.leaf)["log"] == current(application).origin

    def test_only_what_is_named_is_shown(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1, prompt="Public?\n\nFor Quuxwerk.", reply="Yes.")]))

        shown = application.evidence_log.show(1, ["prompt.1", "reply.1"])

        assert verified(application, shown) == {"prompt.1": "Public?\n\n", "reply.1": "Yes."}
        assert shown.withheld == 9
        files = b"".join([shown.leaf or b"", shown.proof, *(one.encode() for one in shown.disclosures)])
        assert b"Quuxwerk" not in files
        with pytest.raises(NotFound):
            application.evidence_log.show(1, ["prompt.3"])
        with pytest.raises(NotFound):
            application.evidence_log.show(2)

    def test_an_imported_item_is_told_from_a_captured_one(self, application: Application) -> None:
        everything = frozenset(Origin)
        application.exchanges.capture(items([captured(1)]))
        application.exchanges.capture(items([captured(2, origin=Origin.IMPORT)]), origin_allowed=everything)

        leaves = [application.evidence_log.show(entry).leaf or b"" for entry in (1, 2)]

        assert [read_leaf(leaf).origin for leaf in leaves] == ["extension", "import"]

    def test_seeing_an_exchange_again_adds_nothing(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1)]))
        size = current(application).size

        application.exchanges.capture(items([replace(captured(1), captured_at=captured(9).captured_at)]))

        assert current(application).size == size

    def test_a_revision_is_a_new_entry_that_names_the_one_before(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1), captured(2)]))
        before = application.evidence_log.checkpoint()
        better = captured(1, reply="Quite another answer.", fidelity=Fidelity.API_FULL)
        application.exchanges.capture(items([better]))

        fields = verified(application, application.evidence_log.show(3, everything=True))

        assert (fields["supersedes"], fields["reply.1"]) == ("1", "Quite another answer.")
        old = application.evidence_log.show(1)
        assert (old.state, old.leaf, old.disclosures) == (EntryState.SUPERSEDED, None, ())
        key = current(application).key()
        check_extension(application.evidence_log.extension(before), before, key, is_signed)

    def test_what_is_not_stored_is_not_logged(self, application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_arguments: object, **_named: object) -> None:
            raise RuntimeError("the disk")

        application.exchanges.capture(items([captured(1)]))
        before = application.evidence_log.checkpoint()
        monkeypatch.setattr(log_queries, "settle_due", fail)
        with pytest.raises(RuntimeError):
            application.exchanges.capture(items([captured(2)]))
        monkeypatch.undo()

        assert application.trail.home().exchanges == 1
        assert application.evidence_log.checkpoint() == before

    def test_each_checkpoint_extends_those_before(self, application: Application) -> None:
        notes = [application.evidence_log.checkpoint()]
        for number in range(12):
            application.exchanges.capture(items(history(number, prefix=f"h{number}")))
            notes.append(application.evidence_log.checkpoint())

        key = current(application).key()
        for note in notes:
            _before, after = check_extension(application.evidence_log.extension(note), note, key, is_signed)
            assert after == head(application, notes[-1])
        assert application.evidence_log.checkpoint() == notes[-1]

    def test_a_large_batch_is_logged_in_its_own_transaction(self, application: Application) -> None:
        application.exchanges.capture(items(history(300)))

        assert current(application).size == 301
        assert rows(application, "SELECT count(*) FROM log_due") == [(0,)]

    def test_a_checkpoint_of_another_log_has_no_extension_here(self, application: Application) -> None:
        with pytest.raises(EvidenceInvalid):
            application.evidence_log.extension(b"nonsense")


class TestConfidentiality:
    def test_of_a_clients_matter_nothing_is_disclosed_unless_the_client_is_admitted(
        self, application: Application
    ) -> None:
        application.exchanges.capture(items([captured(1, prompt="For Quuxwerk?"), *history(2)]))
        done = application.contexts.keep(ContextForm("Quuxwerk"))
        log = application.evidence_log

        # Not looked at yet is as private as found.
        for _look in range(2):
            private = log.show(1, everything=True)
            assert (private.state, private.disclosures) == (EntryState.PRIVATE, ())
            assert private.leaf is not None
            application.contexts.finish()
        [open_one, other] = log.show_all([1, 2], everything=True, admitted=[added(done)])

        assert verified(application, open_one)["prompt.1"] == "For Quuxwerk?"
        assert other.state is EntryState.OPEN

    def test_what_is_left_out_of_exports_is_not_disclosed(self, application: Application) -> None:
        application.exchanges.capture(items(history(2)))
        application.data_rights.restrict(1, restricted=True)

        assert application.evidence_log.show(1, everything=True).disclosures == ()
        with pytest.raises(NotFound):
            application.evidence_log.show(1, ["prompt.1"])

    def test_what_is_disclosed_stands_in_the_record_of_exports(self, application: Application) -> None:
        application.exchanges.capture(items(history(3)))
        application.evidence_log.show_all([1, 2, 3])
        assert application.forgetting.past_exports() == ()

        application.evidence_log.show_all([1, 3], ["prompt.1"])

        [past] = application.forgetting.past_exports()
        assert (past.format, past.exchanges) == ("evidence-log", 2)
        assert rows(application, "SELECT exchange_id FROM export_member ORDER BY 1") == [(1,), (3,)]


class TestForgetting:
    def test_content_and_salts_go_and_the_tree_stays(self, application: Application, clock: SteppingClock) -> None:
        application.exchanges.capture(items(history(9)))
        before = application.evidence_log.checkpoint()
        gone = application.evidence_log.show(4, everything=True)
        [(key, leaf)] = rows(application, "SELECT key, leaf FROM log_leaf WHERE entry = 4")
        forget(application, clock, ForgetWish(exchange=4))

        assert application.evidence_log.checkpoint() == before
        assert gone.leaf == leaf
        # The proof that was handed out still holds, and the service can still make it: the hash is there.
        check_proof(gone.proof, leaf_hash(gone.leaf), current(application).key(), is_signed)
        again = application.evidence_log.show(4)
        assert (again.state, again.leaf, again.disclosures) == (EntryState.SUPERSEDED, None, ())
        check_proof(again.proof, leaf_hash(gone.leaf), current(application).key(), is_signed)
        assert verified(application, application.evidence_log.show(5, ["prompt.1"]))
        path, secret = application.settings.home / DATABASE_FILE, key_of(application)
        held = decrypted(path, secret) + decrypted_log(path, secret)
        assert isinstance(key, bytes)
        assert isinstance(leaf, bytes)
        assert leaf_hash(leaf) in held
        assert key not in held
        assert leaf[100:160] not in held

    def test_forgetting_everything_leaves_hashes_alone(self, application: Application, clock: SteppingClock) -> None:
        application.exchanges.capture(items(history(9)))
        before = application.evidence_log.checkpoint()
        forget(application, clock, ForgetWish(everything=True))

        assert rows(application, "SELECT count(*) FROM log_leaf") == [(0,)]
        assert application.evidence_log.checkpoint() == before
        application.exchanges.capture(items(history(3, prefix="new")))
        key = current(application).key()
        check_extension(application.evidence_log.extension(before), before, key, is_signed)

    def test_the_retention_rule_takes_what_entries_could_be_shown_with(
        self, application: Application, clock: SteppingClock
    ) -> None:
        old = [replace(one, asked_at=one.asked_at - timedelta(days=900)) for one in history(3, prefix="old")]
        application.exchanges.capture(items([*old, *history(2, prefix="new")]))
        size = current(application).size
        application.forgetting.set_retention(12, wait=timedelta())
        clock.move(seconds=1)
        application.forgetting.run_due()

        assert rows(application, "SELECT entry FROM log_leaf ORDER BY entry") == [(4,), (5,)]
        assert (current(application).size, application.evidence_log.step()) == (size, 0)

    def test_a_word_that_is_hidden_later_cannot_be_tried_out_on_the_old_entry(self, application: Application) -> None:
        application.exchanges.capture(items([captured(1, prompt="A plan for Quuxwerk?")]))
        word = application.redactions.add_word("Quuxwerk")
        application.redactions.replace(word.word.id)

        assert rows(application, "SELECT entry, leaf, key FROM log_leaf") == [(1, None, None)]
        application.evidence_log.checkpoint()
        fields = verified(application, application.evidence_log.show(2, everything=True))
        assert "Quuxwerk" not in fields["prompt.1"]
        assert fields["supersedes"] == "1"


class TestRestoring:
    def test_an_older_history_never_signs_and_a_new_log_names_the_head(self, application: Application) -> None:
        application.exchanges.capture(items(history(5)))
        backup = application.backups.make()
        application.exchanges.capture(items(history(4, prefix="later")))
        last = application.evidence_log.checkpoint()
        old = current(application)
        application.backups.restore(backup.name)
        application.exchanges.capture(items(history(9, prefix="other")))

        note = application.evidence_log.checkpoint()

        new = current(application)
        assert (new.reason, new.origin != old.origin) == (LogReason.RESTORED, True)
        signed = check_checkpoint(last, old.key(), is_signed)
        first = application.evidence_log.show(0)
        assert verified(application, first) == {}
        assert first.leaf is not None
        assert json.loads(first.leaf)["follows"] == new.follows
        assert new.follows is not None
        assert (new.follows["origin"], new.follows["size"]) == (old.origin, signed.size)
        with pytest.raises(EvidenceInvalid):
            check_checkpoint(note, old.key(), is_signed)
        with pytest.raises(EvidenceInvalid):
            application.evidence_log.extension(last)
        # Everything that was restored is in it, in its order, and what came after.
        assert head(application, note).size == 1 + 5 + 9
        assert verified(application, application.evidence_log.show(1, everything=True))["conversation"] == "h-0"

    def test_undoing_the_restore_goes_on_with_the_log_of_before(self, application: Application) -> None:
        application.exchanges.capture(items(history(5)))
        backup = application.backups.make()
        application.exchanges.capture(items(history(4, prefix="later")))
        last = application.evidence_log.checkpoint()
        old = current(application)
        done = application.backups.restore(backup.name)
        application.evidence_log.checkpoint()
        application.backups.restore(done.replaced)

        application.exchanges.capture(items(history(2, prefix="more")))

        assert current(application).origin == old.origin
        check_extension(application.evidence_log.extension(last), last, old.key(), is_signed)

    def test_a_history_that_nothing_was_signed_after_goes_on(self, application: Application) -> None:
        application.exchanges.capture(items(history(5)))
        last = application.evidence_log.checkpoint()
        backup = application.backups.make()
        application.exchanges.capture(items(history(4, prefix="later")))
        before = current(application).origin
        application.backups.restore(backup.name)

        application.exchanges.capture(items(history(3, prefix="other")))

        assert current(application).origin == before
        check_extension(application.evidence_log.extension(last), last, current(application).key(), is_signed)

    def test_a_file_put_back_by_hand_is_noticed(
        self, application: Application, settings: Settings, open_again: Open
    ) -> None:
        application.exchanges.capture(items(history(5)))
        application.close()
        database = settings.home / DATABASE_FILE
        copy = database.read_bytes()
        with open_again() as second:
            second.exchanges.capture(items(history(4, prefix="later")))
            second.evidence_log.checkpoint()
            origin = current(second).origin
        for file in settings.home.glob(DATABASE_FILE + "*"):
            file.unlink()
        database.write_bytes(copy)
        database.chmod(0o600)

        with open_again() as third:
            assert current(third).origin != origin
            assert current(third).reason is LogReason.RESTORED

    @pytest.mark.parametrize("content", [None, b"", b"{}", b'{"logs": {"a": 1}}', b'{"logs": []}'])
    def test_without_the_outer_half_of_the_key_a_new_log_begins(
        self, application: Application, settings: Settings, open_again: Open, content: bytes | None
    ) -> None:
        application.exchanges.capture(items(history(5)))
        last = application.evidence_log.checkpoint()
        old = current(application)
        application.close()
        (settings.home / FILE).unlink()
        if content is not None:
            (settings.home / FILE).write_bytes(content)
            (settings.home / FILE).chmod(0o600)

        with open_again() as second:
            new = current(second)
            assert (new.reason, new.origin == old.origin) == (LogReason.KEY_GONE, False)
            assert new.follows is not None
            assert new.follows["size"] == check_checkpoint(last, old.key(), is_signed).size
            assert head(second, second.evidence_log.checkpoint()).size == 6

    def test_neither_half_is_in_a_backup_with_the_other(self, application: Application, settings: Settings) -> None:
        application.exchanges.capture(items(history(2)))
        application.evidence_log.checkpoint()
        backup = application.backups.make()
        held = json.loads((settings.home / FILE).read_text("utf-8"))["logs"][current(application).origin]
        outer = bytes.fromhex(held["half"])

        page = decrypted(application.backups.folder / backup.name, key_of(application))

        assert current(application).half in page
        assert outer not in page
        assert outer.hex().encode() not in page
        assert (settings.home / FILE).stat().st_mode & 0o777 == 0o600


class TestOlderHistories:
    def test_what_was_there_comes_first_in_the_order_in_which_it_was_stored(self, application: Application) -> None:
        application.exchanges.capture(items(history(1200)))
        with application._database.write() as session:
            # As migration 0011 leaves a history: everything due, no log.
            for table in ("log_leaf", "log_checkpoint", "log_node", "evidence_log"):
                session.execute(text(f"DELETE FROM {table}"))
            session.execute(text("INSERT INTO log_due SELECT id FROM exchange"))
        application.evidence_log.begin()
        application.exchanges.capture(items([captured(5, conversation_id="meanwhile")]))
        assert application.evidence_log.standing().waiting == 1201

        assert application.evidence_log.step() == 500
        application.exchanges.capture(items([captured(6, conversation_id="meanwhile")]))
        last = application.evidence_log.checkpoint()

        assert head(application, last).size == 1 + 1202
        in_order = "SELECT count(*) FROM log_leaf WHERE entry <> exchange_id"
        assert rows(application, in_order) == [(0,)]
        application.exchanges.capture(items([captured(7, conversation_id="meanwhile")]))
        assert rows(application, "SELECT count(*) FROM log_due") == [(0,)]

    def test_a_capture_does_not_wait_for_a_whole_history_that_was_changed(self, application: Application) -> None:
        application.exchanges.capture(items(history(1200)))
        application.evidence_log.checkpoint()
        with application._database.write() as session:
            session.execute(text("UPDATE exchange_text SET reply = reply || '.'"))

        application.exchanges.capture(items([captured(5, conversation_id="meanwhile")]))
        assert application.evidence_log.standing().waiting == 701
        last = application.evidence_log.checkpoint()

        assert head(application, last).size == 1 + 1200 + 1201
        assert rows(application, "SELECT count(*) FROM log_leaf WHERE leaf IS NULL") == [(0,)]

    def test_the_migration_makes_everything_due(self, real_migrations: None, tmp_path: Path) -> None:
        from migrating import fill, make_version
        from skilltrail.storage.engine import raw_connection
        from skilltrail.storage.migrate import prepare

        path = tmp_path / "older.db"
        make_version(path, b"k" * 32, "0010")
        fill(path, b"k" * 32)
        prepare(path, b"k" * 32)

        connection = raw_connection(path, b"k" * 32, mode="ro")
        due = connection.execute("SELECT exchange_id FROM log_due ORDER BY 1").fetchall()
        standing = "SELECT id FROM exchange WHERE text_removed = 0 ORDER BY 1"
        assert due == connection.execute(standing).fetchall()
        connection.close()


class TestDying:
    def test_killed_at_any_step_no_head_contradicts_an_earlier_one(
        self, application: Application, settings: Settings, clock: SteppingClock
    ) -> None:
        application.exchanges.capture(items(history(3)))
        before = application.evidence_log.checkpoint()
        key = current(application).key()
        application.close()
        told = settings.home.with_name("told")

        def work() -> None:
            with Application.open(settings, clock=clock, model=HashEmbedder()) as opened:
                opened.exchanges.capture(items(history(2, prefix="more")))
                told.write_bytes(opened.evidence_log.checkpoint())

        for _step in killed_at_each_step(settings.home, work):
            with Application.open(settings, clock=clock, model=HashEmbedder()) as opened:
                check_extension(opened.evidence_log.extension(before), before, key, is_signed)
                if told.exists():
                    note = told.read_bytes()
                    check_extension(opened.evidence_log.extension(note), note, key, is_signed)
                assert current(opened).size == 1 + opened.trail.home().exchanges
            told.unlink(missing_ok=True)


def test_everything_i_have_holds_the_whole_log(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items(history(9)))
    forget(application, clock, ForgetWish(exchange=4))
    note = application.evidence_log.checkpoint()

    told = json.loads(b"".join(application.data_rights.everything()))

    [log] = told["evidence_logs"]
    hashes = [base64.b64decode(one) for one in log["hashes"]]
    nodes = merkle.grow(0, hashes, lambda _level, _position: b"")
    signed = check_checkpoint(log["checkpoints"][-1].encode(), read_key(log["key"]), is_signed)
    assert log["checkpoints"][-1].encode() == note
    assert signed.root == merkle.root(len(hashes), lambda level, position: nodes[level, position])
    assert leaf_hash(log["start_leaf"].encode()) == hashes[0]
    assert len(told["exchanges"]) == 8
    for exchange in told["exchanges"]:
        held = exchange["log_entry"]
        assert (held["log"], leaf_hash(held["leaf"].encode())) == (log["log"], hashes[held["entry"]])
        shown = disclosure(bytes.fromhex(held["key"]), "reply.1", exchange["reply"])
        assert check_disclosures(read_leaf(held["leaf"].encode()), [shown]) == {"reply.1": exchange["reply"]}
    assert current(application).half.hex() not in json.dumps(told)


def test_whatever_happens_all_checkpoints_fit_together(application: Application, clock: SteppingClock) -> None:
    chance = random.Random(11)
    notes = [application.evidence_log.checkpoint()]
    for turn in range(40):
        match chance.randrange(4):
            case 0:
                application.exchanges.capture(items(history(chance.randrange(1, 9), prefix=f"t{turn}")))
            case 1:
                changed = captured(chance.randrange(9), reply=f"Now {turn}.", fidelity=Fidelity.EXPORT)
                application.exchanges.capture(items([changed]))
            case 2 if ids := [row[0] for row in rows(application, "SELECT id FROM exchange")]:
                forget(application, clock, ForgetWish(exchange=chance.choice(ids)))
            case _:
                notes.append(application.evidence_log.checkpoint())

    key = current(application).key()
    for note in notes:
        check_extension(application.evidence_log.extension(note), note, key, is_signed)
    assert len(set(notes)) > 5
    open_entries = rows(application, "SELECT entry, exchange_id FROM log_leaf ORDER BY entry")
    for entry, exchange in open_entries:
        fields = verified(application, application.evidence_log.show(int(str(entry)), everything=True))
        held = application.exchanges.get(int(str(exchange))).captured
        assert "".join(value for name, value in fields.items() if name.startswith("reply.")) == held.reply
