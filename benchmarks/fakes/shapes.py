"""Draws texts from shapes: literals, classes and counts, such as ``ghp_[A-Za-z0-9]{36}``."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from benchmarks.fakes.values import FINISHED, VALUES

_PART = re.compile(r"\[((?:\\.|[^\]\\])+)\](?:\{(\d+)(?:,(\d+))?\})?|\\(.)|(.)", re.DOTALL)
_SLOT = re.compile(r"⟨([^⟩]+)⟩")


@dataclass(frozen=True, slots=True)
class Fake:
    """A text with the secrets in it; ``group`` is the rule or the kind of text it stands for."""

    group: str
    text: str
    secrets: tuple[str, ...]


def draw(shape: str, chance: random.Random) -> str:
    """Return one text of ``shape``."""
    return "".join(_drawn(part, chance) for part in _PART.finditer(shape))


def fill(group: str, template: str, chance: random.Random) -> Fake:
    """Put an invented secret into each ``⟨…⟩`` of ``template``: a name of ``values.VALUES``, else a shape."""
    secrets: list[str] = []

    def put(slot: re.Match[str]) -> str:
        name = slot.group(1)
        drawn = draw(chance.choice(VALUES.get(name, name).split("¦")), chance)
        secrets.append(FINISHED[name](drawn) if name in FINISHED else drawn)
        return secrets[-1]

    return Fake(group, _SLOT.sub(put, template), tuple(secrets))


def _drawn(part: re.Match[str], chance: random.Random) -> str:
    inside, low, high, escaped, plain = part.groups()
    if inside is None:
        return str(escaped or plain)
    signs = _signs(inside)
    count = chance.randint(int(low), int(high or low)) if low else 1
    return "".join(chance.choice(signs) for _sign in range(count))


def _signs(inside: str) -> str:
    """Return the characters of a class such as ``A-Z2-7_``; a backslash makes the next one plain."""
    found: list[str] = []
    places = iter(re.findall(r"\\.|.-[^\\]|.", inside))
    for place in places:
        if len(place) == 3 and place[1] == "-":
            found += map(chr, range(ord(place[0]), ord(place[2]) + 1))
        else:
            found.append(place[-1])
    return "".join(found)
