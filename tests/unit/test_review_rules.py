"""The rules that say what is worth checking: what they find, and what they leave alone."""

from __future__ import annotations

import pytest

from skilltrail.domain.checks import sentences
from skilltrail.domain.review_rules import FINDINGS_MOST, READ_CHARACTERS, RULES, find

FOUND = [
    ("figure", "About 37 % of visitors leave at once."),
    ("figure", "It handles 1,200,000 rows without trouble."),
    ("figure", "Etwa 3 Millionen Menschen nutzen es."),
    ("figure", "3 out of 4 readers prefer it."),
    ("figure", "The file takes 12 GB on disk."),
    ("version", "Python 3.12 brought a new parser."),
    ("version", "The option went away with v4.17.21 of the package."),
    ("version", "It was deprecated in the last release."),
    ("law", "You are liable for damage to the goods."),
    ("law", "Nach § 19 zahlst du keine Umsatzsteuer."),
    ("law", "Under the GDPR you need consent."),
    ("law", "Debes cobrar el IVA."),
    ("health", "The usual dosage is one tablet a day."),
    ("health", "Take 400 mg with water."),
    ("health", "Häufige Nebenwirkungen sind Kopfschmerzen."),
    ("citation", "See https://example.org/guide for more."),
    ("citation", "Reading on paper is slower (Miller & Jones, 2019)."),
    ("citation", "According to a survey, most people agree."),
    ("citation", "It is defined in RFC 9110."),
    ("date", "The law came into force on 25 May 2018."),
    ("date", "Die Firma gibt es seit 1998."),
    ("date", "Stichtag ist der 31.12.2026."),
    ("money", "The plan costs $40 a month."),
    ("money", "Rechne mit 1.200 € im Monat."),
    ("money", "Expect to pay 300 dollars."),
]

LEFT_ALONE = [
    "Use a table with two columns.",
    "Step 3: press the button twice.",
    "Would 37 % be too much?",
    "Call `price = $40` in your code.",
    "```\nversion 3.2.1 costs $40\n```",
    "Choose option 2 or 3.",
    "The variable $name is set.",
    "The address is 10.0.0.12 in this network.",
    "",
]


@pytest.mark.parametrize(("rule", "text"), FOUND)
def test_a_rule_finds_its_kind_of_claim(rule: str, text: str) -> None:
    assert rule in {finding.rule for finding in find(text)}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_claims_nothing_is_left_alone(text: str) -> None:
    assert find(text) == ()


def test_every_rule_is_tried_above() -> None:
    assert {rule for rule, _text in FOUND} == set(RULES)


def test_the_places_are_those_of_the_text() -> None:
    text = "Hello there.\n\nIt costs $40 now! So 20 % less than in 2021. Fine."

    found = [(text[one.start : one.end], text[one.at : one.to]) for one in find(text)]

    assert found == [
        ("It costs $40 now!", "$40"),
        ("So 20 % less than in 2021.", "20 %"),
        ("So 20 % less than in 2021.", "in 2021"),
    ]


def test_a_rule_counts_once_in_a_sentence() -> None:
    assert [finding.rule for finding in find("From 10 % to 20 % and then 30 %.")] == ["figure"]


def test_a_long_answer_is_read_up_to_its_limit_and_gives_a_bounded_number() -> None:
    text = "It grew by 20 % at once. " * 10_000

    found = find(text)

    assert len(found) == FINDINGS_MOST
    assert find("x" * READ_CHARACTERS + " It grew by 20 %.") == ()


def test_a_sentence_is_shown_once_with_all_its_marks() -> None:
    text = "It costs $40 since 2021. It costs $50 since 2022."

    shown, further = sentences(text, find(text), most=1)

    assert [parts for parts in shown[0].parts if parts[1]] == [("$40", True), ("since 2021", True)]
    assert shown[0].rules == ("money", "date")
    assert further == 1


def test_findings_of_another_text_show_nothing() -> None:
    assert sentences("short", find("It costs $40 since 2021 and more."), most=3) == ((), 0)
