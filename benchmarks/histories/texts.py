"""Writes the texts of generated histories: a skill's words in the slots of the patterns, up to a drawn length."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Self, TypeVar

from benchmarks.histories import patterns

T = TypeVar("T")

_PROMPT_LENGTH = (log(320), 0.75)
_REPLY_LENGTH = (log(1200), 0.6)
_LONGEST = 12_000
_SHARE_BARE_PROMPT = 0.12
_SHARE_CODE_PROMPT = 0.2
_SHARE_CODE_REPLY = 0.5
_WORD = re.compile(r"[a-z]{3,}")


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill's vocabulary; ``kind`` (code, visual, text, language, business) chooses its questions."""

    name: str
    field: str
    kind: str
    terms: tuple[str, ...]
    tasks: tuple[str, ...]
    faults: tuple[str, ...]
    works: tuple[str, ...]
    words: tuple[str, ...]
    snippet: str

    @classmethod
    def read(cls, name: str, table: Mapping[str, str]) -> Self:
        """Read one table of the vocabulary file; its lists are parted by ``|``."""
        terms, tasks, faults, works = (tuple(table[key].split(" | ")) for key in ("terms", "tasks", "faults", "works"))
        words = tuple(dict.fromkeys(_WORD.findall(f"{table['terms']} {table['works']}".lower())))
        return cls(name, table["field"], table["kind"], terms, tasks, faults, works, words, table.get("snippet", "js"))


class Writer:
    """Draws every text from one random source, so that a seed fixes them all."""

    def __init__(self, rng: random.Random) -> None:
        self._random = rng.random
        self._normal = rng.normalvariate

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of ``choices`` (quicker than ``random.choice``, which counts at this number)."""
        return choices[int(self._random() * len(choices))]

    def title(self, skill: Skill | None) -> str:
        """Return a title of the kind that ChatGPT gives."""
        if skill is None:
            return self.pick(("Weekend plans", "Dinner idea", "Gift ideas", "Travel question", "Household question"))
        term = self.pick(skill.terms)
        form = self.pick(("Understanding {}", "{}", "{} question", "Help with {}", "{} explained"))
        title = form.format(term)
        return title[:1].upper() + title[1:]

    def prompt(self, skill: Skill | None, intent: str, *, filler: bool, client: str | None) -> str:
        """Return a prompt; most get some background until they reach their drawn length."""
        if skill is None:
            return self.pick(patterns.NOISE).format_map(self._noise_slots())
        if filler:
            return self.pick(patterns.FILL).format_map(self._slots(skill, client))
        text = self.pick(self._questions(skill, intent)).format_map(self._slots(skill, client))
        if intent == "expressing" or self._random() < _SHARE_BARE_PROMPT:
            return text
        parts = [text]
        if skill.kind == "code" and self._random() < _SHARE_CODE_PROMPT:
            parts.append(f"\n\n```\n{self._code(skill)}\n```\n\n")
        self._grow(parts, patterns.CONTEXT, skill, client, self._length(_PROMPT_LENGTH))
        return " ".join(parts)

    def addition(self, skill: Skill | None, client: str | None) -> str:
        """Return the sentence by which a prompt was edited."""
        if skill is None:
            return f"For {self.pick(('two', 'three', 'four', 'five', 'six'))} people, please."
        return self.pick(patterns.CONTEXT).format_map(self._slots(skill, client))

    def reply(self, skill: Skill | None, intent: str, *, client: str | None) -> str:
        """Return a reply in Markdown of about a drawn length."""
        if skill is None:
            return self._noise_reply()
        delivery = intent == "doing"
        head = self.pick(patterns.DELIVERY_OPEN if delivery else patterns.REPLY_OPEN)
        parts = [head.format_map(self._slots(skill, client))]
        body = patterns.DELIVERY_LINE if delivery else patterns.REPLY_MIDDLE
        if skill.kind == "code" and self._random() < _SHARE_CODE_REPLY:
            parts.append(f"```\n{self._code(skill)}\n```")
        if self._random() < 0.4:
            parts.append("\n".join(f"- **{self.pick(skill.terms)}**: {self.pick(skill.tasks)}" for _ in range(3)))
        self._grow(parts, body, skill, client, self._length(_REPLY_LENGTH))
        if not delivery:
            parts.append(self.pick(patterns.REPLY_CLOSE).format_map(self._slots(skill, client)))
        return "\n\n".join(parts)

    def _questions(self, skill: Skill, intent: str) -> Sequence[str]:
        if intent == "doing":
            return patterns.DO
        if intent == "expressing":
            return patterns.EXPRESS
        return patterns.ASK[skill.kind] if self._random() < 0.45 else patterns.ASK_ANY

    def _grow(self, parts: list[str], sentences: Sequence[str], skill: Skill, client: str | None, length: int) -> None:
        """Append paragraphs of one to three sentences until the parts reach ``length`` characters.

        Sentences come in a new order each time, so that one is not repeated before all have been used.
        """
        size, position, order = sum(map(len, parts)), 0, self._shuffled(sentences)
        while size < length:
            slots = self._slots(skill, client)
            count = 1 + int(self._random() * 3)
            paragraph = " ".join([order[(position + step) % len(order)].format_map(slots) for step in range(count)])
            position += count
            parts.append(paragraph)
            size += len(paragraph)

    def _shuffled(self, sentences: Sequence[str]) -> list[str]:
        return sorted(sentences, key=lambda _: self._random())

    def _slots(self, skill: Skill, client: str | None) -> dict[str, str]:
        terms = skill.terms
        first = int(self._random() * len(terms))
        second = (first + 1 + int(self._random() * (len(terms) - 1))) % len(terms)
        work, a = self.pick(skill.works), terms[first]
        return {
            "a": a,
            "a_cap": a[:1].upper() + a[1:],
            "b": terms[second],
            "task": self.pick(skill.tasks),
            "fault": self.pick(skill.faults),
            "work": work,
            "work_bare": work.removeprefix("a ").removeprefix("an ").removeprefix("the "),
            "client": client or "a client",
            "n": str(2 + int(self._random() * 8)),
            "day": self.pick(patterns.DAYS),
            "code": self._code(skill),
        }

    def _code(self, skill: Skill) -> str:
        names = {"x": self.pick(skill.words), "y": self.pick(skill.words), "n": str(1 + int(self._random() * 48))}
        return self.pick(patterns.CODE[skill.snippet]).format_map(names)

    def _noise_slots(self) -> dict[str, str]:
        slots = {name: self.pick(words) for name, words in patterns.NOISE_WORDS.items()}
        slots["food2"] = self.pick(patterns.NOISE_WORDS["food"])
        slots["place2"] = self.pick(patterns.NOISE_WORDS["place"])
        slots["n"] = str(2 + int(self._random() * 8))
        return slots

    def _noise_reply(self) -> str:
        words = self._noise_slots()
        return (
            "Gladly. A simple idea first, then two variants.\n\n"
            f"- Begin with {words['food']}, and keep {words['food2']} for the end.\n"
            f"- In {words['place']} it is done with much patience and a little {words['hobby']}.\n"
            f"- Your {words['person']} would surely have an opinion of their own.\n\n"
            f"Plan about {words['n']}0 minutes, and do not hurry."
        )

    def _length(self, shape: tuple[float, float]) -> int:
        mean, deviation = shape
        return min(_LONGEST, int(2.718281828459045 ** self._normal(mean, deviation)))
