"""What an entry of the evidence log commits to, and that only what it commits to can be shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.exchange import Origin
from skilltrail.domain.log_leaf import (
    PARTS_MOST,
    LoggedExchange,
    check_disclosures,
    digest_of,
    disclosure,
    fields_of,
    paragraphs,
    read_leaf,
    write_disclosures,
    write_entry,
    write_start,
)
from skilltrail.domain.merkle import leaf_hash
from skilltrail.domain.signed_note import read_key
from skilltrail.errors import EvidenceInvalid
from skilltrail.services.log_verifying import check_shown

KEY = bytes(range(32))
DAY = date(2026, 11, 22)
EXCHANGE = LoggedExchange(
    origin=Origin.EXTENSION,
    provider="chatgpt",
    conversation="c-1",
    model="gpt-x",
    fidelity="api_full",
    status="complete",
    asked_at=datetime(2026, 3, 2, 21, 14, 9, tzinfo=UTC),
    asked_at_source="site",
    answered_at=None,
    captured_at=datetime(2026, 3, 2, 21, 15, tzinfo=UTC),
    prompt="How do containers talk?\n\nMine cannot.",
    reply="Through a network.",
    attachments=("compose.yaml",),
)


def leaf(exchange: LoggedExchange = EXCHANGE) -> bytes:
    return write_entry(fields_of(exchange), origin=exchange.origin, logged_on=DAY, key=KEY)


def shown(*names: str) -> list[str]:
    fields = fields_of(EXCHANGE)
    return [disclosure(KEY, name, fields[name]) for name in names]


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_an_entry_commits_to_every_part_by_itself() -> None:
    fields = fields_of(EXCHANGE)

    assert fields == {
        "provider": "chatgpt",
        "conversation": "c-1",
        "model": "gpt-x",
        "fidelity": "api_full",
        "status": "complete",
        "asked_at": "2026-03-02T21:14:09Z",
        "asked_at_source": "site",
        "captured_at": "2026-03-02T21:15:00Z",
        "prompt.1": "How do containers talk?\n\n",
        "prompt.2": "Mine cannot.",
        "reply.1": "Through a network.",
        "attachment.1": "compose.yaml",
    }
    assert check_disclosures(read_leaf(leaf()), shown(*fields)) == fields


def test_the_bytes_are_as_the_document_says() -> None:
    """A second reading of docs/adr/0020-evidence-log.md, without our code."""
    digests = []
    for name, value in fields_of(EXCHANGE).items():
        salt = hmac.new(KEY, name.encode(), hashlib.sha256).digest()[:16]
        text = json.dumps([url64(salt), name, value], ensure_ascii=False, separators=(",", ":"))
        digests.append(url64(hashlib.sha256(url64(text.encode()).encode()).digest()))
    expected = (
        '{"_sd":[' + ",".join(f'"{one}"' for one in sorted(digests)) + '],"_sd_alg":"sha-256",'
        '"logged_on":"2026-11-22","origin":"extension","typ":"skilltrail-entry","v":1}'
    )

    assert leaf() == expected.encode()


def test_the_bytes_never_change() -> None:
    assert leaf_hash(leaf()).hex() == "d8a4d32a3664255b3119c2c5a5c6e626bc5a00d82d5b8de414de06c6c9dbd5c0"


def test_an_example_of_rfc_9901_has_the_digest_that_it_gives() -> None:
    example = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"

    assert digest_of(example) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_what_is_not_shown_leaves_no_guessable_trace() -> None:
    text = leaf().decode()

    for name, value in fields_of(EXCHANGE).items():
        assert name not in text.replace('"origin"', "")
        assert url64(hashlib.sha256(value.encode()).digest()) not in text
    other_key = write_entry(fields_of(EXCHANGE), origin=EXCHANGE.origin, logged_on=DAY, key=bytes(32))
    assert not read_leaf(leaf()).digests & read_leaf(other_key).digests


def test_imports_are_told_from_captures_without_showing_anything() -> None:
    assert read_leaf(leaf()).origin == "extension"
    assert read_leaf(leaf(replace(EXCHANGE, origin=Origin.IMPORT))).origin == "import"


def test_an_entry_names_the_one_that_it_supersedes() -> None:
    assert fields_of(replace(EXCHANGE, supersedes=17))["supersedes"] == "17"


@pytest.mark.parametrize(
    "lies",
    [
        [disclosure(KEY, "reply.1", "Through a Network.")],
        [disclosure(KEY, "prompt.1", "Through a network.")],
        [disclosure(bytes(32), "reply.1", "Through a network.")],
        shown("reply.1", "reply.1"),
        ["WyJhIiwiYiIsImMiXQ"],
        ["", "####"],
        [url64(b'["' + b"A" * 22 + b'","reply.1","x","y"]')],
        [url64(b'["' + b"A" * 22 + b'","reply.1",1]')],
        [url64(b"[" * 5000)],
        [shown("reply.1")[0] + "="],
    ],
)
def test_what_an_entry_does_not_commit_to_is_refused(lies: list[str]) -> None:
    with pytest.raises(EvidenceInvalid):
        check_disclosures(read_leaf(leaf()), lies)


@pytest.mark.parametrize(
    "change",
    [
        ('"v":1', '"v":2'),
        ('"v":1', '"v":true'),
        ('"v":1', '"v":1,"v":1'),
        ('"v":1', '"v":1,"x":1'),
        ('"v":1', '"v": 1'),
        ("extension", "provider"),
        ("sha-256", "sha-512"),
        ("2026-11-22", "2026-11-2"),
        ("2026-11-22", "20261122"),
        ("skilltrail-entry", "skilltrail-start"),
        ('{"_sd":["', '{"_sd":["A'),
        ('"_sd":[', '"_sd":[1,'),
    ],
)
def test_a_leaf_has_one_form_only(change: tuple[str, str]) -> None:
    with pytest.raises(EvidenceInvalid):
        read_leaf(leaf().decode().replace(*change, 1).encode())


def test_digests_that_are_not_in_order_are_refused() -> None:
    value = json.loads(leaf())
    value["_sd"] = value["_sd"][::-1]

    with pytest.raises(EvidenceInvalid):
        read_leaf(json.dumps(value, sort_keys=True, separators=(",", ":")).encode())


def test_the_first_leaf_says_what_the_log_follows() -> None:
    first = read_leaf(write_start("a", reason="first", follows=None, logged_on=DAY))
    second = read_leaf(write_start("b", reason="restored", follows=("a", 7, "AAAA"), logged_on=DAY))

    assert first.follows is None
    assert second.follows == {"origin": "a", "size": 7, "root": "AAAA"}


def test_entries_that_were_shown_once_can_be_checked_for_ever() -> None:
    """Bytes of an earlier run; tests/extension/evidence-log.test.js checks the same ones without our code."""
    held = json.loads((Path(__file__).parents[1] / "fixtures" / "evidence-log.json").read_text(encoding="utf-8"))
    key = read_key(held["key"])

    for one in held["entries"]:
        found = check_shown(one["leaf"].encode(), one["proof"].encode(), write_disclosures(one["disclosures"]), key)
        assert (found.size, len(found.fields)) == (10, min(found.entry, 1))


@given(st.text(alphabet=st.sampled_from("ab \n\t\r"), max_size=200) | st.text(max_size=200))
def test_paragraphs_put_together_are_the_text(text: str) -> None:
    parts = paragraphs(text)

    assert "".join(parts) == text
    assert all(parts)


def test_paragraphs_end_behind_empty_lines() -> None:
    assert paragraphs("one\ntwo\n\n \nthree\n\nfour") == ["one\ntwo\n\n \n", "three\n\n", "four"]
    assert paragraphs("") == []


def test_a_text_of_many_paragraphs_has_no_more_parts_than_may_be() -> None:
    for count in (PARTS_MOST, PARTS_MOST + 1, 1000):
        parts = paragraphs("\n\n".join("word" for _ in range(count)))
        assert PARTS_MOST // 2 < len(parts) <= PARTS_MOST


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_shown(prompt: str, reply: str) -> None:
    exchange = replace(EXCHANGE, prompt=prompt, reply=reply)
    fields = fields_of(exchange)
    everything = [disclosure(KEY, name, value) for name, value in fields.items()]

    assert check_disclosures(read_leaf(leaf(exchange)), everything) == fields
