"""Elements of a JSON file, one by one, each parsed alone: what is wrong with one is said of that one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

import orjson

from skilltrail.importers.contract import Element, Readable
from skilltrail.importers.splitter import Piece, Splitter
from skilltrail.importers.surrogates import repaired_escapes

MAX_IN_A_ROW = 100_000
"""Elements that are no conversation, one after the other, before the file is given up as something else."""

_BLANKS = b" \t\r\n"


class NoExportError(ValueError):
    """The file is JSON of so many elements without a conversation that it is no export."""


def elements(source: Readable, *, start: int = 0) -> Iterator[Element]:
    """Yield the elements of a top-level array, of ``{"conversations": […]}``, or the one bare object of a file.

    Parameters
    ----------
    source
        The file, read from where it stands.
    start
        Elements before this index are passed over unparsed.

    Raises
    ------
    NotJsonError
        If the file does not begin with an array or an object.
    NoExportError
        If ``MAX_IN_A_ROW`` elements in a row are no objects.
    """
    in_a_row = 0
    for piece in Splitter(source).pieces():
        if piece.index < start:
            continue
        element = _element(piece)
        in_a_row = 0 if isinstance(element.value, dict) else in_a_row + 1
        if in_a_row > MAX_IN_A_ROW:
            raise NoExportError
        yield element


def _element(piece: Piece) -> Element:
    if piece.fault is not None:
        return Element(piece.index, None, piece.at, piece.fault)
    try:
        return Element(piece.index, orjson.loads(piece.data), piece.at)
    except orjson.JSONDecodeError:
        pass
    try:
        return Element(piece.index, _patiently(repaired_escapes(piece.data)), piece.at)
    except (ValueError, RecursionError):
        return Element(piece.index, None, piece.at, "broken_json")


def _patiently(data: bytearray) -> Any:
    """Read what the strict parser refuses though its words are whole: bytes of no sign, numbers beyond all bounds."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        text = data.decode("utf-8", "replace").strip(" \t\r\n")
    return _without_halves(json.loads(text, parse_constant=_refused))


def _without_halves(value: Any) -> Any:
    """Return ``value`` with what is left of halves replaced; nesting is limited before."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(inner) for key, inner in value.items()}
    return [_without_halves(inner) for inner in value] if isinstance(value, list) else value


def _refused(_name: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError
