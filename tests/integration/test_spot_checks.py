"""Spot checks: what the learner sees, what may go out, and that the answer stands a check from its bytes alone."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from endorsers import answers
from exchanges import captured, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.domain.contexts import ContextForm
from skilltrail.domain.evidence_log import EntryState
from skilltrail.domain.exchange import Fidelity
from skilltrail.domain.signed_note import read_key
from skilltrail.domain.spot_check import SpotAnswer
from skilltrail.errors import EvidenceInvalid, NotFound, RequestInvalid
from skilltrail.services.log_verifying import check_head, check_one_head, check_shown, whole_sets


@pytest.fixture
def asked(application: Application) -> Application:
    """Entries 1 to 3: harmless, one with an address in its answer, one that names a client."""
    told = [
        captured(1, conversation_id="a", prompt="How do joins work?\n\nIn short.", reply="They match rows.\n\nBy key."),
        captured(
            2, conversation_id="b", prompt="Whom do I ask?", reply="Write to jane.doe@client.example.\n\nOr wait."
        ),
        captured(3, conversation_id="c", prompt="Quuxwerk wants a logo.", reply="Draw one."),
    ]
    application.exchanges.capture(items(told))
    application.contexts.keep(ContextForm(name="Quuxwerk", words=("Quuxwerk",)))
    application.contexts.finish()
    return application


def texts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checked(files: dict[str, bytes]) -> dict[int, dict[str, str]]:
    """Check an answer as somebody does who has nothing but it; return what is shown by entry."""
    key = read_key(files["log-key.txt"].decode().strip())
    sets = whole_sets(
        {name: data for name, data in files.items() if name.endswith((".leaf", ".tlog-proof", ".disclosures.json"))}
    )
    check_one_head(one[1] for one in sets.values())
    check_head(files["checkpoint.txt"], key)
    found = [check_shown(*one, key) for one in sets.values()]
    return {one.entry: dict(one.fields) for one in found}


class TestLooking:
    def test_each_field_is_seen_with_what_stops_there(self, asked: Application) -> None:
        one, two, three = asked.spot_checks.asked([3, 1, 2, 1])

        assert [part.name for part in one.parts if part.is_text] == ["prompt.1", "prompt.2", "reply.1", "reply.2"]
        assert all(part.proposed for part in one.parts if part.is_text)
        assert {part.name: part.kinds for part in two.parts if part.kinds} == {"reply.1": ("personal data",)}
        assert not next(part for part in two.parts if part.name == "reply.1").proposed
        assert (three.state, three.answered_by, three.parts) == (EntryState.PRIVATE, None, ())

    def test_a_client_is_shown_only_where_admitted(self, asked: Application) -> None:
        client = next(iter(asked.contexts.all()))
        (three,) = asked.spot_checks.asked([3], [client])
        assert three.state is EntryState.OPEN
        assert "Quuxwerk wants a logo." in {part.text for part in three.parts}

    def test_what_stands_beside_the_current_path_stays(self, asked: Application) -> None:
        left = captured(1, conversation_id="z", prompt="An older wording", on_current_path=False)
        asked.exchanges.capture(items([left]))
        asked.contexts.finish()
        (one,) = asked.spot_checks.asked([4])
        assert (one.state, one.parts) == (EntryState.PRIVATE, ())

    def test_numbers_that_are_none(self, asked: Application) -> None:
        for none in ([], list(range(200))):
            with pytest.raises(RequestInvalid):
                asked.spot_checks.asked(none)
        with pytest.raises(NotFound):
            asked.spot_checks.asked([99])


class TestAnswering:
    def test_the_answer_stands_alone_and_shows_no_more_than_was_chosen(self, asked: Application) -> None:
        older = asked.evidence_log.checkpoint()
        asked.exchanges.capture(items([captured(4, conversation_id="d")]))
        answer = SpotAnswer({1: ("prompt.1", "asked_at"), 2: ("reply.2",)}, {3: "Another client's."})

        file = asked.spot_checks.answer(answer, older=older)

        files = texts(file.data)
        shown = checked(files)
        assert {number: set(fields) for number, fields in shown.items()} == {
            1: {"prompt.1", "asked_at"},
            2: {"reply.2"},
        }
        assert shown[1]["prompt.1"].strip() == "How do joins work?"
        key = read_key(files["log-key.txt"].decode().strip())
        assert check_head(files["checkpoint.extension"], key, older).size == 5
        everything = b"".join(files.values())
        for withheld in (b"jane.doe", b"Quuxwerk", b"They match rows"):
            assert withheld not in everything
        assert b"Another client's." in files["README.txt"]
        assert file.data == asked.spot_checks.answer(answer, older=older).data

    def test_every_altered_file_is_refused(self, asked: Application) -> None:
        files = texts(asked.spot_checks.answer(SpotAnswer({1: ("prompt.1",)})).data)
        for name in ("000001.leaf", "000001.tlog-proof", "000001.disclosures.json"):
            for place in range(0, len(files[name]), 11):
                altered = files[name][:place] + bytes([files[name][place] ^ 1]) + files[name][place + 1 :]
                with pytest.raises(EvidenceInvalid):
                    checked({**files, name: altered})

    @pytest.mark.parametrize(
        "wrong",
        [
            SpotAnswer({2: ("reply.1",)}),
            SpotAnswer({1: ("prompt.9",)}),
            SpotAnswer({3: ("prompt.1",)}),
            SpotAnswer({}, {1: " "}),
            SpotAnswer({}, {1: "x" * 301}),
            SpotAnswer({}),
        ],
    )
    def test_what_may_not_go_out_is_refused(self, asked: Application, wrong: SpotAnswer) -> None:
        with pytest.raises(RequestInvalid):
            asked.spot_checks.answer(wrong)

    def test_what_the_scan_stops_at_goes_out_once_it_was_allowed(self, asked: Application) -> None:
        allowed = SpotAnswer({2: ("reply.1",)}, allowed=frozenset({(2, "reply.1")}))
        shown = checked(texts(asked.spot_checks.answer(allowed).data))
        assert "jane.doe@client.example" in shown[2]["reply.1"]

    def test_reasons_are_looked_through_and_lose_secrets(self, asked: Application) -> None:
        token = "ghp_" + "abcdEFGH1234567890abcdEFGH1234567890"
        told = SpotAnswer({}, {3: f"It is Quuxwerk's, ask jane.doe@client.example with {token}"})
        with pytest.raises(RequestInvalid, match="3 reason"):
            asked.spot_checks.answer(told)

        allowed = replace(told, allowed=frozenset({(3, "reason")}))
        readme = texts(asked.spot_checks.answer(allowed).data)["README.txt"]
        assert b"jane.doe@client.example" in readme
        assert token.encode() not in readme

    def test_an_old_number_is_answered_by_the_newer_entry(self, asked: Application) -> None:
        first = captured(
            1, conversation_id="a", prompt="How do joins work?\n\nIn short.", reply="They match rows.\n\nBy key."
        )
        later = first.captured_at + timedelta(minutes=5)
        better = replace(first, reply="They match rows by key.", fidelity=Fidelity.API_FULL, captured_at=later)
        asked.exchanges.capture(items([better]))
        asked.contexts.finish()
        (one,) = asked.spot_checks.asked([1])
        assert (one.state, one.answered_by) == (EntryState.OPEN, 4)
        shown = checked(texts(asked.spot_checks.answer(SpotAnswer({1: ("reply.1", "supersedes")})).data))
        assert shown[4]["supersedes"] == "1"

    def test_two_numbers_that_one_entry_answers_show_what_was_chosen_for_each(self, application: Application) -> None:
        first = captured(1, conversation_id="c", prompt="Why?\n\nFor this.", fidelity=Fidelity.DOM)
        application.exchanges.capture(items([first]))
        old = application.evidence_log.entry_of(1)
        application.evidence_log.checkpoint()
        better = captured(1, conversation_id="c", prompt="Why?\n\nFor this.", reply="Much longer now.\n\nIn two parts.")
        application.exchanges.capture(items([better]))
        new = application.evidence_log.entry_of(1)
        assert old is not None
        assert new is not None
        assert old != new

        shown = {old: ("prompt.1",), new: ("reply.1",)}
        found = checked(texts(application.spot_checks.answer(SpotAnswer(shown=shown)).data))

        assert set(found[new]) == {"prompt.1", "reply.1", "supersedes"}

    def test_what_was_disclosed_stands_in_the_record(self, asked: Application) -> None:
        asked.spot_checks.answer(SpotAnswer({1: ("prompt.1",)}, {2: "no"}))
        with asked._database.read() as session:
            from skilltrail.storage.export_log_queries import count_holding

            assert (count_holding(session, [1]), count_holding(session, [2])) == (1, 0)


def test_by_command(application: Application, tmp_path: Path) -> None:
    """Ask, sign, take in; anchor; answer: all three by command, on a folder that nothing else holds open."""
    application.exchanges.capture(items([captured(1, prompt="What is a join?", reply="a@b.example knows.")]))
    application.processing.run_until_done()
    home, topics = application.settings.home, application.trail.topics()
    application.close()

    def run(*arguments: str, code: int = 0) -> Any:
        done = CliRunner().invoke(main, [*arguments, "--home", str(home), "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.output)

    out = tmp_path / "answer.zip"
    looked = run("evidence-log", "answer", "1")
    assert {part["name"] for part in looked["entries"][0]["parts"] if part["kinds"]} == {"reply.1"}
    run("evidence-log", "answer", "1", "--out", str(out), "--leave-out", "1:asked_at")
    shown = checked(texts(out.read_bytes()))[1]
    assert "prompt.1" in shown
    assert not {"reply.1", "asked_at"} & shown.keys()
    run("evidence-log", "answer", "1", "--out", str(out), "--withhold", "1=Not mine to show")
    assert checked(texts(out.read_bytes())) == {}

    made = run("evidence-log", "anchor", "git", str(tmp_path / "repository"))
    assert Path(made["checkpoint"]).read_text(encoding="utf-8").startswith("skilltrail.invalid/")
    noted = run("evidence-log", "anchor", "git", str(tmp_path / "repository"), "--pushed", "https://git.example/c/1")
    assert noted["anchor"]["size"] == made["size"]
    assert run("evidence-log", "anchor", "request", "--out", str(tmp_path))["send"].startswith("curl ")
    run("evidence-log", "anchor", "remove", str(noted["anchor"]["id"]))
    assert run("evidence-log", "anchor")["anchors"] == []
    assert (
        run("evidence-log", "anchor", "undo", str(noted["anchor"]["id"]))["anchor"]["by"] == "https://git.example/c/1"
    )

    if not topics:
        return
    page = tmp_path / "request.html"
    run("endorsements", "request", topics[0].id, "--person", "Ada", "--out", str(page))
    signed = tmp_path / "signed.json"
    signed.write_text(json.dumps(answers(page.read_bytes(), tmp_path)[0]), encoding="utf-8")
    taken = run("endorsements", "add", str(signed), "--topic", topics[0].id)["endorsement"]
    assert run("endorsements", "add", str(signed), code=1)["code"] == "request_invalid"
    assert [one["kind"] for one in run("endorsements", "list")["endorsements"]] == ["endorsement", "request"]
    run("endorsements", "remove", str(taken["id"]))
    assert run("endorsements", "undo", str(taken["id"]))["endorsement"]["comment"] == taken["comment"]
