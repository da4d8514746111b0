"""Imports: everything is accounted for, nothing is stored twice, and what is undone is undone whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from chatgpt_exports import START, chat, node, write
from exchanges import captured, items
from forgetting_steps import forget
from skilltrail.application import Application
from skilltrail.domain.exchange import Fidelity, Origin, Status
from skilltrail.domain.imports import Exclusions, ImportState
from skilltrail.domain.timeline import TimelineFilter
from skilltrail.errors import ImportFailed, NotFound, SkilltrailError


def content(application: Application) -> list[tuple[Any, ...]]:
    """Return what the history says, without numbers and times of arrival."""
    query = """SELECT c.provider, c.source_id, c.account, c.title, e.prompt_id, e.reply_id, e.parent_id, t.prompt,
    t.reply, e.fidelity, e.origin, e.status, e.asked_at, e.answered_at, e.on_current_path, e.redactions
    FROM exchange e JOIN conversation c ON c.id = e.conversation_id JOIN exchange_text t ON t.exchange_id = e.id
    ORDER BY 1, 2, 3, 5, 6"""
    with application._database.read() as session:
        return [tuple(row) for row in session.execute(text(query))]


def live(name: str, number: int, **changes: Any) -> Any:
    """Return what the extension captures of a turn of ``chat(name)``."""
    values = {
        "conversation_id": name,
        "prompt_id": f"{name}-p{number}",
        "reply_id": f"{name}-r{number}",
        "parent_id": f"{name}-r{number - 1}" if number else "root",
        "prompt": f"user {number} of {name}: about joins and indexes",
        "reply": f"assistant {number} of {name}: about joins and indexes",
    }
    return captured(number, **(values | changes))


# --- the account ------------------------------------------------------------------------------------------------------


def test_what_is_in_the_file_is_stored_or_left_out_by_name(application: Application, tmp_path: Path) -> None:
    odd = chat("odd", 1)
    odd["mapping"]["alone"] = node("alone", "odd-r0", "user", "nobody answered", START + 90)
    file = write(tmp_path, [chat("a", 3), odd, "no object", {"mapping": {}}, chat("b", 1, is_temporary=True)])

    report = application.imports.run([file])

    chats, messages = report.record.conversations, report.record.messages
    assert report.agrees
    assert (chats.found, chats.stored, sum(chats.skipped.values())) == (5, 2, 3)
    assert (messages.stored, messages.skipped["no_reply"]) == (8, 1)
    assert messages.found == messages.stored + sum(messages.skipped.values())
    assert application.trail.home().exchanges == report.stored == 4


def test_a_bad_element_is_listed_by_place_and_reason_and_stops_nothing(
    application: Application, tmp_path: Path
) -> None:
    file = write(tmp_path, [chat("a"), 7, chat("b")])

    report = application.imports.run([file])

    [bad] = [one for one in application.imports.skipped(report.import_id) if one.index == 1]
    assert (bad.source, bad.reason) == ("conversations.json", "not_an_object")
    assert report.stored == 4


def test_the_account_is_kept(application: Application, tmp_path: Path) -> None:
    report = application.imports.run([write(tmp_path, [chat("a")])], account="work")

    [kept] = application.imports.listing()
    assert kept == report.record
    assert (kept.state, kept.account, kept.names) == (ImportState.DONE, "work", ("conversations.json",))
    assert kept.first_at is not None
    assert kept.first_at.timestamp() == START


def test_a_long_conversation_goes_in_in_parts_and_counts_once(application: Application, tmp_path: Path) -> None:
    report = application.imports.run([write(tmp_path, [chat("long", 450)])])

    assert (report.stored, report.record.conversations.stored, report.record.messages.stored) == (450, 1, 900)
    assert all(row.on_current_path for row in application.exchanges.rows())


def test_a_file_that_ends_in_the_middle_is_no_success(application: Application, tmp_path: Path) -> None:
    whole = write(tmp_path, [chat("a"), chat("b")])
    whole.write_text(whole.read_text("utf-8")[:-200], encoding="utf-8")

    with_problem: object
    try:
        with_problem = application.imports.run([whole]).record.conversations.skipped
    except ImportFailed as error:
        with_problem = str(error)

    assert with_problem
    assert application.trail.home().exchanges >= 2


# --- the same exchange, whichever way it comes ------------------------------------------------------------------------


def test_importing_twice_changes_nothing(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, [chat("a", 3), chat("b", 2)])
    application.imports.run([file])
    before = content(application)

    again = application.imports.run([file])

    assert content(application) == before
    assert (again.stored, again.known, again.revised) == (0, 5, 0)
    assert again.record.conversations.known == 2


def test_an_import_completes_what_was_captured_worse(application: Application, tmp_path: Path) -> None:
    part = live("a", 0, reply="assistant 0 of", fidelity=Fidelity.STREAM_PARTIAL, status=Status.PARTIAL)
    application.exchanges.capture(items([part]))

    report = application.imports.run([write(tmp_path, [chat("a", 1)])])

    [row] = content(application)
    assert row[8] == "assistant 0 of a: about joins and indexes"
    assert (report.stored, report.revised) == (0, 1)


def test_a_capture_after_the_import_is_known(application: Application, tmp_path: Path) -> None:
    application.imports.run([write(tmp_path, [chat("a", 2)])])

    outcomes = [row.outcome.value for row in application.exchanges.capture(items([live("a", 0), live("a", 1)])).results]

    assert outcomes == ["known", "known"]
    assert application.trail.home().exchanges == 2


def test_what_was_forgotten_does_not_come_back(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, [chat("a", 2), chat("b", 1)])
    application.imports.run([file])
    forget(application, conversation="a")

    again = application.imports.run([file])

    assert (again.refused, again.problems) == (2, ("forgotten: 2",))
    assert again.record.conversations.skipped == {"forgotten": 1}
    assert again.record.messages.skipped["forgotten"] == 4
    assert again.agrees
    assert {row[1] for row in content(application)} == {"b"}


def test_exclusions_and_labels_hold_for_imports(application: Application, tmp_path: Path) -> None:
    application.imports.set_exclusions(Exclusions(titles=("talk b",)))

    report = application.imports.run([write(tmp_path, [chat("a"), chat("b")])], account="work")

    assert {row[1:3] for row in content(application)} == {("a", "work")}
    assert report.record.conversations.skipped == {"excluded": 1}
    assert report.record.messages.skipped["excluded"] == 4
    assert report.agrees


def test_secrets_are_replaced_and_the_origin_is_import(application: Application, tmp_path: Path) -> None:
    secret = "Tr0ub4dor&3xyz"
    file = write(tmp_path, [chat("a", 1, texts={"a-p0": f"my password is {secret}"})])

    application.imports.run([file])

    [row] = content(application)
    assert secret not in row[7]
    assert row[10] == Origin.IMPORT


def test_the_order_of_files_does_not_matter(
    application: Application, settings: Any, clock: Any, tmp_path: Path
) -> None:
    older = write(tmp_path / "older", [chat("a", 2), chat("b", 1)])
    newer = write(tmp_path / "newer", [chat("a", 4, title="Renamed"), chat("c", 2)])
    application.imports.run([older, newer])
    other = settings.changed(home=tmp_path / "other")

    with Application.open(other, clock=clock, model=application.model()) as second:
        second.imports.run([newer, older])

        assert content(second) == content(application)


# --- looking first ----------------------------------------------------------------------------------------------------


def test_a_look_says_what_the_import_then_does(application: Application, tmp_path: Path) -> None:
    application.exchanges.capture(items([live("a", 0)]))
    file = write(tmp_path, [chat("a", 2), chat("b", 1), chat("a", 2), 3])

    preview = application.uploads.look_at([file])
    revision = application.trail.revision()
    report = application.imports.run([file])

    [source] = preview.sources
    assert revision == 1
    assert (source.provider, source.conversations, source.fresh, source.known) == ("chatgpt", 4, 2, 3)
    assert (source.fresh, source.known) == (report.stored, report.known + report.revised)
    assert source.messages == report.record.messages.found
    assert dict(source.skipped) == dict(report.record.messages.skipped)


def test_a_file_that_is_no_export_is_refused_by_name(application: Application, tmp_path: Path) -> None:
    other = tmp_path / "notes.json"
    other.write_text('{"shopping": ["milk"]}', encoding="utf-8")

    with pytest.raises(SkilltrailError, match=r"notes\.json"):
        application.uploads.look_at([other])


# --- undoing ----------------------------------------------------------------------------------------------------------


def test_undoing_takes_away_what_the_import_alone_brought(application: Application, tmp_path: Path) -> None:
    application.exchanges.capture(items([live("a", 0)]))
    before = content(application)
    report = application.imports.run([write(tmp_path, [chat("a", 1), chat("b", 2)])])

    forget(application, import_id=report.import_id)

    record = application.imports.get(report.import_id)
    assert [row[4:9] for row in content(application)] == [row[4:9] for row in before]
    assert record.state is ImportState.UNDONE
    assert record.undo is not None
    assert (record.undo.removed, record.undo.restored) == (2, 0)


def test_undoing_gives_an_earlier_text_back(application: Application, tmp_path: Path) -> None:
    application.exchanges.capture(items([live("a", 0, reply="Another answer.", fidelity=Fidelity.DOM)]))
    report = application.imports.run([write(tmp_path, [chat("a", 1)])])
    assert content(application)[0][8] != "Another answer."

    forget(application, import_id=report.import_id)

    [row] = content(application)
    assert (row[8], row[9]) == ("Another answer.", "dom")
    assert application.imports.get(report.import_id).undo.restored == 1  # type: ignore[union-attr]


def test_what_was_captured_too_stays(application: Application, tmp_path: Path) -> None:
    report = application.imports.run([write(tmp_path, [chat("a", 2)])])
    application.exchanges.capture(items([live("a", 1)]))

    plan = application.imports.undo_plan(report.import_id)
    forget(application, import_id=report.import_id)

    assert (plan.removed, dict(plan.stay)) == (1, {"captured_too": 1})
    assert [row[4] for row in content(application)] == ["a-p1"]


def test_what_another_import_had_too_stays_until_that_is_undone(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, [chat("a", 2)])
    first, second = application.imports.run([file]), application.imports.run([file])

    forget(application, import_id=first.import_id)
    kept = len(content(application))
    forget(application, import_id=second.import_id)

    assert (kept, content(application)) == (2, [])


def test_an_undone_import_may_come_again(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, [chat("a", 2)])
    report = application.imports.run([file])
    forget(application, import_id=report.import_id)

    assert application.imports.run([file]).stored == 2
    with pytest.raises(NotFound):
        forget(application, import_id=report.import_id)


def test_forgetting_everything_takes_the_records_of_imports_too(application: Application, tmp_path: Path) -> None:
    application.imports.run([write(tmp_path, [chat("a", 2), 3])])

    forget(application, everything=True)

    assert application.imports.listing() == ()


def test_forgetting_anything_takes_ids_out_of_the_lists(application: Application, tmp_path: Path) -> None:
    lonely = chat("a", 1)
    lonely["mapping"]["alone"] = node("alone", "a-r0", "user", "nobody answered", START + 90)
    report = application.imports.run([write(tmp_path, [lonely])])
    assert any(one.id for one in application.imports.skipped(report.import_id))

    forget(application, conversation="a")

    assert not any(one.id for one in application.imports.skipped(report.import_id))


# --- cancelling and going on ------------------------------------------------------------------------------------------


def many(count: int) -> list[dict[str, Any]]:
    return [chat(f"c{number}", 2) for number in range(count)]


def test_a_cancelled_import_goes_on_where_it_was(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, many(400))
    runs = application.imports
    report = runs.run([file], lambda _progress: runs._run.cancel())  # type: ignore[union-attr]
    stored = report.stored

    done = application.imports.resume(report.import_id)

    assert 0 < stored < 800
    assert report.record.state is ImportState.CANCELLED
    assert (done.stored, done.known, done.agrees) == (800, 0, True)
    assert done.record.state is ImportState.DONE


def test_files_that_changed_do_not_go_on(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, many(400))
    runs = application.imports
    report = runs.run([file], lambda _progress: runs._run.cancel())  # type: ignore[union-attr]
    write(tmp_path, many(399))

    with pytest.raises(ImportFailed, match="changed"):
        runs.resume(report.import_id)


def test_an_own_word_added_meanwhile_holds_for_the_rest(application: Application, tmp_path: Path) -> None:
    file = write(tmp_path, many(400))
    added = []

    def watch(_progress: object) -> None:
        if not added:
            added.append(application.redactions.add_word("indexes"))

    report = application.imports.run([file], watch)

    shown = [row[7] for row in content(application)]
    assert report.agrees
    assert (report.stored, report.known) == (800, 0)
    assert sum("indexes" in prompt for prompt in shown) <= 200


def test_the_timeline_knows_the_import(application: Application, tmp_path: Path) -> None:
    application.imports.run([write(tmp_path, [chat("a", 2)])])

    assert application.trail.timeline(TimelineFilter()).pending == 2


def test_two_files_of_one_name_are_two_sources(application: Application, tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", [chat("a")]), write(tmp_path / "two", [chat("b")])

    report = application.imports.run([one, two])

    assert report.stored == 4
    assert len({source.key for source in report.record.sources}) == 2


def test_a_folder_is_read_as_one_import(application: Application, tmp_path: Path) -> None:
    write(tmp_path / "export", [chat("a")], "conversations-000.json")
    write(tmp_path / "export", [chat("b")], "conversations-001.json")
    (tmp_path / "export" / "user.json").write_text(json.dumps({"id": "user-1", "email": "x@example.org"}))

    report = application.imports.run([tmp_path / "export"])

    assert (report.stored, len(report.record.sources)) == (4, 2)
    assert report.record.left == {"private": 1}
