"""The retention rule, leaving exchanges out of exports, and everything as one document."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from sqlalchemy import text

from canaries import CLIENT, canaries, dumped, found_in, key_of, left_in, plant
from conftest import SteppingClock
from databases import BeginWith
from exchanges import NOON, captured, history, items
from forgetting_steps import NOW, codes, forget
from skilltrail import exporters
from skilltrail.application import Application
from skilltrail.application.exports import TABLES
from skilltrail.config import Settings
from skilltrail.domain.exchange import Fidelity
from skilltrail.domain.forget import ForgetWish, Scope, Stage
from skilltrail.errors import ForgetInvalid, NotFound, StorageFull

FORMATS = (*exporters.TIMELINE_FORMATS, *TABLES)
SCHEMA = Path(exporters.__file__).parent / "schemas" / "everything-1.schema.json"


# --- the retention rule -----------------------------------------------------------------------------------------------


@pytest.fixture
def old_and_new(begin_with: BeginWith) -> Application:
    return begin_with(fill_old_and_new)


def fill_old_and_new(application: Application) -> None:
    old = [replace(one, asked_at=one.asked_at - timedelta(days=500)) for one in history(30, prefix="old")]
    application.exchanges.capture(items([*old, *history(30, prefix="new")]))
    application.processing.run_until_done()


def test_texts_go_and_counts_stay(old_and_new: Application, settings: Settings) -> None:
    application = old_and_new
    before = {line.id: (line.exchanges, line.months) for line in application.trail.topics()}
    timeline = application.trail.timeline()
    plan = application.forgetting.plan_retention(12)
    assert (plan.scope, plan.exchanges) == (Scope.RETENTION, 30)

    asked = application.forgetting.set_retention(12, wait=NOW)
    application.forgetting.run_due()

    assert asked is not None
    assert application.forgetting.get(asked.id).stage is Stage.DONE
    after = {line.id: (line.exchanges, line.months) for line in application.trail.topics()}
    assert after == before
    assert application.trail.timeline().exchanges == timeline.exchanges == 60
    assert b"Explain" in dumped(application)
    gone = application.exchanges.get(1)
    assert (gone.captured.prompt, gone.captured.reply, gone.text_removed, gone.captured.title) == ("", "", True, None)
    with application._database.read() as session:
        assert session.execute(text("SELECT count(*) FROM embedding")).scalar() == 60


def test_no_byte_of_an_old_text_is_left(application: Application, settings: Settings) -> None:
    plant(application)
    application.backups.make()
    kept = set(range(4, 7)) | {0, 8, 9, 10, 11, 12, 21, 22, 25, 26, 27, 38, 39}  # ids, names of models, of topics
    texts = [*canaries(set(range(40)) - kept), CLIENT.lower()]
    assert found_in(dumped(application), texts) == set(texts)

    application.forgetting.set_retention(3, wait=NOW)
    application.forgetting.run_due()

    assert left_in(settings.home, key_of(application), texts) == {}
    assert found_in(dumped(application), texts) == set()
    assert application.is_sound()


def test_the_topics_stay_when_they_are_looked_for_again(old_and_new: Application) -> None:
    application = old_and_new
    application.forgetting.set_retention(12, wait=NOW)
    application.forgetting.run_due()
    application.exchanges.capture(items(history(9, prefix="newer")))

    application.processing.run_until_done()

    assert sum(line.exchanges for line in application.trail.topics()) == 69
    assert application.processing.progress().pending == 0


def test_a_removed_text_does_not_come_back(old_and_new: Application) -> None:
    application = old_and_new
    old = replace(history(1, prefix="old")[0], asked_at=NOON - timedelta(days=500))
    application.forgetting.set_retention(24, wait=NOW)
    application.forgetting.set_retention(12, wait=NOW)
    application.forgetting.run_due()

    assert codes(application, [old, replace(old, fidelity=Fidelity.API_FULL)]) == ["forgotten", "forgotten"]
    assert application.exchanges.get(1).captured.prompt == ""


def test_the_rule_acts_by_itself_week_by_week(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1, asked_at=clock.now - timedelta(days=86))]))
    assert application.forgetting.set_retention(3) is None

    clock.move(days=6.9)
    application.forgetting.keep_rule()
    assert application.forgetting.run_due() == 0
    clock.move(days=0.2)
    application.forgetting.keep_rule()

    assert application.forgetting.run_due() == 1
    assert application.exchanges.get(1).text_removed


def test_without_a_rule_nothing_happens(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1, asked_at=clock.now - timedelta(days=2000))]))
    revision = application.trail.revision()

    application.forgetting.keep_rule()

    assert (application.forgetting.run_due(), application.trail.revision()) == (0, revision)


def test_a_file_is_handed_out_even_when_it_cannot_be_noted(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.exchanges.capture(items([captured(1)]))

    def full(*_arguments: object, **_named: object) -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr("skilltrail.application.data_rights.add_export", full)

    application.data_rights.record(application.exports.file("csv"), "csv")
    assert json.loads(b"".join(application.data_rights.everything()))["exchanges"]
    assert application.forgetting.past_exports() == ()


def test_a_rule_changed_in_time_does_not_act(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([captured(1, asked_at=clock.now - timedelta(days=400))]))
    application.forgetting.set_retention(12)

    application.forgetting.set_retention(0)
    clock.move(seconds=30)

    assert application.forgetting.run_due() == 0
    assert application.forgetting.retention() == 0
    assert not application.exchanges.get(1).text_removed


@pytest.mark.parametrize("months", [-1, 1, 6, 36])
def test_only_the_offered_rules_can_be_set(application: Application, months: int) -> None:
    with pytest.raises(ForgetInvalid):
        application.forgetting.set_retention(months)
    with pytest.raises(ForgetInvalid):
        application.forgetting.plan_retention(months)


def test_an_exchange_without_text_can_still_be_forgotten(old_and_new: Application) -> None:
    application = old_and_new
    application.forgetting.set_retention(12, wait=NOW)
    application.forgetting.run_due()

    forget(application, exchange=1)

    assert application.exchanges.page().total == 59


# --- leaving out of exports -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_no_exporter_holds_what_is_left_out(application: Application, kind: str) -> None:
    words = {"conversation_id": "secret-talk", "title": "Quuxwerk", "prompt": "Quuxwerk?", "reply": "Quuxwerk!"}
    application.exchanges.capture(
        items([*history(12), captured(1, prompt_id="secret-p", reply_id="secret-r", **words)])
    )
    application.processing.run_until_done()
    assert _holds(application, kind)

    application.data_rights.restrict(13, restricted=True)

    assert not _holds(application, kind)
    file = application.exports.file(kind)
    assert file.exchange_ids == tuple(range(1, 13))
    application.data_rights.restrict(13, restricted=False)
    assert _holds(application, kind)


def _holds(application: Application, kind: str) -> bool:
    data = application.exports.file(kind).data
    if kind == "xlsx":
        import io
        import zipfile

        data = b"".join(
            zipfile.ZipFile(io.BytesIO(data)).read(name) for name in zipfile.ZipFile(io.BytesIO(data)).namelist()
        )
    return b"Quuxwerk" in data or b"secret-talk" in data


def test_counts_of_an_export_leave_it_out_too(application: Application) -> None:
    application.exchanges.capture(items(history(12)))
    application.data_rights.restrict(1, restricted=True)

    exported = json.loads(application.exports.file("json").data)

    assert exported["counts"]["exchanges"] == 11
    assert application.trail.timeline().exchanges == 12


def test_a_whole_chat_can_be_left_out(application: Application) -> None:
    application.exchanges.capture(items([captured(1), captured(2), captured(3, conversation_id="c-2")]))

    assert application.data_rights.restrict(1, restricted=True, whole_conversation=True) == 2

    assert [row.id for row in application.exchanges.rows()] == [3]
    with pytest.raises(NotFound):
        application.data_rights.restrict(9, restricted=True)


# --- everything -------------------------------------------------------------------------------------------------------


def test_everything_is_what_the_schema_says(application: Application, clock: SteppingClock) -> None:
    application.exchanges.capture(items([*history(120), captured(1, title=None)]))
    application.exchanges.capture(items([replace(captured(1, title=None), reply="other", fidelity=Fidelity.API_FULL)]))
    application.processing.run_until_done()
    application.data_rights.restrict(3, restricted=True)
    application.data_rights.record(application.exports.file("csv"), "csv")
    forget(application, exchange=2)
    application.forgetting.set_retention(24)

    pieces = list(application.data_rights.everything())
    document = json.loads(b"".join(pieces))

    assert len(pieces) > 120
    assert [one["id"] for one in document["exchanges"]] == [1, *range(3, 122)]
    assert [one["id"] for one in document["exchanges"] if one["restricted"]] == [3]
    assert [revision["reply"] for revision in document["exchanges"][-1]["revisions"]] == [captured(1).reply]
    assert sum(len(topic["exchanges"]) for topic in document["topics"]) == 120
    assert document["preferences"] == [{"name": "retention_months", "value": "24"}]
    assert [(one["scope"], one["exchanges"]) for one in document["forgotten"]] == [("exchange", 1)]
    assert document["exports"][0]["gone"] == 1
    assert faults(document) == []


def test_everything_holds_no_key_and_no_credential(application: Application) -> None:
    from skilltrail.storage.meta_queries import get_identity

    forget_nothing = application.exchanges.capture(items([captured(1)]))
    assert forget_nothing.revision
    forget(application, exchange=1)
    key = application.sessions.mint_launch_key().key
    token = application.sessions.exchange_launch_key(key).token
    with application._database.read() as session:
        identity = get_identity(session)
        marks = session.execute(text("SELECT value FROM meta WHERE name = 'forget_key'")).scalar_one()

    document = b"".join(application.data_rights.everything()).decode()

    assert identity is not None
    for secret in (key, token, identity[1].hex(), marks, key_of(application).hex()):
        assert secret not in document


def test_everything_goes_on_while_exchanges_are_forgotten(application: Application) -> None:
    application.exchanges.capture(items(history(120)))
    pieces = application.data_rights.everything()
    begun = [next(pieces) for _piece in range(10)]

    forget(application, exchange=100)
    document = json.loads(b"".join([*begun, *pieces]))

    assert [one["id"] for one in document["exchanges"]] == [*range(1, 100), *range(101, 121)]


def test_an_empty_history_is_a_document_too(application: Application) -> None:
    document = json.loads(b"".join(application.data_rights.everything()))

    assert document["exchanges"] == []
    assert faults(document) == []


def faults(document: object) -> list[str]:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def test_a_wish_over_everything_empties_the_document(application: Application) -> None:
    plant(application)

    application.forgetting.ask(ForgetWish(everything=True), wait=NOW)
    application.forgetting.run_due()

    assert found_in(b"".join(application.data_rights.everything()), canaries()) == set()
