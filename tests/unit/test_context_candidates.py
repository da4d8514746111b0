"""Domains and names that come back in prompts."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from skilltrail.domain.context_candidates import Candidate, PromptWords, domains_in, find_candidates, names_in
from skilltrail.domain.contexts import How
from skilltrail.ml.words import words_of
from skilltrail.ml.words import written_words as words


def found(*texts: str, known: frozenset[str] = frozenset()) -> list[tuple[str, str, int]]:
    prompts = [PromptWords(talk, text, words(text)) for talk, text in enumerate(texts)]
    return [(one.how.value, one.word, one.talks) for one in find_candidates(prompts, known)]


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("see https://shop.acme.example/x?y=z.html", ["acme.example"]),
        ("mail anna@acme.co.uk, please", ["acme.co.uk"]),
        ("(www.acme.horse)", ["acme.horse"]),
        ("acme.design and ACME.design", ["acme.design"]),
        ("open index.html, main.py, a.b.c, e.g. Node.js 1.2.3 foo.bar()", []),
        ("https://github.com/x and gmail.com", []),
        ("http://localhost:3000 http://10.0.0.1/ http://-x-.example http://..", []),
    ],
)
def test_domains_are_read_out_of_addresses(text: str, domains: list[str]) -> None:
    assert domains_in(text) == domains


def test_names_are_capitals_inside_of_sentences_of_english_prompts() -> None:
    assert names_in(
        words("Write to Blue Harbour about the plan that we made last week. Thanks to Quux for all of it."), frozenset()
    ) == [
        "Blue Harbour",
        "Quux",
    ]
    assert names_in(words("Schreibe der Firma einen Brief mit Preis und Datum"), frozenset()) == []
    assert names_in(
        words("We use Python and Quux every day now when we write the plan for the week"), frozenset({"python"})
    ) == ["Quux"]


def test_only_what_comes_back_in_several_chats_is_offered() -> None:
    ask = "please write to Quux about the plan for next week at quux.example"

    assert found(ask, ask) == [("domain", "quux.example", 2)]
    assert found(ask, ask, ask) == [("domain", "quux.example", 3), ("name", "Quux", 3)]
    assert found(ask, ask, ask, known=frozenset({"quux", "quux.example"})) == []


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in find_candidates([PromptWords(talk, text, words(text)) for talk in range(3)], frozenset()):
        assert isinstance(one, Candidate)
        assert one.how in {How.DOMAIN, How.NAME}


@given(st.text(max_size=200))
@example(
    "Ask anna@acme.example, or https://acme.example/x. [secret:api-key ab12] Then “Zqacme’s” C++? .NET! e.g. 3 times"
)
def test_words_as_written_are_those_that_have_stems(text: str) -> None:
    assert words(text) == [(word.text, word.opens) if word.stem else None for word in words_of(text)]
