"""What an excerpt is made of, for setting it: blocks of code, headings, list items, and prose with code and emphasis.

The same rules as those of the page (``checker/dressing.js``). No sign is added, changed or left out: the signs that
only mark something up (stars, backticks, fences) are runs of their own. Where it is in doubt the text stays plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BARE = re.compile(r" {0,3}(?:`{3,}|~{3,})[A-Za-z0-9+#.-]{0,20}[ \t]*")
"""A fence that holds nothing to be read but the name of a language."""
_ITEM = re.compile(r"\s{0,8}(?:[-*+]|\d{1,3}[.)])\s")
_HEAD = re.compile(r" {0,3}#{1,6} +(?=\S)")
_INLINE = re.compile(r"(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(?<![\w*])(\*[^\s*](?:[^*\n]*[^\s*])?\*)(?![\w*])")
_CODE = re.compile(r"`[^`\n]+`")

MARK = "mark"
Run = tuple[str, str]
"""How it is set ("plain", "code", "bold", "slanted"; "mark": a sign that only marks up), and the text."""
Block = tuple[str, list[Run]]
"""What it is ("code", "head", "item", "line"), and its runs."""


def dressed(text: str, gap: str = "") -> list[Block]:
    """Return blocks: of "code" its first and last line are marks where they are fences, of the others their runs.

    Joined by line ends they are the text. A line that is ``gap`` stands for what is withheld: no block goes on over it.
    """
    blocks: list[Block] = []
    code: list[str] = []
    opened = ""
    for line in text.split("\n"):
        if code and gap and line == gap:
            blocks.append(_block(code, closed=False))
            code, opened = [], ""
        found = _FENCE.match(line)
        sign = found.group(1) if found else ""
        if not opened and not sign:
            blocks.append(_prose(line))
            continue
        code.append(line)
        if not opened:
            opened = sign
        elif sign.startswith(opened) and line.strip() == sign:
            blocks.append(_block(code, closed=True))
            code, opened = [], ""
    return [*blocks, _block(code, closed=False)] if code else blocks


def read_as_set(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks without the signs that only mark up: for print, where the setting says it."""
    return [(kind, [(how, words) for how, words in runs if how != MARK]) for kind, runs in blocks]


def _block(lines: list[str], *, closed: bool) -> Block:
    first, last = int(bool(_BARE.fullmatch(lines[0]))), len(lines) - int(closed)
    before, after = "\n".join(lines[:first]), "\n".join(lines[last:])
    body = "\n".join(lines[first:last])
    ends = ("\n" if first and len(lines) > 1 else "", "\n" if closed and last > first else "")
    return "code", [(MARK, before + ends[0]), ("code", body), (MARK, ends[1] + after)]


def _prose(line: str) -> Block:
    if head := _HEAD.match(line):
        return "head", [(MARK, head.group()), *_runs(line[head.end() :])]
    return "item" if _ITEM.match(line) else "line", list(_runs(line))


def _runs(line: str) -> Iterator[Run]:
    start = 0
    for found in _INLINE.finditer(line):
        if found.start() > start:
            yield "plain", line[start : found.start()]
        words, signs = found.group(), 2 if found.group(2) else 1
        yield MARK, words[:signs]
        yield from _inner("code" if found.group(1) else "bold" if found.group(2) else "slanted", words[signs:-signs])
        yield MARK, words[-signs:]
        start = found.end()
    if start < len(line):
        yield "plain", line[start:]


def _inner(how: str, words: str) -> Iterator[Run]:
    """Yield what stands between two marks; code within emphasis is code."""
    start = 0
    for found in _CODE.finditer(words) if how != "code" else ():
        if found.start() > start:
            yield how, words[start : found.start()]
        yield from ((MARK, "`"), ("code", found.group()[1:-1]), (MARK, "`"))
        start = found.end()
    if start < len(words):
        yield how, words[start:]
