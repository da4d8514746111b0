"""The code that pages of portfolios run: this version's, and those of versions that were packed before."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import NamedTuple

_CODE = ("evidence.js", "checks.js", "dressing.js", "showing.js", "page.js")
RELEASED = "released.txt"


class Checker(NamedTuple):
    """Style and code of a page by their hashes, as a content security policy writes them ("sha256-…")."""

    style: str
    code: str


def style() -> str:
    """Return the style sheet of a page."""
    return _file("templates", "portfolio.css")


def code() -> str:
    """Return the code of a page: the modules of ``checker/`` as one, without the lines that join them."""
    lines = [line for name in _CODE for line in _file("checker", name).splitlines()]
    return "\n".join(line for line in lines if not line.startswith("import ")) + "\n"


@cache
def current() -> Checker:
    """Return what this version's pages run."""
    return Checker(source_of(style()), source_of(code()))


@cache
def released() -> tuple[tuple[str, Checker], ...]:
    """Return version and checker of every version that was packed."""
    return tuple(read_released(_file("checker", RELEASED)))


def read_released(text: str) -> Iterator[tuple[str, Checker]]:
    """Yield version and checker of each line that says one; raises ValueError for a line that says something else."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            version, of_style, of_code = line.split(" ")
            yield version, Checker(of_style, of_code)


def known() -> tuple[Checker, ...]:
    """Return all checkers that are ours."""
    return current(), *(checker for _version, checker in released())


def source_of(text: str) -> str:
    """Return the hash of a text as a content security policy writes it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _file(folder: str, name: str) -> str:
    return (resources.files("skilltrail.exporters") / folder / name).read_text(encoding="utf-8")
