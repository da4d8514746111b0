"""Secrets are found and replaced, look-alikes stay; one set of vectors for the server and the extension."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import shutil
import string
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.platform.patterns import CHECKS, SecretRedactor, entropy_of, load_rules, passes_luhn

ROOT = Path(__file__).resolve().parents[2]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests/fixtures/redaction-vectors.json").read_text(encoding="utf-8"))
KEY = b"k" * 32
MARK = re.compile(r"\[secret:([a-z-]+):([0-9a-f]{4})\]")


@pytest.fixture(scope="module")
def redactor() -> SecretRedactor:
    return SecretRedactor(mark_key=KEY)


def kinds(redactor: SecretRedactor, text: str) -> list[str]:
    return [hit.kind for hit in redactor.find(text)]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["text"][:40])
def test_the_server_finds_what_the_vectors_say(redactor: SecretRedactor, row: dict[str, Any]) -> None:
    assert kinds(redactor, row["text"]) == row["expect"]["server"]


def test_the_vectors_cover_the_rules_and_have_look_alikes() -> None:
    found = {kind for row in VECTORS for kind in row["expect"]["server"]}
    known = {rule.kind for rule in load_rules()}

    assert len(VECTORS) >= 120
    assert found <= known
    assert known - found == set()
    assert sum(not row["expect"]["server"] for row in VECTORS) >= 40


def test_the_extension_finds_what_the_vectors_say(tmp_path: Path) -> None:
    """The extension's own code and its generated rules, run by Node."""
    node = shutil.which("node")
    assert node, "Node runs the extension's tests"
    script = tmp_path / "run.mjs"
    script.write_text(
        f'import {{ REDACTION_RULES }} from "{(ROOT / "extension/shared/redaction-rules.js").as_uri()}";\n'
        f'import {{ findSecrets }} from "{(ROOT / "extension/shared/redaction.js").as_uri()}";\n'
        'import { readFileSync } from "node:fs";\n'
        f'const rows = JSON.parse(readFileSync("{ROOT / "tests/fixtures/redaction-vectors.json"}", "utf8"));\n'
        "const kinds = (row) => findSecrets(row.text, REDACTION_RULES).map((hit) => hit.kind);\n"
        "console.log(JSON.stringify(rows.map(kinds)));\n",
        encoding="utf-8",
    )

    done = subprocess.run([node, str(script)], capture_output=True, text=True, check=True)

    expected = [row["expect"]["browser"] for row in VECTORS]
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize("row", [row for row in VECTORS if row["expect"]["server"]], ids=lambda row: row["text"][:40])
def test_no_secret_is_left_readable(redactor: SecretRedactor, row: dict[str, Any]) -> None:
    secrets = [row["text"][hit.start : hit.end] for hit in redactor.find(row["text"])]

    clean, counts = redactor.redact(row["text"])

    assert not [secret for secret in secrets if secret in clean]
    assert sum(counts.values()) == len(MARK.findall(clean))


def test_a_mark_names_its_kind_and_is_keyed(redactor: SecretRedactor) -> None:
    secret = "glpat-" + "aB3dE6gH9jK2mN5pQ8sT"
    digits = hmac.new(KEY, secret.encode(), hashlib.sha256).hexdigest()[:4]

    clean, counts = redactor.redact(f"use {secret} here")

    assert clean == f"use [secret:gitlab-token:{digits}] here"
    assert counts == {"gitlab-token": 1}


def test_one_secret_has_one_mark_and_another_key_gives_another() -> None:
    secret = "glpat-" + "aB3dE6gH9jK2mN5pQ8sT"
    first, _ = SecretRedactor(mark_key=KEY).redact(f"{secret} and {secret}")
    other, _ = SecretRedactor(mark_key=b"o" * 32).redact(secret)

    marks = MARK.findall(first)
    assert len(marks) == 2
    assert marks[0] == marks[1] != MARK.findall(other)[0]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["text"][:40])
def test_redacting_again_changes_nothing(redactor: SecretRedactor, row: dict[str, Any]) -> None:
    once, _ = redactor.redact(row["text"])

    again, counts = redactor.redact(once)

    assert (again, counts) == (once, {})


PIECES = st.sampled_from(
    [
        "password is ",
        "api_key=",
        '"',
        "'",
        "\n",
        " ",
        "Bearer ",
        "https://a:",
        "@b.test",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "[secret:password:ab12]",
        "Cookie: sid=",
        "hunter2hunter2",
        "aB3dE6gH9jK2mN5pQ8sT1vW4",
        "ghp_",
        "sk-",
        "token: ",
        "4111 1111 1111 1111",
        "ä",
        "\U0001f600",
        "=",
        ";",
        "curl -u x:",
        "eyJ",
        ".",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_redacting_any_text_twice_is_redacting_it_once(text: str) -> None:
    redactor = SecretRedactor(mark_key=KEY)
    once, counts = redactor.redact(text)

    assert redactor.redact(once) == (once, {})
    assert len(MARK.findall(once)) >= sum(counts.values()) - text.count("[secret:")


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_ordinary_text_without_signs_of_secrets_stays_as_it_is(text: str) -> None:
    clean, counts = SecretRedactor(mark_key=KEY).redact(text)

    assert counts or clean == text


def test_the_longest_of_overlapping_hits_is_replaced(redactor: SecretRedactor) -> None:
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"
    url = f"https://deploy:{token}x-long-password@git.test/r.git"

    clean, counts = redactor.redact(url)

    assert clean.startswith("https://deploy:[secret:url-password:")
    assert counts == {"url-password": 1}


def test_rules_are_well_formed() -> None:
    rules = load_rules()

    assert len({rule.id for rule in rules}) == len(rules)
    assert len({rule.kind for rule in rules}) >= 45
    for rule in rules:
        assert re.fullmatch(r"[a-z0-9-]+", rule.kind), rule.id
        assert all(word == word.lower() for word in rule.keywords), rule.id
        assert rule.check is None or rule.check in CHECKS


def test_a_megabyte_of_any_kind_takes_less_than_two_seconds(redactor: SecretRedactor) -> None:
    chance = random.Random(7)
    units = [
        "The password of the server is not the token of the api key, said the session cookie. ",
        "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(64)) + "\n",
        "password = ",
        "eyJ-eyJ-",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "https://a:b:c",
        'secret_token="',
        "sumo=aB1 zoom=aB1 ",
    ]
    for unit in units:
        text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
        began = time.perf_counter()
        redactor.redact(text)
        assert time.perf_counter() - began < 2, unit[:20]


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("4539578763621486", True),
        ("4539578763621487", False),
        ("378282246310005", True),
        ("0000000000000000", False),
        ("4539 5787-6362 1486", True),
        ("12345", False),
    ],
)
def test_check_digits_of_cards(number: str, valid: bool) -> None:
    assert passes_luhn(number) is valid


def test_entropy_is_in_bits_per_character() -> None:
    assert entropy_of("aaaa") == 0
    assert entropy_of("abcd") == 2


def test_texts_that_no_encoding_can_hold_do_not_stop_it(redactor: SecretRedactor) -> None:
    clean, counts = redactor.redact("password is Blue7Horse! \x00 end")

    assert counts == {"password": 1}
    assert clean.endswith("\x00 end")
