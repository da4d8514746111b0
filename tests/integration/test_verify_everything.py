"""Whatever the product writes for a client passes its own check, and an altered copy does not."""

from __future__ import annotations

import io
import zipfile

import pytest

from databases import BeginWith
from exchanges import captured, items
from portfolio_steps import chosen, filled, ids_of, sql_topic
from skilltrail.application import Application
from skilltrail.domain.log_leaf import write_disclosures
from skilltrail.domain.spot_check import SpotAnswer
from skilltrail.domain.verification import Outcome
from skilltrail.errors import EvidenceInvalid
from skilltrail.services.verifying import verify

PASSED, FAILED, OPEN = Outcome.PASSED, Outcome.FAILED, Outcome.OPEN


class TestPortfolios:
    @pytest.fixture(autouse=True)
    def _history(self, begin_with: BeginWith) -> None:
        begin_with(filled)

    def test_every_format_that_is_signed_passes(self, application: Application) -> None:
        topic = sql_topic(application)
        number = ids_of(application, topic)[0]
        saved = application.portfolios.keep(chosen(topic, (number, ("prompt.1",))))
        for name in ("html", "bundle", "badge-json", "badge-png"):
            file = application.portfolios.export(saved.id, name)
            found = verify({file.name: file.data})

            told = [line.text for line in found.lines if line.outcome is not PASSED]
            assert all("only the learner" in one for one in told), (name, told)
            assert (found.integrity.outcome, found.time.outcome) == (PASSED, OPEN)
            assert application.identity.standing().did in found.issuer.text
            half = len(file.data) // 2
            altered = file.data[:half] + bytes([file.data[half] ^ 1]) + file.data[half + 1 :]
            assert _outcome(file.name, altered) is not PASSED

    def test_after_a_handover_too(self, application: Application) -> None:
        application.identity.standing()
        application.identity.rotate()
        saved = application.portfolios.keep(chosen(sql_topic(application)))
        file = application.portfolios.export(saved.id, "bundle")
        found = verify({file.name: file.data})

        assert found.integrity.outcome is PASSED
        assert any("handed over" in line.text for line in found.lines)


def _outcome(name: str, data: bytes) -> Outcome:
    try:
        return verify({name: data}).integrity.outcome
    except EvidenceInvalid:  # the archive itself is damaged
        return FAILED


class TestTheLog:
    @pytest.fixture(autouse=True)
    def _history(self, application: Application) -> None:
        told = [captured(number, conversation_id=f"c-{number}", prompt=f"Why {number}?") for number in (1, 2)]
        application.exchanges.capture(items(told))

    def test_the_answer_to_a_spot_check_passes(self, application: Application) -> None:
        older = application.evidence_log.checkpoint()
        application.exchanges.capture(items([captured(3, conversation_id="c-3", prompt="Why 3?")]))
        for checkpoint in (None, older):
            answer = application.spot_checks.answer(SpotAnswer(shown={1: ("prompt.1",)}), older=checkpoint)
            found = verify({answer.name: answer.data})

            assert found.integrity.outcome is PASSED, found.lines
            assert "log whose key" in found.issuer.text

    def test_what_lies_beside_the_entries_of_an_answer_is_checked_too(self, application: Application) -> None:
        older = application.evidence_log.checkpoint()
        application.exchanges.capture(items([captured(3, conversation_id="c-3", prompt="Why 3?")]))
        answer = application.spot_checks.answer(SpotAnswer({1: ("prompt.1",)}, {2: "A client’s matter."}), older=older)
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        readme, extension = files["README.txt"], files["checkpoint.extension"]

        assert verify(files).integrity.outcome is PASSED
        assert verify({f"a/{name}": data for name, data in files.items()} | {"b.txt": b""}).integrity.outcome is OPEN
        with_older = verify({**files, "checkpoint-older.txt": older})
        assert any("goes on from its checkpoint over 3" in line.text for line in with_older.lines)
        for wrong in (b"garbage", extension[:-9] + b"AAAAAAA=\n", extension.replace(b"old 3", b"old 9")):
            assert verify({**files, "checkpoint.extension": wrong}).integrity.outcome is FAILED, wrong
        path = extension.split(b"\n")[1]
        untrue = {**files, "checkpoint.extension": extension.replace(path, b"A" * 43 + b"=")}
        # What it says of the checkpoint before can only be seen beside that one.
        assert any("shows only together" in line.text for line in verify(untrue).lines if line.outcome is OPEN)
        assert verify({**untrue, "checkpoint-older.txt": older}).integrity.outcome is FAILED
        for told in (
            b"Entry 1 shows: I am certified by Google.",
            readme + b"All of it was confirmed by the authority.\n",
            readme.replace(b"1 fields shown", b"9 fields shown"),
            readme.replace(b"- Entry 1", b"- Entry 3"),
            readme.replace(b"made on", b"made by Google on"),
            readme.replace(b"- Entry 2: withheld", b"- Entry 2: confirmed"),
        ):
            assert told != readme
            found = verify({**files, "README.txt": told})
            assert found.integrity.outcome is OPEN, told
            assert any("not what Skilltrail writes" in line.text for line in found.lines)

    def test_shown_entries_pass_and_altered_ones_do_not(self, application: Application) -> None:
        shown = application.evidence_log.show(1, ["prompt.1"])
        files = {
            "000001.leaf": shown.leaf or b"",
            "000001.tlog-proof": shown.proof,
            "000001.disclosures.json": write_disclosures(shown.disclosures),
            "checkpoint.txt": application.evidence_log.checkpoint(),
            "log-key.txt": f"{application.evidence_log.standing().log.key().text()}\n".encode(),
        }

        assert verify(files).integrity.outcome is PASSED
        for name, data in files.items():
            half = len(data) // 2
            altered = data[:half] + (b"A" if data[half : half + 1] != b"A" else b"B") + data[half + 1 :]
            assert verify({**files, name: altered}).integrity.outcome is FAILED, name
        without = {name: data for name, data in files.items() if name != "log-key.txt"}
        assert verify(without).integrity.outcome is OPEN
