"""Snippets, marks, and one order from several."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.search import Snippet, Term
from skilltrail.domain.search_snippets import folded, fuse, marked_line, matches, snippet, telling, variants


def marked(found: Snippet) -> list[str]:
    return [text for text, mark in found.parts if mark]


def whole(found: Snippet) -> str:
    return "".join(text for text, _mark in found.parts)


def test_what_stands_high_in_two_orders_comes_before_what_leads_one() -> None:
    assert fuse([1, 2, 3], [4, 2, 5]) == [2, 4, 1, 5, 3]
    assert fuse([1, 2], [3], weights=(1, 3)) == [3, 1, 2]
    assert fuse() == []


def test_words_are_marked_in_any_case_with_accents_and_as_plurals() -> None:
    line = marked_line("prompt", "Résumé and INVOICES, not invoiced", [Term("resume"), Term("invoice")])

    assert marked(line) == ["Résumé", "INVOICES"]
    assert whole(line) == "Résumé and INVOICES, not invoiced"


def test_phrases_prefixes_and_names_with_signs_are_marked_as_they_match() -> None:
    text = "C++ or C: css grid, CSS  Grid and grid css; transform"

    assert marked(marked_line("reply", text, [Term("css grid", phrase=True)])) == ["css grid", "CSS Grid"]
    assert marked(marked_line("reply", text, [Term("c++")])) == ["C++"]
    assert marked(marked_line("reply", text, [Term("trans", prefix=True)])) == ["transform"]


def test_the_piece_that_holds_most_of_the_words_is_shown() -> None:
    text = "alpha " + "filler " * 200 + "beta and alpha together " + "filler " * 200
    found = snippet("reply", text, [Term("alpha"), Term("beta")])

    assert marked(found) == ["beta", "alpha"]
    assert whole(found).startswith("…")
    assert whole(found).endswith("…")
    assert len(whole(found)) < 260


def test_a_text_without_the_words_shows_its_beginning() -> None:
    found = snippet("reply", "One. " * 100, [Term("absent")])

    assert whole(found).startswith("One. One.")
    assert marked(found) == []


def test_short_words_are_not_marked_beside_longer_ones() -> None:
    assert telling([Term("to"), Term("invoice")]) == (Term("invoice"),)
    assert telling([Term("to")]) == (Term("to"),)


def test_only_plain_words_have_another_number() -> None:
    assert variants("invoice") == ("invoice", "invoices")
    assert variants("invoices") == ("invoices", "invoice")
    assert variants("css") == ("css",)
    assert variants("class") == ("class",)
    assert variants("größe") == ("größe",)
    assert folded("Größe") == "grosse"


@given(
    st.text(max_size=300),
    st.lists(st.builds(Term, st.text(min_size=1, max_size=8), st.booleans(), st.booleans()), max_size=4),
)
def test_no_text_breaks_it_and_marks_are_words_of_the_text(text: str, terms: list[Term]) -> None:
    found = snippet("reply", text, terms)

    assert all(0 <= match.start < match.end <= len(text) for match in matches(text, terms))
    assert all(one.strip() for one in marked(found))
