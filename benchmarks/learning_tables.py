"""How well learning was told, in tables: by writer, language, length and trade; when unsure; the signals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from benchmarks.histories.examples import CHATS, Example
from sklearn.metrics import f1_score, precision_score, recall_score

from skilltrail.domain.learning import INTENTS, SIGNALS, SURE_SIGNAL, Intent, Kind, PromptReading, tell
from skilltrail.ml.learning_cues import read_cues

_GOALS = "goals: macro-F1 0.80, learning precision 0.85 at recall 0.75"
_SIX = ("en", "de", "es", "fr", "pt", "it")
_LENGTHS = (0, 20, 40, 80, 160, 400, 100_000)
_FEWEST = 25
"""Prompts of a trade below which its figures say nothing."""


@dataclass(frozen=True)
class Judged:
    """An example and what was read in it by a model that had not seen its writer."""

    example: Example
    reading: PromptReading

    @property
    def told(self) -> bool:
        """Return whether its labeller could tell if it is learning."""
        return self.example.learning is not None

    @property
    def intent(self) -> str:
        """The likeliest intent, however unsure."""
        return INTENTS[int(np.argmax(self.reading.intents))]


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


def print_writers(judged: Sequence[Judged]) -> None:
    """Print a line for each writer held out, and for all together."""
    print(_GOALS)
    groups = {writer: [one for one in judged if one.example.writer == writer] for writer in writers(judged)}
    groups["the three chats"] = [one for one in judged if one.example.writer in CHATS]
    groups["not in English"] = [one for one in judged if one.example.language != "en"]
    groups["all"] = list(judged)
    _print_groups("writer held out", groups)


def print_chats(judged: Sequence[Judged]) -> None:
    """Print the same for the chats alone, by language, length and trade."""
    chats = [one for one in judged if one.example.writer in CHATS]
    groups = {
        "English": [one for one in chats if one.example.language == "en"],
        "the five others": [one for one in chats if one.example.language in _SIX[1:]],
        "further languages": [one for one in chats if one.example.language not in _SIX],
    }
    for low, high in pairwise(_LENGTHS):
        groups[f"{low} to {high} characters"] = [one for one in chats if low <= len(one.example.prompt) < high]
    for trade, count in Counter(one.example.trade for one in chats).most_common():
        if count >= _FEWEST:
            groups[trade] = [one for one in chats if one.example.trade == trade]
    print()
    _print_groups("chats, writer held out", groups)


def _print_groups(title: str, groups: dict[str, list[Judged]]) -> None:
    print(f"{title:24}{'n':>6}  macro-F1 (key words)   learning P / R (key words)   P at recall 0.75")
    for name, group in groups.items():
        told = [one for one in group if one.told]
        truth = [bool(one.example.learning) for one in told]
        said = [one.reading.learning >= 0.5 for one in told]
        rule = [by_key_words(one.example.prompt)[1] for one in told]
        print(
            f"{name:24}{len(group):6}  {intent_f1(group):.3f}"
            f"    ({_f1(group, [by_key_words(one.example.prompt)[0] for one in group]):.3f})"
            f"        {_both(truth, said)} ({_both(truth, rule)})   {precision_at(told, 0.75):.3f}"
        )


def _both(truth: Sequence[bool], said: Sequence[bool]) -> str:
    precision = precision_score(truth, said, zero_division=0)
    return f"{precision:.3f} / {recall_score(truth, said, zero_division=0):.3f}"


def writers(judged: Iterable[Judged]) -> list[str]:
    """Return the writers, in order."""
    return sorted({one.example.writer for one in judged})


def _f1(group: Sequence[Judged], said: Sequence[str]) -> float:
    truth = [one.example.intent for one in group]
    return float(f1_score(truth, said, average="macro", labels=list(INTENTS), zero_division=0))


def intent_f1(group: Sequence[Judged]) -> float:
    """Return macro-F1 of the likeliest intents."""
    return _f1(group, [one.intent for one in group])


def precision_at(group: Sequence[Judged], recall: float) -> float:
    """Return the precision of learning at the threshold that finds this share of it."""
    order = sorted((one for one in group if one.told), key=lambda one: -one.reading.learning)
    wanted, found = recall * sum(bool(one.example.learning) for one in order), 0
    for number, one in enumerate(order, start=1):
        found += bool(one.example.learning)
        if found >= wanted:
            return found / number
    return 0.0


def print_unsure(title: str, judged: Sequence[Judged]) -> None:
    """Print how often nothing is said, how right the rest is, and what chances are worth."""
    told = [(one, tell(one.reading)) for one in judged if one.told]
    sure = [(one, telling) for one, telling in told if telling.kind is not Kind.UNSURE]
    learning = [bool(one.example.learning) for one, telling in sure if telling.kind is Kind.LEARNING]
    others = [bool(one.example.learning) for one, telling in sure if telling.kind is not Kind.LEARNING]
    open_ = [one for one, telling in told if telling.kind is Kind.UNSURE]
    wrong = [one for one in open_ if (one.reading.learning >= 0.5) != one.example.learning]
    found = sum(learning) / sum(bool(one.example.learning) for one, _ in told)
    print(
        f"\n{title}: {len(open_) / len(told):.1%} unsure; forced to answer, {len(wrong) / len(open_):.0%} of these are wrong"
    )
    print(f"  sure of learning: {len(learning)}, right {np.mean(learning):.1%}, of all learning {found:.1%}")
    print(f"  sure of no learning: {len(others)}, right {1 - np.mean(others):.1%}")
    right = np.mean([telling.kind == kind_of(one.example) for one, telling in sure])
    print(f"  kind (learning, delegated, neither) right when sure: {right:.1%}")
    named = [(one.example, tell(one.reading).intent) for one in judged if tell(one.reading).intent is not None]
    share = np.mean([intent == example.intent for example, intent in named])
    print(f"  intent named for {len(named) / len(judged):.1%}, right {share:.1%}")
    _print_chances([one for one, _ in told])
    untellable = [tell(one.reading).kind is Kind.UNSURE for one in judged if not one.told]
    if untellable:
        print(f"  {len(untellable)} that nobody can tell from the prompt: left open {np.mean(untellable):.0%}")


def _print_chances(judged: Sequence[Judged]) -> None:
    for low, high in ((0.0, 0.2), (0.2, 0.35), (0.35, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01)):
        bin_ = [bool(one.example.learning) for one in judged if low <= one.reading.learning < high]
        print(f"  chance {low:.2f} to {min(high, 1):.2f}: {len(bin_):5} exchanges, {np.mean(bin_):.1%} are learning")


def kind_of(example: Example) -> Kind:
    """Return what an exchange is evidence of, as labelled."""
    if example.learning:
        return Kind.LEARNING
    return Kind.DELEGATED if example.intent == Intent.DOING else Kind.NEITHER


def print_signals(judged: Sequence[Judged]) -> None:
    """Print how often a named signal of learning is right."""
    print("\nsignals of what is learning (named from a chance of", f"{SURE_SIGNAL})")
    group = [one for one in judged if one.example.signals is not None and one.example.learning]
    for number, signal in enumerate(SIGNALS):
        truth = [signal in (one.example.signals or ()) for one in group]
        said = [one.reading.signals[number] >= SURE_SIGNAL for one in group]
        precision, recall = precision_score(truth, said, zero_division=0), recall_score(truth, said)
        print(f"  {signal:12} {sum(truth):4} labelled, precision {precision:.2f}, recall {recall:.2f}")
