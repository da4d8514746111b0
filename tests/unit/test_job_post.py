"""What a job post asks for: sentences and sections, names by any spelling, and names on no list."""

from __future__ import annotations

import pytest

from skilltrail.domain.job_post import Basis, SkillEvidence, Standing, sentences_of, standing_of
from skilltrail.ml.post_terms import PostReader

POST = """We need help.

What you bring
- Docker and SQL. You know Node.js 18.2 well
Nice to have: GraphQL

About us
- We bake cakes with SAP.
"""


def test_sections_of_the_firm_ask_for_nothing_and_extras_are_extra() -> None:
    told = {one.text: (one.asks, one.extra) for one in sentences_of(POST)}

    assert told["Docker and SQL."] == (True, False)
    assert told["You know Node.js 18.2 well"] == (True, False)
    assert told["Nice to have: GraphQL"] == (True, True)
    assert told["We bake cakes with SAP."][0] is False


@pytest.fixture(scope="module")
def reader() -> PostReader:
    return PostReader()


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("You know flexbox and PostgreSQL.", ["flexbox", "PostgreSQL"]),
        ("You work with Aseprite and our SwiftUI app.", ["Aseprite", "SwiftUI"]),
        ("The office is in Vienna.", []),
        ("You start on Monday in November.", []),
        ("You know how to write product descriptions.", ["product descriptions"]),
    ],
)
def test_names(reader: PostReader, sentence: str, said: list[str]) -> None:
    assert [one.said for one in reader.read(sentence)] == said


def test_a_name_on_no_list_has_no_concept(reader: PostReader) -> None:
    (found,) = reader.read("You work with Zqfoobar daily.")

    assert (found.name, found.number, found.framework) == ("Zqfoobar", None, "")


@pytest.mark.parametrize(
    ("basis", "spoken", "exchanges", "standing"),
    [
        (Basis.NAMED, 0, 3, Standing.COVERED),
        (Basis.NAMED, 0, 2, Standing.ADJACENT),
        (Basis.SPOKEN, 3, 40, Standing.COVERED),
        (Basis.SPOKEN, 2, 40, Standing.ADJACENT),
        (Basis.FAMILY, 0, 40, Standing.ADJACENT),
        (Basis.NEAR, 0, 40, Standing.ADJACENT),
    ],
)
def test_what_covers(basis: Basis, spoken: int, exchanges: int, standing: Standing) -> None:
    from datetime import date

    assert standing_of(SkillEvidence("t", "n", basis, spoken, exchanges, date(2026, 1, 1), 3)) is standing


def test_without_evidence_it_is_missing() -> None:
    assert standing_of(None) is Standing.MISSING
