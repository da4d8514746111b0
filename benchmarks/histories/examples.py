"""All examples of intent and learning: the hand-written histories, and single prompts of further trades and languages.

``told/prompts.tsv`` holds what the histories lack: cooking, coaching, carpentry, law, nursing and more, half of it not in
English. Every text is invented.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.histories.written import demo, written

PROMPTS = Path(__file__).with_name("told") / "prompts.tsv"


@dataclass(frozen=True)
class Example:
    """One prompt with its labels; ``signals`` is None where nobody labelled them. ``writer`` wrote it, about ``trade``."""

    writer: str
    trade: str
    language: str
    prompt: str
    intent: str
    learning: bool
    signals: frozenset[str] | None


def all_examples() -> list[Example]:
    """Return every example, in a fixed order."""
    return _of_histories() + _of_prompts()


def _of_histories() -> list[Example]:
    return [
        Example(
            writer=row["writer"],
            trade=row["writer"],
            language=row.get("language", "en"),
            prompt=row["prompt"],
            intent=row["intent"],
            learning=row["learning"],
            signals=frozenset(row["signals"]) if "signals" in row else None,
        )
        for row in written().rows + demo().rows
    ]


def _of_prompts() -> list[Example]:
    with PROMPTS.open(encoding="utf-8", newline="") as file:
        return [
            Example(
                # Short prompts as many people type them are another manner: none of them helps to judge another one.
                writer="terse prompts" if row["trade"] == "terse" else "prompts",
                trade=row["trade"],
                language=row["language"],
                prompt=row["prompt"].replace("\\n", "\n"),
                intent=row["intent"],
                learning=row["learning"] == "yes",
                signals=frozenset(filter(None, row["signals"].split(","))),
            )
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
