"""What surrounds an exchange: its conversation, and the words of the whole history."""

from __future__ import annotations

import numpy as np
import pytest

from skilltrail.ml.context import with_context
from skilltrail.ml.skill_terms import TermList, term_list
from skilltrail.ml.word_vectors import word_vectors

EAST, NORTH = (1.0, 0.0), (0.0, 1.0)


@pytest.fixture(scope="module")
def terms() -> TermList:
    return term_list()


def rows(*vectors: tuple[float, float]) -> np.ndarray:
    return np.array(vectors, dtype=np.float32)


def test_follow_up_leans_towards_its_conversation() -> None:
    leaning = with_context(rows(EAST, EAST, NORTH), ["one", "one", "one"], 0.5)

    assert leaning[2, 0] == pytest.approx(0.447, abs=1e-3)
    assert np.linalg.norm(leaning, axis=1) == pytest.approx(1.0)


def test_other_conversations_are_no_context() -> None:
    given = rows(EAST, NORTH)

    assert with_context(given, ["one", "two"], 0.5) == pytest.approx(given)


def test_rows_without_a_vector_give_and_take_nothing() -> None:
    leaning = with_context(rows(EAST, (0.0, 0.0)), ["one", "one"], 0.5)

    assert leaning == pytest.approx(rows(EAST, (0.0, 0.0)))


def test_context_does_not_depend_on_the_order_of_rows() -> None:
    given, talks = rows(EAST, NORTH, (0.6, 0.8)), ["one", "two", "one"]
    order = [2, 0, 1]

    turned = with_context(given[order], [talks[row] for row in order], 0.5)

    assert turned == pytest.approx(with_context(given, talks, 0.5)[order])


def test_texts_that_share_rare_words_are_near_each_other(terms: TermList) -> None:
    texts = ["zirkel quast malt", "zirkel quast rupf", "borka limt pesto", "borka limt vrede"]

    vectors = word_vectors(texts, terms=terms, seed=1)

    assert vectors[0] @ vectors[1] > 0.9
    assert abs(vectors[0] @ vectors[2]) < 0.1


def test_two_ways_to_speak_of_one_skill_are_near_each_other(terms: TermList) -> None:
    texts = ["my flexbox wobbles", "justify-content wobbled", "kerning sags", "kerning sagged"]

    vectors = word_vectors(texts, terms=terms, seed=1)

    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_texts_without_common_words_have_no_word_vectors(terms: TermList) -> None:
    assert word_vectors(["alpha", "beta", "gamma"], terms=terms, seed=1).shape == (3, 0)


def test_skills_count_alike_in_short_and_long_texts(terms: TermList) -> None:
    chatter = "zirkel quast malt rupf borka limt vrede talg munk pelt"
    texts = [f"flexbox {chatter}", "justify-content", f"kerning {chatter}", "kerning"]

    vectors = word_vectors(texts, terms=terms, seed=1)

    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[3]
    assert vectors[2] @ vectors[3] > vectors[2] @ vectors[1]


def test_skills_of_one_area_are_nearer_than_those_of_two(terms: TermList) -> None:
    subjects = ("kerning", "colour palette", "left join", "invoice", "flexbox", "podcast", "Excel", "bread")
    texts = [f"{subject} {chatter}" for chatter in ("zirkel", "quast") for subject in subjects]

    vectors = word_vectors(texts, terms=terms, seed=1)

    assert vectors[0] @ vectors[1] > max(vectors[0] @ vectors[row] for row in range(2, len(subjects)))
