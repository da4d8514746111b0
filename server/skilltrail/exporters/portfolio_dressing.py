"""What an excerpt is made of, for setting it in print: blocks of code, list items and prose with code and bold in it.

The same rules as those of the page (``checker/dressing.js``). No sign is added, changed or left out; where it is in
doubt the text stays plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"\s{0,8}(?:[-*+]|\d{1,3}[.)])\s")
_INLINE = re.compile(r"(`[^`\n]+`)|(\*\*[^*\n]+\*\*)")

Run = tuple[str, str]
"""How it is set ("plain", "code", "bold"), and the text."""


def dressed(text: str, gap: str = "") -> list[tuple[str, list[Run]]]:
    """Return blocks: "code" with its whole text, "item" and "line" with their runs.

    Joined by line ends they are the text. A line that is ``gap`` stands for what is withheld: no block goes on over it.
    """
    blocks: list[tuple[str, list[Run]]] = []
    code: list[str] = []
    opened = ""
    for line in text.split("\n"):
        if code and gap and line == gap:
            blocks.append(("code", [("code", "\n".join(code))]))
            code, opened = [], ""
        found = _FENCE.match(line)
        sign = found.group(1) if found else ""
        if not opened and not sign:
            blocks.append(("item" if _ITEM.match(line) else "line", list(_runs(line))))
            continue
        code.append(line)
        if not opened:
            opened = sign
        elif sign.startswith(opened) and line.strip() == sign:
            blocks.append(("code", [("code", "\n".join(code))]))
            code, opened = [], ""
    return [*blocks, ("code", [("code", "\n".join(code))])] if code else blocks


def _runs(line: str) -> Iterator[Run]:
    start = 0
    for found in _INLINE.finditer(line):
        if found.start() > start:
            yield "plain", line[start : found.start()]
        yield "code" if found.group(1) else "bold", found.group()
        start = found.end()
    if start < len(line):
        yield "plain", line[start:]
