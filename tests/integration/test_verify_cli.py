"""`skilltrail verify`: words, JSON and exit status, without a data folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from authorities import Authority
from identities import bundle, really_signed
from skilltrail.cli import main
from skilltrail.domain.base64url import encoded
from skilltrail.services import verifying_files


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, words), "--home", "/nowhere/at/all"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in bundle(really_signed()).items():
        file = tmp_path / "portfolio" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return tmp_path / "portfolio"


def test_a_folder_that_is_whole(folder: Path) -> None:
    done = run(folder)
    told = json.loads(run(folder, "--json").output)

    assert done.exit_code == 0
    assert [line for line in done.output.splitlines() if line.startswith(("Integrity:", "Time:", "Issuer:"))] == (
        done.output.splitlines()[-3:]
    )
    assert told["ok"] is True
    assert {name: told[name]["outcome"] for name in ("integrity", "time", "issuer")} == {
        "integrity": "passed",
        "time": "open",
        "issuer": "open",
    }
    open_lines = [line["text"] for line in told["lines"] if line["outcome"] != "passed"]
    assert all("only the learner" in one for one in open_lines)


def test_a_file_that_was_altered(folder: Path) -> None:
    leaf = folder / "evidence" / "000001.leaf"
    leaf.write_bytes(leaf.read_bytes().replace(b"extension", b"manual"))
    done = run(folder)

    assert done.exit_code == 1
    assert "FAILED evidence/000001.leaf:" in done.output
    assert json.loads(run(folder, "--json").output)["ok"] is False


def test_a_file_in_which_nothing_can_be_checked(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("hello")

    assert run(tmp_path / "x.txt").exit_code == 3
    assert "nothing that could be checked" in run(tmp_path / "x.txt").output
    assert run(tmp_path / "gone").exit_code == 2


def unbound_token(credential: bytes) -> bytes:
    """Return a credential as a token with a key of anybody's in its head, in the name of a university."""
    stranger = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": encoded(stranger.public_key().public_bytes_raw())}
    document = json.loads(credential) | {"issuer": {"id": "https://mit.edu", "type": ["Profile"]}}
    del document["proof"]
    signed = ".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "EdDSA", "jwk": jwk}, document))
    return f"{signed}.{encoded(stranger.sign(signed.encode()))}".encode()


def test_a_status_for_each_of_the_answers(folder: Path, tmp_path: Path) -> None:
    credential = next(iter(sorted(folder.glob("credential*.json"))))
    (folder / "note.txt").write_text("A file that nothing speaks for.")
    (tmp_path / "bound.json").write_bytes(credential.read_bytes())
    (tmp_path / "unbound.jwt").write_bytes(unbound_token(credential.read_bytes()))
    (tmp_path / "altered.json").write_bytes(credential.read_bytes().replace(b"validFrom", b"ValidFrom", 1))
    authority = Authority(tmp_path / "authority").root

    found = {
        name: json.loads(run(*words, "--json").output)
        for name, words in {
            "bound": [tmp_path / "bound.json"],
            "unbound": [tmp_path / "unbound.jwt"],
            "altered": [tmp_path / "altered.json"],
            "uncovered": [folder],
            "no time": [tmp_path / "bound.json", "--root", authority],
        }.items()
    }
    statuses = {
        "bound": run(tmp_path / "bound.json").exit_code,
        "unbound": run(tmp_path / "unbound.jwt").exit_code,
        "altered": run(tmp_path / "altered.json").exit_code,
        "uncovered": run(folder).exit_code,
        "no time": run(tmp_path / "bound.json", "--root", authority).exit_code,
    }

    assert statuses == {"bound": 0, "unbound": 3, "altered": 1, "uncovered": 3, "no time": 3}
    assert {name: told["outcome"] for name, told in found.items()} == {
        "bound": "passed",
        "unbound": "open",
        "altered": "failed",
        "uncovered": "open",
        "no time": "open",
    }
    assert [name for name, told in found.items() if told["ok"]] == ["bound"]


def test_the_help_says_what_the_status_means() -> None:
    told = run("--help").output

    assert all(f"  {status}  " in told for status in (0, 1, 2, 3))


def test_no_more_of_a_folder_is_read_than_is_checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    monkeypatch.setattr(verifying_files, "BYTES_MOST", size)
    assert run(folder).exit_code == 0

    monkeypatch.setattr(verifying_files, "BYTES_MOST", size - 1)
    monkeypatch.setattr(verifying_files, "unpacked", lambda _files: pytest.fail("all was read"))

    assert run(folder).exit_code == 1
    assert "more here than a portfolio can have" in run(folder).output


def test_names_of_files_cannot_drive_the_terminal(folder: Path) -> None:
    (folder / "a\x1b[2J\nIntegrity: fine.md").write_text("x")
    done = run(folder)

    assert "\x1b" not in done.output
    assert done.output.count("\nIntegrity:") == 1


def test_links_out_of_the_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (folder / "leak.json").symlink_to(tmp_path / "secret")

    assert run(folder).exit_code == 0
    assert "leak" not in run(folder).output
