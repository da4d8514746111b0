"""The one door for JSON: what must come in, what must not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.web.json_door import JsonRefusedError, dump_json, load_json

ACCEPTED = {
    b"{}": {},
    b"[]": [],
    b" \t\r\n[1] ": [1],
    b'"\\u00e4\\ud83d\\ude00"': "ä\U0001f600",
    '"ä\U0001f600"'.encode(): "ä\U0001f600",
    b'"\\u0000"': "\x00",
    b"9007199254740992": 2**53,
    b"-9007199254740992": -(2**53),
    b"1e3": 1000.0,
    b"-0": 0,
    b'{"a":1,"a":2}': {"a": 2},
    b'"\x7f"': "\x7f",
}

REFUSED = [
    b"",
    b" ",
    b"nul",
    b"NaN",
    b"[Infinity]",
    b"-Infinity",
    b"[1,]",
    b"[1 2]",
    b'{"a":1,}',
    b"{'a':1}",
    b"{a:1}",
    b'"\\ud800"',
    b'"\\udc00\\ud800"',
    b'"\xff"',
    b'"\xed\xa0\x80"',
    b'"\xc0\x80"',
    b'"\n"',
    b'"\\x41"',
    b'"open',
    b"01",
    b"+1",
    b".5",
    b"1.",
    b"0x1",
    b"1e400",
    b"9007199254740993",
    b"-9007199254740993",
    b"[18446744073709551615]",
    b"\xef\xbb\xbf{}",
    '"x"'.encode("utf-16"),
    b"[1]]",
    b"/* c */ 1",
    b"\x00",
    b"[" * 65 + b"]" * 65,
    b"[" * 100_000,
    b'{"a":' * 65 + b"1" + b"}" * 65,
]


@pytest.mark.parametrize("data", ACCEPTED, ids=repr)
def test_valid_json_comes_in(data: bytes) -> None:
    assert load_json(data) == ACCEPTED[data]


@pytest.mark.parametrize("data", REFUSED, ids=lambda data: repr(data[:24]))
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(JsonRefusedError):
        load_json(data)


def test_64_levels_come_in() -> None:
    assert load_json(b"[" * 64 + b"]" * 64)


def test_refusals_quote_nothing() -> None:
    with pytest.raises(JsonRefusedError) as refused:
        load_json(b'{"CANARY": ')

    assert "CANARY" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        load_json(data)
    except JsonRefusedError:
        return


@dataclass(frozen=True, slots=True)
class _Value:
    at: datetime


def test_values_go_out_with_utc_times() -> None:
    assert dump_json(_Value(datetime(2026, 11, 22, 9, 0, tzinfo=UTC))) == b'{"at":"2026-11-22T09:00:00Z"}'
