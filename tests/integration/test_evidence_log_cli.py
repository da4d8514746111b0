"""`skilltrail evidence-log` and its routes: what they write can be checked by anybody, and nothing altered passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from callers import Caller
from exchanges import captured, history, items
from skilltrail.application import Application
from skilltrail.cli import main
from skilltrail.config import Settings
from skilltrail.domain.exchange import Fidelity
from skilltrail.domain.signed_note import read_key
from skilltrail.errors import EvidenceInvalid
from skilltrail.services.log_verifying import check_head, check_one_head, check_shown, whole_sets

TEXT = "How do I split it?\n\nFor Quuxwerk.\n\nThanks."


@pytest.fixture
def home(application: Application, settings: Settings) -> Path:
    application.exchanges.capture(items([*history(6), captured(7, conversation_id="own", prompt=TEXT)]))
    application.close()
    return settings.home


def run(*words: str | Path, home: Path, status: int = 0) -> str:
    done = CliRunner().invoke(main, ["evidence-log", *map(str, words), "--home", str(home)])
    assert done.exit_code == status, done.output
    return done.output


def told(*words: str | Path, home: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(run(*words, "--json", home=home))
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_spot_check_from_one_end_to_the_other(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    key = str(told(home=home)["key"])

    run("proof", "2", "--exchange", "7", "--show", "prompt.1", "--out", out, home=home)
    said = run("verify", out, "--key", key, home=tmp_path / "elsewhere")

    assert "How do I split it?" in said
    assert "Entry 7 of 8" in said
    assert "Time: no third party confirms any date." in said
    assert "compare it with what its owner published" in said
    assert b"Quuxwerk" not in b"".join(files(out).values())
    assert not (tmp_path / "elsewhere").exists()


def test_a_checkpoint_of_then_is_extended_by_the_log_of_now(home: Path, settings: Settings, tmp_path: Path) -> None:
    then, proof = tmp_path / "then.txt", tmp_path / "proof.txt"
    run("head", "--out", then, home=home)
    with Application.open(settings) as opened:
        opened.exchanges.capture(items(history(5, prefix="later")))

    run("extends", then, "--out", proof, home=home)

    assert "Checkpoint over 13 entries." in run("verify", proof, "--older", then, home=home)
    assert "Checkpoint over 8 entries." in run("verify", then, home=home)
    run("verify", then, "--older", proof, home=home, status=1)
    run("extends", tmp_path / "log-key.txt", home=home, status=1)


def test_what_cannot_be_shown_is_said(home: Path, settings: Settings, tmp_path: Path) -> None:
    with Application.open(settings) as opened:
        better = captured(7, conversation_id="own", prompt=TEXT, reply="Another.", fidelity=Fidelity.API_FULL)
        opened.exchanges.capture(items([better]))

    assert "only the hash is left" in run("proof", "7", "--out", tmp_path / "out", home=home)
    assert "There are no entries" in run("verify", tmp_path / "out", home=home, status=1)
    run("proof", "99", home=home, status=1)
    run("proof", "8", "--show", "prompt.9", home=home, status=1)
    run("proof", home=home, status=2)


@pytest.mark.parametrize("which", [".leaf", ".tlog-proof", ".disclosures.json", "log-key.txt"])
def test_no_altered_byte_passes(home: Path, tmp_path: Path, which: str) -> None:
    out = tmp_path / "out"
    run("proof", "7", "--show", "prompt.1", "--show", "reply.1", "--out", out, home=home)
    held = files(out)
    [name] = [one for one in held if one.endswith(which)]
    whole = held[name]
    passed = []
    for place in range(len(whole)):
        for other in {whole[place] ^ 1, whole[place] ^ 32, whole[place] ^ 128}:
            altered = {**held, name: whole[:place] + bytes([other]) + whole[place + 1 :]}
            if _passes(altered) and not _same(altered[name], whole):
                passed.append((place, chr(other)))

    assert _passes(held)
    assert passed == []


def _same(altered: bytes, whole: bytes) -> bool:
    """Tell whether two files of disclosures say the same: the spaces between them are nobody's."""
    try:
        return bool(json.loads(altered) == json.loads(whole))
    except ValueError:
        return False


def _passes(held: dict[str, bytes]) -> bool:
    try:
        key = read_key(held["log-key.txt"].decode().removesuffix("\n"))
        [(leaf, proof, shown)] = whole_sets(held).values()
        check_shown(leaf, proof, shown, key)
    except (EvidenceInvalid, UnicodeDecodeError):
        return False
    return True


def test_sets_that_are_not_whole_or_of_two_checkpoints_are_refused(home: Path, tmp_path: Path) -> None:
    run("proof", "1", "--out", tmp_path / "a", home=home)
    with Application.open(Settings(home=home, keyring=False)) as opened:
        opened.exchanges.capture(items([captured(9)]))
    run("proof", "2", "--out", tmp_path / "b", home=home)
    first, second = files(tmp_path / "a"), files(tmp_path / "b")
    key = read_key(first["log-key.txt"].decode().strip())

    for missing in ("000001.leaf", "000001.tlog-proof"):
        with pytest.raises(EvidenceInvalid):
            whole_sets({name: data for name, data in first.items() if name != missing})
    with pytest.raises(EvidenceInvalid):
        check_one_head([first["000001.tlog-proof"], second["000002.tlog-proof"]])
    with pytest.raises(EvidenceInvalid):
        check_shown(first["000001.leaf"], second["000002.tlog-proof"], b"[]", key)
    with pytest.raises(EvidenceInvalid):
        check_head(second["checkpoint.txt"], key, first["checkpoint.txt"])


def test_the_routes_say_what_the_command_says(application: Application, command_line: Caller) -> None:
    application.exchanges.capture(items(history(4)))

    signed = command_line.post("/api/v1/evidence-log/checkpoint", {}).json
    body = {"entries": [1, 4], "names": ["prompt.1"]}
    shown = command_line.post("/api/v1/evidence-log/show", body).json
    older = command_line.post("/api/v1/evidence-log/extension", {"checkpoint": signed["checkpoint"]}).json

    key = read_key(signed["key"])
    assert command_line.get("/api/v1/evidence-log").json == signed
    assert (signed["size"], signed["signed"], signed["waiting"], shown["key"]) == (5, 5, 0, signed["key"])
    for one in shown["entries"]:
        found = check_shown(one["leaf"].encode(), one["proof"].encode(), json.dumps(one["disclosures"]).encode(), key)
        assert list(found.fields) == ["prompt.1"]
    assert check_head(older["extension"].encode(), key, signed["checkpoint"].encode()).size == 5
    assert command_line.get("/api/v1/exchanges/3/log-entry").json["entry"] == 3
    assert command_line.get("/api/v1/evidence-log/entries/77").status_code == 404
    refused = command_line.post("/api/v1/evidence-log/extension", {"checkpoint": "nonsense"})
    assert (refused.status_code, refused.json["code"]) == (422, "evidence_invalid")
