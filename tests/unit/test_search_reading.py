"""The query language: what is read as what, and that any text is a query."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skilltrail.domain.search import QUERY_LIMIT, TERMS_MOST, SearchQuery, Term, lighter
from skilltrail.domain.search_reading import read_days, read_query

TODAY = date(2026, 11, 22)


def read(text: str, *, typing: bool = False) -> SearchQuery:
    return read_query(text, today=TODAY, typing=typing)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("css grid", (Term("css"), Term("grid"))),
        ('"css grid"', (Term("css grid", phrase=True),)),
        ("“css grid”", (Term("css grid", phrase=True),)),
        ("css -grid", (Term("css"), Term("grid", excluded=True))),
        ('css -"two words"', (Term("css"), Term("two words", phrase=True, excluded=True))),
        ("trans*", (Term("trans", prefix=True),)),
        ("C++ c# .NET", (Term("C++"), Term("c#"), Term(".NET"))),
        ("e-mail", (Term("e-mail"),)),
        ("https://example.org", (Term("https://example.org"),)),
        ("- dash", (Term("dash"),)),
        ("", ()),
    ],
)
def test_words_phrases_exclusions_and_prefixes(text: str, terms: tuple[Term, ...]) -> None:
    assert read(text).terms == terms


def test_every_kind_of_filter_is_read() -> None:
    query = read('topic:"Web design" area:sql SOURCE:Claude in:answers has:code is:earlier after:2026-03 word')

    assert query == SearchQuery(
        terms=(Term("word"),),
        topics=("web design",),
        areas=("sql",),
        sources=("claude",),
        since=date(2026, 3, 1),
        fields=("reply",),
        holds=("code",),
        earlier=True,
    )
    assert query.notes == ()


@pytest.mark.parametrize(
    ("text", "since", "before"),
    [
        ("after:2026-03-05", date(2026, 3, 5), None),
        ("before:2026-03", None, date(2026, 3, 1)),
        ("on:2026-02", date(2026, 2, 1), date(2026, 3, 1)),
        ("on:2024", date(2024, 1, 1), date(2025, 1, 1)),
        ("on:today", TODAY, date(2026, 11, 23)),
        ("on:yesterday", date(2026, 11, 21), TODAY),
        ("after:7d", date(2026, 11, 15), None),
        ("after:2025 before:2026 after:2025-06", date(2025, 6, 1), date(2026, 1, 1)),
    ],
)
def test_days_months_years_and_spans(text: str, since: date | None, before: date | None) -> None:
    query = read(text)

    assert (query.since, query.before) == (since, before)


@pytest.mark.parametrize("value", ["2026-13", "2026-02-30", "0026", "99999", "1-2-3", "soon", "9999999999d", "2026-١"])
def test_what_is_no_date_is_words_and_said(value: str) -> None:
    query = read(f"after:{value} css")

    assert query.since is None
    assert read_days(value, TODAY) is None
    assert [note.code for note in query.notes] == ["date"]
    assert Term("css") in query.terms


@pytest.mark.parametrize("text", ["source:nowhere", "in:air", "has:wings", "is:new", "topic:", "-topic:sql"])
def test_what_is_no_filter_is_words_and_said(text: str) -> None:
    query = read(text)

    assert not query.filters
    assert not query.fields
    assert [note.code for note in query.notes] == ["value"]


def test_a_quotation_without_an_end_goes_to_the_end_and_is_said() -> None:
    query = read('css "two words')

    assert query.terms == (Term("css"), Term("two words", phrase=True))
    assert [note.code for note in query.notes] == ["quote"]


def test_only_the_word_that_is_being_typed_stands_for_a_beginning() -> None:
    assert read("css gri", typing=True).terms == (Term("css"), Term("gri", prefix=True))
    assert read("css gri ", typing=True).terms == (Term("css"), Term("gri"))
    assert read("css gr", typing=True).terms == (Term("css"), Term("gr"))
    assert read("css gri").terms == (Term("css"), Term("gri"))


def test_too_much_is_cut_and_said() -> None:
    long = read("word " * 200)

    assert len(long.terms) == TERMS_MOST
    assert {note.code for note in long.notes} == {"cut"}
    assert len(read("x" * 10_000).terms[0].text) == QUERY_LIMIT


PARTS = ("topic:", "after:", "2026-", "NOT ", "in:", "OR ", "is:earlier ", *'abcäж日 \t\n"“”-−*:+#(){}^%,.🙂\x00\u202e')
SIGNS = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@given(st.one_of(SIGNS, st.text(max_size=60)), st.booleans())
def test_any_text_is_a_query_and_reads_the_same_when_written_out(text: str, typing: bool) -> None:
    query = read(text, typing=typing)
    again = read(query.written())

    assert again == query
    assert all(any(sign.isalnum() for sign in term.text) for term in query.terms)
    assert all(not one.empty for _code, one in lighter(query))


def test_a_lighter_query_leaves_out_one_kind_of_thing_at_a_time() -> None:
    query = read('css layout "two words" -grid source:claude after:2026')
    found = dict(lighter(query))

    assert found["excluded"].excluded == ()
    assert found["dates"].since is None
    assert found["filters"].filters is False
    assert not any(term.phrase for term in found["phrase"].terms)
