"""Cutting JSON into elements gives what parsing it whole gives, wherever the blocks end."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skilltrail.importers import splitter
from skilltrail.importers.splitter import NotJsonError
from skilltrail.importers.stream import NoExportError, elements

TEXTS = st.text(alphabet='ab"\\[]{},: \n\té😀\u2028', max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300) | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


def found(data: bytes) -> list[tuple[Any, str | None]]:
    return [(element.value, element.fault) for element in elements(io.BytesIO(data))]


def blocks_of(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "_BLOCK", size)


@settings(max_examples=300, deadline=None)
@given(
    document=st.lists(VALUES, max_size=5),
    size=st.integers(4, 80),
    indent=st.none() | st.integers(0, 2),
    plain=st.booleans(),
)
def test_elements_are_those_of_the_whole_document(
    document: list[Any], size: int, indent: int | None, plain: bool
) -> None:
    data = json.dumps(document, ensure_ascii=plain, indent=indent).encode()

    with pytest.MonkeyPatch.context() as patch:
        blocks_of(size, patch)
        assert found(data) == [(value, None) for value in document]


@settings(max_examples=150, deadline=None)
@given(document=st.lists(VALUES, max_size=4), before=VALUES, after=VALUES, size=st.integers(4, 80))
def test_elements_of_a_wrapped_array_too(document: list[Any], before: Any, after: Any, size: int) -> None:
    data = json.dumps({"version": before, "conversations": document, "end": after}).encode()

    with pytest.MonkeyPatch.context() as patch:
        blocks_of(size, patch)
        assert found(data) == [(value, None) for value in document]


@settings(max_examples=300, deadline=None)
@given(
    data=st.binary(max_size=200) | st.text(alphabet='[]{},":\\ ab1', max_size=80).map(str.encode),
    size=st.integers(4, 40),
)
def test_no_bytes_make_it_fail_in_any_other_way(data: bytes, size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        blocks_of(size, patch)
        try:
            places = [element.at_bytes for element in elements(io.BytesIO(data))]
        except NotJsonError:
            return
    assert places == sorted(places)
    assert all(place <= len(data) for place in places)


@settings(max_examples=200, deadline=None)
@given(
    document=st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), min_size=1, max_size=5), cut=st.integers(1, 10_000)
)
def test_a_cut_off_file_gives_its_whole_elements_and_says_that_it_is_cut(document: list[Any], cut: int) -> None:
    data = json.dumps(document).encode()
    data = data[: 1 + cut % (len(data) - 1)]

    *whole, last = found(data)

    assert last == (None, "cut_off")
    assert whole == [(value, None) for value in document[: len(whole)]]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", []),
        (b" \n[ ] \n", []),
        (b"\xef\xbb\xbf[1]", [(1, None)]),
        (b"[1,]", [(1, None), (None, "broken_json")]),
        (b"[1,,2]", [(1, None), (None, "broken_json"), (2, None)]),
        (b"[1 2,3]", [(None, "broken_json"), (3, None)]),
        (b"[1] x", [(1, None), (None, "broken_json")]),
        (b"[1}", [(None, "broken_json")]),
        (b'[{"a":NaN},2]', [(None, "broken_json"), (2, None)]),
        (b'[{"a":Infinity},{"a":-Infinity}]', [(None, "broken_json"), (None, "broken_json")]),
        (b'["\\ud83d","\\ude00\\ud83d"]', [("\ufffd", None), ("\ufffd\ufffd", None)]),
        (b'["\\ud83d\\ude00"]', [("😀", None)]),
        (b'["\xff"]', [("\ufffd", None)]),
        (b"[1e999]", [(float("inf"), None)]),
        (b'{"a":1}{"b":2}', [({"a": 1}, None), (None, "broken_json")]),
        (b'{"conversations":{"a":1}}', [({"conversations": {"a": 1}}, None)]),
        (b'{"conversations" : [ {"a":1} ]}', [({"a": 1}, None)]),
        (b'[{"conversations":[1]}]', [({"conversations": [1]}, None)]),
        (b'["a\nb"]', [(None, "broken_json")]),
        (b"[1\x0c]", [(None, "broken_json")]),
    ],
)
def test_oddities(data: bytes, expected: list[Any]) -> None:
    assert found(data) == expected


@pytest.mark.parametrize("data", [b"", b"  \n", b"text", b'"text"', b"7", b"\xff\xfe[\x00]\x00", b"\x00"])
def test_what_is_no_array_and_no_object_is_no_export(data: bytes) -> None:
    with pytest.raises(NotJsonError):
        found(data)


def test_of_equal_keys_the_last_counts() -> None:
    assert found(b'[{"a":1,"a":2}]') == [({"a": 2}, None)]


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"x":['])
def test_a_deep_element_is_left_and_the_rest_is_read(opening: bytes) -> None:
    closing = bytes(opening.translate(bytes.maketrans(b"[{", b"]}"))[::-1].translate(None, b'":ax'))
    deep = opening * 100_000 + b"1" + closing * 100_000

    assert found(b"[" + deep + b',{"b":2}]') == [(None, "too_deep"), ({"b": 2}, None)]


def test_a_huge_element_is_left_and_the_rest_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "MAX_ELEMENT", 2_000_000)

    assert found(b'[{"a":"' + b"x" * 3_000_000 + b'"},{"b":2}]') == [(None, "too_large"), ({"b": 2}, None)]


def test_an_element_of_too_many_values_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "MAX_SIGNS", 1000)

    assert found(b"[[" + b"[]," * 1000 + b"1],2]") == [(None, "too_large"), (2, None)]


def test_a_file_of_nothing_but_numbers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilltrail.importers.stream.MAX_IN_A_ROW", 50)

    with pytest.raises(NoExportError):
        found(b"[" + b"1," * 60 + b"1]")


HALVES = ["\\ud83d", "\\ude00", "\\\\", '\\"', "\\n", "\\u4e2d", "ud83d", "x", " ", "\\uD83D"]


@settings(max_examples=400, deadline=None)
@given(
    text=st.lists(st.sampled_from(HALVES)),
    piece=st.integers(1, 40),
)
def test_halves_are_replaced_and_nothing_else_is_changed(text: list[str], piece: int) -> None:
    data = ('"' + "".join(text) + '"').encode()
    expected = json.loads(data).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skilltrail.importers.surrogates._PIECE", piece * 1000)
        assert found(b"[" + data + b"]") == [(expected, None)]


def test_halves_are_replaced_across_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skilltrail.importers.surrogates._PIECE", 50)
    text = "".join("\\ud83d\\ude00" if n % 3 else " \\ud83d " for n in range(200))

    [(value, fault)] = found(b'["' + text.encode() + b'"]')

    assert (value.count("😀"), value.count("\ufffd"), fault) == (133, 67, None)
