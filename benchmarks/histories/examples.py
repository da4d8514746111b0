"""All examples of intent and learning: the hand-written histories, and single prompts of further trades and languages.

``told/prompts.tsv`` holds what the histories lack: cooking, coaching, carpentry, law, nursing and more, half of it not in
English. ``told/chats-*.tsv`` are prompts as people type them into a chat, each by a language model that had seen neither the
program nor the other sets. Every text is invented.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.histories.written import demo, written

TOLD = Path(__file__).with_name("told")
CHATS = ("chats-1", "chats-2", "chats-3")
"""Three writers, 330 prompts each."""

TERSE = "terse prompts"
FILES = ("prompts", *CHATS)


@dataclass(frozen=True)
class Example:
    """One prompt with its labels, by ``writer``, about ``trade``.

    ``learning`` is None where its labeller could not tell from the prompt alone; ``signals`` where nobody labelled them.
    """

    writer: str
    trade: str
    language: str
    prompt: str
    intent: str
    learning: bool | None
    signals: frozenset[str] | None


def all_examples() -> list[Example]:
    """Return every example, in a fixed order."""
    return _of_histories() + [example for file in FILES for example in _of_prompts(file)]


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


def _of_prompts(file: str) -> list[Example]:
    with (TOLD / f"{file}.tsv").open(encoding="utf-8", newline="") as rows:
        return [
            Example(
                # Short prompts as many people type them are another manner: none of them helps to judge another one.
                writer=TERSE if row["trade"] == "terse" else file,
                trade=row["trade"],
                language=row["language"],
                prompt=row["prompt"].replace("\\n", "\n"),
                intent=row["intent"],
                learning={"yes": True, "no": False, "unsure": None}[row["learning"]],
                signals=frozenset(filter(None, row["signals"].split(","))),
            )
            for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
