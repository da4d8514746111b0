"""Which program wrote a page: two that are called the same write the same page of the same content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

import babel

from skilltrail import __version__

_FOLDERS = ("exporters", "exporters/checker", "exporters/templates", "domain", "locale")
_ENDINGS = (".py", ".js", ".css", ".mo")
_FILES = ("formats.py", "i18n.py")
_NAME_MOST = 80


@cache
def writer() -> str:
    """Return the name of this program as pages state it: version, and a hash over all that their words come from.

    Of development versions many have one number; and the words for days and numbers are those of Babel's data.
    """
    found = hashlib.sha256(babel.__version__.encode())
    for file in _sources():
        found.update(b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return f"Skilltrail {__version__} ({found.hexdigest()[:16]})"


def is_name(text: str) -> bool:
    """Tell whether a text is the name of a program as ``writer`` gives them: others' words are not repeated."""
    plain = len(text) <= _NAME_MOST and text.isascii()
    return plain and text.startswith("Skilltrail ") and all(sign.isalnum() or sign in ".+-() " for sign in text)


def _sources() -> Iterator[Traversable]:
    package = resources.files("skilltrail")
    yield from (package / name for name in _FILES)
    for folder in _FOLDERS:
        yield from _of(package / folder, deep=folder == "locale")


def _of(folder: Traversable, *, deep: bool) -> Iterator[Traversable]:
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if deep and file.is_dir():
            yield from _of(file, deep=True)
        elif file.name.endswith(_ENDINGS):
            yield file
