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
