"""VERIFY.md of an evidence bundle: its commands run as they stand, pass on what was sent, fail on what was altered."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from identities import really_signed
from portfolios import sign_bundle, sign_page
from skilltrail.exporters.portfolio_files import render_portfolio

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("openssl", "sed", "sh"))), reason="needs the programs that VERIFY.md names"
)


@pytest.fixture(scope="module")
def bundle() -> bytes:
    whole = really_signed()
    return render_portfolio("bundle", whole, sign_page=sign_page(whole), sign_files=sign_bundle(whole)).data


@pytest.fixture
def folder(bundle: bytes, tmp_path: Path) -> Path:
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def commands(folder: Path, *of: str) -> list[str]:
    """Return the lines of all blocks for a shell that begin with one of these words."""
    text = (folder / "VERIFY.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.startswith(of)]


def run(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    # Only the name of the program differs from what stands there: the Python that has openbadgeslib.
    script = line.replace("python3 ", f"'{sys.executable}' ", 1)
    env = {**os.environ, "PYTHONPATH": ""}
    return subprocess.run(["sh", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)


def whole_check(folder: Path) -> list[bool]:
    """Run script and signatures; tell of each whether it passed."""
    assert run(folder, commands(folder, "sed ")[0]).returncode == 0
    lines = [*commands(folder, "python3 check.py"), *commands(folder, "openssl pkeyutl")]
    assert len(lines) == 3
    return [run(folder, line).returncode == 0 for line in lines]


def test_the_commands_pass_on_a_bundle_as_it_was_sent(folder: Path) -> None:
    assert whole_check(folder) == [True, True, True]
    (line,) = commands(folder, "python3 -c")
    found = run(folder, line)
    assert (found.returncode, found.stdout.strip()) == (0, "fits"), found.stderr


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert data.count(old), old
        return data.replace(old, new, 1)

    return change


ALTERED = [
    ("portfolio.json", swapped(b"Names are resolved", b"Games are resolved")),
    ("portfolio.html", swapped(b"Docker", b"Dicker")),
    ("evidence/000001.leaf", swapped(b"extension", b"extensiom")),
    ("evidence/000002.tlog-proof", swapped(b"index 2", b"index 3")),
    ("evidence/000004.disclosures.json", swapped(b'"\n]', b'A"\n]')),
    ("log-key.txt", swapped(b"+", b"-")),
    ("checkpoint-9.txt", swapped(b"9", b"8")),
    ("endorsements/endorsement-1.json", swapped(b"network", b"Network")),
]


@pytest.mark.parametrize(("name", "change"), ALTERED)
def test_the_script_names_the_file_that_was_altered(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    file = folder / name
    file.write_bytes(change(file.read_bytes()))
    run(folder, commands(folder, "sed ")[0])

    found = run(folder, commands(folder, "python3 check.py")[0])

    assert found.returncode == 1
    assert found.stderr.startswith(f"NOT AS SIGNED: {name}")


def test_another_key_than_the_one_that_was_compared_fails(folder: Path) -> None:
    run(folder, commands(folder, "sed ")[0])
    line = commands(folder, "python3 check.py")[0]

    found = run(folder, line[:-1] + ("a" if line[-1] != "a" else "b"))

    assert "another key" in found.stderr


@pytest.mark.parametrize("which", ["manifest", "checkpoint"])
def test_a_signature_that_does_not_fit_fails(folder: Path, which: str) -> None:
    whole_check(folder)
    signed = folder / "for-openssl" / f"{which}.txt"
    signed.write_bytes(signed.read_bytes() + b" ")

    passed = [run(folder, line).returncode == 0 for line in commands(folder, "openssl pkeyutl")]

    assert passed == [which != "manifest", which != "checkpoint"]


def test_an_endorsement_that_says_something_else_fails(folder: Path) -> None:
    whole_check(folder)
    file = folder / "endorsements/endorsement-1.json"
    file.write_bytes(file.read_bytes().replace(b"network", b"Network", 1))

    assert run(folder, commands(folder, "python3 -c")[0]).returncode != 0
