"""All formats, in the order in which they are asked whether a file is theirs."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from skilltrail.importers import (
    aistudio,
    chatgpt,
    claude,
    copilot,
    deepseek,
    gemini_cli,
    gemini_html,
    gemini_json,
    grok,
)
from skilltrail.importers.contract import Format, Head, Place
from skilltrail.importers.splitter import NotJsonError
from skilltrail.importers.stream import NoExportError, elements

# DeepSeek's elements have a ``mapping`` as ChatGPT's have, and more that tells them apart: it is asked first.
FORMATS: tuple[Format, ...] = (
    deepseek.FORMAT,
    chatgpt.FORMAT,
    claude.FORMAT,
    grok.FORMAT,
    aistudio.FORMAT,
    gemini_json.FORMAT,
    gemini_html.FORMAT,
    gemini_cli.FORMAT,
    copilot.FORMAT,
)

_TEXT = 65_536
_AMONG = 32
"""Elements of a JSON file that are looked at; the first ones may be damaged."""

_ENOUGH = 3
"""Elements of one format that settle it."""

_BLANKS = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"


def by_name(name: str) -> Format:
    """Return the format of that name."""
    return next(one for one in FORMATS if one.name == name)


def recognised(first: bytes, place: Place) -> Format | str:
    """Return the format of a file with these first bytes, or what kind of file it is instead."""
    start = first.removeprefix(_MARK).lstrip(_BLANKS)[:1]
    if start in (b"[", b"{"):
        return _json_format(place)
    if not start or b"\0" in first:
        return "other"
    with place.open() as source:
        head = Head(source.read(_TEXT).removeprefix(_MARK).decode("utf-8", "replace"))
    return _of(head) or ("viewer" if "<html" in head.text[:2000].lower() else "other")


def _json_format(place: Place) -> Format | str:
    """Let the first elements vote: one that is odd, damaged or of another kind does not decide."""
    votes: Counter[str] = Counter()
    damaged = False
    try:
        with place.open() as source:
            for element in islice(elements(source), _AMONG):
                damaged = damaged or element.fault is not None
                found = _of(Head("", (element.value,))) if isinstance(element.value, dict) else None
                if found is not None:
                    votes[found.name] += 1
                    if votes[found.name] == _ENOUGH:
                        break
    except (NotJsonError, NoExportError):
        return "other"
    most = max(votes.values(), default=0)
    return next((one for one in FORMATS if most and votes[one.name] == most), "broken" if damaged else "other")


def _of(head: Head) -> Format | None:
    return next((one for one in FORMATS if one.recognises(head)), None)
