"""The sets of fakes that are measured; the same seed gives the same sets."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.fakes import chat_pastes, chat_prose
from benchmarks.fakes.by_rule import BY_RULE
from benchmarks.fakes.personal import PERSONAL
from benchmarks.fakes.shapes import Fake, fill

SEED = 20261122
EACH = 5
_SLOT = re.compile(r"⟨([^⟩]+)⟩")
_MARK = re.compile(r"\[(?:secret|personal):[a-z0-9_-]{1,40}:[0-9a-f]{4}\]|\[own-word:[0-9]+\]")
_WINDOW = 8


@dataclass(frozen=True, slots=True)
class ChatFake:
    """A chat text with a secret; ``held_out``: nobody looked at it while rules were tuned."""

    fake: Fake
    held_out: bool


def by_rule(seed: int = SEED, each: int = EACH) -> list[Fake]:
    """Return at least ``each`` fakes for every rule of the file."""
    chance = random.Random(seed)
    return [
        fill(rule, templates[number % len(templates)], chance)
        for rule, templates in BY_RULE.items()
        for number in range(max(each, len(templates)))
    ]


def chat(seed: int = SEED) -> list[ChatFake]:
    """Return one fake for each chat text; every second text is held out."""
    chance = random.Random(seed)
    templates = [
        (name.lower(), text)
        for module in (chat_prose, chat_pastes)
        for name, texts in vars(module).items()
        if name.isupper()
        for text in texts
    ]
    return [ChatFake(fill(group, text, chance), at % 2 == 1) for at, (group, text) in enumerate(templates)]


def personal() -> list[Fake]:
    """Return texts with personal data; the values stand in them as they are."""
    return [
        Fake(kind, _SLOT.sub(r"\1", text), tuple(_SLOT.findall(text)))
        for kind, texts in PERSONAL.items()
        for text in texts
    ]


def is_left(secret: str, clean: str) -> bool:
    """Tell whether eight signs in a row of a secret (all of a shorter one) are still to be read in ``clean``."""
    rest = _MARK.sub("\x00", clean)
    width = min(_WINDOW, len(secret))
    return any(secret[at : at + width] in rest for at in range(len(secret) - width + 1))


def missed(fakes: Sequence[Fake], clean: Sequence[str]) -> list[Fake]:
    """Return the fakes of which a secret is still to be read."""
    pairs = zip(fakes, clean, strict=True)
    return [fake for fake, text in pairs if any(is_left(secret, text) for secret in fake.secrets)]
