"""Telling learning from delegation: each writer is judged by a model that never saw a line of theirs.

    python -m benchmarks.learning              held-out writers, against a rule of key words; unsure; corrections; speed
    python -m benchmarks.learning --vectors    also what vectors of the prompt would add (some ten minutes)

The prompts of further trades and languages are one writer, the terse ones another: the model that judges them has seen none
of them. The chats are by three writers who never saw the program. What is shown for the third is the honest estimate: the
lists of cues were written with a look at the other two, never at that one.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence

import numpy as np
from benchmarks.histories.examples import CHATS, TERSE, Example, all_examples
from benchmarks.learning_fit import chances_with, fit
from benchmarks.learning_tables import (
    Judged,
    intent_f1,
    kind_of,
    precision_at,
    print_chats,
    print_signals,
    print_unsure,
    print_writers,
    writers,
)
from numpy.typing import NDArray

from skilltrail.domain.learning import Intent, Kind, Lesson, Lessons, PromptReading, Word
from skilltrail.ml.embedding import Embedder
from skilltrail.ml.learning import LearningModel
from skilltrail.ml.static_vectors import StaticVectors


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", action="store_true", help="also measure what vectors would add")
    chosen = parser.parse_args()
    examples = all_examples()
    judged = held_out(examples)
    print_writers(judged)
    print_chats(judged)
    print_unsure("all", judged)
    print_unsure("the three chats", [one for one in judged if one.example.writer in CHATS])
    print_signals(judged)
    _print_corrections(judged)
    _print_speed(examples)
    if chosen.vectors:
        _print_vectors(examples)


def held_out(examples: Sequence[Example]) -> list[Judged]:
    """Return every example as read by the model of the other writers."""
    judged = []
    for writer in sorted({example.writer for example in examples}):
        model = fit([example for example in examples if example.writer != writer]).model()
        own = [example for example in examples if example.writer == writer]
        readings = model.read([example.prompt for example in own])
        judged += [Judged(example, reading) for example, reading in zip(own, readings, strict=True)]
    return judged


def _print_corrections(judged: Sequence[Judged]) -> None:
    """A writer corrects twenty of their exchanges; the others are then told anew. Mean of five draws a writer."""
    print("\ntwenty corrections of a writer, and the others' errors before and after")
    for name, wanted in (
        ("of what is wrong", _as_labelled),
        ("of a writer who calls all asking learning", _asking_is_learning),
    ):
        before, after, moved, total = 0, 0, 0, 0
        for writer in writers(judged):
            own = [one for one in judged if one.example.writer == writer and one.told]
            wrong = [one for one in own if (one.reading.learning >= 0.5) != wanted(one.example)]
            for seed in range(5):
                lessons = random.Random(seed).sample(wrong, min(20, len(wrong)))
                taught = Lessons(
                    [
                        Lesson(o.reading, Word(kind=Kind.LEARNING if wanted(o.example) else kind_of(o.example)))
                        for o in lessons
                    ]
                )
                chosen = {id(one) for one in lessons}
                for one in own:
                    if id(one) not in chosen:
                        new = taught.tell(one.reading)
                        total += 1
                        before += (one.reading.learning >= 0.5) != wanted(one.example)
                        after += (new.chance >= 0.5) != wanted(one.example)
                        moved += new.taught > 0
        print(
            f"  {name}: {before / total:.2%} before, {after / total:.2%} after; {moved / total:.1%} were moved at all"
        )


def _as_labelled(example: Example) -> bool:
    return bool(example.learning)


def _asking_is_learning(example: Example) -> bool:
    return bool(example.learning) or example.intent == Intent.ASKING


def _print_speed(examples: Sequence[Example]) -> None:
    prompts = [example.prompt for example in examples]
    model = LearningModel.shipped()
    model.read(prompts[:10])
    began = time.process_time()
    readings = model.read(prompts)
    reading = time.process_time() - began
    lessons = Lessons([Lesson(one, Word(kind=Kind.LEARNING)) for one in readings[:200]])
    began = time.process_time()
    for one in readings:
        lessons.tell(one)
    telling = time.process_time() - began
    began = time.process_time()
    for prompt in prompts:
        prompt.split()
    baseline = time.process_time() - began
    print(
        f"\nprocessor time: 100,000 such prompts are read in {reading / len(prompts) * 1e5:.1f} s and told in "
        f"{telling / len(prompts) * 1e5:.1f} s with 200 corrections (splitting them at spaces: {baseline / len(prompts) * 1e5:.2f} s)"
    )


def _print_vectors(examples: Sequence[Example]) -> None:
    """What the model would gain from vectors of the prompt as features beside cues and words."""
    prompts = [example.prompt for example in examples]
    static = StaticVectors().embed(prompts)
    dense = Embedder.load("all-MiniLM-L6-v2", threads=2).embed(prompts)
    print("\nwith vectors of the prompt beside cues and words: macro-F1 · precision of learning at recall 0.75")
    for name, vectors in (("none", 0 * static), ("static", 0.75 * static), ("dense", 0.75 * dense)):
        judged = _with_vectors(examples, vectors)
        groups = [[one for one in judged if one.example.writer == writer] for writer in (*CHATS, TERSE, "demo")]
        print(f"  {name:8}", "  ".join(f"{intent_f1(group):.3f} · {precision_at(group, 0.75):.3f}" for group in groups))


def _with_vectors(examples: Sequence[Example], vectors: NDArray[np.float32]) -> list[Judged]:
    judged = []
    for writer in (*CHATS, TERSE, "demo"):
        train = [number for number, example in enumerate(examples) if example.writer != writer]
        own = [number for number, example in enumerate(examples) if example.writer == writer]
        intents, chances = chances_with(examples, vectors, train, own)
        judged += [
            Judged(
                examples[number],
                PromptReading((float(row[0]), float(row[1]), float(row[2])), float(chance), (), known=True),
            )
            for number, row, chance in zip(own, intents, chances, strict=True)
        ]
    return judged


if __name__ == "__main__":
    main()
