"""What looks like a client's word is found before a file goes out, and everyday words are not."""

from __future__ import annotations

import pytest

from skilltrail.domain.contexts import How
from skilltrail.platform.client_words import IdentifyingWord
from skilltrail.platform.near_words import NearWords


def near(word: str, how: How = How.NAME) -> NearWords:
    return NearWords([IdentifyingWord(1, 1, how, word)])


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("Blue Whale GmbH", "the bluewhale shop", "bluewhale"),
        ("Blue Whale GmbH", "the Blue-Whale-shop", "Blue-Whale"),
        ("BlueWhale", "for blue whale today", "blue whale"),
        ("Quuxwerk", "Quuxwerks new site", "Quuxwerks"),
        ("Quuxwerk", "my-quuxwerk_project.zip", "quuxwerk"),
        ("Quuxwerk", "a Quuxwrek page", "Quuxwrek"),
        ("Quuxwerk", "a Quxwerk page", "Quxwerk"),
        ("Quuxwerk", "a Quuxvwerk page", "Quuxvwerk"),
        ("Éclairé", "ECLAIRE and others", "ECLAIRE"),
        ("Sign", "a good design", None),
        ("Acme", "acmeshop", "acmeshop"),
        ("Acme", "macme", None),
    ],
)
def test_forms(word: str, text: str, found: str | None) -> None:
    places = near(word).find(text)

    assert [text[one.start : one.end] for one in places][:1] == ([] if found is None else [found])


def test_the_name_within_a_domain_counts_and_its_ending_does_not() -> None:
    words = near("shop.quuxwerk.example", How.DOMAIN)

    assert [one.start for one in words.find("see quuxwerk")] == [4]
    assert words.find("an example of a WWW page") == []


def test_a_long_text_takes_a_moment() -> None:
    import time

    words = NearWords([IdentifyingWord(n, n, How.NAME, f"client{n}name") for n in range(200)])
    began = time.perf_counter()
    words.find("a" * 200_000 + " word" * 20_000)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    "text", ["Blue Whael Logistics", "Blue Whale Logistic", "Blue Wale Logistics", "Blue-Whales Logistics",
             "Blue Whale Logisticshop", "old-blue whale logistics", "B l u e W h a l e L o g i s t i c s"],
)  # fmt: skip
def test_a_name_of_several_words_is_found_misspelt_too(text: str) -> None:
    assert near("Blue Whale Logistics").find(f"we did {text} today")


def test_letters_that_stand_apart_are_read_as_one() -> None:
    text = "a b N o r d l i c h t c, N-o-r-d-l-i-h-t-c x"
    places = [text[one.start : one.end] for one in near("Nordlicht").find(text)]

    assert "N o r d l i c h t" in places
    assert any("N-o-r-d-l-i-h-t" in one for one in places)


def test_words_of_everybodys_look_like_nothing() -> None:
    def found(word: str, text: str) -> list[str]:
        words = NearWords([IdentifyingWord(1, 1, How.NAME, word)], lambda: {"orders", "order", "data"})
        return [text[one.start : one.end] for one in words.find(text)]

    assert found("Orders", "SELECT 1 ORDER BY 2, orders, reorders") == []
    assert found("Data GmbH", "a database") == []
    assert found("Data GmbH", "by datagmbh") == ["datagmbh"]


def test_everyday_words_that_meet_are_no_name() -> None:
    assert near("Ignite").find("sign it easily") == []


def test_single_letters_without_end_take_a_moment() -> None:
    import time

    words = NearWords([IdentifyingWord(n, n, How.NAME, f"client{n}name") for n in range(200)])
    began = time.perf_counter()
    words.find("a b " * 20_000)
    assert time.perf_counter() - began < 5
