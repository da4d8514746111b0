"""Languages: what is not in the language of the rest makes no topic of its own."""

from __future__ import annotations

import numpy as np
import pytest

from skilltrail.ml.communities import UNASSIGNED, TopicParams, find_communities
from skilltrail.ml.hash_embedder import HashEmbedder
from skilltrail.ml.languages import elsewhere, language_of
from skilltrail.ml.setting_apart import join_nearest

ENGLISH = "Why is this query slow when the table has an index?\nIt reads it all, because the filter is on another."
SPANISH = "¿Por qué es lenta la consulta si la tabla tiene un índice?\nPorque la lee toda, y el filtro es de otra."
GERMAN = "Warum ist die Abfrage so langsam?\nWeil sie die ganze Tabelle liest und nicht den Index."
TRANSLATED = "How do I say that this is not included in the price?\nEsto no está incluido en el precio, y ya lo digo."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Why does this not work when I have set it as the default?", "English"),
        ("Warum geht das nicht, wenn ich es so gesetzt habe?", "German"),
        ("¿Por qué no funciona si lo tengo como está en el texto?", "Spanish"),
        ("Pourquoi cela ne marche pas avec les deux fichiers ?", "French"),
        ("Почему этот запрос такой медленный?", "CYRILLIC"),
        ("なぜこのクエリは遅いのですか", "HIRAGANA"),
    ],
)
def test_language_is_told_by_words_of_grammar_or_by_script(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("text", ["", "SELECT name FROM bookings", "flexbox", "café naïve résumé"])
def test_nothing_is_told_of_few_words(text: str) -> None:
    assert language_of(text) == ""


def test_texts_in_another_language_than_the_rest_are_foreign() -> None:
    assert elsewhere([ENGLISH, SPANISH, *[ENGLISH] * 5, GERMAN]).tolist() == [False, True, *[False] * 5, True]


def test_what_is_common_is_at_home_whatever_it_is() -> None:
    assert elsewhere([GERMAN] * 6 + [ENGLISH]).tolist() == [False] * 6 + [True]


def test_a_second_language_of_a_quarter_is_at_home_too() -> None:
    assert not elsewhere([ENGLISH] * 3 + [SPANISH]).any()


def test_whoever_translates_works_at_home() -> None:
    assert not elsewhere([TRANSLATED, *[ENGLISH] * 9]).any()


def test_without_texts_nothing_is_foreign() -> None:
    assert elsewhere([]).shape == (0,)


def test_rows_set_apart_join_the_group_whose_middle_is_nearest() -> None:
    vectors = np.array([[1, 0], [0, 1], [0.8, 0.6], [0.6, 0.8]], dtype=np.float32)

    joined = join_nearest(np.array([0, 1, -1, -1]), vectors, np.array([False, False, True, True]))

    assert joined.tolist() == [0, 1, 0, 1]


def test_rows_set_apart_stay_where_there_is_no_group() -> None:
    labels = np.array([UNASSIGNED, UNASSIGNED])

    assert join_nearest(labels, np.eye(2, dtype=np.float32), np.array([False, True])).tolist() == labels.tolist()


def test_rows_set_apart_make_no_group_of_their_own() -> None:
    subjects = ("left join index query", "kerning typeface serif poster")
    texts = [f"{subject} {word}" for subject in subjects for word in ("table", "paper", "column", "letter", "plan")]
    foreign = [f"hola porque entonces {subjects[row % 2]}" for row in range(6)]
    vectors = HashEmbedder().embed(texts + foreign)
    apart = np.array([False] * len(texts) + [True] * len(foreign))

    found = find_communities(vectors[:, :0], vectors, TopicParams(), None, apart)

    homes = [found.labels[0], found.labels[5]]
    assert homes[0] != homes[1]
    assert found.labels[len(texts) :].tolist() == homes * 3
