"""What is seen of a term that may name a topic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.ml.name_fit import Weights, fits, sights, spoken_of
from skilltrail.ml.skill_terms import TermList, read_terms
from skilltrail.ml.words import words_of

TRADE = (
    "Copywriting\tWriting\tlanding page\n"
    "Editing\tWriting\tcomma\n"
    "Headlines\tWriting\tslogan\n"
    "Carpentry\tCrafts\toak table\n"
)
TOPICS = (["a landing page", "the landing page copy"], ["this comma", "one comma more"], ["a slogan for an oak table"])
NOWHERE = np.zeros((3, 384), dtype=np.float32)


@pytest.fixture
def terms(tmp_path: Path) -> TermList:
    (tmp_path / "published.tsv").write_text("", "utf-8")
    (tmp_path / "trade.tsv").write_text(TRADE, "utf-8")
    return read_terms(tmp_path / "published.tsv", tmp_path / "trade.tsv")


def test_areas_are_counted_once_a_prompt_and_not_in_replies(terms: TermList) -> None:
    seen = spoken_of([(words_of("a comma in a slogan"), words_of("an oak table")), (words_of("hello"), [])], terms)

    assert seen.areas == {"Writing": 0.5}


def test_a_term_is_at_home_where_the_other_topics_speak_of_its_area(terms: TermList) -> None:
    spoken = [spoken_of([(words_of(text), []) for text in topic], terms) for topic in TOPICS]

    last = sights(spoken, NOWHERE, terms, HashEmbedder().embed)[2]

    home = {terms.terms[term].name: value for term, value in zip(last.terms.tolist(), last.columns[:, 7], strict=True)}
    assert home == {"Copywriting": 1.0, "Editing": 1.0, "Headlines": 1.0, "Carpentry": 0.0}


def test_of_two_terms_that_fit_alike_the_one_at_home_names_the_topic(terms: TermList) -> None:
    spoken = [spoken_of([(words_of(text), []) for text in topic], terms) for topic in TOPICS]
    only_spoken = Weights(0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    and_home = Weights(0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)

    def ranked(weights: Weights) -> list[tuple[str, float]]:
        found = fits(spoken, NOWHERE, terms, HashEmbedder().embed, weights)[2]
        return [(terms.terms[candidate.term].name, candidate.fit) for candidate in found[:2]]

    assert {fit for _name, fit in ranked(only_spoken)} == {1.0}
    assert ranked(and_home)[0] == ("Headlines", 2.0)
