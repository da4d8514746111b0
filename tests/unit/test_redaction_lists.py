"""Own words, allowances and personal data: one set of vectors for the server and the extension."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.domain.redaction import OwnWord, RedactionLists
from skilltrail.platform.linear import Subject, WordSet
from skilltrail.platform.patterns import SecretRedactor
from skilltrail.platform.personal_data import PersonalData, bare, kind_of

ROOT = Path(__file__).resolve().parents[2]
VECTORS: dict[str, Any] = json.loads((ROOT / "tests/fixtures/redaction-lists-vectors.json").read_text(encoding="utf-8"))
KEY = b"k" * 32
_DIGITS = re.compile(r"(\[(?:secret|personal):[a-z-]+:)[0-9a-f]{4}\]")


def lists(**changes: Any) -> RedactionLists:
    told = VECTORS["lists"]
    plain = SecretRedactor(mark_key=KEY)
    values: dict[str, Any] = {
        "words": tuple(OwnWord(row["id"], row["word"]) for row in told["words"]),
        "allowed": frozenset((row["kind"], plain.digits(row["secret"])) for row in told["allowed"]),
        "mask_personal": told["mask_personal"],
        "exempt": tuple(told["exempt"]),
    }
    return RedactionLists(**(values | changes))


def without_digits(text: str) -> str:
    """Put "#" where digits of a mark stand, unless the text had the mark before."""
    return text if "ab12" in text else _DIGITS.sub(r"\1#]", text)


@pytest.mark.parametrize("row", VECTORS["rows"], ids=lambda row: row["text"][:40])
def test_the_server_does_what_the_vectors_say(row: dict[str, str]) -> None:
    redactor = SecretRedactor(mark_key=KEY, lists=lists())

    clean, _counts = redactor.redact(row["text"])

    assert without_digits(clean) == row["redacted"]
    assert redactor.redact(clean) == (clean, {})


def test_the_extension_does_exactly_the_same() -> None:
    node = shutil.which("node")
    assert node, "Node runs the extension's code"
    told = lists()
    wire = {
        "words": [{"id": word.id, "word": word.word} for word in told.words],
        "allowed": [{"kind": kind, "mark": mark} for kind, mark in told.allowed],
        "mask_personal": told.mask_personal,
        "exempt": list(told.exempt),
    }
    texts = [row["text"] for row in VECTORS["rows"]]

    done = subprocess.run(
        [node, str(ROOT / "benchmarks/redact_in_node.mjs")],
        input=json.dumps({"texts": texts, "lists": wire}),
        capture_output=True,
        text=True,
        check=True,
    )

    redactor = SecretRedactor(mark_key=KEY, lists=told)
    assert json.loads(done.stdout)["texts"] == [redactor.redact(text)[0] for text in texts]


def test_lists_can_be_changed_while_texts_are_read() -> None:
    redactor = SecretRedactor(mark_key=KEY)
    assert redactor.redact("Falcon") == ("Falcon", {})

    redactor.use(RedactionLists(words=(OwnWord(7, "Falcon"),)))
    assert redactor.redact("Falcon") == ("[own-word:7]", {"own-word": 1})

    redactor.use(RedactionLists())
    assert redactor.redact("Falcon") == ("Falcon", {})


def test_an_allowed_hit_keeps_what_stands_inside_it_but_not_what_holds_it() -> None:
    inner = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"
    plain = SecretRedactor(mark_key=KEY)
    redactor = SecretRedactor(
        mark_key=KEY, lists=RedactionLists(allowed=frozenset({("github-token", plain.digits(inner))}))
    )

    assert redactor.redact(f'token = "{inner}"') == (f'token = "{inner}"', {})
    assert redactor.redact(f"https://x:{inner}-more@git.test")[1] == {"url-password": 1}


WORDS = st.text(alphabet=st.characters(whitelist_categories=("Lu", "Ll", "Nd")), min_size=2, max_size=12)


@settings(deadline=None, max_examples=150)
@given(WORDS, st.sampled_from([" ", "-", ", ", "(", "\n", "“"]), st.sampled_from([" ", ".", "-", ")", "\n", "”"]))
def test_any_word_is_found_between_any_signs_and_in_any_case(word: str, before: str, after: str) -> None:
    word = unicodedata.normalize("NFC", word)
    redactor = SecretRedactor(mark_key=KEY, rules=(), lists=RedactionLists(words=(OwnWord(1, word),)))

    assert redactor.redact(f"x{before}{word}{after}y")[0] == f"x{before}[own-word:1]{after}y"
    assert redactor.redact(word)[0] == "[own-word:1]"
    assert redactor.redact(f"a{word}")[0] == f"a{word}"


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            ["Acme GmbH", "acme", "Falcon", "password is ", "Blue7Horse!", " ", "-", "a@b.test", "[own-word:7]", "é"]
        )
    )
)
def test_redacting_twice_is_redacting_once(parts: list[str]) -> None:
    redactor = SecretRedactor(mark_key=KEY, lists=lists())
    once, _counts = redactor.redact("".join(parts))

    assert redactor.redact(once) == (once, {})


def test_personal_data_is_masked_by_kind_and_the_kinds_are_named() -> None:
    masked = PersonalData(exempt=["me@own.test"]).mask("a@b.test or me@own.test, call +49 30 901820, 203.0.113.9")

    assert masked == ("[e-mail] or me@own.test, call [phone], [ip-address]", ("e-mail", "ip-address", "phone"))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("lena@okafor.test", "e-mail"),
        ("+49 171 1234567", "phone"),
        ("0171 1234567", "phone"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("203.0.113.9", "ip-address"),
        ("00:1a:2b:3c:4d:5e", "mac-address"),
        ("Lena Okafor", None),
        ("12", None),
        ("", None),
    ],
)
def test_the_kind_of_a_value_is_told(value: str, kind: str | None) -> None:
    assert kind_of(value) == kind


def test_two_ways_of_writing_a_number_are_one() -> None:
    assert bare("+49 (171) 123-4567") == bare("+491711234567")
    assert bare(" Lena@Okafor.TEST ") == "lena@okafor.test"


def test_places_are_characters_whatever_stands_before() -> None:
    subject = Subject("ä😀 key-12 ö key-345")

    assert [subject.text[start:end] for start, end in subject.places(r"key-(?P<secret>[0-9]+)")] == ["12", "345"]


def test_words_are_found_in_one_pass_and_when_the_engine_gives_up() -> None:
    words = WordSet(["alpha", "beta", "ß"])
    assert words.found_in("BETA, then Straße") == [1, 2]
    assert words.found_in("") == []

    class GivenUp:
        def Match(self, _text: bytes) -> list[int]:
            return []

    words._set = GivenUp()
    assert words.found_in("BETA, then Straße") == [1, 2]
