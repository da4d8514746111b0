"""Markup as browsers write it: elements in, and out comes the very text that parsing and serialising gives again.

The page's manifest holds the hash of the page as a browser has parsed it (``innerHTML``'s serialisation of the HTML
standard). So that Python and browsers hash the same text, markup is built of elements and never of strings: a text
cannot become an element, and there is one way to write each thing.
"""

from __future__ import annotations

from dataclasses import dataclass

from skilltrail.exporters.plain_text import visible

_VOID = frozenset({"meta", "br", "hr", "wbr"})
_RAW = frozenset({"style", "script"})
"""Their text is written as it is."""

_TEXT = str.maketrans({"&": "&amp;", "\u00a0": "&nbsp;", "<": "&lt;", ">": "&gt;"})
# Browsers differ in whether they escape these two within attributes; so none has any.
_VALUE = str.maketrans({"&": "&amp;", "\u00a0": "&nbsp;", '"': "&quot;", "<": "‹", ">": "›"})


@dataclass(frozen=True, slots=True)
class Element:
    """An element: name, attributes in order, children (elements and texts)."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element | str, ...]


Child = Element | str | None


def tag(name: str, /, *children: Child, **attributes: str | None) -> Element:
    """Return an element; None is left out, ``class_`` is written ``class`` and ``_`` in other names ``-``."""
    given = tuple((_attribute(key), value) for key, value in attributes.items() if value is not None)
    return Element(name, given, tuple(child for child in children if child is not None))


def serialised(node: Element | str) -> str:
    """Return markup that a browser parses and serialises to the same text."""
    found: list[str] = []
    _write(node, found, raw=False)
    return "".join(found)


def _attribute(key: str) -> str:
    # SVG's own names keep their capitals.
    return key.rstrip("_") if key.endswith("_") else key.replace("_", "-")


def _write(node: Element | str, found: list[str], *, raw: bool) -> None:
    if isinstance(node, str):
        found.append(node if raw else _plain(node).translate(_TEXT))
        return
    named = "".join(f' {key}="{_plain(value).translate(_VALUE)}"' for key, value in node.attributes)
    found.append(f"<{node.name}{named}>")
    if node.name in _VOID:
        return
    for child in node.children:
        _write(child, found, raw=node.name in _RAW)
    found.append(f"</{node.name}>")


def _plain(text: str) -> str:
    """Return text without what a parser would change: control characters, carriage returns, lone surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return visible(lines).encode("utf-8", "replace").decode("utf-8")
