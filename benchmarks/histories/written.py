"""Histories written by hand, with labels: five freelancers of five trades, and the demo's.

`written/*.jsonl` holds one exchange a line; `written/*.names.toml` the names that a topic about a skill may have, fixed
before any program was run on the texts. Every text is invented.
"""

from __future__ import annotations

import json
import random
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.histories.generate import generate

import skilltrail.demo
from skilltrail.domain.topics import is_follow_up, representation

FOLDER = Path(__file__).with_name("written")
DEMO = Path(skilltrail.demo.__file__).with_name("history")
JUDGED_NAMES = Path(__file__).with_name("judged_names.toml")
GENERATED_NAMES = Path(__file__).with_name("generated_names.toml")
SEED = 7
NO_SKILL = frozenset({"none", "other", "private"})


@dataclass(frozen=True)
class History:
    """Exchanges of several people as if they were one's; each row is a line of the files.

    ``names``: of each skill those written down from memory before any run; ``judged``: those of the product's list that
    two judges accepted without having seen one.
    """

    name: str
    rows: list[dict[str, Any]]
    names: dict[str, frozenset[str]]
    judged: dict[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def keys(self) -> list[str]:
        """Source keys, of which the part before the second last separator is the conversation."""
        return [f"{talk}\x1f{row['turn']:03d}\x1f{number}" for number, (talk, row) in enumerate(self._pairs())]

    @cached_property
    def talks(self) -> list[str]:
        """The conversation of each row."""
        return [talk for talk, _row in self._pairs()]

    @cached_property
    def texts(self) -> list[str]:
        """What stands for each exchange, as the product makes it."""
        made, previous = [], dict[str, str]()
        for talk, row in self._pairs():
            before = previous.get(talk)
            made.append(
                representation(title=row["title"], prompt=row["prompt"], reply=row["reply"], previous_prompt=before)
            )
            if not is_follow_up(row["prompt"]):
                previous[talk] = row["prompt"]
        return made

    @cached_property
    def skills(self) -> list[str]:
        """The label of each row."""
        return [row["skill"] for row in self.rows]

    @cached_property
    def subjects(self) -> list[int]:
        """For each filler the row it follows: the last of its conversation that names the same skill; else -1."""
        last: dict[tuple[str, str], int] = {}
        found = []
        for number, (talk, row) in enumerate(self._pairs()):
            if row["filler"]:
                found.append(last.get((talk, row["skill"]), -1))
            else:
                found.append(-1)
                last[talk, row["skill"]] = number
        return found

    def drawn(self, share: float, seed: int) -> History:
        """Return the history with a share of its conversations, drawn by lot."""
        talks = sorted(set(self.talks))
        kept = set(random.Random(seed).sample(talks, round(share * len(talks))))
        rows = [row for row, talk in zip(self.rows, self.talks, strict=True) if talk in kept]
        return History(self.name, rows, self.names, self.judged)

    def _pairs(self) -> list[tuple[str, dict[str, Any]]]:
        return [(f"{row['writer']}/{row['conversation']}", row) for row in self.rows]


def written(*trades: str) -> History:
    """Return the hand-written exchanges of some trades, or of all."""
    files = sorted(path for path in FOLDER.glob("*.jsonl") if not trades or path.stem in trades)
    names: dict[str, frozenset[str]] = {}
    for file in files:
        table = tomllib.loads(file.with_suffix(".names.toml").read_text("utf-8"))
        names |= {skill: frozenset(name.casefold() for name in entry["names"]) for skill, entry in table.items()}
    return History("written: " + (", ".join(trades) or "all trades"), _rows(files), names, _judged("written"))


def demo() -> History:
    """Return the invented freelancer's history that comes with the product; it has no list of names."""
    return History("the demo", _rows(sorted(DEMO.glob("*.jsonl")), writer="demo"), {})


def generated(count: int) -> History:
    """Return a history of ``benchmarks.histories.generate``, with the exchanges that are on the current path."""
    rows: list[dict[str, Any]] = []
    for number, item in enumerate(generate(count, SEED, datetime(2026, 11, 1, tzinfo=UTC))):
        said = item.captured
        if said.on_current_path:
            row = {"writer": "generated", "conversation": said.conversation_id, "turn": number % 1_000}
            row |= {"title": said.title, "prompt": said.prompt, "reply": said.reply}
            rows.append(row | {"skill": item.skill, "filler": item.filler})
    table = tomllib.loads(GENERATED_NAMES.read_text("utf-8"))
    names = {skill: frozenset(name.casefold() for name in entry["names"]) for skill, entry in table.items()}
    return History(f"generated from patterns ({count:,} with side branches)", rows, names, _judged("generated"))


def _judged(part: str) -> dict[str, frozenset[str]]:
    table = tomllib.loads(JUDGED_NAMES.read_text("utf-8"))[part]
    return {skill: frozenset(name.casefold() for name in names) for skill, names in table.items()}


def _rows(files: list[Path], writer: str | None = None) -> list[dict[str, Any]]:
    rows = []
    for file in files:
        lines = file.read_text("utf-8").splitlines()
        rows.extend({"writer": writer or file.stem} | json.loads(line) for line in lines if line)
    return rows
