"""Hostile input: our own small set, and the public lists where somebody has them (SKILLTRAIL_HOSTILE_LISTS)."""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

OWN = Path(__file__).resolve().parents[1] / "fixtures" / "hostile.json"
VARIABLE = "SKILLTRAIL_HOSTILE_LISTS"
PART = "SKILLTRAIL_HOSTILE_PART"
XSS_LISTS = ("payloadbox.jsonl", "payloadsallthethings.jsonl", "dompurify-fixtures.jsonl")


@dataclass(frozen=True, slots=True)
class JsonCase:
    """Bytes for a reader of JSON; ``expect`` is accept, reject or either."""

    name: str
    expect: str
    data: bytes
    importer: str


@cache
def own() -> dict[str, Any]:
    """Return the set that is committed here."""
    read: dict[str, Any] = json.loads(OWN.read_text(encoding="utf-8"))
    return read


def own_json_cases() -> list[JsonCase]:
    """Return the JSON cases of our own set."""
    return [_own_case(row) for row in own()["json"]]


def _own_case(row: dict[str, Any]) -> JsonCase:
    if "repeat" in row:
        opening, times, middle, closing = row["repeat"]
        text = opening * times + middle + closing * times
    else:
        text = row["text"]
    return JsonCase(row["name"], row["expect"], text.encode(), row.get("importer", row["expect"]))


def lists_folder() -> Path:
    """Return the folder of the public lists; skip the test when there is none."""
    named = os.environ.get(VARIABLE, "")
    if not named:
        pytest.skip(f"{VARIABLE} names no folder with the public lists (json-parsing, naughty-strings, xss)")
    folder = Path(named)
    if not (folder / "xss").is_dir():
        pytest.skip(f"{VARIABLE} names {folder}, which holds no lists")
    return folder


def public_scripts() -> list[str]:
    """Return all payloads and naughty strings of the public lists."""
    folder = lists_folder()
    found = [payload for name in XSS_LISTS for payload in list_of(name)]
    naughty = json.loads((folder / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    return [*found, *naughty]


def list_of(name: str) -> list[str]:
    """Return the payloads of one list."""
    return [json.loads(line)["payload"] for line in _lines(lists_folder() / "xss" / name)]


def live_scripts() -> list[str]:
    """Return the payloads that ran in Chromium when they were put raw into a page."""
    folder = lists_folder()
    rows = json.loads((folder / "xss" / "live.json").read_text(encoding="utf-8"))["rows_from_zero"]
    found = []
    for name in XSS_LISTS:
        payloads = list_of(name)
        found += [payloads[row] for row in rows[name]]
    return found


def public_json_cases() -> list[JsonCase]:
    """Return the parsing cases of the public list, and those that parsers read differently (as either)."""
    folder = lists_folder() / "json-parsing"
    parsing = [json.loads(line) for line in _lines(folder / "test_parsing.jsonl")]
    transform = [{**json.loads(line), "expect": "either"} for line in _lines(folder / "test_transform.jsonl")]
    return [JsonCase(row["name"], row["expect"], _bytes(row), row["expect"]) for row in (*parsing, *transform)]


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if line.strip())


def _bytes(row: dict[str, Any]) -> bytes:
    if "b64" in row:
        return base64.b64decode(row["b64"])
    return zlib.decompress(base64.b64decode(row["zlib_b64"]))


def part_of(texts: list[str]) -> list[str]:
    """Return the part of the texts that ``PART`` names, such as 2/3: a run over all of them takes long."""
    number, _slash, parts = os.environ.get(PART, "1/1").partition("/")
    return texts[int(number) - 1 :: int(parts)]


def sendable(text: str) -> str:
    """Return ``text`` as JSON can carry it: the capture address refuses halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode("utf-8")
