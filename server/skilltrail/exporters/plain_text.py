"""Captured text as plain text beside our own words."""

from __future__ import annotations

import re

# C0, DEL and C1 without tab and line breaks, and the characters that turn the direction of what follows them:
# harmless inside <bdi>, but they would rearrange our own words in Markdown and in titles.
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_MARKS = re.compile(r"\*\*|`+")


def one_line(text: str) -> str:
    """Return captured text as one line without control characters and direction marks."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def visible(text: str) -> str:
    """Return a piece of captured text without control characters and direction marks; blanks at its ends stay."""
    return _INVISIBLE.sub("", text)


def unmarked(text: str) -> str:
    """Return a piece of an answer as ``visible``, without the signs that set words bold or as code."""
    return _MARKS.sub("", visible(text))


def visible_lines(text: str) -> str:
    """Return the learner's own text without control characters and direction marks; its line breaks stay."""
    return "\n".join(_INVISIBLE.sub("", line) for line in text.splitlines())
