"""The text that stands for an exchange, and the reason of a name in words."""

from __future__ import annotations

from skilltrail.domain.topics import Concept, NameReason, is_follow_up, representation

LONG = "Why does this query scan the whole table although there is an index on the customer column?"


def test_prompt_and_reply_give_their_heads_on_two_lines() -> None:
    text = representation(title=None, prompt=LONG + " " + "p" * 900, reply="r" * 900, previous_prompt=None)

    prompt, reply = text.split("\n")
    assert prompt.startswith("Why does this query")
    assert (len(prompt), len(reply)) == (500, 700)


def test_short_follow_up_brings_the_prompt_before_it() -> None:
    text = representation(title="Slow query", prompt="Give me an example", reply="Here is one.", previous_prompt=LONG)

    assert text == f"Slow query\n{LONG}\nGive me an example\nHere is one."


def test_first_prompt_has_no_prompt_before_it() -> None:
    text = representation(title="Slow query", prompt="Why?", reply="Because.", previous_prompt=None)

    assert text == "Slow query\nWhy?\nBecause."


def test_last_line_is_the_replys_even_when_there_is_none() -> None:
    assert representation(title=None, prompt="Why?", reply="", previous_prompt=None) == "Why?\n"


def test_long_prompt_needs_no_prompt_before_it() -> None:
    text = representation(title="Slow query", prompt=LONG, reply="Because.", previous_prompt="Something else entirely")

    assert text == f"Slow query\n{LONG}\nBecause."


def test_links_and_redaction_marks_stay_out() -> None:
    prompt = f"{LONG} See https://example.org/a?b=c and use [secret:api-key:1a2b] there"

    text = representation(title=None, prompt=prompt, reply="", previous_prompt=None)

    assert text == f"{LONG} See and use there\n"


def test_empty_exchange_gives_an_empty_text() -> None:
    assert representation(title=None, prompt=" \n", reply="", previous_prompt=None) == ""


def test_twelve_words_are_a_follow_up_and_thirteen_are_not() -> None:
    assert is_follow_up("word " * 12)
    assert not is_follow_up("word " * 13)


def test_reason_names_the_concept_its_source_and_the_evidence() -> None:
    concept = Concept("esco", "perform copywriting", "http://data.europa.eu/esco/skill/x")
    reason = NameReason(("headline", "tagline"), ("key",), concept, 0.613, 0.42)

    sentence = reason.sentence()

    for part in ("“perform copywriting”", "(ESCO)", "42 %", "0.61", "headline, tagline"):
        assert part in sentence


def test_reason_without_a_concept_names_the_words() -> None:
    assert NameReason(("kiln", "glaze"), ()).sentence().endswith("apart: kiln, glaze.")
