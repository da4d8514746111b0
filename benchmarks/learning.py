"""Telling learning from delegation: each writer is judged by a model that never saw a line of theirs.

    python -m benchmarks.learning              held-out writers, against a rule of key words; unsure; corrections; speed
    python -m benchmarks.learning --vectors    also what vectors of the embedding model would add (some ten minutes)

The prompts of further trades and languages are one writer: the model that judges them has seen none of their trades.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.histories.examples import Example, all_examples
from benchmarks.histories.written import demo, written
from benchmarks.learning_fit import feature_rows, fit
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, precision_score, recall_score

from skilltrail.domain.learning import (
    INTENTS,
    SIGNALS,
    SURE_SIGNAL,
    Intent,
    Kind,
    Lesson,
    Lessons,
    PromptReading,
    Word,
    tell,
)
from skilltrail.ml.embedding import Embedder
from skilltrail.ml.learning import LearningModel
from skilltrail.ml.learning_cues import read_cues
from skilltrail.ml.static_vectors import StaticVectors

_GOALS = "goals: macro-F1 0.80, learning precision 0.85 at recall 0.75"


@dataclass(frozen=True)
class Judged:
    """An example and what was read in it by a model that had not seen its writer."""

    example: Example
    reading: PromptReading

    @property
    def intent(self) -> str:
        """The likeliest intent, however unsure."""
        return INTENTS[int(np.argmax(self.reading.intents))]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", action="store_true", help="also measure what vectors would add")
    chosen = parser.parse_args()
    examples = all_examples()
    judged = held_out(examples)
    _print_writers(judged)
    _print_unsure(judged)
    _print_signals(judged)
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


def by_key_words(prompt: str) -> tuple[str, bool]:
    """Return intent and learning as a rule of key words has them, in the six languages of the cues."""
    shown = read_cues(prompt).values
    if "thanks" in shown and not {"question_mark", "command"} & shown.keys():
        return "expressing", False
    if "command" in shown:
        return "doing", False
    if {"why", "explain", "compare", "understand", "practice", "judge"} & shown.keys():
        return "asking", True
    if {"question_mark", "how", "ask"} & shown.keys():
        return "asking", "how" in shown
    return ("doing" if {"make", "more", "measure"} & shown.keys() else "expressing"), False


def _print_writers(judged: Sequence[Judged]) -> None:
    print(_GOALS)
    print(f"{'writer held out':24}{'n':>6}  macro-F1 (key words)   learning P / R (key words)   P at recall 0.75")
    groups = {writer: [one for one in judged if one.example.writer == writer] for writer in _writers(judged)}
    groups["not in English"] = [one for one in judged if one.example.language != "en"]
    groups["all"] = list(judged)
    for name, group in groups.items():
        rule = [by_key_words(one.example.prompt) for one in group]
        truth = [one.example.learning for one in group]
        said = [one.reading.learning >= 0.5 for one in group]
        print(
            f"{name:24}{len(group):6}  {_f1(group, [one.intent for one in group]):.3f}    ({_f1(group, [i for i, _ in rule]):.3f})"
            f"        {precision_score(truth, said):.3f} / {recall_score(truth, said):.3f} "
            f"({precision_score(truth, [learns for _, learns in rule]):.3f} / {recall_score(truth, [learns for _, learns in rule]):.3f})"
            f"   {_precision_at(group, 0.75):.3f}"
        )


def _writers(judged: Iterable[Judged]) -> list[str]:
    return sorted({one.example.writer for one in judged})


def _f1(group: Sequence[Judged], said: Sequence[str]) -> float:
    return float(f1_score([one.example.intent for one in group], said, average="macro", labels=list(INTENTS)))


def _precision_at(group: Sequence[Judged], recall: float) -> float:
    """Return the precision of learning at the threshold that finds this share of it."""
    order = sorted(group, key=lambda one: -one.reading.learning)
    wanted, found = recall * sum(one.example.learning for one in group), 0
    for number, one in enumerate(order, start=1):
        found += one.example.learning
        if found >= wanted:
            return found / number
    return 0.0


def _print_unsure(judged: Sequence[Judged]) -> None:
    told = [(one.example, tell(one.reading)) for one in judged]
    sure = [(example, telling) for example, telling in told if telling.kind is not Kind.UNSURE]
    learning = [example.learning for example, telling in sure if telling.kind is Kind.LEARNING]
    others = [example.learning for example, telling in sure if telling.kind is not Kind.LEARNING]
    kinds = [(telling.kind, _kind(example)) for example, telling in sure]
    wrong = [e for e, t in told if t.kind is Kind.UNSURE and (by_chance(e, judged) != e.learning)]
    unsure = len(told) - len(sure)
    print(
        f"\nunsure: {unsure / len(told):.1%} of all; forced to answer, {len(wrong) / max(unsure, 1):.0%} of these would be wrong"
    )
    print(
        f"  sure of learning: {len(learning)}, right {np.mean(learning):.1%}, of all learning {sum(learning) / sum(e.learning for e, _ in told):.1%}"
    )
    print(f"  sure of no learning: {len(others)}, right {1 - np.mean(others):.1%}")
    print(
        f"  kind (learning, delegated, neither) right when sure: {np.mean([one == other for one, other in kinds]):.1%}"
    )
    named = [(example, telling) for example, telling in told if telling.intent is not None]
    print(
        f"  intent named for {len(named) / len(told):.1%}, right {np.mean([t.intent == e.intent for e, t in named]):.1%}"
    )
    for low, high in ((0.0, 0.2), (0.2, 0.35), (0.35, 0.5), (0.5, 0.65), (0.65, 0.8), (0.8, 1.01)):
        bin_ = [one for one in judged if low <= one.reading.learning < high]
        share = np.mean([one.example.learning for one in bin_])
        print(f"  chance {low:.2f} to {min(high, 1):.2f}: {len(bin_):5} exchanges, {share:.1%} are learning")


def by_chance(example: Example, judged: Sequence[Judged]) -> bool:
    """Return what would be said about learning without abstaining."""
    return next(one.reading.learning for one in judged if one.example is example) >= 0.5


def _kind(example: Example) -> Kind:
    if example.learning:
        return Kind.LEARNING
    return Kind.DELEGATED if example.intent == Intent.DOING else Kind.NEITHER


def _print_signals(judged: Sequence[Judged]) -> None:
    print("\nsignals of what is learning (named from a chance of", f"{SURE_SIGNAL})")
    group = [one for one in judged if one.example.signals is not None and one.example.learning]
    for number, signal in enumerate(SIGNALS):
        truth = [signal in (one.example.signals or ()) for one in group]
        said = [one.reading.signals[number] >= SURE_SIGNAL for one in group]
        precision, recall = precision_score(truth, said, zero_division=0), recall_score(truth, said)
        print(f"  {signal:12} {sum(truth):4} labelled, precision {precision:.2f}, recall {recall:.2f}")


def _print_corrections(judged: Sequence[Judged]) -> None:
    """A writer corrects twenty of their exchanges; the others are then told anew. Mean of five draws a writer."""
    print("\ntwenty corrections of a writer, and the others' errors before and after")
    for name, wanted in (
        ("of what is wrong", _as_labelled),
        ("of a writer who calls all asking learning", _asking_is_learning),
    ):
        before, after, moved, total = 0, 0, 0, 0
        for writer in _writers(judged):
            own = [one for one in judged if one.example.writer == writer]
            wrong = [one for one in own if (one.reading.learning >= 0.5) != wanted(one.example)]
            for seed in range(5):
                lessons = random.Random(seed).sample(wrong, min(20, len(wrong)))
                taught = Lessons(
                    [
                        Lesson(o.reading, Word(kind=Kind.LEARNING if wanted(o.example) else _kind(o.example)))
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
    return example.learning


def _asking_is_learning(example: Example) -> bool:
    return example.learning or example.intent == Intent.ASKING


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
    """What the model would gain from vectors: its own chances as features beside them, for the hand-written histories."""
    histories = (written(), demo())
    texts = [text for history in histories for text in history.texts]
    own = examples[: len(texts)]
    prompts = [example.prompt for example in own]
    dense, static = Embedder.load("all-MiniLM-L6-v2", threads=2), StaticVectors()
    none = np.zeros((len(own), 0), dtype=np.float32)
    print("\nwith vectors beside cues and words: macro-F1, precision of learning at recall 0.75")
    for name, vectors in (
        ("none", none),
        ("static, prompt", 3 * static.embed(prompts)),
        ("static, representation", 3 * static.embed(texts)),
        ("dense, representation (stored)", 4 * dense.embed(texts)),
        ("dense, prompt", 4 * dense.embed(prompts)),
    ):
        f1, precision = _with_vectors(own, vectors)
        print(f"  {name:32} {f1:.3f}  {precision:.3f}")


def _with_vectors(examples: Sequence[Example], vectors: NDArray[np.float32]) -> tuple[float, float]:
    judged = []
    for writer in sorted({example.writer for example in examples}):
        train = np.array([example.writer != writer for example in examples])
        rows = np.hstack([feature_rows(examples, train), vectors])
        intents = np.array([INTENTS.index(example.intent) for example in examples])
        learning = np.array([example.learning for example in examples])
        main = LogisticRegression(C=0.3, max_iter=3_000, class_weight={0: 1, 1: 1, 2: 2}).fit(
            rows[train], intents[train]
        )
        other = LogisticRegression(C=0.3, max_iter=3_000).fit(rows[train], learning[train])
        for number, chances, chance in zip(
            np.flatnonzero(~train),
            main.predict_proba(rows[~train]),
            other.predict_proba(rows[~train])[:, 1],
            strict=True,
        ):
            judged.append(Judged(examples[number], PromptReading(tuple(chances), float(chance), (), known=True)))
    return _f1(judged, [one.intent for one in judged]), _precision_at(judged, 0.75)


if __name__ == "__main__":
    main()
