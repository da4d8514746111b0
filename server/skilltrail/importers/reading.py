"""What formats of JSON have in common: elements in, conversations out, and nothing an element holds stops the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from skilltrail.importers.contract import Element, ImportedConversation, Readable, Reading, Skip
from skilltrail.importers.stream import elements

ID_MAX = 200
"""Characters of an id; what is longer is none."""

Convert = Callable[[dict[str, Any], int, Reading], ImportedConversation]
"""Turns one element into a conversation; ``index`` is its place in the file."""


def by_element(convert: Convert) -> Callable[[Readable, Reading], Iterator[ImportedConversation]]:
    """Return a ``Format.conversations`` that hands each element of a JSON file to ``convert``."""

    def conversations(source: Readable, reading: Reading) -> Iterator[ImportedConversation]:
        for element in elements(source, start=reading.start):
            yield replace(_converted(element, convert, reading), at_bytes=element.at_bytes)

    return conversations


def left_out(reason: str, index: int, id_: str | None = None, *, messages: int = 0) -> ImportedConversation:
    """Return what stands for an element of which nothing is taken."""
    return ImportedConversation(index, id_, (), (Skip(reason, index, id_, messages),), messages=messages)


def _converted(element: Element, convert: Convert, reading: Reading) -> ImportedConversation:
    if element.fault is not None:
        return left_out(element.fault, element.index)
    if not isinstance(element.value, dict):
        return left_out("not_an_object", element.index)
    try:
        return convert(element.value, element.index, reading)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError, RecursionError):
        # A shape nobody has seen: one conversation is left out by name, the others are read.
        return left_out("unreadable", element.index)


def text_of(value: Any) -> str | None:
    """Return ``value`` if it is a text that is not empty."""
    return value if isinstance(value, str) and value else None


def id_of(value: Any) -> str | None:
    """Return ``value`` if it can be an id: a text of at most ``ID_MAX`` characters."""
    return value if isinstance(value, str) and 0 < len(value) <= ID_MAX else None


def made_id(*parts: str) -> str:
    """Return an id made of ``parts`` where a source has none: the same for the same parts, in every export."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def object_of(value: Any) -> dict[str, Any]:
    """Return ``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return ``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []
