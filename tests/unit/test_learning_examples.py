"""The examples that teach learning from delegation, and what they teach about a writer that they do not hold."""

from __future__ import annotations

from collections import Counter

import pytest
from benchmarks.histories.examples import CHATS, Example, all_examples
from benchmarks.learning_fit import fit
from benchmarks.learning_tables import Judged, by_key_words, intent_f1, precision_at
from sklearn.metrics import f1_score

from skilltrail.domain.learning import INTENTS, SIGNALS
from skilltrail.ml.learning import LearningModel


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return all_examples()


@pytest.fixture(scope="module")
def judged(examples: list[Example]) -> list[Judged]:
    """Return the chats whose texts no list of cues was written for, judged by a model of all others."""
    model = fit([example for example in examples if example.writer != CHATS[2]]).model()
    own = [example for example in examples if example.writer == CHATS[2]]
    return [Judged(*pair) for pair in zip(own, model.read([example.prompt for example in own]), strict=True)]


class TestExamples:
    def test_every_label_is_one_of_ours(self, examples: list[Example]) -> None:
        assert {example.intent for example in examples} == set(INTENTS)
        assert {signal for example in examples for signal in example.signals or ()} <= set(SIGNALS)

    def test_the_chats_are_of_three_writers_and_say_where_nobody_can_tell(self, examples: list[Example]) -> None:
        chats = [example for example in examples if example.writer in CHATS]

        assert Counter(example.writer for example in chats) == dict.fromkeys(CHATS, 330)
        assert sum(example.learning is None for example in chats) == 61

    def test_learning_has_signs_and_other_things_have_none(self, examples: list[Example]) -> None:
        chats = [example for example in examples if example.writer in CHATS]

        assert all(example.signals for example in chats if example.learning)
        assert not any(example.signals for example in chats if example.learning is False)


class TestAnUnseenWriter:
    def test_the_goals_are_met(self, judged: list[Judged]) -> None:
        assert intent_f1(judged) >= 0.85
        assert precision_at(judged, 0.75) >= 0.85

    def test_it_is_better_than_a_rule_of_key_words(self, judged: list[Judged]) -> None:
        rule = [by_key_words(one.example.prompt)[0] for one in judged]
        truth = [one.example.intent for one in judged]

        assert intent_f1(judged) > f1_score(truth, rule, average="macro") + 0.05


def test_the_shipped_model_is_taught_by_the_examples(examples: list[Example]) -> None:
    shipped, taught = LearningModel.shipped(), fit(examples).model()
    prompts = [example.prompt for example in examples[::97]]

    for one, other in zip(shipped.read(prompts), taught.read(prompts), strict=True):
        assert one.learning == pytest.approx(other.learning, abs=0.01)
        assert one.intents == pytest.approx(other.intents, abs=0.01)
