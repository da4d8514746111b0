"""Fakes drawn from the patterns of a file of rules in gitleaks' form; the file itself stays outside the project."""

from __future__ import annotations

import random
import re
import re._constants as op
import re._parser as parser
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.fakes.shapes import Fake

_ANY = string.ascii_letters + string.digits + "-_"
_MOST = 40
"""Times that an open repeat is drawn at most."""

_CLASSES = {
    op.CATEGORY_DIGIT: string.digits,
    op.CATEGORY_WORD: string.ascii_letters + string.digits + "_",
    op.CATEGORY_SPACE: " ",
}


def drawn_from(path: Path, *, each: int, seed: int) -> Iterator[Fake]:
    """Yield up to ``each`` fakes for each rule; patterns that Python cannot read are left out."""
    chance = random.Random(seed)
    for rule in tomllib.loads(path.read_text(encoding="utf-8"))["rules"]:
        try:
            pattern = re.compile(rule["regex"].replace(r"\z", r"\Z"), re.ASCII)
        except (KeyError, re.error):
            continue
        for _try in range(each):
            text = "".join(_drawn(list(parser.parse(pattern.pattern, pattern.flags)), chance))
            match = pattern.search(text)
            secret = None if match is None else next((group for group in match.groups() if group), match.group())
            if secret and len(set(secret)) > min(6, len(secret) // 2):
                yield Fake(str(rule["id"]), text, (secret,))


def _drawn(nodes: list[Any], chance: random.Random) -> Iterator[str]:
    for kind, value in nodes:
        if kind is op.LITERAL:
            yield chr(value)
        elif kind is op.NOT_LITERAL or kind is op.ANY:
            yield chance.choice(_ANY)
        elif kind is op.IN:
            yield chance.choice(_signs(value))
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            low, high, body = value
            for _time in range(chance.randint(low, min(int(high), max(low, _MOST)))):
                yield from _drawn(list(body), chance)
        elif kind is op.SUBPATTERN:
            yield from _drawn(list(value[3]), chance)
        elif kind is op.BRANCH:
            yield from _drawn(list(chance.choice(value[1])), chance)


def _signs(items: list[Any]) -> str:
    found = ""
    for kind, value in items:
        if kind is op.NEGATE:
            return _ANY
        if kind is op.LITERAL:
            found += chr(value)
        elif kind is op.RANGE:
            found += "".join(map(chr, range(value[0], value[1] + 1)))
        elif kind is op.CATEGORY:
            found += _CLASSES.get(value, _ANY)
    return found
