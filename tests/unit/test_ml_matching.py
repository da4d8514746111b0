"""Matching topics with published concepts: proposals with reasons, and silence where nothing fits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from concepts import CONCEPTS, QUERYING, SQL, WELDING
from skilltrail.domain.claims import TopicMatch, fits
from skilltrail.domain.topics import Concept
from skilltrail.ml.concept_vectors import SLICE, ConceptVectors, mean_views, packed
from skilltrail.ml.concepts import DATA, Concepts, published_concepts
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.ml.skill_terms import SkillTerm, TermList
from skilltrail.ml.static_vectors import unit_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

ABOUT_SQL = [
    "database query: why does my sql join return rows twice\nThe table has several rows; select from one index.",
    "sql query with group and select\nSelect rows of the table, then join.",
    "index of a database table in sql\nAn index makes a query quick.",
]
ABOUT_NOTHING = ["happy birthday aunt\nmany wishes", "good night\nsleep well"]


def matched(*topics: tuple[str, Sequence[str]], terms: TermList | None = None) -> list[TopicMatch]:
    model = HashEmbedder(concepts=CONCEPTS, terms=terms)
    texts = [list(said) for _name, said in topics]
    return model.match(
        names=[name for name, _said in topics],
        texts=texts,
        dense=[model.embed(said) for said in texts],
        static=[model.static(said) for said in texts],
    )


class TestMatching:
    def test_a_topic_is_matched_with_what_it_is_about(self) -> None:
        (found,) = matched(("SQL", ABOUT_SQL))

        assert fits(found.proposals)
        assert found.proposals[0].concept in (SQL, QUERYING)
        assert WELDING not in [proposal.concept for proposal in found.proposals]

    def test_nothing_is_proposed_for_birthday_wishes(self) -> None:
        (found,) = matched(("", ABOUT_NOTHING))

        assert not fits(found.proposals)

    def test_a_match_does_not_depend_on_the_other_topics(self) -> None:
        alone = matched(("SQL", ABOUT_SQL))
        among = matched(("", ABOUT_NOTHING), ("SQL", ABOUT_SQL))

        assert among[1] == alone[0]

    def test_a_mention_counts_and_is_told_with_its_words_and_share(self) -> None:
        term = SkillTerm("Sql", Concept("esco", SQL.label, SQL.address))
        terms = TermList((term,), {("sql",): (0,)}, {})

        found = matched(("", [*ABOUT_SQL, "weld metal\nheat it"]), terms=terms)[0]

        best = found.proposals[0]
        assert (best.concept, best.mentions, best.words) == (SQL, 0.75, ("sql",))
        assert 3 not in best.exemplars

    def test_the_name_counts(self) -> None:
        said = ["query of a table\nselect rows"]

        without, named = matched(("", said), ("spanish verb grammar", said))

        assert without.proposals[0].concept.label != "spanish verb grammar"
        assert named.proposals[0].fit != without.proposals[0].fit

    def test_without_concepts_there_are_no_proposals(self) -> None:
        model = HashEmbedder()

        found = model.match(
            names=["SQL"], texts=[ABOUT_SQL], dense=[model.embed(ABOUT_SQL)], static=[model.static(ABOUT_SQL)]
        )

        assert found == [TopicMatch()]


class TestPublishedConcepts:
    def test_every_concept_has_a_key_of_its_own_and_a_shipped_vector(self) -> None:
        concepts = published_concepts()
        vectors = np.load(DATA / "concept_vectors.npy", mmap_mode="r")

        assert len(concepts.by_key) == len(concepts.listed) == len(vectors)
        assert vectors.dtype == np.int8

    def test_concepts_are_found_by_the_beginnings_of_words(self) -> None:
        found = published_concepts().find("photo edit")

        assert "edit photographs" in [concept.label for concept in found]

    def test_the_very_label_comes_first_and_tools_are_among_them(self) -> None:
        assert published_concepts().find("microsoft excel")[0].label == "Microsoft Excel"
        assert published_concepts().find("typography")[0].label == "typography"

    def test_a_concept_is_found_by_another_of_its_labels(self) -> None:
        assert CONCEPTS.find("conjugation")[0].label == "spanish verb grammar"

    @pytest.mark.parametrize("query", ["", "   ", "%", "'; drop table", "🙂", "zzzzqq"])
    def test_words_that_no_label_has_find_nothing(self, query: str) -> None:
        assert published_concepts().find(query) == []


class TestConceptVectors:
    def many(self, count: int) -> Concepts:
        return Concepts(CONCEPTS.listed[:1] * count, CONCEPTS.others[:1] * count)

    def test_they_are_made_in_slices_and_kept_for_the_next_process(self, tmp_path: Path) -> None:
        concepts, model = self.many(SLICE + 1), HashEmbedder()
        first = ConceptVectors(concepts, "another-model@1", tmp_path / "concepts")

        assert first.matrix() is None
        assert first.prepare(model.embed) == SLICE
        assert first.matrix() is None
        assert first.prepare(model.embed) == SLICE + 1

        def never(_texts: Sequence[str]) -> np.ndarray:
            raise AssertionError("asked the model again")

        again = ConceptVectors(concepts, "another-model@1", tmp_path / "concepts")
        assert again.prepare(never) == SLICE + 1
        matrix = again.matrix()
        assert matrix is not None
        assert matrix.shape == (SLICE + 1, 384)

    def test_another_model_has_vectors_of_its_own(self, tmp_path: Path) -> None:
        concepts = self.many(2)
        ConceptVectors(concepts, "one@1", tmp_path).prepare(HashEmbedder().embed)

        assert ConceptVectors(concepts, "two@1", tmp_path).matrix() is None

    def test_half_a_file_is_made_anew(self, tmp_path: Path) -> None:
        concepts = self.many(2)
        ConceptVectors(concepts, "one@1", tmp_path).prepare(HashEmbedder().embed)
        (kept,) = tmp_path.glob("*.npy")
        kept.write_bytes(kept.read_bytes()[:200])

        assert ConceptVectors(concepts, "one@1", tmp_path).matrix() is None

    def test_packing_keeps_the_direction(self) -> None:
        rows = unit_rows(np.random.default_rng(0).normal(size=(60, 384)).astype(np.float32))
        again = unit_rows(packed(rows).astype(np.float32))

        assert np.abs(again @ rows.T - rows @ rows.T).max() < 0.005

    def test_the_mean_of_the_views_has_length_one(self) -> None:
        rows = mean_views(HashEmbedder().embed([view for row in range(4) for view in CONCEPTS.views(row)]))

        assert rows.shape == (4, 384)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1)
